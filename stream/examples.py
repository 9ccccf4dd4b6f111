"""Labelled texts -> the bounded memory that a model can be refitted from."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

import numpy as np

from stream.model.base import Evidence
from stream.records import Changes, Entry, Example, Floats, State, Verdict


class Examples:
    """Every example that the model was taught, by key, in the order in which they came.

    At most ``keep`` are kept; when full, the oldest of the most frequent class leaves (the first such class by name).
    """

    PREFIX = "example/"

    def __init__(self, keep: int = 20_000) -> None:
        if keep < 1:
            raise ValueError(f"at least one example must be kept, not {keep}")
        self._keep = keep
        self._examples: dict[str, tuple[int, Example]] = {}
        self._counts: Counter[str] = Counter()
        self._next = 0
        self._changed: dict[str, None] = {}

    def add(self, example: Example) -> Example | None:
        """Keep an example under its key; returns the one that had to leave, if any."""
        if example.key in self._examples:
            raise ValueError(f"{example.key} is an example already")
        leaving = self._leaving() if len(self._examples) >= self._keep else None
        if leaving is not None:
            self.remove(leaving.key)
        self._examples[example.key] = (self._next, example)
        self._next += 1
        self._counts[example.label] += 1
        self._changed[example.key] = None
        return leaving

    def relabel(self, key: str, label: str, reviewer: str) -> Example:
        """Replace an example's label; returns it as it now is."""
        number, old = self._examples[key]
        new = replace(old, label=label, reviewer=reviewer)
        self._examples[key] = (number, new)
        self._counts[old.label] -= 1
        self._counts[label] += 1
        self._changed[key] = None
        return new

    def remove(self, key: str) -> Example:
        """Forget an example; returns it."""
        _, example = self._examples.pop(key)
        self._counts[example.label] -= 1
        self._changed[key] = None
        return example

    def get(self, key: str) -> Example | None:
        """The example under this key, if it is kept."""
        found = self._examples.get(key)
        return found[1] if found else None

    def evidence(self, classes: Sequence[str], window: Floats) -> Evidence:
        """All that a refit may look at; ``classes`` gives each label its index."""
        index = {name: column for column, name in enumerate(classes)}
        rows = [example.embedding for example in self]
        return Evidence(
            embeddings=np.stack(rows) if rows else np.zeros((0, window.shape[1]), np.float32),
            classes=np.array([index[example.label] for example in self], np.int64),
            weights=np.ones(len(rows)),
            window=window.copy(),
        )

    def _leaving(self) -> Example:
        most = max(self._counts.values())
        label = min(name for name, count in self._counts.items() if count == most)
        return next(example for example in self if example.label == label)

    def changes(self) -> Changes:
        """What was added, relabelled (an entry) or forgotten (None) since this was last asked."""
        changed, self._changed = self._changed, {}
        return {self.PREFIX + key: _entry(*self._examples[key]) if key in self._examples else None for key in changed}

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` ever returned."""
        kept = sorted((_example(key, entry) for key, entry in state.items()), key=lambda pair: pair[0])
        self._examples = {example.key: (number, example) for number, example in kept}
        self._counts = Counter(example.label for example in self)
        self._next = 1 + max((number for number, _ in kept), default=-1)

    def __iter__(self) -> Iterator[Example]:
        return (example for _, example in self._examples.values())

    def __len__(self) -> int:
        return len(self._examples)


def _entry(number: int, example: Example) -> Entry:
    fields: Mapping[str, object] = {
        "number": number,
        "text": example.text,
        "label": example.label,
        "reviewer": example.reviewer,
        "predicted": example.predicted,
        "verdict": example.verdict.value,
    }
    return Entry(fields, {"embedding": example.embedding.astype(np.float16)})


def _example(key: str, entry: Entry) -> tuple[int, Example]:
    fields = entry.fields
    return fields["number"], Example(
        key=key.removeprefix(Examples.PREFIX),
        text=fields["text"],
        embedding=entry.arrays["embedding"].astype(np.float32),
        label=fields["label"],
        reviewer=fields["reviewer"],
        predicted=fields["predicted"],
        verdict=Verdict(fields["verdict"]),
    )
