"""A partition that another broker leads from now on, as after a rolling restart -> who reads it follows at once."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from services.edges.journal.base import Message
from services.edges.journal.kafka import KafkaJournal
from services.edges.kafka_client import administration
from services.edges.settings import KafkaSettings
from services.edges.topics import LABELS
from tests.integration.brokers import lead, two_brokers

pytestmark = pytest.mark.slow
PLACE = (LABELS, 0)
AT_ONCE_SECONDS = 10.0
"""Those who do not follow give up after 30."""


@pytest.fixture(scope="module")
def brokers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[KafkaSettings]:
    with two_brokers(tmp_path_factory.mktemp("brokers")) as settings:
        yield settings


def test_the_bounds_of_a_topic_are_told_by_whoever_leads_it(brokers: KafkaSettings) -> None:
    with KafkaJournal(brokers) as journal, administration(brokers) as admin:
        journal.append([Message(LABELS, b"{}", key=b"k")])
        for broker in (1, 2, 1):
            bounds = journal.bounds(LABELS)
            lead(admin, f"{brokers.topic_prefix}{LABELS}", broker)
            started = time.monotonic()
            assert journal.bounds(LABELS) == bounds
            assert time.monotonic() - started < AT_ONCE_SECONDS
