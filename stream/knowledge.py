"""Examples -> a model that was taught exactly them, and the refits that they make due."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from stream.class_change import ClassChange
from stream.examples import Examples
from stream.model.base import Evidence, Model, RefitJob
from stream.model.calibration import Calibration
from stream.model.committee import Committee
from stream.pending import PendingRequest
from stream.records import Changes, ClassNames, Doubles, Entry, Example, Floats, Label, State

KEY, JOB, CALIBRATION, MODEL_PREFIX = "knowledge", "job", "calibration", "model/"
NAMES = "names"
_BEFORE_NAMED = "model/head", "softmax_prototypes"
"""Older states do not say whose they are: the one with this entry is of this model."""


class Knowledge:
    """A model, and perhaps a committee, with the examples that they were taught: none knows what another does not.

    ``job`` is the refit that is due, if any; ``version`` rises with all that changes the model. ``noisy_labels`` says
    that many labels may be wrong. ``model_name`` says whose the saved state is: to another model it says nothing.
    """

    def __init__(
        self,
        model: Model,
        examples: Examples | None = None,
        committee: Committee | None = None,
        noisy_labels: bool = False,
        model_name: str = "",
    ) -> None:
        self.model = model
        self._model_name = model_name or type(model).__module__.rpartition(".")[2]
        self.examples = Examples() if examples is None else examples
        self.calibration = Calibration()
        self._committee = Committee(members=0) if committee is None else committee
        self._noisy_labels = noisy_labels
        self.job: RefitJob | None = None
        self.version = 0
        self.arrangement = 0
        """How often the classes were put in another order: as long as it stays, new ones come behind the others."""
        self._evicted = 0
        """Examples that had to leave for others."""
        self._names_digest = ""
        self._names: ClassNames | None = None
        """Those that the digest is of, as classes were renamed, merged and removed since."""
        self._names_changed = False
        """Whether these are not yet saved: they are large, and seldom change."""
        self._left_over: Changes = {}
        """The entries of a model that was there before this one."""
        self._unsaved = True
        self._recalibrated = False

    def name(self, names: ClassNames) -> bool:
        """Take the task's class names as a prior, once for each digest; False where they were known."""
        if names.digest == self._names_digest:
            return False
        self.model.name(names)
        self.arrangement += 1
        self._names, self._names_digest, self._names_changed = names, names.digest, True
        self._arrange()
        return True

    def teach(self, example: Example) -> None:
        """Keep an example and teach it; when the memory is full, one is evicted for it."""
        evicted = self.examples.add(example)
        if evicted is not None:
            self._unlearn(evicted)
            self._evicted += 1
        known = len(self.model.classes)
        self._learn(example)
        self._unsaved |= len(self.model.classes) > known
        self.version += 1

    def correct(self, label: Label) -> Example | None:
        """Replace an answer that its reviewer took back; returns the example as it was, if it was still kept."""
        old = self.examples.get(label.request_id)
        if old is None:
            return None
        if label.label is None:
            self.examples.remove(old.key)
            self._unlearn(old)
        else:
            self.examples.relabel(old.key, label.label, label.reviewer)
            self.model.relabel(old.embedding, old.label, label.label, old.key)
            self._committee.unlearn(old.embedding, old.label, old.key)
            self._committee.learn(old.embedding, label.label, old.key)
        self._unsaved = True
        self.version += 1
        return old

    def forget(self, keys: Iterable[str]) -> int:
        """Forget the examples of these keys, as if they had never been learned; says how many were still kept.

        Their classes stay.
        """
        forgotten = [self.examples.remove(key) for key in keys if self.examples.get(key) is not None]
        for example in forgotten:
            self._unlearn(example)
        self._unsaved |= len(forgotten) > 0
        self.version += len(forgotten) > 0
        return len(forgotten)

    def rebuild(self, texts: int, window: Floats) -> None:
        """Begin anew with the names and the kept examples: what was learned of no others, and not in which order.

        Classes that have neither a name nor an example go. The ``job`` fits from zero to convergence, after ``texts``
        of the stream of which ``window`` (w, d) are the last; another that was due is dropped. Until its head is
        adopted the old one serves on.
        """
        self.model.reset([example.label for example in self.examples])
        self.arrangement += 1
        self._committee.reset(self.model.classes, self.model.expected)
        for example in self.examples:
            self._learn(example)
        self.job = self.model.rebuild(self._evidence(window), texts)
        self._unsaved = True
        self.version += 1

    def change(self, change: ClassChange) -> None:
        """Rename, merge or remove a class, its examples likewise. Raises ValueError where there is no such class."""
        self.model.change(change)
        before, self._names = self._names, _changed(self._names, change)
        self._names_changed |= self._names is not before
        self._committee.change(change, self.model.expected)
        self.examples.change(change)
        self._unsaved = True
        self.version += 1

    @property
    def taught(self) -> int:
        """Examples that were learned so far and not taken back: the kept ones, and those that were evicted for them."""
        return len(self.examples) + self._evicted

    def committee(self, embeddings: Floats) -> Doubles:
        """What each of c members thinks of texts (n, d): probabilities (c, n, k); without a committee c is 0."""
        return self._committee.predict(embeddings)

    def audited(self, waiting: PendingRequest, label: str) -> None:
        """Calibrate by the answer to an audit.

        A label that was no class when it was asked says nothing, as what had no name could not be told.
        """
        likely, known = waiting.request.suggestions, self.model.classes[: waiting.classes]
        if label in dict(likely) or (waiting.arrangement == self.arrangement and label in known):
            self.calibration.update(likely, label, waiting.classes, waiting.temperature)
            self._recalibrated = True

    def refit_if_due(self, texts: int, window: Callable[[], Floats]) -> None:
        """Make the job that is due after ``texts`` of the stream, if any; ``window`` gives the last of them, (w, d)."""
        if self.job is None and self.model.refit_due(texts, self._evicted):
            self.job = self.model.refit(self._evidence(window()), texts)
            self._unsaved = True

    def adopt(self, head: Entry) -> None:
        """Install what the job's run returned. Raises ValueError, and keeps the old head, where it is not finite."""
        self.job, self._unsaved = None, True
        self.model.adopt(head)
        self._arrange()
        self.version += 1

    def changes(self) -> Changes:
        """The entries that changed since this was last asked."""
        changes = self.examples.changes()
        changes[KEY] = Entry(
            {
                "version": self.version,
                "names_digest": self._names_digest,
                "evicted": self._evicted,
                "arrangement": self.arrangement,
                "model": self._model_name,
            }
        )
        if self._unsaved:
            changes |= {**self._left_over, **self.model.save()}
            self._left_over = {}
            changes[JOB] = self.job.save() if self.job else None
            self._unsaved = False
        if self._names_changed and self._names is not None:
            changes[NAMES] = _entry(self._names)
            self._names_changed = False
        if self._recalibrated:
            changes[CALIBRATION] = self.calibration.save()
            self._recalibrated = False
        return changes

    def restore(self, state: State) -> None:
        """Go on from all entries that `changes` returned; the model learns the kept examples again.

        Another model than the one whose state it is learns the names and the examples, and its refit is due.
        """
        self.examples.restore({key: entry for key, entry in state.items() if key.startswith(Examples.PREFIX)})
        self._names = _names(state)
        own = {key: entry for key, entry in state.items() if key.startswith(MODEL_PREFIX)}
        another = bool(own) and self._whose(state) != self._model_name
        if not another:
            self.model.restore(own)
        elif self._names is not None:
            self.model.name(self._names)
        self._arrange()
        for example in self.examples:
            self._learn(example)
        if KEY in state:
            fields = state[KEY].fields
            self.version, self._names_digest = fields["version"], fields["names_digest"]
            self._evicted, self.arrangement = fields.get("evicted", 0), fields.get("arrangement", 0)
        if another:
            self._replace([*own, CALIBRATION] if CALIBRATION in state else [*own])
            return
        if CALIBRATION in state:
            self.calibration.restore(state[CALIBRATION])
        self.job = self.model.restore_job(state[JOB]) if JOB in state else None
        self._unsaved = False

    def _whose(self, state: State) -> str:
        """The name of the model that saved this state."""
        entry, model = _BEFORE_NAMED
        name: str = state[KEY].fields.get("model", model if entry in state else self._model_name)
        return name

    def _replace(self, entries: Sequence[str]) -> None:
        """Another model had these entries: nothing of them is kept, nor how sure it was to be taken to be."""
        self._left_over = dict.fromkeys(entries)
        self.arrangement += 1
        self.version += 1
        if self._names is None:
            self._names_digest = ""  # in an older state: they are taken when they are told again

    def _evidence(self, window: Floats) -> Evidence:
        evidence = self.examples.evidence(self.model.classes, window)
        return replace(evidence, noisy=self._noisy_labels, evicted=self._evicted)

    def _learn(self, example: Example) -> None:
        self.model.learn(example.embedding, example.label, example.key)
        self._committee.learn(example.embedding, example.label, example.key)

    def _unlearn(self, example: Example) -> None:
        self.model.unlearn(example.embedding, example.label, example.key)
        self._committee.unlearn(example.embedding, example.label, example.key)

    def _arrange(self) -> None:
        """Tell the committee what classes there are, and what their names make one expect."""
        self._committee.arrange(self.model.classes, self.model.expected)
        self._unsaved = True


def _changed(names: ClassNames | None, change: ClassChange) -> ClassNames | None:
    """The names after a change of classes: a merged one has the class's own."""
    if names is None or change.old not in names.names:
        return names
    rows = [made_of[0] for made_of in change.rows(names.names)]
    return ClassNames(change.classes(names.names), names.embeddings[rows], names.digest)


def _entry(names: ClassNames) -> Entry:
    return Entry({"names": list(names.names), "digest": names.digest}, {"embeddings": names.embeddings})


def _names(state: State) -> ClassNames | None:
    if (entry := state.get(NAMES)) is None:
        return None
    return ClassNames(tuple(entry.fields["names"]), entry.arrays["embeddings"], entry.fields["digest"])
