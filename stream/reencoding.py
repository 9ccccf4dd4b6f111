"""A learner's state + its texts embedded anew -> what to change in it, so that it is one of the other encoder."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np

from stream import knowledge, landmarks, parts, pending
from stream.evaluation import stability
from stream.examples import Examples
from stream.records import Changes, Entry, Floats, State

_NAMED_BY = {Examples.PREFIX: "key", pending.OPEN: "request_id", pending.SKIPPED: "request_id"}
"""Entries that hold texts and their embeddings, row by row, and the field that names each row."""
_OF_ONE_ENCODER = (
    knowledge.MODEL_PREFIX, knowledge.NAMES, knowledge.JOB, knowledge.CALIBRATION, parts.DRIFT, parts.STRATEGY,
    stability.KEY,
)  # fmt: skip
"""Entries that say nothing to another encoder: fitted to embeddings, or made of them."""


def kept_texts(state: State) -> dict[str, str]:
    """The texts that must be embedded anew, by request id or, where a text brought its label, by origin."""
    return {name: text for name, (_, text) in named_texts(state).items()}


def named_texts(state: State) -> dict[str, tuple[str, str]]:
    """The same texts with their ids, id first; an id that an early release did not keep is empty."""
    kept: dict[str, tuple[str, str]] = {}
    for _, named_by, entry in _entries_with_texts(state):
        names, texts = entry.fields[named_by], entry.fields["text"]
        ids = entry.fields.get("text_id", [""] * len(names))
        kept |= {str(name): (str(text_id), str(text)) for name, text_id, text in zip(names, ids, texts, strict=True)}
    return kept


def reencoded(state: State, embeddings: Mapping[str, Floats]) -> Changes:
    """The entries to change, None for one that goes; ``embeddings``, (d,) each, of all `kept_texts`.

    Examples, requests, what was decided, spent and tested stay. Model, drift signals and what a strategy remembers go:
    the model is fitted anew, from zero, when the next text or label comes, and signals begin with it. Of the texts that
    were asked about last, those leave whose words are kept no more.

    Raises KeyError where an embedding is missing.
    """
    changes: Changes = {key: None for key in state if key.startswith(_OF_ONE_ENCODER)}
    for key, named_by, entry in _entries_with_texts(state):
        changes[key] = _embedded(entry, [embeddings[name] for name in entry.fields[named_by]])
    for key, entry in state.items():
        if key.startswith(landmarks.PREFIX):
            changes[key] = _landmarks(entry, embeddings)
    if (known := state.get(knowledge.KEY)) is not None:
        fields = {**known.fields, "version": known.fields["version"] + 1, "names_digest": ""}
        changes[knowledge.KEY] = Entry(fields, known.arrays)
    return changes


def _entries_with_texts(state: State) -> Iterator[tuple[str, str, Entry]]:
    for key, entry in state.items():
        for prefix, named_by in _NAMED_BY.items():
            if key.startswith(prefix):
                yield key, named_by, entry


def _embedded(entry: Entry, embeddings: list[Floats]) -> Entry:
    return Entry(entry.fields, {**entry.arrays, "embedding": np.stack(embeddings).astype(np.float16)})


def _landmarks(entry: Entry, embeddings: Mapping[str, Floats]) -> Entry | None:
    """The landmarks whose embeddings are known, if any."""
    rows = [row for row, request_id in enumerate(entry.fields["id"]) if request_id in embeddings]
    if not rows:
        return None
    fields = {name: [column[row] for row in rows] for name, column in entry.fields.items()}
    arrays = {name: array[rows] for name, array in entry.arrays.items()}
    return _embedded(Entry(fields, arrays), [embeddings[request_id] for request_id in fields["id"]])
