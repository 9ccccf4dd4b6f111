"""The environment of the service kafka -> a real broker that starts with it and takes our topics."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.edges import kafka_topics
from services.edges.local_kafka import HOST, LocalKafka
from services.edges.settings import KafkaSettings
from tests.chaos.service import free_port
from tests.deploy.compose import named

pytestmark = pytest.mark.slow
OF_THE_SHELL = {"KAFKA_HEAP_OPTS"}


class Composed(LocalKafka):
    """A broker with the settings of compose.yaml; addresses and paths alone are this machine's."""

    def __init__(self, directory: Path) -> None:
        super().__init__(directory)
        self._moved = {
            "0.0.0.0:9092": self.bootstrap,
            "kafka:9092": self.bootstrap,
            "localhost:9093": f"{HOST}:{free_port()}",
            "0.0.0.0:9094": f"{HOST}:{(host_port := free_port())}",
            "127.0.0.1:9094": f"{HOST}:{host_port}",
            "/var/lib/kafka/data": str(directory / "logs"),
        }

    def _settings(self) -> str:
        return "".join(f"{name}={self._here(value)}\n" for name, value in properties().items())

    def _here(self, value: str) -> str:
        for there, here in self._moved.items():
            value = value.replace(there, here)
        return value


def properties() -> dict[str, str]:
    """What the image makes of its variables: KAFKA_LOG_DIRS is log.dirs."""
    environment = {name: value for name, value in named("kafka").environment.items() if name not in OF_THE_SHELL}
    return {name.removeprefix("KAFKA_").lower().replace("_", "."): value for name, value in environment.items()}


def test_a_broker_starts_with_it_and_takes_our_topics(tmp_path: Path) -> None:
    with Composed(tmp_path / "kafka") as broker:
        settings = KafkaSettings(bootstrap=broker.bootstrap)
        kafka_topics.apply(settings)

        assert kafka_topics.plan(settings) == []
