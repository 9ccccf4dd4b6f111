"""Commands and a service whose settings name a Kafka."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from services.edges.settings import KafkaSettings
from tests.integration.intake_worlds import Reader, Topics
from tests.integration.standing import environment
from tests.services.cli.command import Sluice
from tests.services.cli.conftest import Service, sluice, working

__all__ = ["sluice"]


@pytest.fixture
def on_kafka(sluice: Sluice, kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch) -> Sluice:
    """`sluice`, with all topics there and empty."""
    for name, value in environment(kafka).items():
        monkeypatch.setenv(name, value)
    return sluice


@pytest.fixture
def service(on_kafka: Sluice) -> Iterator[Service]:
    """A service on that Kafka, stepped by hand."""
    with working() as working_service:
        yield working_service


@pytest.fixture
def topics(kafka: KafkaSettings) -> Iterator[Topics]:
    topics = Topics(kafka)
    yield topics
    topics.close()


@pytest.fixture
def reader(kafka: KafkaSettings) -> Iterator[Reader]:
    reader = Reader(kafka)
    yield reader
    reader.close()
