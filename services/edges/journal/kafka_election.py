"""A consumer group on one partition -> who may write: exactly one member holds it, the others stand by."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event, Lock, Thread
from typing import Any

from kafka import ConsumerRebalanceListener, KafkaConsumer, TopicPartition
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.structs import ConsumerGroupMetadata, MemberState, OffsetAndMetadata

from services.edges.journal.base import Fenced
from services.edges.kafka_client import connection
from services.edges.settings import KafkaSettings

SESSION_MS = 6_000
_HEARTBEAT_MS = 1_500
HANGING_SECONDS = 60.0
"""A process that did not say for so long that it is alive gives the name up, whatever it does."""
_REJOIN_MS = 20_000
"""How long the group waits for its members when it chooses anew; longer than a transaction may last.

A broker that comes back may not watch the sessions of the members that it knew: seen with Kafka 4.1, whose partitions
changed their leader twice at the start. Those that are dead are waited for so long.
"""
_LOOK_SECONDS = 0.05
_AWAIT_MS = 500


class Election(ConsumerRebalanceListener):  # type: ignore[misc]  # kafka-python is untyped
    """One member of the group ``group`` on the single partition of ``topic``, which it never reads.

    Cooperative and sticky: who joins does not take the partition from the one who has it. Once lost, lost for good.
    A thread of its own takes part in the group: kafka-python forgets a rebalance that ends while nobody waits for it,
    and begins another one. The thread keeps to itself during a transaction, whose generation must not change.
    """

    def __init__(self, settings: KafkaSettings, group: str, topic: str) -> None:
        self._partition = TopicPartition(topic, 0)
        self._group = group
        self._elected, self._stop = Event(), Event()
        self._lost = False
        self._failure: BaseException | None = None
        self._alive = time.monotonic()
        self._rebalancing = Lock()
        self._consumer = KafkaConsumer(
            **connection(settings),
            group_id=group,
            partition_assignment_strategy=[CooperativeStickyAssignor],
            session_timeout_ms=SESSION_MS,
            heartbeat_interval_ms=_HEARTBEAT_MS,
            max_poll_interval_ms=_REJOIN_MS,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            allow_auto_create_topics=False,
        )
        # Known before the group is joined: a member that leads it without knowing the topic gives it to nobody.
        self._consumer.partitions_for_topic(topic)
        self._consumer.subscribe([topic], listener=self)
        self._thread = Thread(target=self._take_part, name="election", daemon=True)
        self._thread.start()

    def wait(self, seconds: float) -> bool:
        """Say that this process is alive; whether it is elected, after so many seconds at the most.

        Raises Fenced once the name was lost.
        """
        self._alive = time.monotonic()
        elected = self._elected.wait(seconds)
        if self._failure is not None:
            raise self._failure
        if self._lost:
            raise Fenced(f"the group {self._group} gave the name to another process: this one must end")
        return elected

    @contextmanager
    def transaction(self) -> Iterator[ConsumerGroupMetadata]:
        """While it lasts no rebalance begins here: waits for one that goes on. Raises Fenced as `wait` does.

        Gives what a transaction shows the broker, which refuses it where the group has moved on (KIP-447).
        """
        with self._rebalancing:
            self.wait(0.0)
            yield self._consumer.group_metadata()

    def offsets(self, position: int) -> dict[TopicPartition, OffsetAndMetadata]:
        """What a transaction commits for the group: its lag, and the broker's reason to check who we are."""
        return {self._partition: OffsetAndMetadata(position, "", -1)}

    def close(self) -> None:
        """Leave the group, so that another member is chosen at once."""
        self._stop.set()
        self._thread.join()
        self._consumer.close(autocommit=False)

    def _take_part(self) -> None:
        try:
            while not self._stop.wait(_LOOK_SECONDS) and not self._lost:
                if time.monotonic() - self._alive > HANGING_SECONDS:
                    self._lost = True
                    self._consumer.unsubscribe()
                    return
                with self._rebalancing:
                    self._consumer.poll(timeout_ms=0)
                    while not self._stable():
                        self._consumer.poll(timeout_ms=_AWAIT_MS)
        except BaseException as error:
            self._failure = error
            self._elected.set()

    def _stable(self) -> bool:
        return self._stop.is_set() or self._lost or self._consumer.group_metadata().state is MemberState.STABLE

    def on_partitions_assigned(self, assigned: Any) -> None:
        """The partition came to us: it is never fetched."""
        if self._partition in assigned:
            self._consumer.pause(self._partition)
            self._elected.set()

    def on_partitions_revoked(self, revoked: Any) -> None:
        """The partition goes to another member."""
        self._lost |= self._partition in revoked

    def on_partitions_lost(self, lost: Any) -> None:
        """The group went on without us."""
        self._lost |= self._partition in lost
