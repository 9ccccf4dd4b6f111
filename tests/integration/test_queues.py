"""The queues by hand where a Kafka is set: no data directory is needed, and none is made."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from services.edges.journal.base import Message
from services.edges.topics import TEXTS
from tests.services.cli.command import Sluice
from tests.services.cli.conftest import Service
from tests.services.models import Model, says

pytestmark = pytest.mark.slow
TEXTS_SENT = 40


@pytest.fixture
def asked(on_kafka: Sluice, service: Service) -> Service:
    """A service that read some texts and has questions about them."""
    rows = [{"text": f"where is my card number {row}", "id": f"t{row}", "label": "card"} for row in range(TEXTS_SENT)]
    Path("texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    assert on_kafka("replay", "texts.jsonl", "--json").json["sent"] == TEXTS_SENT
    service.settle()
    return service


def test_requests_go_out_and_come_back_answered_by_file_and_by_program(asked: Service, on_kafka: Sluice) -> None:
    assert on_kafka("replay", "texts.jsonl", "--json").json["sent"] == 0
    request = on_kafka("requests", "list", "--json").json[0]
    written = on_kafka("requests", "export", "open.csv", "--json").json["written"]
    with open("open.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    with open("open.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerow({**rows[0], "label": "card"})
    with asked.at_work():
        told = on_kafka("labels", "import", "open.csv", "--reviewer", "anna", "--wait", 60, "--json").json
    assert told == {"accepted": 1, "outcomes": {"learned": 1}, "passed_over": 0}
    assert len(on_kafka("requests", "list", "--json", "--limit", 100).json) == written - 1

    assert on_kafka("oracle", "--truth", "texts.jsonl", "--once").code == 0
    asked.settle()

    assert on_kafka("requests", "list", "--json").json == []
    assert on_kafka("labels", "export", "answers.jsonl", "--json").json == {"written": written, "unreadable": 0}
    answers = [json.loads(line) for line in Path("answers.jsonl").read_text().splitlines()]
    assert sorted(each["text_id"] for each in answers) == sorted({each["text_id"] for each in answers} - {""})
    assert all(each["text"].endswith(each["text_id"].removeprefix("t")) for each in answers)
    told = on_kafka("explain", request["text_id"]).out
    assert told.startswith("ASK: ")
    assert "learned" in told
    assert on_kafka("explain", "t-1").code == 3
    assert not Path("sluice-data").exists()


def test_a_model_that_is_asked_over_http_answers_with_classes_that_were_learned(
    asked: Service, on_kafka: Sluice
) -> None:
    first, *others = on_kafka("requests", "list", "--json", "--limit", 100).json
    Path("answers.jsonl").write_text(
        json.dumps({"request_id": first["request_id"], "label": "card", "reviewer": "anna"})
    )
    on_kafka("labels", "import", "answers.jsonl", "--wait", 0)
    asked.settle()

    with Model(says("Card")).serving() as model:
        done = on_kafka("oracle", "--llm", model.url, "--llm-model", "llama", "--once", "--json")
    asked.settle()

    assert done.json == {"answered": len(others)}
    assert sorted(model.texts) == sorted(request["text"] for request in others)
    assert on_kafka("requests", "list", "--json").json == []


def test_a_broken_message_is_listed_shown_and_sent_once_more(asked: Service, on_kafka: Sluice) -> None:
    asked.journal.append([Message(TEXTS, b'{"text": 7}', partition=2), Message(TEXTS, b"\xff", partition=1)])
    asked.settle()
    letters = on_kafka("dead-letters", "list", "--json").json
    assert sorted(letter["reason"] for letter in letters) == ["not_utf8", "wrong_type"]
    origin = letters[0]["origin"]
    assert on_kafka("dead-letters", "show", origin).code == 0
    assert on_kafka("dead-letters", "replay", origin, "--json").json == {"replayed": [origin], "not_replayed": []}
    assert len(on_kafka("dead-letters", "list", "--json").json) == 1
    asked.settle()
    assert len(on_kafka("dead-letters", "list", "--json").json) == 2
