"""State entry <-> safetensors bytes: arrays and JSON, never code."""

from __future__ import annotations

import json

import numpy as np
from pydantic_core import to_json
from safetensors import SafetensorError
from safetensors.numpy import load, save

from services.edges.dead_letters import Fault, Unreadable
from services.edges.journal.base import JournalError
from stream.records import Changes, Entry, State

FORMAT = 1
"""Of the learner's state: one more whenever what an earlier release wrote is read otherwise, or not at all."""
KEY = "format"


def written_as() -> Changes:
    """What the state says of its format."""
    return {KEY: Entry({"format": FORMAT})}


def require_readable(state: State) -> None:
    """Raises JournalError where a later release wrote this state; one that does not say is of format 1."""
    found = state[KEY].fields["format"] if KEY in state else 1
    if found > FORMAT:
        raise JournalError(
            f"the learner's state was written by a later release (format {found}; this one reads up to {FORMAT}): "
            "install that release again, or go back to a backup"
        )


def encode(entry: Entry) -> bytes:
    """The entry as one safetensors value, its fields as JSON in the metadata (tuples become lists)."""
    arrays = {name: np.asarray(array, order="C") for name, array in entry.arrays.items()}
    # In half the time of Python's own: a step of a learner that is behind writes 2 MB of it.
    return save(arrays, {"fields": to_json(dict(entry.fields), inf_nan_mode="constants").decode()})


def encode_all(changes: Changes) -> dict[str, bytes | None]:
    """Each of the entries as `encode` has it; None stays None."""
    return {key: encode(entry) if entry is not None else None for key, entry in changes.items()}


def decode(data: bytes) -> Entry:
    """What `encode` made; Unreadable where it is anything else."""
    try:
        arrays = load(data)
        header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
        fields = json.loads(header["__metadata__"]["fields"])
    except (SafetensorError, ValueError, LookupError, TypeError, RecursionError) as error:
        raise Unreadable(Fault.WRONG_SCHEMA, f"not a state entry: {error}") from error
    if not isinstance(fields, dict):
        raise Unreadable(Fault.WRONG_TYPE, f"fields are {type(fields).__name__}, not an object")
    return Entry(fields, arrays)
