"""A Kafka that allows each process only what the table of access says -> that is enough."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kafka.admin import (
    ACL,
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    ResourcePattern,
    ResourcePatternFilter,
    ResourceType,
)
from prometheus_client import CollectorRegistry

from services import assembly
from services.console.follower import Follower, identities
from services.console.routes.texts import accept
from services.console.view import View
from services.edges import kafka_topics
from services.edges.access import ACCESS, Access
from services.edges.journal.base import Journal, JournalError, Message, lag
from services.edges.kafka_client import administration
from services.edges.kafka_source import KafkaSource
from services.edges.learner_metrics import LearnerMetrics
from services.edges.local_kafka import LocalKafka
from services.edges.messages import LabelMessage, TextMessage
from services.edges.metrics import Metrics
from services.edges.settings import Settings
from services.edges.settings_sources import load_settings
from services.edges.topics import COMMANDS, ITEMS, LABELS
from services.learner import LearnerProcess
from tests.integration.standing import serving, start
from tests.services.cli.command import Sluice
from tests.waiting import wait_for

pytestmark = pytest.mark.slow
ANY = ACLFilter(
    None, None, ACLOperation.ANY, ACLPermissionType.ANY,
    ResourcePatternFilter(ResourceType.ANY, None, ACLResourcePatternType.ANY),
)  # fmt: skip
PASSWORD = "correct horse"
USERS = (*ACCESS, "nobody", "loner")
JAAS = 'org.apache.kafka.common.security.plain.PlainLoginModule required username="admin" password="{0}" {1};'
SECURITY = {
    "listener.security.protocol.map": "CLIENTS:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT",
    "sasl.enabled.mechanisms": "PLAIN",
    "sasl.mechanism.inter.broker.protocol": "PLAIN",
    "listener.name.clients.plain.sasl.jaas.config": JAAS.format(
        PASSWORD, " ".join(f'user_{user}="{PASSWORD}"' for user in ("admin", *USERS))
    ),
    "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
    "super.users": "User:admin;User:ANONYMOUS",
}


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LocalKafka]:
    """A broker that knows users by their passwords, with all topics, and what the table says allowed to each."""
    with LocalKafka(tmp_path_factory.mktemp("guarded"), settings=SECURITY) as broker:
        admin = settings_of("admin", broker).kafka
        kafka_topics.apply(admin)
        allowed = {**ACCESS, "loner": replace(ACCESS["intake"], group="")}
        granted = [acl for user, access in allowed.items() for acl in acls(user, access, admin.topic_prefix)]
        with administration(admin) as client:
            client.create_acls(granted)
            wait_for(lambda: len(client.describe_acls(ANY)[0]) == len(granted))
        yield broker


def acls(user: str, access: Access, prefix: str) -> Iterator[ACL]:
    def allowed(kind: ResourceType, name: str, operation: str) -> ACL:
        pattern = ACLResourcePatternType.PREFIXED if name.endswith("*") else ACLResourcePatternType.LITERAL
        resource = ResourcePattern(kind, prefix + name.rstrip("*"), pattern)
        return ACL(f"User:{user}", "*", ACLOperation[operation], ACLPermissionType.ALLOW, resource)

    for topic in access.topics:
        for operation in access.operations(topic.name) - {"DESCRIBE"}:  # implied by READ and WRITE
            yield allowed(ResourceType.TOPIC, topic.name, operation)
    if access.group:
        yield allowed(ResourceType.GROUP, access.group, "READ")
    if access.transactional_id:
        yield allowed(ResourceType.TRANSACTIONAL_ID, access.transactional_id, "WRITE")


Session = Callable[[str], Sluice]


@pytest.fixture
def as_user(guarded: LocalKafka, sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> Session:
    """The command line of this user."""

    def log_in(user: str) -> Sluice:
        for name, value in variables(user, guarded).items():
            monkeypatch.setenv(f"SLUICE_{name.replace('.', '__').upper()}", value)
        return sluice

    return log_in


def variables(user: str, broker: LocalKafka) -> dict[str, str]:
    return {
        "kafka.bootstrap": broker.bootstrap,
        "kafka.security_protocol": "SASL_PLAINTEXT",
        "kafka.sasl_mechanism": "PLAIN",
        "kafka.username": user,
        "kafka.password": PASSWORD,
        "encoder.model": "hashing",
    }


def settings_of(user: str, broker: LocalKafka) -> Settings:
    return load_settings({**variables(user, broker), "budget.fraction": 1.0, "budget.audit_share": 0.0})


def test_each_process_can_do_its_work_with_the_rights_of_the_table(
    guarded: LocalKafka, as_user: Session, tmp_path: Path
) -> None:
    Path("texts.jsonl").write_text('{"id": "t1", "text": "where is my card?", "label": "card"}\n')
    assert as_user("replay")("replay", "texts.jsonl", "--json").json["sent"] == 1
    as_user("intake")
    process = start("intake", variables={}, cwd=tmp_path)
    with assembly.build_journal(settings_of("admin", guarded)) as admin:
        admin.append([Message(LABELS, b"not json", key=b"k"), Message(COMMANDS, b"not json", key=b"k")])
        with serving(process) as intake:
            wait_for(lambda: admin.read({(ITEMS, 0): 0}, 1))
            assert intake.end(signal.SIGTERM)[0] == 0
    with assembly.checked_journal(settings_of("learner", guarded), "learner") as journal:
        learner = learner_over(journal, settings_of("learner", guarded))
        settle(learner)
        (request,) = as_user("requests")("requests", "list", "--json").json
        assert as_user("oracle")("oracle", "--truth", "texts.jsonl", "--once").code == 0
        settle(learner)
        serve_as_the_console_does(settings_of("console", guarded), tmp_path)
        settle(learner)
        assert lag(journal, learner.positions).keys() == {"items", "labels", "commands"}
        told = as_user("command")("forget", "--text", "t9", "--wait", "0.1")
        assert (told.code, "is a learner running?" in told.err) == (1, True)
        settle(learner)
        settle(learner)
        told = as_user("command")("command", "hold", "ann", "--id", "h1", "--wait", "0.1")
        settle(learner)
        told = as_user("command")("command", "hold", "ann", "--id", "h1", "--wait", "10")
        assert (told.code, told.out) == (0, "done: 'ann' is on hold; nobody of this name has answered so far\n")
        told = as_user("rebuild")("rebuild", "--encoder", "hashing:64", "--wait", "0.1")
        assert (told.code, "is a learner running?" in told.err) == (1, True)
        learner = under_another_encoder(journal, settings_of("learner", guarded), learner)
        assert [each.embedding.shape for each in learner.learner.parts.knowledge.examples] == [(64,)]
        learner.close()

    told = as_user("explain")("explain", request["text_id"], "--json").json
    assert [outcome["outcome"] for outcome in told["outcomes"]] == ["learned"]
    Path("more.jsonl").write_text(json.dumps({"request_id": "none", "label": "card", "reviewer": "ann"}) + "\n")
    told = as_user("labels")("labels", "import", "more.jsonl", "--wait", "0.1", "--json").json
    assert told == {"accepted": 1, "outcomes": {}, "passed_over": 0}
    told = as_user("labels")("labels", "export", "answers.csv", "--all", "--json").json
    assert told == {"written": 3, "unreadable": 1}
    assert len(as_user("dead-letters")("dead-letters", "replay", "--all", "--json").json["replayed"]) == 2


def test_who_may_see_nothing_is_told_what_to_ask_for(guarded: LocalKafka) -> None:
    with pytest.raises(JournalError, match=r"sluice\.texts may not be seen by this user: allow DESCRIBE"):
        assembly.checked_journal(settings_of("nobody", guarded), "intake")


def test_an_intake_that_may_not_read_its_group_is_told_so_and_does_not_wait_for_good(guarded: LocalKafka) -> None:
    with pytest.raises(JournalError, match=r"GroupAuthorizationFailedError.*: allow it to this user"):
        KafkaSource(settings_of("loner", guarded).kafka)


def test_the_doctor_tells_each_user_for_which_process_its_rights_are_enough(as_user: Session) -> None:
    for user in ("learner", "console", "intake"):
        findings = {finding["what"]: finding for finding in as_user(user)("doctor", "--json").json}
        assert findings["rights"]["ok"]
        assert findings["rights"]["detail"].startswith(f"enough for {user}; not for ")
        assert findings["topic auto-creation"]["detail"].startswith("not known")


def test_the_doctor_tells_of_groups_and_transactions_as_well(as_user: Session) -> None:
    findings = {finding["what"]: finding for finding in as_user("loner")("doctor", "--json").json}
    assert not findings["rights"]["ok"]
    assert "not for intake, which lacks READ group intake-*; " in findings["rights"]["detail"]
    assert "WRITE transactional id append-*" in findings["rights"]["detail"]


def serve_as_the_console_does(settings: Settings, directory: Path) -> None:
    """Follow all topics, and append texts and a label."""
    with assembly.checked_journal(settings, "console") as journal:
        view = View(directory / "view.db", identities(journal))
        follower = Follower(journal, view)
        while not follower.caught_up:
            follower.step(0.0)
        assert view.decisions(["t1"])
        accept(journal, [TextMessage(text="refund please"), TextMessage(text="hello", id="t3")])
        journal.append([LabelMessage(request_id="none", label="card", reviewer="bob").record()])
        view.close()


def learner_over(journal: Journal, settings: Settings, encoder: str = "hashing") -> LearnerProcess:
    metrics = LearnerMetrics(Metrics(CollectorRegistry()))
    return LearnerProcess(journal, assembly.build_learner(settings), encoder, metrics)


def under_another_encoder(journal: Journal, settings: Settings, learner: LearnerProcess) -> LearnerProcess:
    """The learner after the one that is told to change its encoder, and ends."""
    with pytest.raises(JournalError, match="start it again with SLUICE_ENCODER__MODEL=hashing:64"):
        settle(learner)
    learner.close()
    return learner_over(journal, settings, "hashing:64")


def settle(learner: LearnerProcess) -> None:
    while learner.step(0.0):
        pass
