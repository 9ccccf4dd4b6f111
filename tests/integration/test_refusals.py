"""A Kafka that knows its users, and settings that do not fit it -> one line that names what to correct."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import pytest

from services.edges import kafka_topics
from services.edges.journal.base import JournalError
from services.edges.local_kafka import LocalKafka
from services.edges.settings import KafkaSettings
from tests.integration.test_rights import PASSWORD, SECURITY

pytestmark = pytest.mark.slow
FITTING = {"security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "PLAIN", "username": "admin", "password": PASSWORD}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    with LocalKafka(tmp_path_factory.mktemp("guarded"), settings=SECURITY) as broker:
        yield broker


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"password": "guess"}, r"\): .* SLUICE_KAFKA__USERNAME, SLUICE_KAFKA__PASSWORD"),
        ({"sasl_mechanism": "SCRAM-SHA-512"}, r"\): .* SLUICE_KAFKA__SASL_MECHANISM"),
        ({"security_protocol": "PLAINTEXT"}, r"socket disconnected\): .* SLUICE_KAFKA__SECURITY_PROTOCOL"),
    ],
)
def test_what_does_not_fit_the_broker_is_named(guarded: LocalKafka, wrong: Mapping[str, str], told: str) -> None:
    settings = KafkaSettings.model_validate({**FITTING, "bootstrap": guarded.bootstrap, **wrong})
    with pytest.raises(JournalError, match=told) as caught:
        kafka_topics.plan(settings)
    assert "is it running" not in str(caught.value)
    assert "\n" not in str(caught.value)
