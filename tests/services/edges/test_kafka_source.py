"""What the broker says of `texts` and of the group that reads it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from kafka import KafkaAdminClient, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

from services.edges import kafka_topics
from services.edges.journal.base import JournalError
from services.edges.kafka_source import KafkaSource
from services.edges.settings import KafkaSettings
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


@pytest.fixture
def source(kafka: KafkaSettings) -> Iterator[KafkaSource]:
    with KafkaSource(kafka) as source:
        yield source


@pytest.fixture
def admin(kafka: KafkaSettings) -> Iterator[KafkaAdminClient]:
    admin = KafkaAdminClient(bootstrap_servers=kafka.bootstrap)
    yield admin
    admin.close()


def test_the_identity_names_the_cluster_and_the_topic_and_the_group_the_topic(source: KafkaSource) -> None:
    cluster, topic_id = source.identity.split("/")
    assert cluster
    assert source.group == f"{source.topic.removesuffix('texts')}intake-{topic_id}"
    source.require_same()


def test_a_topic_that_is_created_anew_is_another_one(
    kafka: KafkaSettings, source: KafkaSource, admin: KafkaAdminClient
) -> None:
    admin.delete_topics([source.topic])
    assert wait_for(lambda: "there is no topic" in _refusal(source))
    kafka_topics.apply(kafka)
    assert wait_for(lambda: "deleted and created anew" in _refusal(source))
    with KafkaSource(kafka) as other:
        assert other.group != source.group


def test_partitions_go_on_where_the_group_committed_or_else_where_they_begin(
    kafka: KafkaSettings, source: KafkaSource, admin: KafkaAdminClient
) -> None:
    _write(kafka, source, 5)
    admin.delete_records({TopicPartition(source.topic, 1): 2})
    assert source.first_positions([0, 1]) == {0: 0, 1: 2}
    admin.alter_group_offsets(source.group, {TopicPartition(source.topic, 1): OffsetAndMetadata(4, "", None)})
    assert source.committed() == {1: 4}
    assert source.first_positions([0, 1]) == {0: 0, 1: 4}
    assert source.first_positions([]) == {}


def test_a_gap_is_named_with_what_to_do(kafka: KafkaSettings, source: KafkaSource, admin: KafkaAdminClient) -> None:
    _write(kafka, source, 5)
    assert source.committed() == {}  # asks until a new broker has its groups
    admin.alter_group_offsets(source.group, {TopicPartition(source.topic, 1): OffsetAndMetadata(1, "", None)})
    admin.delete_records({TopicPartition(source.topic, 1): 3})
    with pytest.raises(JournalError, match=r"texts 1 to 2 of partition 1 .* make it anew"):
        source.first_positions([1])
    source.refuse_gap([(1, 3)])
    with pytest.raises(JournalError, match="texts 2 to 2 of partition 1"):
        source.refuse_gap([(1, 0), (1, 2), (1, 4)])


def _refusal(source: KafkaSource) -> str:
    try:
        source.require_same()
    except JournalError as error:
        return str(error)
    return ""


def _write(kafka: KafkaSettings, source: KafkaSource, texts: int) -> None:
    producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
    for number in range(texts):
        producer.send(source.topic, b"text %d" % number, partition=1)
    producer.close()
