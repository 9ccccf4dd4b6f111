"""The queues by hand: questions out, answers in, broken messages sent once more, and why."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest

from services.edges.journal.base import Message
from services.edges.messages import TextMessage
from services.edges.topics import LABELS, TEXTS
from tests.services.cli.command import Sluice
from tests.services.cli.conftest import TEXTS_SENT, Service


def test_a_second_replay_sends_nothing(asked: Service, sluice: Sluice) -> None:
    assert sluice("replay", "texts.jsonl", "--json").json["sent"] == 0


def test_a_replay_can_be_of_the_beginning_alone(sluice: Sluice) -> None:
    Path("texts.csv").write_text("text\na\nb\nc\n")
    sent = [sluice("replay", "texts.csv", "--json", *limit).json for limit in (["--limit", 2], ["--limit", 1], [])]
    assert sent == [
        {"rows": 2, "sent": 2, "sent_before": 0},
        {"rows": 1, "sent": 0, "sent_before": 2},
        {"rows": 3, "sent": 1, "sent_before": 2},
    ]


def test_a_replay_says_where_it_makes_a_journal_and_that_nobody_reads_it(sluice: Sluice) -> None:
    Path("texts.csv").write_text("text\na\n")
    first, second = sluice("replay", "texts.csv"), sluice("replay", "texts.csv")
    place = Path("sluice-data").absolute()
    nobody = f"sluice: no service works on {place}: `sluice up --data {place}` does; what is sent waits for it\n"
    assert (first.code, first.out) == (0, "")
    assert first.err == (
        f"sluice: a journal is made in {place}, which had none\n{nobody}1 texts sent, 0 were there already\n"
    )
    assert second.err == f"{nobody}0 texts sent, 1 were there already\n"


def test_a_replay_to_a_service_is_told_in_one_line(asked: Service, sluice: Sluice) -> None:
    assert sluice("replay", "texts.jsonl").err == f"0 texts sent, {TEXTS_SENT} were there already\n"


def test_open_requests_are_listed_most_useful_first(asked: Service, sluice: Sluice) -> None:
    requests = sluice("requests", "list", "--json", "--limit", 5).json
    utilities = [request["why"]["utility"] for request in requests]
    assert len(utilities) == 5
    assert utilities == sorted(utilities, reverse=True)
    assert requests[0]["request_id"] in sluice("requests", "list").out


def test_who_sees_some_of_the_open_requests_is_told_how_many_there_are(asked: Service, sluice: Sluice) -> None:
    some = sluice("requests", "list", "--json", "--limit", 5)
    all_open = len(sluice("requests", "list", "--json", "--limit", 1000).json)
    assert some.err == f"sluice: 5 of {all_open} open requests: --limit {all_open} shows all\n"
    assert sluice("requests", "list", "--limit", all_open).err == ""


def test_of_a_long_text_people_are_shown_the_beginning_and_programs_all(
    sluice: Sluice, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "50")
    text = f"where is my card\n{'and why ' * 100}"
    service.journal.append([TextMessage(text=text).record()] * TEXTS_SENT)
    service.settle()
    told = sluice("requests", "list").out.splitlines()[1]
    assert (len(told.split("\t")[-1]), told.endswith("…")) == (50, True)
    assert sluice("requests", "list", "--json").json[0]["text"] == text


def test_a_class_of_two_lines_is_explained_on_one(asked: Service, sluice: Sluice) -> None:
    request = sluice("requests", "list", "--json").json[0]
    Path("answers.jsonl").write_text(
        json.dumps({"request_id": request["request_id"], "label": "lost\ncard", "reviewer": "anna"})
    )
    sluice("labels", "import", "answers.jsonl", "--wait", 0)
    asked.settle()
    assert r"lost\ncard by anna: learned" in sluice("explain", request["text_id"]).out


def test_requests_go_out_as_a_file_and_come_back_answered(asked: Service, sluice: Sluice) -> None:
    written = sluice("requests", "export", "open.csv", "--json").json["written"]
    with open("open.csv", newline="") as file:
        rows = list(csv.DictReader(file))
    with open("open.csv", "w", newline="") as file:
        writer = csv.DictWriter(file, rows[0])
        writer.writeheader()
        writer.writerows({**row, "label": "card"} for row in rows)
    nobody = sluice("labels", "import", "open.csv")
    assert (nobody.code, "line 2: reviewer: Field required: say who answered with --reviewer\n" in nobody.err) == (
        2,
        True,
    )
    assert sluice("labels", "import", "open.csv", "--reviewer", "anna", "--wait", 0, "--json").json == {
        "accepted": written, "outcomes": {}, "passed_over": 0
    }  # fmt: skip
    asked.settle()
    assert sluice("requests", "list", "--json").json == []
    assert sluice("labels", "export", "answers.jsonl", "--json").json == {"written": written, "unreadable": 0}
    answers = [json.loads(line) for line in Path("answers.jsonl").read_text().splitlines()]
    assert {answer["reviewer"] for answer in answers} == {"anna"}
    assert {answer["answered_at"][-1] for answer in answers} == {"Z"}


def test_requests_go_out_to_a_labelling_tool_and_its_annotations_come_back(asked: Service, sluice: Sluice) -> None:
    written = sluice("requests", "export", "tasks.json", "--tool", "label_studio", "--json").json["written"]
    tasks = json.loads(Path("tasks.json").read_text())
    result = [{"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["card"]}}]
    annotated = [task | {"annotations": [{"completed_by": 7, "result": result}]} for task in tasks]
    Path("annotated.json").write_text(json.dumps(annotated))
    with asked.at_work():
        told = sluice("labels", "import", "annotated.json", "--tool", "label_studio", "--wait", 60, "--json").json
    assert told == {"accepted": written, "outcomes": {"learned": written}, "passed_over": 0}
    asked.settle()
    assert sluice("requests", "list", "--json").json == []
    refused = sluice("labels", "import", "annotated.json", "--tool", "excel")
    assert (refused.code, "label_studio, prodigy, argilla, doccano" in refused.err) == (2, True)


def test_who_imports_labels_is_told_what_became_of_them(asked: Service, sluice: Sluice) -> None:
    first, second = (each["request_id"] for each in sluice("requests", "list", "--json", "--limit", 2).json)
    rows = [f"{first},card,", f"{second},,true", f"{first},lost,", "none,card,", f"{second},,", ",,"]
    Path("answers.csv").write_text("\n".join(["request_id,label,skip", *rows]))
    with asked.at_work():
        done = sluice("labels", "import", "answers.csv", "--reviewer", "anna", "--wait", 60)
        again = sluice("labels", "import", "answers.csv", "--reviewer", "bob", "--wait", 60, "--json")
    assert (done.code, done.out) == (0, "")
    told = "4 labels: 1 conflicting, 1 learned, 1 skipped, 1 unknown\n"
    assert done.err == f"{told}sluice: answers.csv: 1 without an answer passed over\n"
    assert again.json == {"accepted": 4, "outcomes": {"closed": 3, "unknown": 1}, "passed_over": 1}


def test_where_no_learner_tells_in_time_the_labels_wait_in_the_journal(asked: Service, sluice: Sluice) -> None:
    Path("answers.jsonl").write_text('{"request_id": "none", "label": "x", "reviewer": "anna"}\n')
    silent = sluice("labels", "import", "answers.jsonl", "--wait", "0.1")
    asked.learner.close()
    nobody = sluice("labels", "import", "answers.jsonl")
    place = Path("sluice-data").absolute()
    waiting = "1 labels wait in the journal"
    assert (silent.code, nobody.code) == (0, 0)
    assert silent.err == (
        f"1 labels accepted\nsluice: no outcome after 0.1 s (is a learner running, or far behind?); {waiting}\n"
    )
    assert nobody.err == (
        f"1 labels accepted\nsluice: no service works on {place}: `sluice up --data {place}` does; {waiting}\n"
    )


def test_a_file_with_one_wrong_answer_is_refused_whole(asked: Service, sluice: Sluice) -> None:
    Path("answers.jsonl").write_text('{"request_id": "a", "label": "x", "reviewer": "anna"}\n{"request_id": "b"}\n')
    done = sluice("labels", "import", "answers.jsonl")
    assert done.code == 2
    assert "answers.jsonl: line 2" in done.err
    assert asked.journal.read({(LABELS, 0): 0}, 10) == []


def test_a_program_answers_from_known_labels(asked: Service, sluice: Sluice) -> None:
    waiting = sluice("requests", "list", "--json", "--limit", TEXTS_SENT).json
    assert waiting != []
    assert sluice("oracle", "--truth", "texts.jsonl", "--once", "--json").json == {"answered": len(waiting)}
    assert sluice("oracle", "--truth", "texts.jsonl", "--once", "--reviewer", "b").err.endswith("requests answered\n")
    asked.settle()
    assert sluice("requests", "list", "--json").json == []


@pytest.mark.parametrize("name", ["", " ", "x" * 201, "\udcff"])
def test_a_program_needs_a_name_that_answers_can_carry(name: str, asked: Service, sluice: Sluice) -> None:
    done = sluice("oracle", "--truth", "texts.jsonl", "--once", "--reviewer", name)
    assert done.code == 2
    assert "--reviewer" in done.err


def test_a_rate_without_end_is_wrong_use(asked: Service, sluice: Sluice) -> None:
    done = sluice("replay", "texts.jsonl", "--rate", "inf")
    assert done.code == 2
    assert "--rate" in done.err


def test_a_text_that_was_asked_about_is_explained_with_its_answer(asked: Service, sluice: Sluice) -> None:
    request = sluice("requests", "list", "--json").json[0]
    assert "request            " + request["request_id"] + ", open" in sluice("explain", request["text_id"]).out
    sluice("oracle", "--truth", "texts.jsonl", "--once")
    asked.settle()
    told = sluice("explain", request["request_id"]).out
    assert told.startswith("ASK: ")
    assert "card by oracle: learned" in told


def test_a_text_that_was_not_asked_about_is_explained(asked: Service, sluice: Sluice) -> None:
    requested = {request["text_id"] for request in sluice("requests", "list", "--json", "--limit", 100).json}
    skipped = next(f"t{row}" for row in range(TEXTS_SENT) if f"t{row}" not in requested)
    told = sluice("explain", skipped, "--json").json
    assert told["decision"]["verdict"] == "SKIP"
    assert told["decision"]["class"] is None
    assert told["decision"]["decided_at"].endswith("Z")
    assert told["request"] is None
    assert sluice("explain", told["decision"]["origin"], "--json").json == told


def test_what_was_never_seen_cannot_be_explained(asked: Service, sluice: Sluice) -> None:
    done = sluice("explain", "t-1-and-only")
    assert done.code == 3
    assert "t-1-and-only" in done.err
    assert "not decided yet, or older than what is kept (SLUICE_CONSOLE__DECISIONS_KEPT)" in done.err


def test_a_broken_message_is_listed_shown_and_sent_once_more(asked: Service, sluice: Sluice) -> None:
    asked.journal.append([Message(TEXTS, b'{"text": 7}'), Message(TEXTS, b"\xff")])
    asked.settle()
    letters = sluice("dead-letters", "list", "--json").json
    assert [letter["reason"] for letter in letters] == ["wrong_type", "not_utf8"]
    origin = letters[0]["origin"]
    assert '{"text": 7}' in sluice("dead-letters", "show", origin).out
    assert sluice("dead-letters", "replay", origin, "--json").json["replayed"] == [origin]
    assert len(sluice("dead-letters", "list", "--json").json) == 1
    asked.settle()
    assert len(sluice("dead-letters", "list", "--json").json) == 2


def test_replaying_needs_a_name_or_all(asked: Service, sluice: Sluice) -> None:
    assert sluice("dead-letters", "replay").code == 2
    assert sluice("dead-letters", "replay", "no/such/0/1").code == 3
    assert sluice("dead-letters", "show", "-no/such/0/1").code == 3
    assert sluice("dead-letters", "replay", "--all", "--json").json == {"replayed": [], "not_replayed": []}


def test_a_message_that_was_too_large_to_keep_is_not_replayed_and_can_be_discarded(
    asked: Service, sluice: Sluice
) -> None:
    asked.journal.append([Message(TEXTS, b"\xff" * 70_000), Message(TEXTS, b"\xff")])
    asked.settle()
    large, small = (letter["origin"] for letter in sluice("dead-letters", "list", "--json").json)
    done = sluice("dead-letters", "replay", "--all", "--json")
    assert done.code == 3
    assert done.json == {
        "replayed": [small],
        "not_replayed": [{"origin": large, "kept": 65_536, "size": 70_000}],
    }
    assert f"not replayed: {large}: only 65536 of its 70000 bytes are kept" in done.err
    assert sluice("dead-letters", "discard", large, "--json").json == {"discarded": [large]}
    assert sluice("dead-letters", "list", "--json").json == []


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("cols.csv", b"id,body\n1,hello\n", "cols.csv: no column request_id; there are id, body"),
        ("bad.csv", b"request_id,label\n\xff,a\n", "bad.csv: not UTF-8: save it as UTF-8"),
        ("no.csv", None, "no.csv: No such file or directory"),
    ],
)
def test_answers_that_cannot_be_read_are_refused(
    name: str, content: bytes | None, told: str, service: Service, sluice: Sluice
) -> None:
    if content is not None:
        Path(name).write_bytes(content)
    done = sluice("labels", "import", name, "--reviewer", "anna")
    assert (done.code, done.err) == (2, f"sluice: {told}\n")


def test_a_file_that_cannot_be_written_is_named_with_what_to_do(service: Service, sluice: Sluice) -> None:
    for what in ("labels", "requests"):
        done = sluice(what, "export", "no/such.csv")
        assert (done.code, done.err.count("\n")) == (2, 1)
        assert done.err.startswith("sluice: no/such.csv: No such file or directory: name a file ")
