"""Values -> JSON that every reader takes, and tables that fit a terminal."""

from __future__ import annotations

import json
import math

import pytest

from services.cli.output import cut, print_json, print_table, shown


def test_numbers_that_json_has_no_name_for_are_null(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"threshold": math.inf, "curve": [(1, math.nan)], "asked": 2})
    assert json.loads(capsys.readouterr().out) == {"threshold": None, "curve": [[1, None]], "asked": 2}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("two\nlines\tand\x1b[31m red", r"two\nlines\tand\x1b[31m red"),
        ("a\u2028b\x85c", r"a\u2028b\x85c"),
        ("grüße 🙂 日本\xa0[x]", "grüße 🙂 日本\xa0[x]"),
    ],
)
def test_control_characters_are_escaped_and_letters_are_not(text: str, told: str) -> None:
    assert shown(text) == told


def test_a_text_is_cut_to_the_width_of_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("COLUMNS", "10")
    assert (cut("x" * 10), cut("x" * 11), cut("a\n" * 6)) == ("x" * 10, f"{'x' * 9}…", r"a\na\na\n…")


def test_off_a_terminal_a_cell_stays_in_its_row(capsys: pytest.CaptureFixture[str]) -> None:
    print_table(["id", "text"], [["r1", "a\tb\nc"]])
    assert capsys.readouterr().out == "id\ttext\nr1\ta\\tb\\nc\n"


def test_on_a_terminal_ids_stay_whole_and_texts_give_way(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {"FORCE_COLOR": "1", "COLUMNS": "60", "LINES": "25", "TERM": "dumb"}.items():
        monkeypatch.setenv(name, value)
    print_table(["request", "suggestion", "text"], [["0" * 32, "lost_card 45%", "x" * 200]], whole=["request"])
    _, row = capsys.readouterr().out.splitlines()
    assert (len(row) <= 60, "0" * 32 in row, "…" in row) == (True, True, True)
