"""Examples -> a model that was taught exactly them, and the refits that they make due."""

from __future__ import annotations

import numpy as np

from stream.examples import Examples
from stream.model.base import Model, RefitJob
from stream.records import Changes, ClassNames, Doubles, Entry, Example, Floats, Label, State

_KEY, _JOB = "knowledge", "job"


class Knowledge:
    """A model with the examples that it was taught: neither ever knows one that the other does not.

    ``job`` is the refit that is due, if any; ``version`` rises with all that changes the model.
    """

    def __init__(self, model: Model, examples: Examples | None = None) -> None:
        self.model = model
        self.examples = Examples() if examples is None else examples
        self.job: RefitJob | None = None
        self.version = 0
        self._names_digest = ""
        self._unsaved = True

    def name(self, names: ClassNames) -> bool:
        """Take the task's class names as a prior, once for each digest; False where they were known."""
        if names.digest == self._names_digest:
            return False
        self.model.name(names)
        self._names_digest = names.digest
        self._unsaved = True
        return True

    def teach(self, example: Example) -> None:
        """Keep an example and teach it; when the memory is full, one is forgotten for it."""
        forgotten = self.examples.add(example)
        if forgotten is not None:
            self.model.unlearn(forgotten.embedding, forgotten.label)
        known = len(self.model.classes)
        self.model.learn(example.embedding, example.label)
        self._unsaved |= len(self.model.classes) > known
        self.version += 1

    def correct(self, label: Label) -> None:
        """Replace an answer that its reviewer took back; an example that was forgotten since stays so."""
        old = self.examples.get(label.request_id)
        if old is None:
            return
        self.model.unlearn(old.embedding, old.label)
        if label.label is None:
            self.examples.remove(old.key)
        else:
            self.examples.relabel(old.key, label.label, label.reviewer)
            self.model.learn(old.embedding, label.label)
        self._unsaved = True
        self.version += 1

    def committee(self, embeddings: Floats) -> Doubles:
        """What each of c members thinks of texts (n, d): probabilities (c, n, k). There are no members yet."""
        return np.zeros((0, len(embeddings), len(self.model.classes)))

    def refit_if_due(self, texts: int, window: Floats) -> None:
        """Make the job that is due after ``texts`` of the stream, if any; ``window`` (w, d) are the last of them."""
        if self.job is None and self.model.refit_due(texts):
            self.job = self.model.refit(self.examples.evidence(self.model.classes, window), texts)
            self._unsaved = True

    def adopt(self, head: Entry) -> None:
        """Install what the job's run returned. Raises ValueError, and keeps the old head, where it is not finite."""
        self.job = None
        self.model.adopt(head)
        self.version += 1
        self._unsaved = True

    def changes(self) -> Changes:
        """The entries that changed since this was last asked."""
        changes = self.examples.changes()
        changes[_KEY] = Entry({"version": self.version, "names_digest": self._names_digest})
        if self._unsaved:
            changes |= self.model.save()
            changes[_JOB] = self.job.save() if self.job else None
            self._unsaved = False
        return changes

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` returned; the model learns the kept examples again."""
        self.examples.restore({key: entry for key, entry in state.items() if key.startswith(Examples.PREFIX)})
        self.model.restore({key: entry for key, entry in state.items() if key.startswith("model/")})
        for example in self.examples:
            self.model.learn(example.embedding, example.label)
        if _KEY in state:
            self.version, self._names_digest = state[_KEY].fields["version"], state[_KEY].fields["names_digest"]
        self.job = self.model.restore_job(state[_JOB]) if _JOB in state else None
        self._unsaved = False
