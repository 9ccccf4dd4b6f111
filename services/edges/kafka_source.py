"""The topic `texts` of a Kafka and the group that reads it -> their identity and offsets, as the broker says them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, Self, TypeVar

from kafka import KafkaAdminClient, TopicPartition
from kafka.admin import OffsetSpec
from kafka.errors import KafkaError, UnknownTopicOrPartitionError

from services.edges.journal.base import JournalError, refuse_gap
from services.edges.kafka_client import connection, explained
from services.edges.settings import KafkaSettings
from services.edges.topics import TEXTS

_REQUEST_MS = 10_000
_PATIENCE_SECONDS = 30.0
"""How long a question is asked again of a broker that restarts, or elects."""
_PAUSE_SECONDS = 0.2

_Answer = TypeVar("_Answer")


class KafkaSource:
    """Asks the broker anew on each call, over one kept connection; call it from one thread at a time.

    Raises JournalError where no broker answers (at the start at once, then only after half a minute), or the topic is
    missing.
    """

    def __init__(self, settings: KafkaSettings) -> None:
        self._settings = settings
        self.topic = settings.topic_prefix + TEXTS
        with explained(settings):
            self._admin = KafkaAdminClient(**connection(settings), request_timeout_ms=_REQUEST_MS)
            try:
                self._cluster: str = self._admin.describe_cluster()["cluster_id"]
                self._first_id = self._topic_id()
                self._committed()  # where this user may not read the group: Faust would try for good, without a word
            except BaseException:
                self.close()
                raise

    @property
    def identity(self) -> str:
        """``cluster-id/topic-id`` of the topic that was there at the start."""
        return f"{self._cluster}/{self._first_id}"

    @property
    def group(self) -> str:
        """The consumer group: another for each topic, so that old offsets never apply to one that was created anew."""
        return f"{self._settings.topic_prefix}intake-{self._first_id}"

    def require_same(self) -> None:
        """Raises JournalError where the topic is not the one that was there at the start."""
        found = self._topic_id()
        if found != self._first_id:
            raise JournalError(
                f"{self.topic} was deleted and created anew (its id was {self._first_id}, and is {found}): "
                "start the intake again, to read the new one from its beginning"
            )

    def starts(self, partitions: Iterable[int]) -> dict[int, int]:
        """The oldest offset that is kept of each partition."""
        asked = {TopicPartition(self.topic, partition): OffsetSpec.EARLIEST for partition in partitions}
        found = self._ask(self._admin.list_partition_offsets, asked) if asked else {}
        return {place.partition: each.offset for place, each in found.items()}

    def committed(self) -> dict[int, int]:
        """Where the group goes on in each partition; nothing of those that it has never committed."""
        return {partition: each.offset for partition, each in self._committed().items()}

    def notes(self) -> dict[int, str]:
        """What stands beside the offset of each partition that the group has committed."""
        return {partition: each.metadata for partition, each in self._committed().items()}

    def _committed(self) -> dict[int, Any]:
        found = self._ask(self._admin.list_group_offsets, {self.group: None})[self.group]
        return {place.partition: each for place, each in found.items() if each.offset >= 0}

    def first_positions(self, partitions: Iterable[int]) -> dict[int, int]:
        """Where the group goes on in these partitions, or where they begin. Raises JournalError at a gap."""
        starts, committed = self.starts(partitions), self.committed()
        positions = {partition: committed.get(partition, start) for partition, start in starts.items()}
        self._refuse_gap(list(positions.items()), starts)
        return positions

    def refuse_gap(self, places: Sequence[tuple[int, int]]) -> None:
        """Raises JournalError where a record at one of these places (partition, offset) was dropped."""
        self._refuse_gap(places, self.starts({partition for partition, _ in places}))

    def close(self) -> None:
        """Disconnect."""
        self._admin.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _refuse_gap(self, places: Sequence[tuple[int, int]], starts: Mapping[int, int]) -> None:
        mend = "delete that topic and make it anew with `sluice topics apply`"
        refuse_gap(places, starts, mend, of_topic=f" of {self.topic}")

    def _topic_id(self) -> str:
        (described,) = self._ask(self._admin.describe_topics, [self.topic])
        if described["error_code"] == UnknownTopicOrPartitionError.errno:
            raise JournalError(f"there is no topic {self.topic}: `sluice topics apply` makes it")
        return str(described["topic_id"])

    def _ask(self, question: Callable[[Any], _Answer], about: object) -> _Answer:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        with explained(self._settings):
            while True:
                try:
                    return question(about)
                except KafkaError as error:
                    if not error.retriable or time.monotonic() > deadline:
                        raise
                time.sleep(_PAUSE_SECONDS)
