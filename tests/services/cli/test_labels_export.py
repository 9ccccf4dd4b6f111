"""What `sluice labels export` writes: one row for each text that was learned, or every answer with its outcome."""

from __future__ import annotations

import csv
import json
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from services.edges.command_messages import CommandMessage
from services.edges.journal.base import Message
from services.edges.messages import LabelMessage
from services.edges.topics import LABELS
from tests.full_disks import files_up_to
from tests.services.cli.command import Sluice
from tests.services.cli.conftest import Service


@pytest.fixture
def requests(asked: Service, sluice: Sluice) -> list[dict[str, Any]]:
    """What is open, with ids and texts."""
    found: list[dict[str, Any]] = sluice("requests", "list", "--json", "--limit", 100).json
    return found


def answer(service: Service, *answers: dict[str, Any]) -> None:
    service.journal.append([LabelMessage.read({"reviewer": "anna", **fields}).record() for fields in answers])
    service.settle()


def command(service: Service, kind: str, **arguments: str) -> None:
    fields = {"command_id": f"{kind} {arguments}", "kind": kind, "arguments": arguments}
    service.journal.append([CommandMessage.read(fields).record()])
    service.settle()


def objects(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in Path(name).read_text().splitlines()]


def test_each_text_is_there_once_with_the_label_that_was_accepted_last(
    asked: Service, sluice: Sluice, requests: list[dict[str, Any]]
) -> None:
    ids = [each["request_id"] for each in requests]
    answer(asked, *({"request_id": each, "label": "card"} for each in ids[:3]))
    answer(asked, {"request_id": ids[0], "label": "fee"}, {"request_id": ids[0], "label": "card", "reviewer": "bob"})
    answer(asked, {"request_id": ids[1], "label": "fee", "corrects": True, "answered_at": "2026-01-31T12:00:00Z"})
    answer(asked, {"request_id": ids[2], "skip": True, "corrects": True})
    answer(asked, {"request_id": ids[3], "skip": True}, {"request_id": ids[3], "label": "fee", "corrects": True})
    sluice("labels", "export", "kept.jsonl")

    assert [(row["request_id"], row["label"], row["outcome"], row["text"]) for row in objects("kept.jsonl")] == [
        (ids[0], "card", "learned", requests[0]["text"]),
        (ids[1], "fee", "corrected", requests[1]["text"]),
        (ids[3], "fee", "corrected", requests[3]["text"]),
    ]
    assert [row.get("answered_at") for row in objects("kept.jsonl")] == [None, "2026-01-31T12:00:00.000000Z", None]


def test_classes_are_called_what_they_are_called_by_now_and_removed_ones_are_left_out(
    asked: Service, sluice: Sluice, requests: list[dict[str, Any]]
) -> None:
    ids = [each["request_id"] for each in requests]
    labels = ("PlayMusic", "lost", "gone", "weather")
    answer(asked, *({"request_id": each, "label": label} for each, label in zip(ids, labels, strict=False)))
    command(asked, "rename", old="PlayMusic", new="Play Music")
    command(asked, "merge", old="lost", new="gone")
    command(asked, "remove", old="weather")
    command(asked, "rename", old="gone", new="Play Music")  # is refused: there is such a class
    done = sluice("labels", "export", "kept.csv")

    with open("kept.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["request_id"], row["label"]) for row in rows] == [
        *zip(ids, ("Play Music", "gone", "gone"), strict=False)
    ]
    assert done.err == "3 labels written, 0 unreadable ones left out; `--all` writes each of 4 answers\n"


def test_every_answer_can_be_had_as_it_was_sent_with_what_became_of_it(
    asked: Service, sluice: Sluice, requests: list[dict[str, Any]]
) -> None:
    first, second = (each["request_id"] for each in requests[:2])
    answer(asked, {"request_id": first, "label": "card"}, {"request_id": first, "label": "fee"})
    answer(asked, {"request_id": second, "skip": True}, {"request_id": "none", "label": "card"})
    command(asked, "rename", old="card", new="cards")
    asked.journal.append([LabelMessage(request_id=second, label="card", reviewer="anna").record()])

    assert sluice("labels", "export", "all.jsonl", "--all", "--json").json == {"written": 5, "unreadable": 0}
    assert [(row["request_id"], row.get("label"), row.get("outcome")) for row in objects("all.jsonl")] == [
        (first, "card", "learned"),
        (first, "fee", "conflicting"),
        (second, None, "skipped"),
        ("none", "card", "unknown"),
        (second, "card", None),
    ]


def test_exported_labels_are_a_data_set_without_what_was_skipped_or_forgotten(
    asked: Service, sluice: Sluice, requests: list[dict[str, Any]]
) -> None:
    rows = [f"{each['request_id']},{('card', 'fee')[row % 2]}," for row, each in enumerate(requests)]
    rows[0] = f"{requests[0]['request_id']},,true"
    Path("answers.csv").write_text("\n".join(["request_id,label,skip", *rows, "none,card,"]))
    with asked.at_work():
        sluice("labels", "import", "answers.csv", "--reviewer", "anna", "--wait", 60)
        assert sluice("forget", "--text", requests[1]["text_id"], "--wait", 60).code == 0
    texts = {each["request_id"]: (each["text_id"], each["text"]) for each in requests}
    texts |= {requests[1]["request_id"]: ("", ""), "none": ("", "")}
    told = {"": texts, "--all": texts}
    told[""] = {each: text for each, text in texts.items() if text[0] and each != requests[0]["request_id"]}

    for option, expected in told.items():
        for name in ("kept.csv", "kept.jsonl"):
            sluice("labels", "export", name, *([option] if option else []))
            with open(name, newline="") as file:
                written = list(csv.DictReader(file)) if name.endswith("csv") else objects(name)
            assert {each["request_id"]: (each["text_id"], each["text"]) for each in written} == expected
            done = sluice("backtest", name, "--seeds", 1, "--latency", 2, "--jobs", 1, "--no-cache", "--json")
            assert done.json["texts"] + done.json["test_texts"] == len(requests) - 2
            assert (f"{name}: 3 rows are skips, or have no text: passed over" in done.err) == bool(option)


def test_an_answer_that_cannot_be_read_is_left_out_of_the_export_and_counted(asked: Service, sluice: Sluice) -> None:
    asked.journal.append([Message(LABELS, b"not json")])
    assert sluice("labels", "export", "answers.csv", "--json").json == {"written": 0, "unreadable": 1}
    assert sluice("labels", "export", "answers.csv", "--all", "--json").json == {"written": 0, "unreadable": 1}


def test_a_disk_that_is_too_full_for_the_file_is_told_with_its_name(
    asked: Service, sluice: Sluice, requests: list[dict[str, Any]]
) -> None:
    answer(asked, {"request_id": requests[0]["request_id"], "label": "card"})
    full = Path("full.jsonl")
    full.symlink_to("/dev/full")
    for command in (["requests", "export"], ["labels", "export"]):
        done = sluice(*command, full)
        assert (done.code, done.err) == (1, "sluice: full.jsonl was not written in full: No space left on device\n")


def test_an_export_that_fails_leaves_the_earlier_file_and_nothing_else(
    asked: Service, sluice: Sluice, requests: list[dict[str, Any]]
) -> None:
    answer(asked, {"request_id": requests[0]["request_id"], "label": "card"})
    earlier = Path("out", "answers.jsonl")
    earlier.parent.mkdir()
    earlier.write_text("what was there before\n")
    earlier.chmod(0o600)
    with files_up_to(10):
        done = sluice("labels", "export", earlier)
    assert (done.code, done.err) == (1, f"sluice: {earlier} was not written in full: File too large\n")
    assert (earlier.read_text(), os.listdir("out")) == ("what was there before\n", [earlier.name])

    assert sluice("labels", "export", earlier, "--json").json["written"] == 1
    assert (stat.S_IMODE(earlier.stat().st_mode), os.listdir("out")) == (0o600, [earlier.name])
    assert "what was there before" not in earlier.read_text()
