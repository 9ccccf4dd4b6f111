"""Topics that somebody deleted and made anew -> the learner goes on with the new ones, and decides and learns once."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pytest
from structlog.testing import capture_logs

from services.edges import batches
from services.edges.journal.base import kept_records
from services.edges.messages import LabelMessage, OutcomeMessage, TextMessage
from services.edges.topics import DECISIONS, ITEMS, LABEL_OUTCOMES, LABELS
from tests.integration.intake_worlds import Topics
from tests.services.cli.conftest import Service, working

pytestmark = pytest.mark.slow


@pytest.mark.usefixtures("on_kafka")
def test_the_learner_reads_topics_that_were_made_anew_from_their_beginning(topics: Topics) -> None:
    with working() as service:
        told = asked(service, range(20))
        outcomes(service, told[:5])
    for renewed in (LABELS, ITEMS):
        topics.recreate(renewed)
    with capture_logs() as logs, working() as service:
        told = asked(service, range(20, 40))
        assert outcomes(service, told[:3]) == {"learned": 8}
        decisions = [batches.decode_decisions(each.value or b"") for each in kept_records(service.journal, DECISIONS)]
        assert Counter(each.id for several in decisions for each in several) == {f"t{row}": 1 for row in range(40)}
    assert [each["topics"] for each in logs if each["event"] == "topics_renewed"] == [[ITEMS, LABELS]]

    with capture_logs() as logs, working() as service:
        assert outcomes(service, told[3:4]) == {"learned": 9}
    assert not [each for each in logs if each["event"] == "topics_renewed"]


def asked(service: Service, rows: Sequence[int]) -> list[str]:
    """Send these texts; the requests that were made for them."""
    known = {each.request.request_id for each in service.learner.learner.parts.pending}
    service.journal.append([TextMessage(id=f"t{row}", text=f"where is my card number {row}?").record() for row in rows])
    service.settle()
    waiting = [each.request.request_id for each in service.learner.learner.parts.pending]
    return [request_id for request_id in waiting if request_id not in known]


def outcomes(service: Service, requests: Sequence[str]) -> dict[str, int]:
    """Answer these requests; how often each outcome is told by then."""
    service.journal.append([LabelMessage(request_id=each, label="card", reviewer="ann").record() for each in requests])
    service.settle()
    kept = kept_records(service.journal, LABEL_OUTCOMES)
    return Counter(OutcomeMessage.parse(each.value or b"").outcome.value for each in kept)
