"""Commands in the journal -> each carried out once, whatever happens, or refused with its reason."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from services.attempts import DEATHS
from services.commands import Commands
from services.edges import topics
from services.edges.dead_letters import Fault, read_dead_letters
from services.edges.journal.base import JournalError, Message, Record
from services.edges.journal.sqlite import SqliteJournal
from services.edges.outcome_keys import of_command
from stream.records import Decision, OutcomeKind
from tests.services.commanded import SECRET, answers, bytes_of, done, drain, outcome, taught, tell, traces
from tests.services.worlds import Service


def test_a_rebuild_is_told_of_once_its_head_serves(service: Service) -> None:
    process = taught(service, inline_refit_size=0)
    version = process.learner.version
    command_id = tell(service, "rebuild")
    process.step(0.0)
    assert of_command(command_id) not in {record.key for record in service.records(topics.LABEL_OUTCOMES)}
    drain(process)

    assert outcome(service, command_id) == ("done", "rebuilt from 5 examples")
    assert process.learner.version == version + 2


def test_a_refit_under_way_is_dropped_when_what_it_looks_at_is_forgotten(service: Service) -> None:
    process = service.process(inline_refit_size=0)
    service.texts(SECRET, "refund please", labels=["card_lost", "refund"])
    process.step(0.0)
    assert process.learner.job is not None
    done(service, process, "forget", text="cluster/topic/0/0")

    assert process.learner.parts.knowledge.model.classes == ("refund",)
    assert process.learner.parts.knowledge.model.save()["model/head"].fields["classes"] == ["refund"]


@pytest.mark.parametrize(
    ("kind", "arguments", "why"),
    [
        ("forget", {}, "forget needs either a text or a reviewer"),
        ("forget", {"text": "nobody"}, "nothing is kept of the text 'nobody'"),
        ("rebuild", {"encoder": "hashing:64"}, "5 of 5 texts are not embedded by hashing:64"),
        ("rebuild", {"encoder": "hashing:64", "offset": 10**15}, "5 of 5 texts are not embedded by hashing:64"),
        ("withdraw", {}, "the argument request_id is missing"),
        ("withdraw", {"request_id": "none"}, "request 'none' is not open"),
        ("withdraw", {"request_id": "\u200b" * 500}, "request '" + r"\u200b" * 300),
        ("rename", {"old": "card_lost", "new": "refund"}, "is a class already"),
        ("merge", {"old": "card_lost"}, "the argument new is missing"),
        ("remove", {"old": "none"}, "there is no class 'none'"),
        ("hold", {"reviewer": "ann", "release": True}, "'ann' is not on hold"),
        ("accept_gap", {"partition": "cluster/topic/0", "offset": 1}, "was read up to offset 1 already"),
    ],
)
def test_what_cannot_be_done_is_refused_with_its_reason(
    service: Service, kind: str, arguments: dict[str, object], why: str
) -> None:
    process = taught(service)
    before = process.learner.version
    result, detail = done(service, process, kind, **arguments)

    assert result == "refused"
    assert why in detail
    assert process.learner.version == before


def test_a_request_is_withdrawn_and_its_answer_comes_too_late(service: Service) -> None:
    service.texts("lost card")
    process = service.process()
    process.step(0.0)
    (request_id,) = service.open()

    assert done(service, process, "withdraw", request_id=request_id)[0] == "done"
    service.answer(request_id, "card_lost")
    drain(process)
    assert service.open() == []
    assert [told.outcome for told in answers(service).values() if told] == [OutcomeKind.CLOSED]


def test_classes_are_renamed_merged_and_removed(service: Service) -> None:
    process = taught(service)
    assert done(service, process, "rename", old="fee", new="fees") == ("done", "'fee' is called 'fees'")
    assert done(service, process, "merge", old="fees", new="refund") == ("done", "'fees' is part of 'refund'")
    assert process.learner.parts.knowledge.model.classes == ("card_lost", "refund")
    told = ("done", "'card_lost' is no class any more; examples forgotten: 2")
    assert done(service, process, "remove", old="card_lost") == told
    assert process.learner.parts.knowledge.model.classes == ("refund",)


def test_a_reviewer_on_hold_teaches_nothing_even_after_a_restart(service: Service) -> None:
    service.texts("lost card")
    process = service.process()
    process.step(0.0)
    done(service, process, "hold", reviewer="ann")
    process.close()
    process = service.process()
    service.answer(service.open()[0], "card_lost", reviewer="ann")
    service.answer(service.open()[0], "card_lost", reviewer="bob")
    drain(process)

    assert [told.outcome for told in answers(service).values() if told] == [OutcomeKind.HELD, OutcomeKind.LEARNED]


def test_a_gap_that_ended_a_learner_is_accepted_at_the_start_of_the_next(service: Service) -> None:
    service.texts("lost card")
    process = service.process()
    process.step(0.0)
    service.skip_texts(3)
    service.texts("refund please")
    with pytest.raises(JournalError, match="accept-gap cluster/topic/0 4"):
        process.step(0.0)
    process.close()

    mistyped = tell(service, "accept_gap", partition="cluster/topic/0", offset=40)
    command_id = tell(service, "accept_gap", partition="cluster/topic/0", offset=4)
    process = service.process()
    assert (outcome(service, mistyped)[0], outcome(service, command_id)[0]) == ("refused", "done")
    drain(process)
    assert [each.origin for each in service.decisions()] == ["cluster/topic/0/0", "cluster/topic/0/4"]


def test_a_command_over_which_processes_end_at_their_start_is_set_aside(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise RuntimeError

    taught(service).close()
    monkeypatch.setattr(Commands, "_withdraw", fail)
    tell(service, "withdraw", request_id="any")
    hold = tell(service, "hold", reviewer="ann")
    for _ in range(DEATHS):
        with pytest.raises(RuntimeError):
            service.process()
        (service.directory / "learner.lock").unlink()  # as the end of a process does
    service.process()

    assert outcome(service, hold)[0] == "done"
    (letter,) = read_dead_letters(service.journal)
    assert (letter.topic, letter.reason) == (topics.COMMANDS, Fault.KILLED)
    assert service.state()["attempt/commands"] is None


def test_a_command_that_cannot_be_read_is_a_dead_letter(service: Service) -> None:
    process = service.process()
    for value in (b"{", b'{"command_id": "1", "kind": "explode"}', b'{"kind": "rebuild"}', None):
        service.journal.append([Message(topics.COMMANDS, value)])
    drain(process)

    letters = read_dead_letters(service.journal)
    assert [letter.topic for letter in letters] == [topics.COMMANDS] * 4
    assert [letter.reason for letter in letters][1:3] == [Fault.WRONG_VALUE, Fault.MISSING_FIELD]


def test_a_command_that_comes_again_has_no_second_effect(service: Service) -> None:
    process = taught(service)
    tell(service, "rebuild", command_id="once")
    drain(process)
    version, records = process.learner.version, len(service.records(topics.LABEL_OUTCOMES))
    process.close()
    process = service.process()
    tell(service, "rebuild", command_id="once")
    tell(service, "hold", command_id="once", reviewer="ann")
    drain(process)

    assert process.learner.version == version
    assert "ann" not in process.learner.parts.holds
    assert len(service.records(topics.LABEL_OUTCOMES)) == records


class PowerCut(BaseException):
    """The process ends here."""


class CutJournal(SqliteJournal):
    """A journal whose process ends when it is about to clean its files, or has just done so."""

    after = False

    def scrub(self) -> bool:
        if self.after:
            super().scrub()
        raise PowerCut


@pytest.mark.parametrize("after", [False, True])
def test_a_process_that_ends_between_the_effect_and_the_outcome_finishes_once(service: Service, after: bool) -> None:
    taught(service).close()
    whole, service.journal = service.journal, CutJournal(service.directory)
    service.journal.after = after
    process = service.process()
    command_id = tell(service, "forget", text="cluster/topic/0/0")
    with pytest.raises(PowerCut):
        drain(process)
    version = process.learner.version
    process.close()
    service.journal.close()
    service.journal = whole
    assert of_command(command_id) not in {record.key for record in service.records(topics.LABEL_OUTCOMES)}

    process = service.process()
    drain(process)
    assert outcome(service, command_id)[0] == "done"
    assert process.learner.version == version
    assert traces(bytes_of(service.directory), SECRET) == []


class SearchedJournal(SqliteJournal):
    """A journal that counts how often it is searched for what is to be erased."""

    searches = 0

    def rewrite(self, topic: str, change: Callable[[Record], Record | None]) -> int:
        self.searches += 1
        return super().rewrite(topic, change)


def test_a_reader_of_the_file_delays_the_outcome_and_no_more(service: Service) -> None:
    taught(service).close()
    service.journal.close()
    service.journal = journal = SearchedJournal(service.directory)
    process = service.process()
    with closing(sqlite3.connect(service.directory / "sluice.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM records").fetchall()
        command_id = tell(service, "forget", text="cluster/topic/0/0")
        drain(process)
        searches = journal.searches
        service.now += 10.0
        drain(process)
        assert of_command(command_id) not in {record.key for record in service.records(topics.LABEL_OUTCOMES)}
    service.now += 10.0
    drain(process)
    assert outcome(service, command_id)[0] == "done"
    assert journal.searches == searches
    assert traces(bytes_of(service.directory), SECRET) == []


def course(directory: Path, restarts: bool) -> tuple[list[Decision], dict[str, bytes | None]]:
    """A stream with forgotten texts in it, whose process ends after each step or never does: all that was written."""
    service = Service(directory)
    rng = np.random.default_rng(1)
    words = [f"word{number}" for number in range(40)]
    process = service.process()
    for place in range(12):
        service.texts(*[" ".join(rng.choice(words, 6)) for _ in range(10)])
        if place % 3 == 2:
            tell(service, "forget", text=f"cluster/topic/0/{place * 10 - int(rng.integers(1, 20))}")
            tell(service, ("rebuild", "merge", "hold")[place // 3 % 3], f"{place}", **MORE[place // 3 % 3])
        process.step(0.0)
        for request_id in service.open()[:6]:
            service.answer(request_id, f"class {rng.integers(0, 4)}", reviewer=("ann", "bob")[place % 2])
        drain(process)
        if restarts:
            process.close()
            process = service.process()
    process.close()
    written = service.decisions(), service.state()
    service.journal.close()
    return written


MORE: tuple[dict[str, object], ...] = ({}, {"old": "class 1", "new": "class 2"}, {"reviewer": "bob"})


def test_commands_leave_the_same_behind_in_a_process_that_is_restarted(tmp_path: Path) -> None:
    decisions, state = course(tmp_path / "straight", restarts=False)
    assert len({each.label for each in decisions}) > 3
    again, state_again = course(tmp_path / "restarted", restarts=True)

    assert again == decisions
    assert state_again == state


def test_open_requests_suggest_a_class_by_its_new_name(service: Service) -> None:
    process = taught(service)
    service.texts("lost my card")
    drain(process)
    (request_id,) = service.open()
    told = []
    changes = [("hold", {"reviewer": "bob"}), ("rename", {"old": "fee", "new": "fees"}), ("remove", {"old": "fees"})]
    for kind, arguments in changes:
        done(service, process, kind, **arguments)
        request = service.requests()[request_id]
        assert request is not None
        told.append({each.label for each in request.suggestions})

    assert told == [{"card_lost", "fee", "refund"}, {"card_lost", "fees", "refund"}, {"card_lost", "refund"}]
