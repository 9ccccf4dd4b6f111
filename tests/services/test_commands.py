"""Commands in the journal -> each carried out once, whatever happens, and nothing left of what was forgotten."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from services.console.follower import Follower, identities
from services.console.view import View
from services.edges import batches, topics
from services.edges.batches import ItemsBatch
from services.edges.command_messages import CommandMessage, CommandOutcome, outcome_key
from services.edges.dead_letters import Fault, Unreadable, dead_letter, read_dead_letters
from services.edges.journal.base import Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.messages import OutcomeMessage, TextMessage
from services.learner import LearnerProcess
from stream.arrivals import Gap
from stream.questions import request_id_of
from stream.records import Decision, OutcomeKind
from tests.services.worlds import Service

SECRET = "my card 4929 1234 was eaten by the machine in Leith"
OTHERS = ("refund please", "where is it?", "a fee on my account", "lost card")


def drain(process: LearnerProcess) -> None:
    """Step until nothing is left to do, answers to commands included."""
    while process.step(0.0) or process._commands.finishing or process.learner.job is not None:
        pass


def tell(service: Service, kind: str, command_id: str = "", **arguments: object) -> str:
    """Write a command; its id."""
    fields = {"command_id": command_id or f"{kind}-{sorted(arguments.items())}", "kind": kind, "arguments": arguments}
    command = CommandMessage.read(fields)
    service.journal.append([command.record()])
    return command.command_id


def outcome(service: Service, command_id: str) -> tuple[str, str]:
    """What became of a command."""
    (told,) = [
        CommandOutcome.parse(record.value or b"")
        for record in service.records(topics.LABEL_OUTCOMES)
        if record.key == outcome_key(command_id)
    ]
    return told.outcome.value, told.detail


def done(service: Service, process: LearnerProcess, kind: str, **arguments: object) -> tuple[str, str]:
    """Have a command carried out; its outcome."""
    command_id = tell(service, kind, **arguments)
    drain(process)
    return outcome(service, command_id)


def taught(service: Service, **options: object) -> LearnerProcess:
    """A process that learned four texts and the secret one."""
    service.texts(SECRET, *OTHERS)
    process = service.process(**options)
    process.step(0.0)
    for place, request_id in enumerate(service.open()):
        service.answer(request_id, ("card_lost", "refund", "fee")[place % 3], reviewer="bob" if place == 4 else "ann")
    drain(process)
    return process


def answers(service: Service) -> Mapping[str, OutcomeMessage | None]:
    """The outcomes of answers by their keys, None where it is taken away."""
    return {
        (record.key or b"").decode(): OutcomeMessage.parse(record.value) if record.value is not None else None
        for record in service.records(topics.LABEL_OUTCOMES)
        if not (record.key or b"").startswith(b"command/")
    }


def bytes_of(directory: Path) -> bytes:
    """All that is on disk."""
    return b"".join(file.read_bytes() for file in sorted(directory.iterdir()) if file.is_file())


def traces(data: bytes, text: str) -> list[str]:
    """Which parts of a text are there: long values are cut into pages."""
    pieces = [text[start : start + 12] for start in range(0, len(text) - 12, 6)]
    return [piece for piece in pieces if piece.encode() in data]


@pytest.mark.parametrize("name", [request_id_of("cluster/topic/0/0"), "cluster/topic/0/0"])
def test_a_forgotten_text_is_nowhere_on_disk(service: Service, name: str) -> None:
    process = taught(service)
    assert traces(bytes_of(service.directory), SECRET)

    result, detail = done(service, process, "forget", text=name)
    assert (result, detail) == (
        "done", "forgotten: 1 examples, 0 open requests, 0 dead letters, 1 records of the journal"
    )  # fmt: skip
    assert traces(bytes_of(service.directory), SECRET) == []
    assert traces(bytes_of(service.directory), OTHERS[2])
    assert [key for key, told in answers(service).items() if told is None] == [
        f"{request_id_of('cluster/topic/0/0')}/ann/0"
    ]


def test_the_items_keep_their_places_and_the_other_texts(service: Service) -> None:
    process = taught(service)
    done(service, process, "forget", text="cluster/topic/0/0")
    (record,) = service.records(topics.ITEMS)
    batch = batches.decode(record.value or b"")

    assert isinstance(batch, ItemsBatch)
    assert (record.offset, list(batch.items.texts)) == (0, list(OTHERS))
    assert batch.items.covered == {"cluster/topic/0": (0, 5)}


def test_a_model_that_forgot_is_bit_for_bit_one_that_was_rebuilt_without_the_text(
    service: Service, tmp_path: Path
) -> None:
    process = taught(service)
    done(service, process, "forget", text="cluster/topic/0/0")
    twin = Service(tmp_path / "twin")
    twin.skip_texts(1)
    twin.texts(*OTHERS)
    never = twin.process()
    never.step(0.0)
    for request_id in twin.open():
        known = process.learner.parts.knowledge.examples.get(request_id)
        assert known is not None
        twin.answer(request_id, known.label, known.reviewer)
    drain(never)
    done(twin, never, "rebuild")

    ours, theirs = process.learner.parts.knowledge.model.save(), never.learner.parts.knowledge.model.save()
    twin.journal.close()
    assert ours["model/classes"].fields["classes"] == theirs["model/classes"].fields["classes"]
    for key in ("model/head", "model/names"):
        for name, array in ours[key].arrays.items():
            assert array.tobytes() == theirs[key].arrays[name].tobytes(), (key, name)


def test_a_restored_process_has_the_window_without_the_text(service: Service) -> None:
    process = taught(service)
    done(service, process, "forget", text="cluster/topic/0/0")
    service.texts("one more")
    process.step(0.0)
    window, version = process.learner.parts.window.last(1_000).copy(), process.learner.version
    process.close()
    again = service.process()

    assert (len(window), again.learner.version) == (5, version)
    assert np.array_equal(again.learner.parts.window.last(1_000), window)


def test_an_open_request_and_its_view_are_forgotten(service: Service) -> None:
    service.texts(SECRET)
    process = service.process()
    process.step(0.0)
    view = View(service.directory / "console.db", identities(service.journal))
    follower = Follower(service.journal, view)
    follower.step(0.0)
    assert view.explain("cluster/topic/0/0")
    assert traces(bytes_of(service.directory), SECRET)

    told = done(service, process, "forget", text="cluster/topic/0/0")
    while follower.step(0.0):
        pass
    explained = view.explain("cluster/topic/0/0")
    view.close()
    assert told == ("done", "forgotten: 0 examples, 1 open requests, 0 dead letters, 1 records of the journal")
    assert (service.open(), explained and explained.request) == ([], None)
    assert traces(bytes_of(service.directory), SECRET) == []


def test_a_text_and_its_dead_letter_are_forgotten_by_the_users_id(service: Service) -> None:
    text = TextMessage(text=SECRET, id="order-1").record()
    service.journal.append([text])
    (record,) = service.records(topics.TEXTS)
    failed = Unreadable(Fault.ENCODER_FAILED, "minilm")
    service.journal.append([dead_letter(record, service.journal.identity(topics.TEXTS), failed)])
    process = service.process()

    told = done(service, process, "forget", text="order-1")
    assert told == ("done", "forgotten: 0 examples, 0 open requests, 1 dead letters, 1 records of the journal")
    assert [each.value for each in service.records(topics.TEXTS)] == [None]
    assert read_dead_letters(service.journal) == []
    assert traces(bytes_of(service.directory), SECRET) == []


def test_all_that_a_reviewer_taught_is_forgotten_with_its_outcomes(service: Service) -> None:
    process = taught(service)

    assert done(service, process, "forget", reviewer="bob") == ("done", "forgotten: 1 examples, 1 outcomes")
    assert {each.reviewer for each in process.learner.parts.knowledge.examples} == {"ann"}
    assert {told.reviewer for told in answers(service).values() if told is not None} == {"ann"}
    assert done(service, process, "forget", reviewer="carl")[0] == "refused"


def test_a_rebuild_is_told_of_once_its_head_serves(service: Service) -> None:
    process = taught(service, inline_refit_size=0)
    version = process.learner.version
    command_id = tell(service, "rebuild")
    process.step(0.0)
    assert outcome_key(command_id) not in {record.key for record in service.records(topics.LABEL_OUTCOMES)}
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
        ("rebuild", {"encoder": "hashing:64"}, "begin a new data directory"),
        ("withdraw", {}, "the argument request_id is missing"),
        ("withdraw", {"request_id": "none"}, "request 'none' is not open"),
        ("rename", {"old": "card_lost", "new": "refund"}, "is a class already"),
        ("merge", {"old": "card_lost"}, "the argument new is missing"),
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


def test_classes_are_renamed_and_merged(service: Service) -> None:
    process = taught(service)
    assert done(service, process, "rename", old="fee", new="fees") == ("done", "'fee' is called 'fees'")
    assert done(service, process, "merge", old="fees", new="refund") == ("done", "'fees' is part of 'refund'")
    assert process.learner.parts.knowledge.model.classes == ("card_lost", "refund")


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
    with pytest.raises(Gap):
        process.step(0.0)
    process.close()

    command_id = tell(service, "accept_gap", partition="cluster/topic/0", offset=4)
    process = service.process()
    assert outcome(service, command_id)[0] == "done"
    drain(process)
    assert [each.origin for each in service.decisions()] == ["cluster/topic/0/0", "cluster/topic/0/4"]


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
    assert outcome_key(command_id) not in {record.key for record in service.records(topics.LABEL_OUTCOMES)}

    process = service.process()
    drain(process)
    assert outcome(service, command_id)[0] == "done"
    assert process.learner.version == version
    assert traces(bytes_of(service.directory), SECRET) == []


def test_a_busy_file_delays_the_outcome_and_no_more(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    process = taught(service)
    scrubbed = iter([False, True])
    monkeypatch.setattr(service.journal, "scrub", lambda: next(scrubbed))
    command_id = tell(service, "forget", text="cluster/topic/0/0")
    process.step(0.0)
    process.step(0.0)
    assert outcome_key(command_id) not in {record.key for record in service.records(topics.LABEL_OUTCOMES)}
    drain(process)
    assert outcome(service, command_id)[0] == "done"


def test_text_after_text_is_forgotten_in_a_file_that_was_much_written(service: Service) -> None:
    rng = np.random.default_rng(0)
    texts = [
        f"secret {number:05} " + "".join(rng.choice(list("abcdefgh "), rng.integers(5, 4_000))) for number in range(300)
    ]
    process = service.process()
    for start in range(0, 300, 20):
        service.journal.append([TextMessage(text=text).record() for text in texts[start : start + 20]])
        service.texts(*texts[start : start + 20])
        process.step(0.0)
        for request_id in service.open()[::2]:
            service.answer(request_id, f"class {rng.integers(0, 4)}")
        drain(process)
        service.journal.tidy(service.now)
    chosen = rng.choice(300, 12, replace=False).tolist()
    identity = service.journal.identity(topics.TEXTS)
    for number in chosen:
        tell(service, "forget", text=f"cluster/topic/0/{number}")
        tell(service, "forget", text=f"{identity}/0/{number}")
    drain(process)

    data = bytes_of(service.directory)
    assert [number for number in chosen if f"secret {number:05} ".encode() in data] == []
    assert [number for number in chosen if traces(data, texts[number][13:])] == []
    left = [number for number in range(300) if number not in chosen]
    assert all(f"secret {number:05} ".encode() in data for number in left)


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
