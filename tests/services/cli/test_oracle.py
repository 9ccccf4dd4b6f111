"""`sluice oracle --llm` -> requests answered by a model that is asked over HTTP."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.edges.topics import LABELS
from tests.services.cli.command import Sluice
from tests.services.cli.conftest import Service
from tests.services.models import HANGS, Model, fails, says
from tests.waiting import wait_for

SLUICE = Path(sys.executable).with_name("sluice")
OPTIONS = ("--llm-model", "llama", "--once", "--json")


@pytest.fixture
def asked(sluice: Sluice, service: Service, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The texts that a service asks about."""
    monkeypatch.setenv("SLUICE_TASK__CLASSES", "card, rate")
    rows = [{"text": f"where is my card number {row}", "id": f"t{row}"} for row in range(12)]
    Path("texts.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    sluice("replay", "texts.jsonl")
    service.settle()
    return [request["text"] for request in sluice("requests", "list", "--json").json]


def answers(service: Service) -> list[dict[str, str]]:
    return [json.loads(record.value or b"") for record in service.journal.read({(LABELS, 0): 0}, 100)]


def test_a_model_answers_what_is_open_under_its_own_name(asked: list[str], service: Service, sluice: Sluice) -> None:
    with Model(fails(429, Retry_After="0"), says(" Card")).serving() as model:
        done = sluice("oracle", "--llm", model.url, *OPTIONS)
    assert done.json == {"answered": len(asked)}
    assert len(asked) > 1
    assert sorted(model.texts[1:]) == sorted(asked)
    assert {(answer["label"], answer["reviewer"]) for answer in answers(service)} == {("card", "llm:llama")}
    service.settle()
    assert sluice("requests", "list", "--json").json == []


def test_nonsense_leaves_requests_open(asked: list[str], service: Service, sluice: Sluice) -> None:
    with Model(says("Certainly! It is about a card."), says("?")).serving() as model:
        assert sluice("oracle", "--llm", model.url, *OPTIONS).json == {"answered": 0}
    assert len(model.asked) == len(asked)
    assert answers(service) == []


def test_classes_that_were_learned_are_known_without_a_setting(
    asked: list[str], service: Service, sluice: Sluice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SLUICE_TASK__CLASSES")
    with Model(says("refund")).serving() as model:
        told = sluice("oracle", "--llm", model.url, *OPTIONS)
        assert (told.code, told.err.count("\n")) == (3, 1)
        assert "no class is known yet: name them in SLUICE_TASK__CLASSES" in told.err
        (first,) = sluice("requests", "list", "--json", "--limit", 1).json
        answer = {"request_id": first["request_id"], "label": "refund", "reviewer": "anna"}
        Path("answers.jsonl").write_text(json.dumps(answer))
        sluice("labels", "import", "answers.jsonl", "--wait", 0)
        service.settle()
        assert sluice("oracle", "--llm", model.url, *OPTIONS).json == {"answered": len(asked) - 1}
    assert first["text"] not in model.texts


def test_the_key_is_a_setting_and_is_never_told(
    asked: list[str], sluice: Sluice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLUICE_ORACLE__LLM_KEY", "sk-4711")
    with Model(fails(401, "wrong key sk-4711")).serving() as model:
        done = sluice("oracle", "--llm", model.url, *OPTIONS)
    assert model.keys == ["Bearer sk-4711"]
    assert (done.code, "401 Unauthorized" in done.err) == (1, True)
    assert "4711" not in done.err + sluice("config", "show").out
    monkeypatch.setenv("SLUICE_ORACLE__LLM_KEY", "sk-4711 \n")
    told = sluice("config", "show").err
    assert "ORACLE__LLM_KEY = **********" in told
    assert "4711" not in told


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([], "--truth, --llm"),
        (["--truth", "texts.jsonl", "--llm", "http://host/v1", "--llm-model", "m"], "--truth, --llm"),
        (["--llm", "http://host/v1"], "--llm, --llm-model"),
        (["--truth", "texts.jsonl", "--llm-model", "m"], "--llm, --llm-model"),
        (["--llm", "host/v1", "--llm-model", "m"], "--llm"),
        (["--llm", "http://host/v1", "--llm-model", "m", "--noise", "0.1"], "--noise"),
        (["--llm", "http://host/v1", "--llm-model", "m", "--llm-timeout", "nan"], "--llm-timeout"),
        (["--llm", "http://host/v1", "--llm-model", "m" * 200], "--reviewer"),
    ],
)
def test_options_that_do_not_go_together_are_wrong_use(options: list[str], told: str, sluice: Sluice) -> None:
    done = sluice("oracle", *options)
    assert (done.code, f"'{told}'" in done.err or told in done.err) == (2, True)


def test_its_help_says_that_texts_leave_the_machine(sluice: Sluice) -> None:
    told = " ".join(sluice("oracle", "--help").out.split())
    assert "each of these texts leaves this machine" in told
    assert "--llm http://127.0.0.1:11434/v1" in told


@pytest.mark.slow
def test_sigterm_ends_it_within_seconds_though_the_model_hangs_and_what_was_answered_is_kept(
    asked: list[str], service: Service
) -> None:
    with Model(says("card"), HANGS).serving() as model:
        command = [str(SLUICE), "oracle", "--llm", model.url, "--llm-model", "llama", "--json"]
        with subprocess.Popen(command, env=dict(os.environ), stdout=subprocess.PIPE, text=True) as process:
            try:
                wait_for(lambda: len(model.asked) == 2, seconds=30.0, what="a second question")
                assert [answer["label"] for answer in answers(service)] == ["card"]
                process.send_signal(signal.SIGTERM)
                began = time.monotonic()
                assert process.wait(10.0) == 0
                assert time.monotonic() - began < 3.0
                assert process.stdout is not None
                assert json.loads(process.stdout.read()) == {"answered": 1}
            finally:
                process.kill()
