"""`sluice forget`, `rebuild`, `command` -> what the learner did, by a service that runs as a process of its own."""

from __future__ import annotations

import json
import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.edges import topics
from services.edges.command_messages import CommandMessage, CommandOutcome, CommandResult
from services.edges.journal.sqlite import SqliteJournal
from tests.services.cli.command import Sluice
from tests.services.cli.test_up import serving
from tests.services.commanded import SECRET, bytes_of, traces

pytestmark = pytest.mark.slow
WAIT_SECONDS = 60


def post(url: str, path: str, *bodies: dict[str, Any]) -> Any:
    return httpx.post(f"{url}{path}", params={"wait": WAIT_SECONDS}, json=bodies, timeout=2 * WAIT_SECONDS).json()


def ask(url: str, **text: Any) -> str:
    """Have a text asked about, as the first of all are; the id of its request."""
    post(url, "/v1/texts", text)
    for request in httpx.get(f"{url}/v1/requests", params={"reviewer": "ann", "limit": 100}).json()["requests"]:
        if request["text_id"] == text["id"]:
            return str(request["request_id"])
    raise AssertionError(f"{text} was not asked about")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    (tmp_path / "sluice.toml").write_text("[budget]\nfraction = 1.0\naudit_share = 0.0\n")
    return tmp_path / "data"


def test_a_text_is_forgotten_while_the_service_runs(data: Path, sluice: Sluice) -> None:
    with serving(data) as (process, url):
        request_id = ask(url, id="order-4711", text=SECRET)
        assert post(url, "/v1/labels", {"request_id": request_id, "label": "eaten", "reviewer": "ann"})
        ask(url, id="order-4712", text="refund please")
        assert traces(bytes_of(data), SECRET)

        done = sluice("forget", "--text", "order-4711", "--data", data)
        explained = sluice("explain", "order-4711", "--json", "--data", data).json
        again = sluice("forget", "--text", "order-4711", "--json", "--data", data)
        process.send_signal(signal.SIGTERM)
        assert process.wait(WAIT_SECONDS) == 0

    assert (done.code, done.out) == (
        0, "done: forgotten: 1 examples, 0 open requests, 0 dead letters, 2 records of the journal\n"
    )  # fmt: skip
    assert (explained["request"], explained["outcomes"]) == (None, [])
    assert (again.code, again.json["outcome"]) == (3, "refused")
    assert traces(bytes_of(data), SECRET) == []
    assert traces(bytes_of(data), "refund please")


def test_each_kind_of_command_is_carried_out(data: Path, sluice: Sluice) -> None:
    with serving(data) as (_, url):
        first, second = ask(url, id="1", text="lost card"), ask(url, id="2", text="refund please")
        post(url, "/v1/labels", {"request_id": first, "label": "lost", "reviewer": "ann"})
        told = [
            sluice(*words, "--data", data).out
            for words in (
                ["command", "rename", "lost", "card_lost"],
                ["command", "withdraw", second],
                ["command", "hold", "bob"],
                ["command", "hold", "bob", "--release"],
                ["rebuild"],
                ["command", "remove", "card_lost"],
                ["forget", "--reviewer", "ann"],
            )
        ]
        wrong = sluice("command", "merge", "none", "card_lost", "--data", data)
        gap = sluice("command", "accept-gap", "c/t/0", "7", "--data", data)

    assert told == [
        "done: 'lost' is called 'card_lost'\n",
        f"done: request {second} is withdrawn\n",
        "done: 'bob' is on hold; nobody of this name has answered so far\n",
        "done: 'bob' is no longer on hold\n",
        "done: rebuilt from 1 examples\n",
        "done: 'card_lost' is no class any more; examples forgotten: 1\n",
        "done: forgotten: 0 examples, 1 outcomes\n",
    ]
    assert (wrong.code, gap.code) == (3, 3)


def test_the_encoder_is_changed_and_what_was_learned_and_asked_stays(data: Path, sluice: Sluice) -> None:
    with serving(data) as (process, url):
        first, second = ask(url, id="1", text="lost card"), ask(url, id="2", text="refund please")
        post(url, "/v1/labels", {"request_id": first, "label": "lost", "reviewer": "ann"})
        done = sluice("rebuild", "--encoder", "hashing:64", "--data", data)
        assert process.wait(WAIT_SECONDS) == 1
        assert process.stderr is not None
        *logged, last = process.stderr
    with serving(data, encoder="hashing:64") as (_, url):
        learned = post(url, "/v1/labels", {"request_id": second, "label": "refund", "reviewer": "ann"})["outcomes"]
        decided = post(url, "/v1/texts", {"id": "3", "text": "a lost card"})["decisions"]
        again = sluice("rebuild", "--encoder", "hashing:64", "--data", data)

    assert done.code == 0
    assert done.out == f"done: {last.removeprefix('sluice: ')}"
    assert last == (
        "sluice: 2 texts are embedded by hashing:64; the service has ended: "
        "start it again with SLUICE_ENCODER__MODEL=hashing:64, on Kafka the intake as well\n"
    )
    assert {json.loads(line)["level"] for line in logged} == {"info"}
    assert [each["outcome"] for each in learned] == ["learned"]
    assert [each["class"] for each in decided] == ["lost"]
    assert (again.code, again.out) == (3, "refused: hashing:64 is the encoder already\n")


def test_a_command_is_carried_out_once_though_its_service_was_killed(data: Path, sluice: Sluice) -> None:
    with serving(data) as (process, url):
        request_id = ask(url, id="1", text="lost card")
        post(url, "/v1/labels", {"request_id": request_id, "label": "lost", "reviewer": "ann"})
        first = sluice("rebuild", "--id", "r1", "--json", "--data", data).json
        process.kill()
    with SqliteJournal(data) as journal:
        journal.append([CommandMessage.read({"command_id": each, "kind": "rebuild"}).record() for each in ("r1", "r2")])
    with serving(data):
        second = sluice("rebuild", "--id", "r2", "--json", "--data", data).json
        again = sluice("rebuild", "--id", "r1", "--json", "--data", data).json
    with SqliteJournal(data) as journal:
        keys = [record.key for record in journal.read({(topics.LABEL_OUTCOMES, 0): 0}, 100)]

    assert again == first
    assert second["model_version"] == first["model_version"] + 2
    assert sorted(key for key in keys if key and key.startswith(b"command/")) == [b"command/r1", b"command/r2"]


def test_without_a_learner_the_command_waits_in_the_journal(sluice: Sluice, tmp_path: Path) -> None:
    SqliteJournal(tmp_path / "data").close()
    done = sluice("rebuild", "--data", tmp_path / "data", "--wait", "0.1")

    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "is a learner running?" in done.err
    with SqliteJournal(tmp_path / "data") as journal:
        assert journal.bounds(topics.COMMANDS)[topics.COMMANDS, 0] == (0, 1)


def test_what_makes_no_sense_is_said_before_anything_is_written(sluice: Sluice, tmp_path: Path) -> None:
    SqliteJournal(tmp_path / "data").close()
    for words in (["forget"], ["forget", "--text", "1", "--reviewer", "ann"], ["command", "rename", " ", "b"]):
        assert sluice(*words, "--data", tmp_path / "data").code == 2
    assert sluice("forget", "--text", "1", "--data", tmp_path / "none").code == 3


def test_an_id_of_another_command_is_refused_and_one_that_comes_again_is_said_to(
    sluice: Sluice, tmp_path: Path
) -> None:
    gap = CommandMessage.read({"command_id": "c1", "kind": "accept_gap"})
    with SqliteJournal(tmp_path / "data") as journal:
        journal.append([CommandOutcome.of(gap, CommandResult.DONE, "it goes on", 1).record()])

    others = [
        sluice("command", *words, "--id", "c1", "--data", tmp_path / "data")
        for words in (["rename", "a", "c"], ["hold", "ann", "--json"])
    ]
    same = sluice("command", "accept-gap", "c/t/0", "7", "--id", "c1", "--data", tmp_path / "data")

    told = "sluice: --id c1 was used before, by another command (`accept-gap`): nothing was done"
    assert [(each.code, each.out, each.err.partition(";")[0]) for each in others] == [(3, "", told)] * 2
    assert (same.code, same.out) == (0, "done: it goes on\n")
    assert same.err == "sluice: --id c1 was used before: this is what became of the first command under it\n"
