"""Texts, items and labels that end whoever handles them -> set aside after three deaths, while all else is handled."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from services.edges.dead_letters import DeadLetter, read_dead_letters, replay_dead_letters
from services.edges.journal.base import Message
from services.edges.messages import LabelMessage
from stream.records import Decision, Verdict
from tests.services import mortal
from tests.services.worlds import Service

pytestmark = pytest.mark.slow
KILLERS = {7: mortal.ENCODER_KILLER, 25: mortal.ENCODER_KILLER, 80: mortal.LEARNER_KILLER}
TEXTS = 120


@dataclass
class Seen:
    """What is left after the last process: ``deaths`` are those of the others."""

    deaths: int
    decisions: list[Decision]
    letters: list[DeadLetter]
    outcomes: list[str]
    attempts: list[bytes | None]
    replayed: list[Decision]


@contextmanager
def keeper(directory: Path) -> Iterator[Callable[[], int]]:
    """Starts processes until one gets through, each time it is asked; says how many did not."""
    command = [sys.executable, "-m", "tests.services.mortal", str(directory)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        asking, answers = process.stdin, process.stdout

        def run() -> int:
            asking.write("go\n")
            asking.flush()
            return int(next(line for line in answers if line.strip().isdecimal()))

        yield run
        asking.close()


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Seen:
    service = Service(tmp_path_factory.mktemp("data"))
    with closing(service.journal), keeper(service.directory) as run:
        return _seen(service, run)


def _seen(service: Service, run: Callable[[], int]) -> Seen:
    texts = [f"text {number} {KILLERS.get(number, '')}" for number in range(TEXTS)]
    service.journal.append([Message("texts", text.encode(), partition=0) for text in texts])
    deaths = run()
    first, second = service.open()[:2]
    for request_id, label in ((first, mortal.LABEL_KILLER), (second, "refund")):
        message = LabelMessage(request_id=request_id, label=label, skip=False, reviewer="ann", corrects=False)
        service.journal.append([message.record()])
    deaths += run()
    decisions, letters = service.decisions(), read_dead_letters(service.journal)
    attempts = [service.state()["attempt"], _intake_attempt(service)]
    harmless = [letter for letter in letters if letter.topic == "texts" and b"ends" not in letter.value]
    replay_dead_letters(service.journal, harmless)
    assert run() == 0
    outcomes = [outcome.outcome.value for outcome in service.outcomes()]
    replayed = service.decisions()[len(decisions) :]
    return Seen(deaths, decisions, letters, outcomes, attempts, replayed)


def _intake_attempt(service: Service) -> bytes | None:
    return {record.key: record.value for record in service.records("intake-state")}[b"attempt"]


def test_each_of_them_ends_three_processes_and_not_one_more(seen: Seen) -> None:
    assert seen.deaths == 3 * (len(KILLERS) + 1)


def test_texts_that_end_the_encoder_become_dead_letters_of_their_own(seen: Seen) -> None:
    killed = [letter for letter in seen.letters if letter.reason == "killed" and b"encoder" in letter.value]
    assert [letter.origin.rpartition("/")[2] for letter in killed] == ["7", "25"]


def test_items_that_end_the_learner_become_dead_letters_of_their_texts_which_can_be_replayed(seen: Seen) -> None:
    killed = [letter for letter in seen.letters if letter.topic == "texts" and b"encoder" not in letter.value]
    assert mortal.LEARNER_KILLER in b"".join(letter.value for letter in killed).decode()
    assert len(seen.decisions) + len(killed) == TEXTS - 2
    assert len({decision.origin for decision in seen.decisions}) == len(seen.decisions)
    assert len(seen.replayed) == len(killed) - 1


def test_a_label_that_ends_the_learner_becomes_a_dead_letter_and_the_next_one_is_learned(seen: Seen) -> None:
    (killed,) = [letter for letter in seen.letters if letter.topic == "labels"]
    assert (killed.reason, mortal.LABEL_KILLER in killed.value.decode()) == ("killed", True)
    assert seen.outcomes == ["learned"]


def test_the_budget_is_kept_at_every_prefix_and_no_note_is_left(seen: Seen) -> None:
    asked = 0
    for texts, decision in enumerate(seen.decisions, start=1):
        asked += decision.verdict is not Verdict.SKIP
        assert asked <= 0.5 * texts
    assert seen.attempts == [None, None]
