"""Seconds since the epoch <-> RFC 3339 in UTC: the form of every time outside."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo
from functools import lru_cache


@lru_cache(maxsize=16)  # whatever is done in one step is done at one time
def rfc3339(seconds: float) -> str:
    """The moment to the microsecond.

    >>> rfc3339(1_700_000_000.25)
    '2023-11-14T22:13:20.250000Z'
    """
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")


def seconds_of(time: str, *, local: tzinfo | None = None) -> float:
    """The moment that a time names; ValueError where it is none, or has no offset from UTC and ``local`` is not given.

    What cannot be written back is none either: an offset may put a time before year 1 or after 9999.

    >>> seconds_of("2023-11-14T23:13:20.25+01:00")
    1700000000.25
    """
    try:
        moment = datetime.fromisoformat(time.upper())
        zone = moment.tzinfo or local
        if zone is None:
            raise ValueError("no offset from UTC")
        seconds = moment.replace(tzinfo=zone).timestamp()
        rfc3339(seconds)
    except (ValueError, OverflowError) as error:
        why = str(error).replace(time.upper(), time)  # as it was sent
        raise ValueError(f"not a time such as 2025-01-31T12:00:00Z ({why})") from None
    return seconds
