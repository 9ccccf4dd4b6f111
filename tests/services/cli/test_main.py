"""Wrong use and wrong worlds -> one line and an exit code, never a traceback."""

from __future__ import annotations

from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Any

import pytest
import typer

from services.cli import build_app
from tests.services.cli.command import Sluice


def test_the_version_is_that_of_the_package(sluice: Sluice) -> None:
    assert sluice("--version").out.strip() == version("sluice")


def test_help_names_every_command(sluice: Sluice) -> None:
    told = sluice("--help").out
    for command in ("demo", "up", "oracle", "replay", "backtest", "compare", "explain", "requests", "labels"):
        assert command in told
    for command in ("dead-letters", "doctor", "config"):
        assert command in told


def commands_of(command: Any, *names: str) -> Iterator[tuple[str, Any]]:
    """Each command by its names."""
    for name, inner in getattr(command, "commands", {}).items():
        yield from commands_of(inner, *names, name)
    if not hasattr(command, "commands"):
        yield " ".join(names), command


def test_every_command_shows_how_it_is_used() -> None:
    told = {name: command.help or "" for name, command in commands_of(typer.main.get_command(build_app()))}
    assert len(told) > 20
    assert [name for name, words in told.items() if f"sluice {name}" not in words.partition("Example")[2]] == []


def test_every_command_speaks_json_if_asked_to() -> None:
    commands = dict(commands_of(typer.main.get_command(build_app())))
    silent = [name for name, inner in commands.items() if not any("--json" in option.opts for option in inner.params)]
    assert silent == []


def test_an_unknown_option_is_wrong_use(sluice: Sluice) -> None:
    assert sluice("doctor", "--nonsense").code == 2


def test_a_wrong_setting_ends_any_command_with_code_2_and_names_itself(
    sluice: Sluice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_BUDGET__FRACTION", "3")
    done = sluice("up")
    assert done.code == 2
    assert done.err.startswith("sluice: SLUICE_BUDGET__FRACTION = 3 (environment)")
    assert done.err.count("\n") == 1


def test_a_foreign_file_in_the_data_directory_is_left_alone_and_named(sluice: Sluice) -> None:
    Path("sluice-data").mkdir()
    Path("sluice-data/sluice.db").write_text("this is a diary\n" * 100)
    done = sluice("requests", "list")
    assert done.code == 1
    assert "sluice.db" in done.err
    assert done.err.count("\n") == 1
    assert Path("sluice-data/sluice.db").read_text().startswith("this is a diary")


@pytest.mark.parametrize(
    "command", [("requests", "list"), ("explain", "t1"), ("dead-letters", "list"), ("labels", "export", "a.csv")]
)
def test_looking_makes_no_journal(command: tuple[str, ...], sluice: Sluice) -> None:
    done = sluice(*command)
    assert done.code == 3
    assert "holds no journal" in done.err
    assert not Path("sluice-data").exists()


def test_a_program_that_answers_makes_no_journal(sluice: Sluice) -> None:
    Path("truth.csv").write_text("text,label\na,b\n")
    done = sluice("oracle", "--truth", "truth.csv", "--once", "--data", "nosuch")
    assert done.code == 3
    assert "nosuch holds no journal" in done.err
    assert not Path("nosuch").exists()


def test_a_file_in_place_of_the_data_directory_is_wrong_use(sluice: Sluice) -> None:
    Path("texts.csv").write_text("text\na\n")
    done = sluice("replay", "texts.csv", "--data", "texts.csv")
    assert (done.code, done.err) == (
        2,
        "sluice: texts.csv is a file: name a directory with --data (SLUICE_DATA__DIR)\n",
    )


def test_a_file_that_is_not_there_is_named(sluice: Sluice) -> None:
    for command in (("replay", "no.jsonl"), ("backtest", "no.jsonl"), ("oracle", "--truth", "no.jsonl")):
        done = sluice(*command)
        assert done.code == 2
        assert done.err == "sluice: no.jsonl: No such file or directory\n"


def test_a_bug_is_not_hidden(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("services.doctor.examine", lambda overrides: 1 // 0)
    with pytest.raises(ZeroDivisionError):
        sluice("doctor")
