"""Labelled texts -> the bounded memory that a model can be refitted from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice

import numpy as np

from stream.class_change import ClassChange
from stream.model.base import Evidence
from stream.model.reviewers import Answer, Standing, reviewer_weights, standings
from stream.records import Changes, Doubles, Entry, Example, Floats, State, Verdict
from stream.segments import Segments

_ANSWERS = 1_000
_COLUMNS = ("text", "label", "reviewer", "predicted", "text_id", "verdict")


class Examples:
    """Every example that the model was taught, by key, in the order in which they came.

    At most ``keep`` are kept; when full, the oldest of the most frequent class leaves (the first such class by name).
    Embeddings lie here as float16, which holds the grid of `stream.exact`, each in memory of its own: a row of the
    batch that it came with would keep all of that.
    """

    PREFIX = "example/"

    def __init__(self, keep: int = 20_000) -> None:
        if keep < 1:
            raise ValueError(f"at least one example must be kept, not {keep}")
        self._keep = keep
        self._examples: dict[str, Example] = {}
        self._counts: Counter[str] = Counter()
        self._segments = Segments(self.PREFIX)
        self._standings: dict[str, Standing] | None = None

    def add(self, example: Example) -> Example | None:
        """Keep an example under its key; returns the one that had to leave, if any."""
        if example.key in self._examples:
            raise ValueError(f"{example.key} is an example already")
        leaving = self._leaving() if len(self._examples) >= self._keep else None
        if leaving is not None:
            self.remove(leaving.key)
        self._examples[example.key] = _halved(example)
        self._segments.add(example.key)
        self._standings = None
        self._counts[example.label] += 1
        return leaving

    def relabel(self, key: str, label: str, reviewer: str) -> Example:
        """Replace an example's label; returns it as it now is."""
        old = self._examples[key]
        new = self._examples[key] = replace(old, label=label, reviewer=reviewer)
        self._counts[old.label] -= 1
        self._counts[label] += 1
        self._segments.change(key)
        self._standings = None
        return _whole(new)

    def remove(self, key: str) -> Example:
        """Forget an example; returns it."""
        example = self._examples.pop(key)
        self._counts[example.label] -= 1
        self._segments.remove(key)
        self._standings = None
        return _whole(example)

    def change(self, change: ClassChange) -> None:
        """Relabel the examples of a renamed class, and forget those of a removed one; predictions of it likewise."""
        self._standings = None
        for key, example in list(self._examples.items()):
            if change.old not in (example.label, example.predicted):
                continue
            label = change.label(example.label)
            if label is None:
                self.remove(key)
                continue
            predicted = change.label(example.predicted) if example.predicted is not None else None
            self._examples[key] = replace(example, label=label, predicted=predicted)
            self._counts[example.label] -= 1
            self._counts[label] += 1
            self._segments.change(key)

    def confused(self, change: ClassChange) -> list[Example]:
        """Examples that were asked about and of which a class was predicted that is one with their own afterwards."""
        asked = (each for each in self._examples.values() if _was_asked(each))
        return [each for each in asked if {each.predicted, each.label} == {change.old, change.new}]

    def get(self, key: str) -> Example | None:
        """The example under this key, if it is kept."""
        found = self._examples.get(key)
        return _whole(found) if found else None

    def evidence(self, classes: Sequence[str], window: Floats) -> Evidence:
        """All that a refit may look at; ``classes`` gives each label its index, and reviewers their weights."""
        index = {name: column for column, name in enumerate(classes)}
        kept = list(self._examples.values())
        rows = [example.embedding for example in kept]
        return Evidence(
            embeddings=np.stack(rows, dtype=np.float32) if rows else np.zeros((0, window.shape[1]), np.float32),
            classes=np.array([index[example.label] for example in kept], np.int64),
            weights=self._weights(),
            window=window.copy(),
        )

    def reviewers(self) -> dict[str, Standing]:
        """How the reviewers of the last 1,000 answers stand, as long as they are kept; who agrees least comes first."""
        if self._standings is None:
            asked = (each for each in reversed(self._examples.values()) if _was_asked(each))
            last = [Answer(each.reviewer, each.predicted == each.label) for each in islice(asked, _ANSWERS)]
            self._standings = standings(last[::-1])
        return self._standings

    def _weights(self) -> Doubles:
        """A label that a text brought was not asked for, and often of an easier text: it says nothing of reviewers."""
        asked = [each for each in self._examples.values() if _was_asked(each)]
        weights = reviewer_weights([Answer(each.reviewer, each.predicted == each.label) for each in asked])
        return np.array([weights.get(each.reviewer, 1.0) for each in self], np.float64)

    def _leaving(self) -> Example:
        most = max(self._counts.values())
        label = min(name for name, count in self._counts.items() if count == most)
        return next(example for example in self._examples.values() if example.label == label)

    def changes(self) -> Changes:
        """The segments in which examples were added, relabelled or forgotten since this was last asked."""
        return self._segments.changes(lambda keys: _entry([self._examples[key] for key in keys]))

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        kept = [example for entry in self._segments.restore(state) for example in _examples(entry)]
        self._examples = {example.key: example for example in kept}
        self._counts = Counter(example.label for example in kept)
        self._standings = None

    def __iter__(self) -> Iterator[Example]:
        return map(_whole, self._examples.values())

    def __len__(self) -> int:
        return len(self._examples)


def _halved(example: Example) -> Example:
    """The example as it is kept."""
    return replace(example, embedding=example.embedding.astype(np.float16))


def _was_asked(example: Example) -> bool:
    return example.verdict is not Verdict.SKIP and example.predicted is not None


def _whole(example: Example) -> Example:
    return replace(example, embedding=example.embedding.astype(np.float32))


def _entry(examples: Sequence[Example]) -> Entry:
    columns = {name: [getattr(example, name) for example in examples] for name in _COLUMNS}
    return Entry(columns, {"embedding": np.stack([example.embedding for example in examples])})


def _examples(entry: Entry) -> Iterator[Example]:
    keys, embeddings = entry.fields["key"], entry.arrays["embedding"]
    named = {"text_id": [""] * len(keys), **entry.fields, "verdict": map(Verdict, entry.fields["verdict"])}
    columns = [named[name] for name in _COLUMNS]
    for key, embedding, *values in zip(keys, embeddings, *columns, strict=True):
        yield Example(key=key, embedding=embedding, **dict(zip(_COLUMNS, values, strict=True)))
