"""A Kafka -> what is to be known of it before one relies on it: version, safety of its topics, our rights."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType

from services.edges.access import Access
from services.edges.kafka_client import administration
from services.edges.settings import KafkaSettings
from services.edges.topics import ON_KAFKA

OLDEST_VERSION = (2, 8)
"""The first whose topics have identities; transactions that a group's generation guards came with 2.5."""


@dataclass(frozen=True, slots=True)
class TopicSurvey:
    """One topic: the fewest copies of any partition, how many must take a record, what we may do to it."""

    copies: int
    least_in_sync: int
    operations: frozenset[str]


@dataclass(frozen=True, slots=True)
class Survey:
    """A cluster; ``auto_create`` is None where we may not know it, ``topics`` are those of ours that we may see."""

    cluster_id: str
    brokers: int
    version: tuple[int, ...]
    auto_create: bool | None
    topics: Mapping[str, TopicSurvey]

    def lacking(self, access: Access) -> list[str]:
        """What someone with this access may not do but has to, such as ``READ labels``; topics that are seen only."""
        return [
            f"{operation} {name}"
            for name, topic in self.topics.items()
            for operation in sorted(access.operations(name) - topic.operations)
        ]


def survey(settings: KafkaSettings) -> Survey:
    """Look; changes nothing. Raises JournalError where no broker answers."""
    with administration(settings) as admin:
        cluster = admin.describe_cluster()
        broker = cluster["brokers"][0]["broker_id"]
        return Survey(
            cluster_id=cluster["cluster_id"],
            brokers=len(cluster["brokers"]),
            version=admin.get_broker_version_data(broker).broker_version,
            auto_create=_auto_create(admin, broker),
            topics=_topics(admin, settings.topic_prefix),
        )


def _auto_create(admin: KafkaAdminClient, broker: int) -> bool | None:
    resource = ConfigResource(ConfigResourceType.BROKER, str(broker))
    described = admin.describe_configs([resource], config_filter="all")["broker"][str(broker)]
    return described["auto.create.topics.enable"]["value"] == "true" if described else None


def _topics(admin: KafkaAdminClient, prefix: str) -> dict[str, TopicSurvey]:
    names = [prefix + topic.name for topic in ON_KAFKA]
    described = {each["name"]: each for each in admin.describe_topics(names) if not each["error_code"]}
    found = {name: described[name] for name in names if name in described}
    if not found:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in found]
    configs = admin.describe_configs(resources, config_filter="all")["topic"]
    return {
        name.removeprefix(prefix): TopicSurvey(
            copies=min(len(partition["replica_nodes"]) for partition in each["partitions"]),
            least_in_sync=int(configs[name].get("min.insync.replicas", {"value": 1})["value"]),
            operations=frozenset(each["authorized_operations"]),
        )
        for name, each in found.items()
    }
