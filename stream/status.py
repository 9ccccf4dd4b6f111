"""A learner -> the numbers that an operator looks at first."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from stream.drift.base import DriftState
from stream.evaluation.coverage import coverage
from stream.evaluation.labelling_state import labelling_state

if TYPE_CHECKING:
    from stream.learner import Learner
    from stream.model.reviewers import Standing

_COVERED_TEXTS = 100
_REVIEWERS = 100


def status(learner: Learner) -> dict[str, Any]:
    """The fields of `GET /v1/status`.

    Accuracy comes from audit answers, the only unbiased ones, as do the macro F1 and the calibration error beside it;
    the prequential one is of all answers, and says how hard the texts were that were asked about. Coverage is the share
    of the last 100 texts that are near one of the last that were asked about (see `stream.evaluation.coverage`).
    Reviewers are the 100 who agree least with what was predicted, compared with all others. Their ``agreement`` is the
    weight of their answers (see `stream.model.reviewers`) and no share of them: 1.0 where nothing speaks against one,
    as for a single reviewer. Their ``answers`` are those of the last 1,000 examples that were asked about while there
    was a class to predict: fewer than were learned.
    """
    parts = learner.parts
    budget, evaluation = parts.budget, parts.evaluation
    return {
        "texts": learner.texts,
        "asked": budget.asked,
        "spent_fraction": budget.asked / budget.seen if budget.seen else 0.0,
        "budget": float(budget.fraction),
        "labels": len(parts.knowledge.examples),
        "open_requests": len(parts.pending),
        "classes": list(parts.knowledge.model.classes),
        "model_version": learner.version,
        "accuracy": {
            "of": "all texts so far",
            **evaluation.audit.running._asdict(),
            "macro_f1": evaluation.audit_by_class.macro_f1,
            "calibration_error": evaluation.calibration.error,
        },
        "prequential": {
            "of": "answered texts",
            **evaluation.prequential.running._asdict(),
            "macro_f1": evaluation.by_class.macro_f1,
        },
        "coverage": coverage(parts.window.last(_COVERED_TEXTS), parts.landmarks.embeddings),
        "drift": {signal: state.value for signal, state in parts.signals.states().items()},
        "labelling": _labelling(learner),
        "reviewers": {
            reviewer: standing._asdict() for reviewer, standing in islice(_reviewers(learner).items(), _REVIEWERS)
        },
    }


def _reviewers(learner: Learner) -> dict[str, Standing]:
    return learner.parts.knowledge.examples.reviewers()


def _labelling(learner: Learner) -> dict[str, Any]:
    parts = learner.parts
    drifting = [signal for signal, state in parts.signals.states().items() if state is DriftState.DRIFT]
    counts = parts.knowledge.model.label_counts.tolist()
    told = labelling_state(counts, drifting, parts.evaluation.stability)
    return {key: value for key, value in told._asdict().items() if value is not None}
