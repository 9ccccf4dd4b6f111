"""A learner -> the numbers that an operator looks at first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from stream.learner import Learner


def status(learner: Learner) -> dict[str, Any]:
    """The fields of `GET /v1/status`; accuracy comes from audit answers, the only unbiased ones."""
    parts = learner.parts
    budget, audit = parts.budget, parts.evaluation.audit
    return {
        "texts": learner.texts,
        "asked": budget.asked,
        "spent_fraction": budget.asked / budget.seen if budget.seen else 0.0,
        "budget": float(budget.fraction),
        "labels": len(parts.knowledge.examples),
        "open_requests": len(parts.pending),
        "classes": list(parts.knowledge.model.classes),
        "model_version": learner.version,
        "accuracy": {"of": "all texts so far", **audit.running._asdict()},
        "drift": {signal: state.value for signal, state in parts.signals.states().items()},
        "labelling": _labelling(learner),
    }


def _labelling(learner: Learner) -> dict[str, str]:
    """Where labelling stands; whether more is worth it cannot be told from this much yet."""
    counts = learner.parts.knowledge.model.label_counts
    without = int((counts == 0).sum())
    if not counts.any():
        return {"state": "cold", "reason": "no label has come back yet"}
    if without:
        return {"state": "cold", "reason": f"{without} of {len(counts)} classes have no label yet"}
    return {"state": "learning", "reason": "every known class has a label"}
