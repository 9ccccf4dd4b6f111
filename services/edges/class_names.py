"""The classes that a task names -> their embeddings, from which a model predicts before the first label."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Sequence
from itertools import accumulate, pairwise

import numpy as np

from services.edges.encoders.base import Encoder
from services.edges.settings import TaskClass
from stream import exact
from stream.records import ClassNames

_SEPARATORS = re.compile(r"[\s_/-]+")


def embed_classes(classes: Sequence[TaskClass], encoder: Encoder) -> ClassNames:
    """Embed each class as the unit mean of its name, its description and its example phrases."""
    phrases = [_phrases(each) for each in classes]
    embeddings = encoder.encode([phrase for own in phrases for phrase in own]).astype(np.float64)
    ends = accumulate(map(len, phrases), initial=0)
    means = [embeddings[start:end].mean(axis=0) for start, end in pairwise(ends)]
    return ClassNames(
        tuple(each.name for each in classes),
        exact.unit(np.reshape(means, (len(classes), encoder.dimension))),
        digest(classes, encoder.name),
    )


def digest(classes: Sequence[TaskClass], encoder: str) -> str:
    """The SHA-256 in hex of all that `embed_classes` depends on: the same classes are taken up only once."""
    content = {"classes": [each.model_dump() for each in classes], "encoder": encoder}
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()


def readable(name: str) -> str:
    """A class name as the words it is made of.

    >>> readable("Card_not-working/ATM")
    'card not working atm'
    """
    return _SEPARATORS.sub(" ", name.lower()).strip()


def _phrases(named: TaskClass) -> list[str]:
    name = readable(named.name) or named.name
    return [name, *(phrase for phrase in (named.description, *named.examples) if phrase.strip())]
