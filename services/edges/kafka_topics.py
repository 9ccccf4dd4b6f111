"""The topics of `services.edges.topics` -> what a Kafka lacks of them, and how it is mended."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from kafka import KafkaAdminClient
from kafka.admin import ConfigResource, ConfigResourceType
from kafka.errors import TopicAuthorizationFailedError, UnknownTopicOrPartitionError, for_code

from services.edges.journal.base import JournalError
from services.edges.kafka_client import administration, explained
from services.edges.setting_names import variable
from services.edges.settings import KafkaSettings
from services.edges.topics import ON_KAFKA, TEXTS, TOMBSTONE_SECONDS, Topic

_MISSING = "topic"
_ABSENT = "missing"
_PARTITIONS = "partitions"
_IN_SYNC = "min.insync.replicas"
_RECORD = "max.message.bytes"
_RECORD_BYTES = 1_048_588
"""Records come in batches of up to a million bytes. A broker's default takes them; one that is told otherwise would end
whoever writes, again and again."""
_COMPACTED = {
    "segment.bytes": str(64 * 2**20),
    "segment.ms": str(3_600_000),
    "min.cleanable.dirty.ratio": "0.1",
    "max.compaction.lag.ms": str(6 * 3_600_000),
    "delete.retention.ms": str(int(TOMBSTONE_SECONDS * 1_000)),
}
"""A broker's defaults would keep forgotten texts for a week, and make a restart read all that ever changed."""
_ANY_SIZE = {"retention.bytes": "-1"}
"""A bound by size, which clusters have as well, would drop labels and commands before they were read."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Something that is not as it should be: the full name of the topic, what of it, and both values.

    ``mendable``: `apply` can make it so without losing a record.
    """

    topic: str
    what: str
    found: str
    wanted: str
    mendable: bool = True

    def __str__(self) -> str:
        if self.what == _MISSING:
            return f"topic {self.topic} is {_ABSENT}"
        return f"{self.topic}: {self.what} is {self.found}, not {self.wanted}"


def wanted(topic: Topic) -> dict[str, str]:
    """The settings that a topic must have on a broker; nothing of `texts`, which are the user's.

    >>> from services.edges.topics import topic
    >>> wanted(topic("labels"))
    {'cleanup.policy': 'delete', 'retention.ms': '2592000000', 'retention.bytes': '-1'}
    """
    if topic.name == TEXTS:
        return {}
    kept = "-1" if topic.retention_seconds is None else str(int(topic.retention_seconds * 1_000))
    if not topic.compacted:
        return {"cleanup.policy": "delete", "retention.ms": kept, **_ANY_SIZE}
    if topic.retention_seconds is None:
        return {"cleanup.policy": "compact", "retention.ms": kept, **_COMPACTED}
    return {"cleanup.policy": "compact,delete", "retention.ms": kept, **_COMPACTED, **_ANY_SIZE}


def plan(settings: KafkaSettings, topics: Iterable[Topic] = ON_KAFKA) -> list[Difference]:
    """What `apply` would change, and what it cannot. Raises JournalError where no broker answers."""
    with administration(settings) as admin:
        return list(_differences(admin, settings, tuple(topics)))


def apply(settings: KafkaSettings, topics: Iterable[Topic] = ON_KAFKA) -> list[Difference]:
    """Create what is missing and set what is wrong; returns what was changed.

    Raises JournalError where a topic has a number of partitions that cannot be taken back.
    """
    topics = tuple(topics)
    with administration(settings) as admin:
        differences = list(_differences(admin, settings, topics))
        if lost := next((each for each in differences if not each.mendable), None):
            raise JournalError(
                f"{lost}, which cannot be changed: delete the topic, or choose another {variable('kafka.topic_prefix')}"
            )
        missing = {each.topic for each in differences if each.what == _MISSING}
        created = {settings.topic_prefix + topic.name: _new(topic, settings) for topic in topics}
        with explained(settings):
            if missing:
                admin.create_topics({name: created[name] for name in missing}, wait_for_metadata=True)
                # How many copies a topic has and what it takes is the broker's to say, where no setting does.
                left = _differences(admin, settings, topics)
                differences += [each for each in left if each.what in (_IN_SYNC, _RECORD)]
            changed = dict.fromkeys(each for each in differences if each.what != _MISSING)
            if changed:
                admin.alter_configs(_resources(list(changed)))
    return list(dict.fromkeys(differences))


def in_sync(copies: int, found: int) -> int:
    """How many copies must take a record before it counts as written, of so many; ``found`` where that will do.

    With three copies or more it takes two: with one, what was committed is lost with the disk of one broker. More than
    there are copies would never be reached.

    >>> in_sync(3, 1), in_sync(3, 3), in_sync(1, 1), in_sync(1, 2)
    (2, 3, 1, 1)
    """
    least = 2 if copies >= 3 else 1
    return found if least <= found <= copies else min(least, copies)


def check(settings: KafkaSettings, topics: Iterable[Topic] = ON_KAFKA) -> None:
    """Raises JournalError, which names the first difference and how to mend it, where there is one."""
    differences = plan(settings, topics)
    if differences:
        more = f" (and {len(differences) - 1} more)" if len(differences) > 1 else ""
        mend = (
            "`sluice topics apply` mends it"
            if differences[0].mendable
            else f"choose another {variable('kafka.topic_prefix')}"
        )
        raise JournalError(f"{differences[0]}{more}: {mend}")


def _new(topic: Topic, settings: KafkaSettings) -> dict[str, Any]:
    partitions = settings.texts_partitions if topic.name == TEXTS else topic.partitions
    return {
        "num_partitions": partitions,
        "replication_factor": settings.replication_factor,
        "configs": wanted(topic),
    }


def _differences(admin: KafkaAdminClient, settings: KafkaSettings, topics: tuple[Topic, ...]) -> Iterator[Difference]:
    names = {settings.topic_prefix + topic.name: topic for topic in topics}
    described = _described(admin, names)
    partitions = {name: len(each) for name, each in described.items()}
    found = _configs(admin, [name for name in names if name in partitions])
    for name, topic in names.items():
        if name not in partitions:
            yield Difference(name, _MISSING, _ABSENT, f"{_new(topic, settings)['num_partitions']} partition(s)")
            continue
        if topic.name != TEXTS and partitions[name] != topic.partitions:
            yield Difference(name, _PARTITIONS, str(partitions[name]), str(topic.partitions), mendable=False)
        for key, value in wanted(topic).items():
            if _sorted(found[name].get(key, "")) != _sorted(value):
                yield Difference(name, key, found[name].get(key, ""), value)
        least, copies = int(found[name].get(_IN_SYNC, "1")), min(len(each["replica_nodes"]) for each in described[name])
        if topic.name != TEXTS and (value := str(in_sync(copies, least))) != str(least):
            yield Difference(name, _IN_SYNC, str(least), value)
        if topic.name != TEXTS and int(found[name].get(_RECORD, _RECORD_BYTES)) < _RECORD_BYTES:
            yield Difference(name, _RECORD, found[name][_RECORD], str(_RECORD_BYTES))


def _sorted(value: str) -> list[str]:
    """The parts of a value that is a list, whose order means nothing."""
    return sorted(value.split(","))


def _described(admin: KafkaAdminClient, names: Iterable[str]) -> dict[str, list[dict[str, Any]]]:
    """The partitions of each of these topics; those that are missing are left out."""
    found = {}
    for each in admin.describe_topics(list(names)):
        error = for_code(each["error_code"])
        if error is TopicAuthorizationFailedError:
            raise JournalError(f"topic {each['name']} may not be seen by this user: allow DESCRIBE")
        if error is not UnknownTopicOrPartitionError:
            found[each["name"]] = each["partitions"]
    return found


def _configs(admin: KafkaAdminClient, names: list[str]) -> Mapping[str, Mapping[str, str]]:
    if not names:
        return {}
    resources = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    described = admin.describe_configs(resources, config_filter="all")["topic"]
    if hidden := [name for name in names if not described[name]]:
        raise JournalError(f"the settings of topic {hidden[0]} may not be seen by this user: allow DESCRIBE_CONFIGS")
    return {name: {key: each["value"] for key, each in described[name].items()} for name in names}


def _resources(differences: list[Difference]) -> list[ConfigResource]:
    names = dict.fromkeys(each.topic for each in differences)
    return [
        ConfigResource(
            ConfigResourceType.TOPIC,
            name,
            configs={each.what: each.wanted for each in differences if each.topic == name},
        )
        for name in names
    ]
