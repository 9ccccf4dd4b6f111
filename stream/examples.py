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
_COLUMNS = ("key", "text", "label", "reviewer", "predicted", "text_id", "verdict")


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
        self._examples: dict[str, tuple[int, Example]] = {}
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
        # Behind the last one that is kept, not that ever was: so a restored memory goes on with the same numbers.
        number = 1 + next((last for last, _ in reversed(self._examples.values())), -1)
        self._examples[example.key] = (number, _halved(example))
        self._segments.add(number, example.key)
        self._standings = None
        self._counts[example.label] += 1
        return leaving

    def relabel(self, key: str, label: str, reviewer: str) -> Example:
        """Replace an example's label; returns it as it now is."""
        number, old = self._examples[key]
        new = replace(old, label=label, reviewer=reviewer)
        self._examples[key] = (number, new)
        self._counts[old.label] -= 1
        self._counts[label] += 1
        self._segments.change(number)
        self._standings = None
        return _whole(new)

    def remove(self, key: str) -> Example:
        """Forget an example; returns it."""
        number, example = self._examples.pop(key)
        self._counts[example.label] -= 1
        self._segments.remove(number, key)
        self._standings = None
        return _whole(example)

    def change(self, change: ClassChange) -> None:
        """Relabel the examples of a renamed class, and forget those of a removed one; predictions of it likewise."""
        self._standings = None
        for number, example in list(self._examples.values()):
            if change.old not in (example.label, example.predicted):
                continue
            label = change.label(example.label)
            if label is None:
                self.remove(example.key)
                continue
            predicted = change.label(example.predicted) if example.predicted is not None else None
            self._examples[example.key] = (number, replace(example, label=label, predicted=predicted))
            self._counts[example.label] -= 1
            self._counts[label] += 1
            self._segments.change(number)

    def confused(self, change: ClassChange) -> list[Example]:
        """Examples that were asked about and of which a class was predicted that is one with their own afterwards."""
        asked = (each for _, each in self._examples.values() if _was_asked(each))
        return [each for each in asked if {each.predicted, each.label} == {change.old, change.new}]

    def get(self, key: str) -> Example | None:
        """The example under this key, if it is kept."""
        found = self._examples.get(key)
        return _whole(found[1]) if found else None

    def evidence(self, classes: Sequence[str], window: Floats) -> Evidence:
        """All that a refit may look at; ``classes`` gives each label its index, and reviewers their weights."""
        index = {name: column for column, name in enumerate(classes)}
        kept = [example for _, example in self._examples.values()]
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
            asked = (each for _, each in reversed(self._examples.values()) if _was_asked(each))
            last = [Answer(each.reviewer, each.predicted == each.label) for each in islice(asked, _ANSWERS)]
            self._standings = standings(last[::-1])
        return self._standings

    def _weights(self) -> Doubles:
        """A label that a text brought was not asked for, and often of an easier text: it says nothing of reviewers."""
        asked = [each for _, each in self._examples.values() if _was_asked(each)]
        weights = reviewer_weights([Answer(each.reviewer, each.predicted == each.label) for each in asked])
        return np.array([weights.get(each.reviewer, 1.0) for each in self], np.float64)

    def _leaving(self) -> Example:
        most = max(self._counts.values())
        label = min(name for name, count in self._counts.items() if count == most)
        return next(example for _, example in self._examples.values() if example.label == label)

    def changes(self) -> Changes:
        """The segments in which examples were added, relabelled or forgotten since this was last asked."""
        return self._segments.changes(lambda keys: _entry([self._examples[key] for key in keys]))

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        kept = [numbered for entry in state.values() for numbered in _numbered(entry)]
        kept.sort(key=lambda numbered: numbered[0])
        self._examples = {example.key: (number, example) for number, example in kept}
        self._segments.restore((number, example.key) for number, example in kept)
        self._counts = Counter(example.label for _, example in kept)
        self._standings = None

    def __iter__(self) -> Iterator[Example]:
        return (_whole(example) for _, example in self._examples.values())

    def __len__(self) -> int:
        return len(self._examples)


def _halved(example: Example) -> Example:
    """The example as it is kept."""
    return replace(example, embedding=example.embedding.astype(np.float16))


def _was_asked(example: Example) -> bool:
    return example.verdict is not Verdict.SKIP and example.predicted is not None


def _whole(example: Example) -> Example:
    return replace(example, embedding=example.embedding.astype(np.float32))


def _entry(numbered: Sequence[tuple[int, Example]]) -> Entry:
    columns = {name: [getattr(example, name) for _, example in numbered] for name in _COLUMNS}
    embeddings = np.stack([example.embedding for _, example in numbered])
    return Entry({"number": [number for number, _ in numbered], **columns}, {"embedding": embeddings})


def _numbered(entry: Entry) -> Iterator[tuple[int, Example]]:
    fields = entry.fields
    embeddings = entry.arrays["embedding"]
    named = {"text_id": [""] * len(embeddings), **fields, "verdict": map(Verdict, fields["verdict"])}
    columns = [named[name] for name in _COLUMNS]
    for number, embedding, *values in zip(fields["number"], embeddings, *columns, strict=True):
        yield number, Example(embedding=embedding, **dict(zip(_COLUMNS, values, strict=True)))
