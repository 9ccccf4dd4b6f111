"""`forget` -> no byte of the text is left, and the model is one that never saw it."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from services.console.follower import Follower, identities
from services.console.view import View
from services.edges import batches, topics
from services.edges.batches import ItemsBatch
from services.edges.dead_letters import Fault, Unreadable, dead_letter, read_dead_letters
from services.edges.messages import TextMessage
from stream.questions import request_id_of
from tests.services.commanded import OTHERS, SECRET, answers, bytes_of, done, drain, outcome, taught, tell, traces
from tests.services.worlds import Service, learner_with


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


def test_a_command_whose_id_looks_like_an_answer_is_not_forgotten_with_the_reviewer(service: Service) -> None:
    process = taught(service)
    tell(service, "hold", command_id="ann/7", reviewer="eve")
    drain(process)
    done(service, process, "forget", reviewer="ann")
    assert outcome(service, "ann/7") == ("done", "'eve' is on hold; nobody of this name has answered so far")


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


def test_a_text_whose_records_alone_were_kept_is_told_forgotten_after_a_restart_as_well(service: Service) -> None:
    service.texts(SECRET)
    nobody = {"budget__fraction": 0.0}
    process = service.process(learner_with(**nobody))
    drain(process)
    with closing(sqlite3.connect(service.directory / "sluice.db", isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM records").fetchall()
        command_id = tell(service, "forget", text="cluster/topic/0/0")
        drain(process)
        process.close()
    process = service.process(learner_with(**nobody))
    drain(process)
    assert outcome(service, command_id) == (
        "done", "forgotten: 0 examples, 0 open requests, 0 dead letters, 1 records of the journal"
    )  # fmt: skip


def test_all_that_a_reviewer_taught_is_forgotten_with_its_outcomes(service: Service) -> None:
    process = taught(service)

    assert done(service, process, "forget", reviewer="bob") == ("done", "forgotten: 1 examples, 1 outcomes")
    assert {each.reviewer for each in process.learner.parts.knowledge.examples} == {"ann"}
    assert {told.reviewer for told in answers(service).values() if told is not None} == {"ann"}
    assert done(service, process, "forget", reviewer="carl")[0] == "refused"


def test_outcomes_of_a_reviewer_are_forgotten_whatever_the_answers_called_their_requests(service: Service) -> None:
    process = taught(service)
    for request_id in ("command", "a/b"):
        service.answer(request_id, "fee", reviewer="eve")
    service.answer("c", "fee", reviewer="b/eve")
    drain(process)
    command_id = tell(service, "forget", command_id="one", reviewer="eve")
    drain(process)

    told = {record.key: record.value for record in service.records(topics.LABEL_OUTCOMES)}
    assert outcome(service, command_id) == ("done", "forgotten: 0 examples, 2 outcomes")
    assert (told[b"command/eve/5"], told[b"a/b/eve/6"]) == (None, None)
    assert told[b"c/b/eve/7"] is not None


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
