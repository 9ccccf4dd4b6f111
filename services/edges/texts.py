"""A record of `texts` -> its text message: JSON, a CloudEvent, or the bare text."""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any

from services.edges.dead_letters import Fault, Unreadable, contents
from services.edges.journal.base import Record
from services.edges.json_object import read_object
from services.edges.messages import TextMessage

_CLOUD_EVENT = "ce_"
_ATTRIBUTES = ("source", "time")
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def parse(record: Record) -> TextMessage:
    """The text in a record; Unreadable where there is none.

    What begins with ``{`` or ``[`` must be a JSON object with the fields of a text message, or a CloudEvent in
    structured mode; anything else that is UTF-8 is the text itself. Headers ``ce_...`` make it the data of a CloudEvent
    in binary mode. An event's ``source`` and ``time`` count where its data has none of its own, and for an ``id`` both
    its source and its id, with a space between: only together are they unique, and a source has no space in it.
    """
    value = contents(record).removeprefix(_BYTE_ORDER_MARK)
    event = {
        name.removeprefix(_CLOUD_EVENT): content.decode(errors="replace")
        for name, content in record.headers
        if name.startswith(_CLOUD_EVENT)
    }
    fields = _fields(value)
    if "specversion" in fields and "text" not in fields:
        event, fields = fields, _data(fields)
    if event:
        named = {"id": _name(event), **{name: event.get(name) for name in _ATTRIBUTES}}
        fields |= {name: value for name, value in named.items() if value is not None and fields.get(name) is None}
    return TextMessage.read(fields)


def _name(event: Mapping[str, Any]) -> object:
    """What tells an event from all others; what is not as it should be is given on, to be refused."""
    source, own = event.get("source"), event.get("id")
    return f"{source} {own}" if isinstance(source, str) and isinstance(own, str) and source and own else own


def _fields(value: bytes) -> dict[str, Any]:
    if value.lstrip()[:1] in (b"{", b"["):
        return read_object(value)
    try:
        return {"text": value.decode()} if value else {}
    except UnicodeDecodeError as error:
        raise Unreadable(Fault.NOT_UTF8, f"byte {error.start} is not UTF-8") from None


def _data(event: Mapping[str, Any]) -> dict[str, Any]:
    """The data of a structured event: fields of a text message, or the bare text."""
    if "data_base64" in event:
        return _fields(_decoded(event["data_base64"]))
    data = event.get("data")
    if data is None:
        return {}
    return dict(data) if isinstance(data, Mapping) else {"text": data}


def _decoded(data: object) -> bytes:
    if not isinstance(data, str):
        raise Unreadable(Fault.WRONG_TYPE, "data_base64: a string was expected")
    try:
        return base64.b64decode(data, validate=True)
    except ValueError as error:
        raise Unreadable(Fault.WRONG_VALUE, f"data_base64: {error}") from None
