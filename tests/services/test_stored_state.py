"""States that releases wrote -> read by this one; one of a later release is refused."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pytest

from services.edges import states
from services.edges.journal.base import JournalError, Message
from stream.records import Entry
from tests.services import stored_state
from tests.services.worlds import ENCODER, Service

STORED = sorted((Path(__file__).parent / "stored").glob("format-*.json.gz"))


@pytest.mark.parametrize("path", STORED, ids=[path.name for path in STORED])
def test_a_stored_state_is_read_and_the_learner_goes_on_from_it(service: Service, path: Path) -> None:
    told = stored_state.read(path, service.journal)
    process = service.process(stored_state.learner())
    assert (process.learner.texts, process.learner.version) == (told["texts"], told["version"])
    predicted = process.learner.predict(ENCODER.encode(stored_state.PROBES)).probabilities
    assert np.allclose(predicted, told["probabilities"], atol=1e-6)
    assert sorted(each.request.request_id for each in process.learner.parts.pending) == told["open"]
    service.skip_texts(told["texts"])
    service.texts("where is my card?")
    process.step(0.0)
    assert [decision.origin for decision in service.decisions()] == [f"cluster/topic/0/{told['texts']}"]


def test_each_format_up_to_this_one_is_stored() -> None:
    assert [path.name for path in STORED] == [f"format-{number}.json.gz" for number in range(1, states.FORMAT + 1)]


def test_this_release_writes_what_is_stored_of_its_format(service: Service, tmp_path: Path) -> None:
    now, stored = tmp_path / "now.json.gz", Service(tmp_path / "stored")
    stored_state.write(now)
    stored_state.read(now, service.journal)
    stored_state.read(STORED[-1], stored.journal)
    assert kinds(stored) <= kinds(service), "what was removed makes another format"
    stored.journal.close()


def kinds(service: Service) -> set[str]:
    """The keys of the state, without the numbers of segments."""
    return {key.rstrip("0123456789") for key in service.state()}


def test_a_state_of_a_later_release_is_refused_in_one_line_and_left_alone(service: Service) -> None:
    later = states.encode(Entry({"format": states.FORMAT + 1}))
    service.journal.append([Message("learner-state", later, b"format")])
    with pytest.raises(JournalError, match=f"written by a later release.*format {states.FORMAT + 1}") as caught:
        service.process()
    assert os.linesep not in str(caught.value)
    assert service.state() == {"format": later}


def test_a_state_says_its_format_from_the_first_commit_on(service: Service) -> None:
    process = service.process()
    service.texts("lost card")
    process.step(0.0)
    assert states.decode(service.state()["format"] or b"").fields == {"format": states.FORMAT}
