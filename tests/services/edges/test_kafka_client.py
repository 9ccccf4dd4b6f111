"""What kafka-python raises -> what we call it."""

from __future__ import annotations

import pytest
from kafka.errors import InvalidTimestampError, KafkaError, KafkaTimeoutError, ProducerFencedError

from services.edges.journal.base import Fenced, JournalError
from services.edges.kafka_client import explained
from services.edges.settings import KafkaSettings


@pytest.mark.parametrize(
    "error", [ProducerFencedError(), KafkaError("cannot send, as it failed", ProducerFencedError())]
)
def test_who_was_fenced_is_told_so_even_by_an_error_about_what_followed(error: KafkaError) -> None:
    with pytest.raises(Fenced, match="another process took over"), explained(KafkaSettings(bootstrap="host:9092")):
        raise error


def test_silence_is_told_with_the_address() -> None:
    silence = pytest.raises(JournalError, match="no Kafka answers at host:9092")
    with silence, explained(KafkaSettings(bootstrap="host:9092")):
        raise KafkaTimeoutError("so long")


def test_a_clock_that_is_ahead_of_the_brokers_is_told_as_such() -> None:
    refused = pytest.raises(JournalError, match=r"InvalidTimestampError.*: set this machine's clock right")
    with refused, explained(KafkaSettings(bootstrap="host:9092")):
        raise InvalidTimestampError("One or more records have been rejected due to invalid timestamp")
