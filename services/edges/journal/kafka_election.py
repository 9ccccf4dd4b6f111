"""A consumer group on one partition -> who may write: exactly one member holds it, the others stand by."""

from __future__ import annotations

from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.structs import ConsumerGroupMetadata, MemberState, OffsetAndMetadata

from services.edges.journal.base import Fenced
from services.edges.kafka_client import connection
from services.edges.settings import KafkaSettings

SESSION_MS = 6_000
_HEARTBEAT_MS = 1_500
_REBALANCE_POLL_MS = 50
_MAX_POLL_MS = 60_000
"""A writer that did nothing for so long is thought to hang, and loses the name."""


class Election(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python is untyped
    """One member of the group ``group`` on the single partition of ``topic``, which it never reads.

    Cooperative and sticky: who joins does not take the partition from the one who has it. Once lost, lost for good.
    """

    def __init__(self, settings: KafkaSettings, group: str, topic: str) -> None:
        self._partition = TopicPartition(topic, 0)
        self._group = group
        self._held = False
        self._lost = False
        self._consumer = KafkaConsumer(
            **connection(settings),
            group_id=group,
            partition_assignment_strategy=[CooperativeStickyAssignor],
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=_HEARTBEAT_MS,
            max_poll_interval_ms=_MAX_POLL_MS,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
        )
        # Known before the group is joined: a member that leads it without knowing the topic gives it to nobody.
        self._consumer.partitions_for_topic(topic)
        self._consumer.subscribe([topic], listener=self)

    @property
    def held(self) -> bool:
        """Whether this member has the partition."""
        return self._held and not self._lost

    @property
    def group_metadata(self) -> ConsumerGroupMetadata:
        """What a transaction shows the broker, which refuses it where the group has moved on (KIP-447)."""
        return self._consumer.group_metadata()

    def take_part(self, seconds: float = 0.0) -> None:
        """Say that this process is alive and take note of what the group decided.

        Who has the partition waits until a rebalance is over: a transaction may not show the generation before it.
        Raises Fenced once the partition was lost.
        """
        self._consumer.poll(timeout_ms=int(1_000 * seconds))
        while self.held and self.group_metadata.state is not MemberState.STABLE:
            self._consumer.poll(timeout_ms=_REBALANCE_POLL_MS)
        if self._lost:
            raise Fenced(f"the group {self._group} gave the name to another process: this one must end")

    def offsets(self, position: int) -> dict[TopicPartition, OffsetAndMetadata]:
        """What a transaction commits for the group: its lag, and the broker's reason to check who we are."""
        return {self._partition: OffsetAndMetadata(position, "", -1)}

    def close(self) -> None:
        """Leave the group, so that another member is chosen at once."""
        self._consumer.close(autocommit=False)

    def on_partitions_assigned(self, assigned: Any) -> None:
        """The partition came to us: it is never fetched."""
        if self._partition in assigned:
            self._consumer.pause(self._partition)
            self._held = True

    def on_partitions_revoked(self, revoked: Any) -> None:
        """The partition goes to another member."""
        self._lost |= self._partition in revoked

    def on_partitions_lost(self, lost: Any) -> None:
        """The group went on without us."""
        self._lost |= self._partition in lost
