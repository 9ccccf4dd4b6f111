"""Items and labels -> decisions, requests and outcomes: the whole algorithm."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from functools import partial
from itertools import repeat
from math import isfinite

import numpy as np

from stream.blocks import blocks, ends_block, ends_part
from stream.budget.accounts import Rulings
from stream.drift.signals import Alarm
from stream.effects import Learned, Observation
from stream.model.base import Prediction, RefitJob
from stream.parts import RECENT_TEXTS, Parts
from stream.pending import PendingRequest
from stream.questions import answered, questions, request_id_of
from stream.records import (
    Changes,
    ClassNames,
    Entry,
    Example,
    Floats,
    Items,
    Label,
    Outcome,
    OutcomeKind,
    Reason,
    State,
    Verdict,
)
from stream.strategies.entropy import normalised_entropy
from stream.window import without

_KEY = "learner"
WINDOW_TEXTS = 1_000
"""How many of the last texts a refit looks at."""


class Learner:
    """Predicts, asks within the budget, and learns: deterministic, without clock or journal.

    Whoever drives it runs the ``job`` that is due, and hands the head to `adopt`. ``closed_classes`` are the only
    labels that are accepted; None accepts new ones.
    """

    def __init__(self, parts: Parts, closed_classes: Collection[str] | None = None) -> None:
        self.parts = parts
        self.texts = 0
        self._closed_classes = closed_classes
        self._now = 0.0
        self._drifted = False
        """Whether a drift was noticed since the reserve could last be released."""

    @property
    def job(self) -> RefitJob | None:
        """The refit that is due, if any: whoever drives the learner runs it, when and where it likes."""
        return self.parts.knowledge.job

    @property
    def version(self) -> int:
        """How often the model has changed."""
        return self.parts.knowledge.version

    @property
    def now(self) -> float:
        """The latest time that it was told, in seconds since the epoch: its time never goes back."""
        return self._now

    def accepts(self, label: str) -> bool:
        """Whether this may be a class's name."""
        return self._closed_classes is None or label in self._closed_classes

    # The algorithm: texts in, requests out; answers in, a better model out.

    def observe(self, items: Items, now: float) -> Observation:
        """Decide about each text that is new. ``now`` is in seconds since the epoch.

        Raises Gap where the items do not follow the last ones, ValueError where an embedding is not finite.
        """
        if not isfinite(np.vdot(items.embeddings, items.embeddings)):
            raise ValueError("an embedding is not finite")
        self._now = max(self._now, now)
        seen = Observation(self.parts.arrivals.admit(items))
        fresh = items if len(seen.rows) == len(items) else items.take(seen.rows)
        for rows in blocks(fresh.labels, self.texts):
            self._decide(fresh.take(rows), seen)
            self._refit_if_due()
        return seen

    def learn(self, labels: Sequence[Label], now: float) -> Learned:
        """Test the model on each answer, then teach it."""
        self._now = max(self._now, now)
        learned = Learned()
        for label in labels:
            kind = self._take(label, learned)
            learned.outcomes.append(
                Outcome(label.request_id, label.reviewer, label.label, kind, self.version, label.offset)
            )
        return learned

    def tick(self, now: float) -> list[str]:
        """Expire what nobody answered in time; returns the ids of those requests."""
        self._now = max(self._now, now)
        expired = [waiting.request.request_id for waiting in self.parts.pending.expire(self._now)]
        for request_id in expired:
            self._close(request_id)
        return expired

    def adopt(self, head: Entry) -> None:
        """Install the head that the job's run returned. Raises ValueError, and keeps the old one, where not finite."""
        self.parts.knowledge.adopt(head)
        taught, window = self.parts.knowledge.taught, self.parts.window.last(WINDOW_TEXTS)
        predict, stability = self.parts.knowledge.model.predict, self.parts.evaluation.stability
        unasked = without(window, self.parts.landmarks.embeddings)  # of what it has learned a model is surer
        self.parts.signals.refitted(_uncertainties(predict(unasked)) if len(unasked) else [])
        stability.refitted(taught, window[-RECENT_TEXTS:], lambda texts: self._best(predict(texts)))
        self._refit_if_due()

    def name(self, names: ClassNames) -> None:
        """Take the task's class names as a prior, once for each digest."""
        if self.parts.knowledge.name(names):
            self._refit_if_due()

    def predict(self, embeddings: Floats) -> Prediction:
        """Class probabilities of texts (n, d), without any other effect."""
        probabilities, query = self.parts.knowledge.model.predict(embeddings)
        return Prediction(self.parts.knowledge.calibration.published(probabilities), query)

    # Predict -> score -> decide -> remember: a block of texts between which nothing is learned.

    def _decide(self, block: Items, seen: Observation) -> None:
        prediction = self.parts.knowledge.model.predict(block.embeddings)
        given = block.labels[0]
        if given is None:
            self._decide_unlabelled(block, prediction, seen)
        else:
            self._decide_given(block, prediction, seen)
        self.parts.window.append(block.embeddings)
        self.texts += len(block)
        if ends_block(self.texts):
            self.parts.landmarks.trim()
        if self._drifted and ends_part(self.texts):
            self._drifted = False
            self.parts.budget.drifted(self._now)
        if given is not None and not self.accepts(given):
            seen.rejected += 1
        elif given is not None:
            predicted, origin = seen.decisions.column("label")[-1], block.origins[0]
            text, embedding, text_id = block.texts[0], block.embeddings[0], block.ids[0]
            self.parts.evaluation.answered(predicted, seen.decisions.column("probability")[-1], given, audit=False)
            self._teach(Example(origin, text, embedding, given, "", predicted, Verdict.SKIP, text_id))

    def _decide_unlabelled(self, block: Items, prediction: Prediction, seen: Observation) -> None:
        strategy, near_duplicates, waiting = self.parts.strategy, self.parts.near_duplicates, len(self.parts.pending)
        view = self.parts.view(block, prediction, self.texts)
        utility = self.parts.utility(view)
        rulings, asked, near = Rulings(), dict[int, Floats](), partial(self._near_open, block)
        utilities, (verdicts, reasons, chances, thresholds) = utility.tolist(), rulings.columns
        while len(rulings) < len(block):
            open_requests = waiting + len(asked)
            self.parts.budget.decide_run(utilities, self._now, open_requests, block.sources, near, rulings)
            row, verdict = len(verdicts) - 1, verdicts[-1]
            if verdict is not Verdict.SKIP:
                request_id, asked[row] = request_id_of(block.origins[row]), block.embeddings[row].copy()
                near_duplicates.add(request_id, asked[row], block.texts[row])
                strategy.asked(view, row, utility)
                utilities[row + 1 :] = utility[row + 1 :].tolist()
                if verdict is Verdict.AUDIT:
                    strategy.audited(view, row, request_id)
        labels, probabilities = self._best(prediction)
        if asked and not view.label_counts.any():
            reasons = [Reason.COLD_START if reason is Reason.UNCERTAIN else reason for reason in reasons]
        seen.decisions.extend(
            block.ids, block.origins, labels, probabilities, utilities, thresholds, verdicts, reasons, chances,
            repeat(self.version, len(block)), repeat(self._now, len(block)),
        )  # fmt: skip
        if asked:
            self._ask(block, asked, prediction, seen)
        uncertainties: list[float | None] = [*_uncertainties(prediction)]
        for row in asked:
            uncertainties[row] = None
        self._alarmed(self.parts.signals.scored(utilities, uncertainties, self.texts))
        self._alarmed(self.parts.signals.seen(block.embeddings, labels, self.texts))

    def _near_open(self, block: Items, row: int) -> bool:
        """Whether this text is nearly the same as that of an open request."""
        return self.parts.near_duplicates.near(block.embeddings[row], block.texts[row])

    def _decide_given(self, block: Items, prediction: Prediction, seen: Observation) -> None:
        """A text that brings its label: tested on, then learned; it costs nothing and the budget does not see it."""
        seen.decisions.extend(
            block.ids, block.origins, *self._best(prediction), (0.0,), (0.0,),
            (Verdict.SKIP,), (Reason.GIVEN_LABEL,), (0.0,), (self.version,), (self._now,),
        )  # fmt: skip

    def _best(self, prediction: Prediction) -> tuple[list[str | None], list[float]]:
        """The likeliest class of each text with its published probability; (None, 0.0) before any class is known."""
        probabilities, classes = prediction.probabilities, self.parts.knowledge.model.classes
        if not classes:
            return [None] * len(probabilities), [0.0] * len(probabilities)
        likeliest = probabilities.argmax(axis=1)
        published = self.parts.knowledge.calibration.published(probabilities)
        chances = published[np.arange(len(likeliest)), likeliest]
        return [classes[column] for column in likeliest.tolist()], chances.tolist()

    def _ask(self, block: Items, asked: Mapping[int, Floats], prediction: Prediction, seen: Observation) -> None:
        """Open requests about these rows of the block that was decided last, each with a copy of its embedding."""
        pending, landmarks, calibration = self.parts.pending, self.parts.landmarks, self.parts.knowledge.calibration
        classes, rows, begin = self.parts.knowledge.model.classes, list(asked), len(seen.decisions) - len(block)
        decisions, texts = seen.decisions.take([begin + row for row in rows]), [block.texts[row] for row in rows]
        published = calibration.published(prediction.probabilities[rows])
        strategy, expire_seconds = self.parts.strategy_name, pending.expire_seconds
        requests = questions(decisions, texts, classes, published, strategy, expire_seconds)
        for request, decision, embedding in zip(requests, decisions, asked.values(), strict=True):
            known = len(classes), calibration.temperature, self.parts.knowledge.arrangement
            pending.open(PendingRequest(request, embedding, decision.label, *known))
            landmarks.add(request.request_id, embedding, request.text)
        seen.requests.extend(requests)

    def _close(self, request_id: str) -> None:
        self.parts.landmarks.close(request_id)
        self.parts.near_duplicates.close(request_id)

    # Test, then learn.

    def _take(self, label: Label, learned: Learned) -> OutcomeKind:
        if label.reviewer in self.parts.holds:
            return OutcomeKind.HELD
        if label.label is not None and not self.accepts(label.label):
            return OutcomeKind.REJECTED
        kind, waiting = self.parts.pending.answer(label, self._now)
        if kind in (OutcomeKind.LEARNED, OutcomeKind.SKIPPED):
            learned.closed.append(label.request_id)
            self.parts.budget.answered(self._now)
            self._close(label.request_id)
        if waiting is not None and label.label is not None:
            learned.latencies.append(self._now - waiting.request.asked_at)
            meant = waiting.called(label.label, self.parts.knowledge.model.classes)
            self._test(waiting, meant)
            self._teach(answered(waiting, meant, label.reviewer))
        elif kind is OutcomeKind.CORRECTED and not self._correct(label):
            return OutcomeKind.CLOSED
        return kind

    def _test(self, waiting: PendingRequest, label: str) -> None:
        audit = waiting.request.verdict is Verdict.AUDIT
        self.parts.evaluation.answered(waiting.predicted, waiting.probability, label, audit)
        if audit:
            self.parts.strategy.answered(waiting.request.request_id, waiting.predicted == label)
            self.parts.knowledge.audited(waiting, label)
            self._alarmed(self.parts.signals.audited(waiting.predicted == label, self.texts))

    def _correct(self, label: Label) -> bool:
        """Whether the example is still kept that the answer made."""
        before = self.parts.knowledge.correct(label)
        if before is None:
            return False
        audit = before.verdict is Verdict.AUDIT
        self.parts.evaluation.corrected(before.predicted, before.label, label.label, audit)
        self._refit_if_due()
        return True

    def _alarmed(self, alarms: Sequence[Alarm]) -> None:
        """What follows from new alarms: the reserve is to be spent, and what refits had told is of another stream."""
        if alarms:
            self._drifted = True
            self.parts.evaluation.stability.drifted()

    def _teach(self, example: Example) -> None:
        self.parts.knowledge.teach(example)
        self._refit_if_due()

    def _refit_if_due(self) -> None:
        self.parts.knowledge.refit_if_due(self.texts, lambda: self.parts.window.last(WINDOW_TEXTS))

    # State: all but the window, which whoever drives the learner reads back from the journal.

    def changes(self) -> Changes:
        """State entries that changed since this was last asked; None removes one."""
        return {**self.parts.changes(), _KEY: Entry({"texts": self.texts, "now": self._now, "drifted": self._drifted})}

    def restore(self, state: State, window: Floats) -> None:
        """Go on from all entries that `changes` returned, and the last embeddings of the stream, (w, d)."""
        self.parts.restore(state)
        if _KEY in state:
            fields = state[_KEY].fields
            self.texts, self._now, self._drifted = fields["texts"], fields["now"], fields.get("drifted", False)
        if len(window):
            self.parts.window.append(window)


def _uncertainties(prediction: Prediction) -> list[float]:
    """How spread out the predicted classes of each text are, whatever the strategy looks at."""
    found: list[float] = normalised_entropy(prediction.probabilities.astype(np.float32)).tolist()
    return found
