"""A consumer of kafka-python -> one that asks who leads a partition now where a broker says that it does no more."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from functools import partial
from typing import Any

from kafka import KafkaConsumer
from kafka.errors import StaleMetadata

_Answer = tuple[Mapping[Any, Any], Any]
_Ask = Callable[[Mapping[Any, Any]], Awaitable[_Answer]]


def follow_leaders(consumer: KafkaConsumer) -> None:
    """Let this consumer learn who leads a partition before it asks once more where the partition ends or begins.

    kafka-python asks the broker that led it last again and again, without a pause, for 30 s: a learner ended where
    another broker came to lead `labels`, as in each rolling restart of a cluster.
    """
    fetcher = consumer._fetcher
    fetcher._send_list_offsets_requests = partial(_asked, fetcher._send_list_offsets_requests)


async def _asked(ask: _Ask, places: Mapping[Any, Any]) -> _Answer:
    found, again = await ask(places)
    if again:
        raise StaleMetadata
    return found, again
