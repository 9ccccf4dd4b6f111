"""A directory and a port -> a broker that can be killed and started again, or one line that says why not."""

from __future__ import annotations

import json
import os
import socket
from pathlib import Path

import pytest

from services.edges import kafka_topics, local_kafka
from services.edges.journal.base import Message
from services.edges.journal.kafka import KafkaJournal
from services.edges.local_kafka import LocalKafka, LocalKafkaError
from services.edges.settings import KafkaSettings
from services.edges.topics import LABELS

pytestmark = pytest.mark.slow


def test_what_was_written_outlives_a_kill(tmp_path: Path) -> None:
    broker = LocalKafka(tmp_path / "kafka")
    settings = KafkaSettings(bootstrap=broker.bootstrap)
    with broker:
        kafka_topics.apply(settings)
        with KafkaJournal(settings) as journal:
            identity = journal.identity(LABELS)
            (offset,) = journal.append([Message(LABELS, b"card", key=b"k")])
        broker.kill()
        assert not broker.running

        broker.start()
        with KafkaJournal(settings) as journal:
            assert journal.identity(LABELS) == identity
            assert [record.value for record in journal.read({(LABELS, 0): offset}, 10, 30.0)] == [b"card"]
        pid = broker.pid
    assert not broker.running
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_port_that_is_taken_is_named_before_anything_is_started(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(LocalKafkaError, match=f"cannot listen on 127.0.0.1:{port} .*--port"):
            LocalKafka(tmp_path / "kafka", port)
    assert not (tmp_path / "kafka").exists()


def test_a_jar_that_is_not_the_known_one_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pinned = json.loads(local_kafka._CHECKSUMS.read_text())
    name = next(name for name in pinned if name.startswith("kafka_"))
    checksums = tmp_path / "checksums.json"
    checksums.write_text(json.dumps(pinned | {name: "0" * 64}))
    monkeypatch.setattr(local_kafka, "_CHECKSUMS", checksums)
    monkeypatch.setenv("JGO_CACHE_DIR", str(tmp_path / "jgo"))  # jgo removes jars while it looks at them
    with pytest.raises(LocalKafkaError, match=f"{name} is missing or not the file that is known: remove "):
        LocalKafka(tmp_path / "kafka")


def test_a_broker_that_cannot_start_says_where_to_look(tmp_path: Path) -> None:
    broker = LocalKafka(tmp_path / "kafka", settings={"node.id": "none"})
    with pytest.raises(LocalKafkaError, match="Invalid value none for configuration") as caught:
        broker.start()
    assert "\n" not in str(caught.value)
    assert not broker.running
