"""Topics as they are on a broker -> what is different, and made good."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from services.assembly import checked_journal
from services.edges import kafka_topics
from services.edges.journal.base import JournalError
from services.edges.kafka_client import administration
from services.edges.kafka_topics import Difference
from services.edges.local_kafka import LocalKafka
from services.edges.settings import KafkaSettings, Settings
from services.edges.topics import ON_KAFKA, topic
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def empty(kafka: KafkaSettings) -> KafkaSettings:
    """A prefix under which there are no topics."""
    return kafka.model_copy(update={"topic_prefix": f"{kafka.topic_prefix}none."})


@pytest.fixture
def admin(kafka: KafkaSettings) -> Iterator[KafkaAdminClient]:
    with administration(kafka) as client:
        yield client


def test_nothing_is_planned_where_all_is_well(kafka: KafkaSettings) -> None:
    assert kafka_topics.plan(kafka) == []
    kafka_topics.check(kafka)


def test_each_missing_topic_is_planned_and_made_once(empty: KafkaSettings) -> None:
    planned = kafka_topics.plan(empty)
    assert [each.topic for each in planned] == [empty.topic_prefix + topic.name for topic in ON_KAFKA]
    assert str(planned[0]) == f"topic {empty.topic_prefix}texts is missing"
    with pytest.raises(JournalError, match=r"texts is missing \(and 8 more\): `sluice topics apply` mends it"):
        kafka_topics.check(empty)

    assert kafka_topics.apply(empty) == planned
    assert kafka_topics.apply(empty) == []


def test_only_the_topics_that_one_needs_are_checked(kafka: KafkaSettings, admin: KafkaAdminClient) -> None:
    name = f"{kafka.topic_prefix}commands"
    admin.delete_topics([name])
    wait_for(lambda: admin.describe_topics([name])[0]["error_code"] != 0)
    assert [each.topic for each in kafka_topics.plan(kafka)] == [name]
    kafka_topics.check(kafka, [topic("labels")])


def test_the_texts_are_the_users_but_their_number_of_partitions_is_ours_at_first(
    empty: KafkaSettings, admin: KafkaAdminClient
) -> None:
    chosen = empty.model_copy(update={"texts_partitions": 7})
    kafka_topics.apply(chosen)
    name = f"{empty.topic_prefix}texts"
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs={"retention.ms": "1000"})])
    wait_for(lambda: len(admin.describe_topics([name])[0]["partitions"]) == 7)

    assert kafka_topics.plan(empty) == []


def test_a_wrong_setting_is_named_and_mended_without_touching_others(
    kafka: KafkaSettings, admin: KafkaAdminClient
) -> None:
    name = f"{kafka.topic_prefix}labels"
    wrong = {"retention.ms": "1000", "max.message.bytes": "2000000"}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=wrong)])
    expected = Difference(name, "retention.ms", "1000", "2592000000")
    wait_for(lambda: kafka_topics.plan(kafka) == [expected])
    with pytest.raises(JournalError, match=r"labels: retention\.ms is 1000, not 2592000000: `sluice topics apply`"):
        kafka_topics.check(kafka)

    assert kafka_topics.apply(kafka) == [expected]

    wait_for(lambda: kafka_topics.plan(kafka) == [])
    described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)], config_filter="all")
    assert described["topic"][name]["max.message.bytes"]["value"] == "2000000"


@pytest.mark.parametrize(("setting", "wrong", "right"), [
    ("min.insync.replicas", "2", "1"), ("cleanup.policy", "delete", "compact"), ("retention.ms", "86400000", "-1"),
    ("max.message.bytes", "524288", "1048588"),
])  # fmt: skip
def test_what_would_lose_records_or_refuse_them_is_named_before_a_process_starts_and_mended(
    kafka: KafkaSettings, admin: KafkaAdminClient, setting: str, wrong: str, right: str
) -> None:
    name = f"{kafka.topic_prefix}learner-state"
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs={setting: wrong})])
    wait_for(lambda: kafka_topics.plan(kafka) == [Difference(name, setting, wrong, right)])
    with pytest.raises(JournalError, match=f"learner-state: {setting} is {wrong}, not {right}: `sluice topics apply`"):
        checked_journal(Settings(kafka=kafka), "learner")
    kafka_topics.apply(kafka)
    wait_for(lambda: kafka_topics.plan(kafka) == [])


def test_a_bound_by_size_that_would_drop_records_before_they_are_read_is_named_and_mended(
    kafka: KafkaSettings, admin: KafkaAdminClient
) -> None:
    kept = ("items", "decisions", "labels", "commands", "dead-letters")
    names = [f"{kafka.topic_prefix}{name}" for name in ("texts", "label-requests", *kept)]
    bound = {"retention.bytes": "1000000"}
    admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, name, configs=bound) for name in names])
    named = [Difference(name, "retention.bytes", "1000000", "-1") for name in names[2:]]
    wait_for(lambda: sorted(map(str, kafka_topics.plan(kafka))) == sorted(map(str, named)))
    kafka_topics.apply(kafka)
    wait_for(lambda: kafka_topics.plan(kafka) == [])


def test_a_topic_that_the_broker_made_by_itself_is_refused(empty: KafkaSettings, admin: KafkaAdminClient) -> None:
    names = [f"{empty.topic_prefix}{topic.name}" for topic in ON_KAFKA]
    admin.create_topics({name: {"num_partitions": 1} for name in names}, wait_for_metadata=True)
    with pytest.raises(JournalError, match=r"retention\.ms is .* more\): `sluice topics apply` mends it"):
        kafka_topics.check(empty)


def test_of_three_copies_two_must_take_a_record() -> None:
    assert [kafka_topics.in_sync(copies, found) for copies, found in ((3, 1), (3, 2), (3, 4), (2, 1), (2, 2))] == [
        2, 2, 2, 1, 2,
    ]  # fmt: skip


def test_partitions_that_cannot_be_taken_back_are_refused_and_nothing_is_done(
    empty: KafkaSettings, admin: KafkaAdminClient
) -> None:
    items = f"{empty.topic_prefix}items"
    admin.create_topics({items: {"num_partitions": 3, "configs": kafka_topics.wanted(topic("items"))}})
    wait_for(lambda: Difference(items, "partitions", "3", "1", mendable=False) in kafka_topics.plan(empty))
    with pytest.raises(JournalError, match="items: partitions is 3, not 1, which cannot be changed"):
        kafka_topics.apply(empty)

    assert len(kafka_topics.plan(empty)) == len(ON_KAFKA)


def test_more_copies_than_brokers_are_refused_in_one_line(empty: KafkaSettings, broker: LocalKafka) -> None:
    with pytest.raises(JournalError, match=broker.bootstrap) as caught:
        kafka_topics.apply(empty.model_copy(update={"replication_factor": 3}))
    assert "\n" not in str(caught.value)
    assert "InvalidReplicationFactorError: Unable to replicate the partition 3 time(s)" in str(caught.value)
    assert "Request" not in str(caught.value)
