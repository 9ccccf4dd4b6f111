"""A Kafka -> what is to be known of it before one relies on it: version, safety of its topics, our rights."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import AuthorizationError, KafkaError

from services.edges.access import ACCESS, Access
from services.edges.kafka_client import administration
from services.edges.settings import KafkaSettings
from services.edges.topics import ON_KAFKA, TEXTS

OLDEST_VERSION = (2, 8)
"""The first whose topics have identities; transactions that a group's generation guards came with 2.5."""


@dataclass(frozen=True, slots=True)
class TopicSurvey:
    """One topic: the fewest copies of any partition, how many must take a record, what we may do to it.

    ``readable``: each partition has a leader; ``writable``: and copies enough that are in sync with it.
    """

    copies: int
    least_in_sync: int
    operations: frozenset[str]
    readable: bool = True
    writable: bool = True


@dataclass(frozen=True, slots=True)
class Survey:
    """A cluster; ``auto_create`` is None where we may not know it, ``topics`` are those of ours that we may see.

    ``refused`` is what besides topics we may not use, such as ``READ group learner``.
    """

    cluster_id: str
    brokers: int
    version: tuple[int, ...]
    auto_create: bool | None
    topics: Mapping[str, TopicSurvey]
    refused: frozenset[str] = frozenset()

    def lacking(self, access: Access) -> list[str]:
        """What someone with this access may not do but has to, such as ``READ labels``; topics that are seen only."""
        of_topics = [
            f"{operation} {name}"
            for name, topic in self.topics.items()
            for operation in sorted(access.operations(name) - topic.operations)
        ]
        return of_topics + [each for each in (_of_group(access), _of_transactions(access)) if each in self.refused]


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
            refused=frozenset(_refused(admin, settings.topic_prefix)),
        )


def _of_group(access: Access) -> str:
    return f"READ group {access.group}"


def _of_transactions(access: Access) -> str:
    return f"WRITE transactional id {access.transactional_id}"


def _refused(admin: KafkaAdminClient, prefix: str) -> Iterator[str]:
    """What we may not even look at; any broker that cannot be asked is taken to allow it."""
    (texts,) = admin.describe_topics([prefix + TEXTS])
    questions: dict[str, Callable[[], object]] = {}
    for access in ACCESS.values():
        # The group of an intake ends in this; of appends any end will do.
        group, appends = (
            prefix + name.replace("*", str(texts["topic_id"])) for name in (access.group, access.transactional_id)
        )
        if access.group:
            questions[_of_group(access)] = partial(admin.list_group_offsets, {group: None})
        if access.transactional_id:
            questions[_of_transactions(access)] = partial(admin.describe_transactions, [appends])
    for right, ask in questions.items():
        try:
            ask()
        except AuthorizationError:
            yield right
        except KafkaError:
            continue


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
            least_in_sync=_least(configs[name]),
            operations=frozenset(each["authorized_operations"]),
            readable=all(partition["leader_id"] >= 0 for partition in each["partitions"]),
            writable=all(len(partition["isr_nodes"]) >= _least(configs[name]) for partition in each["partitions"]),
        )
        for name, each in found.items()
    }


def _least(config: Mapping[str, Any]) -> int:
    return int(config.get("min.insync.replicas", {"value": 1})["value"])
