"""A Kafka -> findings: can the processes rely on it, and may they do what they have to."""

from __future__ import annotations

from collections.abc import Iterator

from services.doctor.base import Finding
from services.edges import kafka_topics
from services.edges.access import ACCESS
from services.edges.journal.base import JournalError
from services.edges.kafka_survey import OLDEST_VERSION, Survey, survey
from services.edges.setting_names import variable
from services.edges.settings import KafkaSettings

_PROCESSES = ("intake", "learner", "console")


def examine_kafka(settings: KafkaSettings) -> Iterator[Finding]:
    """Look at everything that the processes on Kafka need of it; changes nothing."""
    try:
        found = survey(settings)
    except JournalError as error:
        mend = "start it, or correct the settings SLUICE_KAFKA__...; `sluice kafka` runs one for development"
        yield Finding("kafka", False, str(error), mend)
        return
    yield Finding("kafka", True, f"cluster {found.cluster_id} of {found.brokers} broker(s) at {settings.bootstrap}")
    yield _version(found)
    yield _auto_creation(found)
    yield from _topics(settings)
    if found.topics:
        yield _partitions(found)
        yield _copies(found)
        yield _rights(found)


def _version(found: Survey) -> Finding:
    oldest = _written(OLDEST_VERSION)
    detail = f"{_written(found.version)} or later"
    return Finding("kafka version", found.version >= OLDEST_VERSION, detail, f"use Kafka {oldest} or later")


def _auto_creation(found: Survey) -> Finding:
    what = "topic auto-creation"
    if found.auto_create is None:
        return Finding(what, True, "not known: this user may not see the brokers' settings")
    mend = "set auto.create.topics.enable=false on the brokers: a mistyped name would become a topic"
    return Finding(what, True, "on" if found.auto_create else "off", mend, warning=found.auto_create)


def _topics(settings: KafkaSettings) -> Iterator[Finding]:
    try:
        differences = kafka_topics.plan(settings)
    except JournalError as error:
        yield Finding("topics", False, str(error), "correct the rights of this user")
        return
    other_topics = f"delete the topic, or choose another {variable('kafka.topic_prefix')}"
    for each in differences:
        mend = "sluice topics apply" if each.mendable else other_topics
        yield Finding("topics", False, str(each), mend)
    if not differences:
        yield Finding("topics", True, "each is there, and as it should be")


def _partitions(found: Survey) -> Finding:
    what, mend = "partitions", "start the brokers that have their copies"
    if silent := [name for name, topic in found.topics.items() if not topic.readable]:
        return Finding(what, False, f"without a leader, so that nothing is read or written: {', '.join(silent)}", mend)
    if refusing := [name for name, topic in found.topics.items() if not topic.writable]:
        detail = f"with fewer copies in sync than must take a record, so that none is taken: {', '.join(refusing)}"
        return Finding(what, False, detail, mend)
    return Finding(what, True, "each has a leader and copies enough")


def _copies(found: Survey) -> Finding:
    once = [name for name, topic in found.topics.items() if topic.copies == 1]
    unsafe = [name for name, topic in found.topics.items() if topic.copies > 1 and topic.least_in_sync == 1]
    if once:
        three = variable("kafka.replication_factor", 3)
        mend = f"on a cluster of several brokers set {three} before `sluice topics apply`"
        return Finding("copies", True, f"one only of {', '.join(once)}: a lost disk loses them", mend, warning=True)
    if unsafe:
        mend = "set min.insync.replicas=2 on the brokers or the topics"
        detail = f"{', '.join(unsafe)}: a record counts as written when one copy has it"
        return Finding("copies", True, detail, mend, warning=True)
    return Finding("copies", True, "several of each topic, and several must take a record")


def _rights(found: Survey) -> Finding:
    lacking = {name: found.lacking(ACCESS[name]) for name in _PROCESSES}
    enough = [name for name, operations in lacking.items() if not operations]
    details = [f"enough for {', '.join(enough)}"] if enough else []
    details += [f"not for {name}, which lacks {', '.join(each)}" for name, each in lacking.items() if each]
    mend = 'allow it: the README\'s table "Rights" says what each process needs'
    return Finding("rights", bool(enough), "; ".join(details), mend, warning=len(enough) < len(_PROCESSES))


def _written(version: tuple[int, ...]) -> str:
    return ".".join(map(str, version))
