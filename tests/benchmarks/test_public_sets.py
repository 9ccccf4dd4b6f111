"""Clones in the shape of the public ones -> sets that a backtest reads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.learning import public_sets
from services.edges.datasets import load


def _rows(path: Path) -> list[tuple[str, str | None]]:
    return sorted((row.text, row.label) for row in load(path).rows)


def test_a_set_has_each_text_once_with_its_first_label_in_the_same_order_each_time(tmp_path: Path) -> None:
    rows = [
        ("lost  card", "card"),
        ("", "card"),
        ("lost card", "other"),
        *((f"text {row}", "card") for row in range(9)),
    ]
    orders = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        assert public_sets.write("a", iter(rows), tmp_path / name) == 10
        orders.append([row.text for row in load(tmp_path / name / "a.jsonl.gz").rows])
    assert orders[0] == orders[1] != sorted(orders[0])
    assert ("lost card", "card") in _rows(tmp_path / "one/a.jsonl.gz")


def test_a_set_is_cut_to_8_000_texts(tmp_path: Path) -> None:
    assert public_sets.write("a", ((f"text {row}", "card") for row in range(8_100)), tmp_path) == 8_000
    assert len(load(tmp_path / "a.jsonl.gz").rows) == 8_000


def test_each_shape_of_a_repository_is_read(tmp_path: Path) -> None:
    clones = {public.repository.partition("/")[2] for public in public_sets.SETS.values()}
    files = {
        "oos-eval/data/data_full.json": json.dumps(
            {part: [[part, "a"]] for part in ("oos_val", "val", "test", "train")}
        ),
        "StackOverflow/rawText/title_StackOverflow.txt": "How to commit?\nA formula\n",
        "StackOverflow/rawText/label_StackOverflow.txt": "3\n5\n",
        **{f"tweeteval/datasets/hate/{part}_text.txt": f"{part} tweet\n" for part in ("train", "val", "test")},
        **{f"tweeteval/datasets/hate/{part}_labels.txt": "1\n" for part in ("train", "val", "test")},
        "sent-conv-torch/data/subj.all": "0 i like it\n1 caf\xe9 \x85 opens\n",
        "text_gcn/data/R8/train.txt": "earn\tprofits rose\n",
        "text_gcn/data/R8/test.txt": "acq\tthey merge\n",
    }
    for name, content in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(content, encoding="latin-1")
    found = {
        name: sorted(public_sets.SETS[name].read(tmp_path / public_sets.SETS[name].repository.partition("/")[2]))
        for name in ("clinc150", "stackoverflow", "tweet_hate", "subj", "r8")
    }
    assert found == {
        "clinc150": [("test", "a"), ("train", "a"), ("val", "a")],
        "stackoverflow": [("A formula", "excel"), ("How to commit?", "svn")],
        "tweet_hate": [("test tweet", "hate"), ("train tweet", "hate"), ("val tweet", "hate")],
        "subj": [("caf\xe9 \x85 opens", "objective"), ("i like it", "subjective")],
        "r8": [("profits rose", "earn"), ("they merge", "acq")],
    }
    assert len(clones) == 6


def test_help_names_what_is_to_be_cloned(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["public_sets", "--help"])
    with pytest.raises(SystemExit, match="0"):
        public_sets.main()
    assert "git clone https://github.com/clinc/oos-eval" in capsys.readouterr().out
