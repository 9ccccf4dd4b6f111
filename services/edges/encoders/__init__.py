"""Encoder name -> where its class lives: the table of encoders, as text, since torch takes seconds to import."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

DEFAULT: Final = "minilm"
_SENTENCE_TRANSFORMER = "sentence_transformer"
ENCODERS: Final[Mapping[str, str]] = {
    _SENTENCE_TRANSFORMER: "SentenceTransformerEncoder",
    DEFAULT: "MiniLmEncoder",
    "static": "StaticEncoder",
    "hashing": "HashingEncoder",
}
"""Module in this folder -> its class, which is made from one string."""


class Place(NamedTuple):
    """The class of an encoder, not imported yet, and what to make it from."""

    module: str
    factory: str
    source: str


def place(name: str) -> Place:
    """Where to find the encoder of this name: ``hashing``, ``static:MODEL``, or a sentence-transformers model.

    >>> place("static:models/small")
    Place(module='services.edges.encoders.static', factory='StaticEncoder', source='models/small')
    """
    if name == DEFAULT:
        return Place(f"{__name__}.{DEFAULT}", ENCODERS[DEFAULT], name)
    kind, _, source = name.partition(":")
    if kind not in ENCODERS or kind == _SENTENCE_TRANSFORMER:
        kind, source = _SENTENCE_TRANSFORMER, name
    return Place(f"{__name__}.{kind}", ENCODERS[kind], source)
