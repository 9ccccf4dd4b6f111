"""A Kafka -> what is well with it, and how to mend what is not."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from services.doctor import Finding, examine, kafka
from services.edges.access import ACCESS
from services.edges.kafka_survey import Survey, TopicSurvey
from services.edges.local_kafka import LocalKafka
from services.edges.settings import KafkaSettings
from services.edges.topics import ON_KAFKA

ALL = frozenset({"READ", "WRITE", "DESCRIBE", "DESCRIBE_CONFIGS"})


@pytest.mark.slow
def test_all_is_well_with_a_development_broker_but_for_its_single_copies(kafka: KafkaSettings) -> None:
    findings = examined(kafka)
    assert [finding.what for finding in findings if not finding.ok] == []
    assert [finding.what for finding in findings if finding.warning] == ["copies"]
    assert kafka.bootstrap in next(finding.detail for finding in findings if finding.what == "kafka")


@pytest.mark.slow
def test_missing_topics_are_found_each_with_what_mends_it(broker: LocalKafka) -> None:
    findings = [
        each for each in examined(KafkaSettings(bootstrap=broker.bootstrap, topic_prefix="none.")) if not each.ok
    ]
    assert [finding.detail for finding in findings] == [f"topic none.{topic.name} is missing" for topic in ON_KAFKA]
    assert {finding.mend for finding in findings} == {"sluice topics apply"}


def test_an_old_kafka_is_found() -> None:
    assert kafka._version(surveyed(version=(2, 8))).ok
    assert not kafka._version(surveyed(version=(2, 7))).ok


@pytest.mark.parametrize(("auto_create", "told", "warning"), [(True, "on", True), (False, "off", False)])
def test_the_automatic_creation_of_topics_is_warned_of(auto_create: bool, told: str, warning: bool) -> None:
    finding = kafka._auto_creation(surveyed(auto_create=auto_create))
    assert (finding.ok, finding.detail, finding.warning) == (True, told, warning)


@pytest.mark.parametrize(
    ("copies", "least_in_sync", "warning"), [(1, 1, "a lost disk"), (3, 1, "when one copy"), (3, 2, "")]
)
def test_records_that_hang_on_one_disk_are_warned_of(copies: int, least_in_sync: int, warning: str) -> None:
    finding = kafka._copies(surveyed(copies=copies, least_in_sync=least_in_sync))
    assert (finding.ok, finding.warning, warning in finding.detail) == (True, bool(warning), True)


@pytest.mark.parametrize(
    ("state", "told"), [({"readable": False}, "without a leader"), ({"writable": False}, "fewer copies in sync")]
)
def test_partitions_that_cannot_be_used_are_found(state: dict[str, bool], told: str) -> None:
    well = surveyed()
    assert kafka._partitions(well).ok
    ill = replace(well, topics={**well.topics, "labels": replace(well.topics["labels"], **state)})
    finding = kafka._partitions(ill)
    assert (finding.ok, told in finding.detail, finding.detail.endswith(": labels")) == (False, True, True)


def test_rights_are_told_by_process() -> None:
    assert not kafka._rights(surveyed()).warning
    of_intake = {topic.name: ACCESS["intake"].operations(topic.name) for topic in ON_KAFKA}
    finding = kafka._rights(surveyed(operations=of_intake))
    assert (finding.ok, finding.warning) == (True, True)
    assert finding.detail.startswith("enough for intake; not for learner, which lacks READ items, ")
    assert not kafka._rights(surveyed(operations={topic.name: frozenset() for topic in ON_KAFKA})).ok
    finding = kafka._rights(replace(surveyed(), refused=frozenset({"READ group learner"})))
    assert finding.detail == "enough for intake, console; not for learner, which lacks READ group learner"


def examined(settings: KafkaSettings) -> list[Finding]:
    overrides = {"kafka.bootstrap": settings.bootstrap, "kafka.topic_prefix": settings.topic_prefix}
    return examine({**overrides, "http.port": 0, "encoder.model": "hashing"})


def surveyed(
    *,
    copies: int = 3,
    least_in_sync: int = 2,
    operations: Mapping[str, frozenset[str]] | None = None,
    version: tuple[int, ...] = (4, 1),
    auto_create: bool = False,
) -> Survey:
    """A cluster that has all topics."""
    topics = {
        topic.name: TopicSurvey(copies, least_in_sync, (operations or {}).get(topic.name, ALL)) for topic in ON_KAFKA
    }
    return Survey("cluster", 3, version, auto_create, topics)
