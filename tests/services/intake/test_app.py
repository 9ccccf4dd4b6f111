"""The Faust app: its settings are those that lose nothing, and no broker is asked to build it."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from pathlib import Path

import faust
import pytest
from faust.transport.drivers.aiokafka import credentials_to_aiokafka_auth
from mode import CrashingSupervisor
from pydantic import SecretStr

from services.edges.settings import KafkaSettings
from services.intake.app import App, _handle_all, build_app
from services.intake.batching import READ_RECORDS

KAFKA = KafkaSettings(bootstrap="one:9092,two:9093")


async def _ignore(events: list[faust.EventT[bytes]]) -> None:
    """Take the events as handled."""


def _app(kafka: KafkaSettings = KAFKA) -> App:
    return build_app(kafka, "t.intake-1", "t.texts", _ignore)


def test_the_settings_are_those_under_which_nothing_is_lost() -> None:
    conf = _app().conf
    assert conf.id == "t.intake-1"
    assert [url.authority for url in conf.broker] == ["one:9092", "two:9093"]
    assert conf.agent_supervisor is CrashingSupervisor
    assert conf.stream_wait_empty
    assert conf.topic_disable_leader
    assert not conf.topic_allow_declare
    assert not conf.web_enabled
    assert not conf.worker_redirect_stdouts
    assert (conf.broker_session_timeout, conf.broker_heartbeat_interval, conf.broker_request_timeout) == (10, 3, 40)
    assert conf.consumer_auto_offset_reset == "earliest"
    assert conf.producer_acks == -1
    (agent,) = _app().agents.values()
    assert agent.concurrency == 1


def test_without_security_there_are_no_credentials() -> None:
    assert _app().conf.broker_credentials is None


@pytest.mark.parametrize(
    ("protocol", "mechanism"), [("SASL_PLAINTEXT", "PLAIN"), ("SASL_SSL", "SCRAM-SHA-512")], ids=["plain", "tls"]
)
def test_who_we_are_is_told_to_faust_as_to_our_own_clients(protocol: str, mechanism: str) -> None:
    secret = {"username": "sluice", "password": SecretStr("secret")}
    settings = {"security_protocol": protocol, "sasl_mechanism": mechanism, **secret}
    told = credentials_to_aiokafka_auth(_app(KAFKA.model_copy(update=settings)).conf.broker_credentials)
    assert told["security_protocol"] == protocol
    assert told["sasl_mechanism"] == mechanism
    assert (told["sasl_plain_username"], told["sasl_plain_password"]) == ("sluice", "secret")
    assert (told["ssl_context"] is not None) == protocol.endswith("SSL")


def test_tls_alone_trusts_the_authority_that_is_named(tmp_path: Path) -> None:
    nobody = tmp_path / "ca.pem"
    settings = {"security_protocol": "SSL"}
    assert credentials_to_aiokafka_auth(_app(KAFKA.model_copy(update=settings)).conf.broker_credentials)["ssl_context"]
    with pytest.raises(FileNotFoundError):
        _app(KAFKA.model_copy(update={**settings, "ca_file": nobody}))


class Handling:
    """Handles batches, each once it is allowed to; raises at the ``worst`` event."""

    def __init__(self, worst: int | None = None) -> None:
        self.worst = worst
        self.allowed = asyncio.Semaphore(0)
        self.begun: list[int] = []
        self.acknowledged: list[int] = []
        self.gathered: asyncio.Queue[int] = asyncio.Queue(READ_RECORDS)
        self.flowing = True

    async def handle(self, events: list[int]) -> None:
        self.begun += events
        await self.allowed.acquire()
        if self.worst in events:
            raise ArithmeticError

    async def ack(self, event: int) -> bool:
        self.acknowledged.append(event)
        return True

    async def run(self, events: int, batches: int) -> None:
        """Let so many events come, and so many batches pass."""
        handling = asyncio.ensure_future(_handle_all(self.gathered, self.handle, self.ack, lambda: self.flowing))
        coming = asyncio.ensure_future(self._come(events))
        for _ in range(batches):
            self.allowed.release()
        with suppress(TimeoutError):
            await asyncio.wait_for(handling, 0.3)
        coming.cancel()

    async def _come(self, events: int) -> None:
        for event in range(events):
            await self.gathered.put(event)


def test_the_next_batch_is_gathered_while_one_is_handled_and_acknowledged_is_what_was_handled() -> None:
    async def scenario() -> Handling:
        handling = Handling()
        await handling.run(3 * READ_RECORDS, batches=1)
        return handling

    handling = asyncio.run(scenario())
    assert handling.acknowledged == list(range(READ_RECORDS))
    assert handling.begun == list(range(2 * READ_RECORDS))
    assert handling.gathered.full()


def test_a_batch_does_not_wait_to_be_full_and_one_that_fails_is_not_acknowledged() -> None:
    async def scenario() -> Handling:
        handling = Handling(worst=3)
        with pytest.raises(ArithmeticError):
            await handling.run(5, batches=1)
        return handling

    handling = asyncio.run(scenario())
    assert handling.begun == [0, 1, 2, 3, 4]
    assert handling.acknowledged == []


def test_what_was_gathered_when_the_group_gathers_anew_is_let_go() -> None:
    async def scenario() -> Handling:
        handling = Handling()
        handling.flowing = False
        await handling.run(5, batches=0)
        return handling

    handling = asyncio.run(scenario())
    assert handling.begun == []
    assert handling.acknowledged == [0, 1, 2, 3, 4]
