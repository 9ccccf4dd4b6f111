"""Addresses between commas -> the same without white space, or what is wrong with one of them."""

from __future__ import annotations

import re
from ipaddress import IPv6Address

_ADDRESS = re.compile(r"(?P<host>[^\s:/@\[\]]+|\[(?P<six>[^\[\]]+)\])(:(?P<port>[0-9]{1,5}))?")


def checked_addresses(written: str) -> str:
    """What every client of ours can take for brokers: kafka-python alone would also read a bare IPv6 address.

    Raises ValueError.

    >>> checked_addresses("kafka-1:9092, [::1]:9092, localhost")
    'kafka-1:9092,[::1]:9092,localhost'
    """
    addresses = [address.strip() for address in written.split(",")] if written else []
    for address in addresses:
        if not _is_address(address):
            raise ValueError(
                f"{address!r} is no address: host:port is expected, such as localhost:9092 or [::1]:9092, "
                "several with a comma between"
            )
    return ",".join(addresses)


def _is_address(address: str) -> bool:
    if (found := _ADDRESS.fullmatch(address)) is None:
        return False
    try:
        IPv6Address(found["six"] or "::")
    except ValueError:
        return False
    return 0 < int(found["port"] or 1) < 2**16
