"""Requests -> the examples, as they are, on a real Kafka -> labels."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import pytest

from services.edges.messages import LabelMessage, TextMessage
from services.edges.settings import KafkaSettings
from services.edges.topics import LABELS, TEXTS
from tests.architecture.sources import ROOT
from tests.examples.topics import Reader, closed, commit, request
from tests.programs import find_program

pytestmark = pytest.mark.slow
EXAMPLES = ROOT / "examples"
END_SECONDS = 30.0
Command = Callable[[], list[str]]


@pytest.fixture(scope="module")
def javascript(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A copy of the examples with what they need from npm, so that nothing is left in the tree."""
    npm = find_program("npm")
    directory = tmp_path_factory.mktemp("examples") / "examples"
    shutil.copytree(EXAMPLES, directory, ignore=shutil.ignore_patterns("node_modules"))
    command = [npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
    done = subprocess.run(command, cwd=directory, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    yield directory
    shutil.rmtree(directory)


@pytest.fixture(params=["answer.py", "answer.mjs"])
def command(request: pytest.FixtureRequest) -> list[str]:
    """How one of the answerers is started."""
    if request.param.endswith(".py"):
        return [sys.executable, str(EXAMPLES / request.param)]
    return [find_program("node"), str(request.getfixturevalue("javascript") / request.param)]


def environment(kafka: KafkaSettings) -> dict[str, str]:
    return os.environ | {
        "SLUICE_KAFKA__BOOTSTRAP": kafka.bootstrap,
        "SLUICE_KAFKA__TOPIC_PREFIX": kafka.topic_prefix,
    }


def test_what_is_open_is_answered_once_and_nothing_else(kafka: KafkaSettings, command: list[str]) -> None:
    commit(kafka, request("closed", "Where is my card?"), request("expired", "A card?", seconds_left=-1.0))
    commit(kafka, request("open", "My card has not arrived"), request("other", "What is the rate?"), closed("closed"))
    commit(kafka, request("taken back", "A card that nobody decided about"), abort=True)
    running = subprocess.Popen(command, env=environment(kafka), stderr=subprocess.PIPE, text=True)
    try:
        with closing(Reader(kafka, LABELS)) as labels:
            values = labels.wait_for(2)
            commit(kafka, closed("open"), closed("other"), request("later", "One more card"))
            values += labels.wait_for(1)
            running.send_signal(signal.SIGTERM)
            _, complaint = running.communicate(timeout=END_SECONDS)
            values += labels.rest()
    finally:
        running.kill()
        running.wait()

    answers = [LabelMessage.parse(value) for value in values]
    # They keep nothing, so they may be ended at any moment.
    assert (running.returncode, complaint) == (-signal.SIGTERM, "")
    assert {(answer.request_id, answer.label, answer.skip) for answer in answers} == {
        ("open", "card_arrival", False),
        ("other", None, True),
        ("later", "card_arrival", False),
    }
    assert len(answers) == 3
    assert {answer.reviewer for answer in answers} == {Path(command[-1]).name}


def test_what_a_producer_sends_are_texts(kafka: KafkaSettings) -> None:
    lines = "order-4711 My card has not arrived yet\norder-4712 What is the rate?\n"
    command = [sys.executable, str(EXAMPLES / "produce.py")]
    subprocess.run(command, env=environment(kafka), input=lines, text=True, check=True, timeout=END_SECONDS)
    with closing(Reader(kafka, TEXTS)) as reader:
        texts = [TextMessage.parse(value) for value in reader.rest()]

    assert {(text.id, text.text) for text in texts} == {
        ("order-4711", "My card has not arrived yet"),
        ("order-4712", "What is the rate?"),
    }
