"""The algorithm by hand: what is decided, asked, tested, learned and forgotten. Its laws are in tests/laws."""

from __future__ import annotations

import numpy as np
import pytest

from stream.arrivals import Gap
from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.drift.adwin import adwin
from stream.drift.signals import SIGNALS, Signals
from stream.effects import Learned, Observation
from stream.examples import Examples
from stream.knowledge import Knowledge
from stream.learner import Learner
from stream.model import MODELS
from stream.parts import Parts
from stream.pending import Pending
from stream.records import ClassNames, Entry, Items, Label, OutcomeKind, Reason, Verdict
from stream.strategies.margin import Margin

EAST, NORTH = (1.0, 0.0), (0.0, 1.0)


def learner_with(
    fraction: str = "1",
    audit_share: str = "0",
    model: str = "nearest_class_mean",
    keep: int = 100,
    closed: set[str] | None = None,
) -> Learner:
    """A learner that asks about every text, unless told otherwise, and waits a minute for each answer."""
    parts = Parts(
        knowledge=Knowledge(MODELS[model](), Examples(keep)),
        strategy=Margin(),
        strategy_name="margin",
        budget=Budget(RULES["window_quantile"], fraction, audit_share),
        signals=Signals({signal: adwin() for signal in SIGNALS}),
        pending=Pending(expire_seconds=60.0),
    )
    return Learner(parts, closed)


def items(*embeddings: tuple[float, float], start: int = 0, labels: list[str | None] | None = None) -> Items:
    origins = [f"cluster/topic/0/{offset}" for offset in range(start, start + len(embeddings))]
    return Items(
        origins=origins,
        ids=origins,
        texts=[f"text {offset}" for offset in range(start, start + len(embeddings))],
        embeddings=np.array(embeddings, np.float32),
        labels=labels or [None] * len(embeddings),
        sources=[""] * len(embeddings),
        covered={"cluster/topic/0": (start, start + len(embeddings))},
    )


def answer(learner: Learner, seen: Observation, label: str | None, row: int = 0, **changes: object) -> Learned:
    """The outcome of an answer to one of the requests that were seen, at second 30 unless told otherwise."""
    now = float(str(changes.pop("now", 30.0)))
    given = Label(seen.requests[row].request_id, label, "ann", 0)._replace(**changes)  # type: ignore[arg-type]
    return learner.learn([given], now)


def kinds(learned: Learned) -> list[OutcomeKind]:
    return [outcome.outcome for outcome in learned.outcomes]


def predicted(learner: Learner, *embeddings: tuple[float, float]) -> list[str]:
    probabilities = learner.predict(np.array(embeddings, np.float32)).probabilities
    return [learner.parts.knowledge.model.classes[column] for column in probabilities.argmax(axis=1)]


def test_before_any_label_nothing_is_predicted_and_asking_is_a_cold_start() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST), 7.0)

    (decision,), (request,) = seen.decisions, seen.requests
    assert (decision.label, decision.probability, decision.utility) == (None, 0.0, 1.0)
    assert (decision.verdict, decision.reason, decision.model_version) == (Verdict.ASK, Reason.COLD_START, 0)
    assert (request.text, request.suggestions, request.strategy) == ("text 0", (), "margin")
    assert (request.asked_at, request.expires_at) == (7.0, 67.0)
    assert len(learner.parts.pending) == len(learner.parts.landmarks) == 1


def test_once_something_was_learned_asking_is_for_uncertainty() -> None:
    learner = learner_with()
    answer(learner, learner.observe(items(EAST), 0.0), "east")
    seen = learner.observe(items(EAST, start=1), 31.0)

    assert (seen.decisions[0].label, seen.decisions[0].probability) == ("east", 1.0)
    assert seen.decisions[0].reason is Reason.UNCERTAIN
    assert seen.requests[0].suggestions == (("east", 1.0),)


def test_an_answer_is_learned_closes_its_request_and_makes_a_new_version() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST, NORTH), 0.0)
    learned = answer(learner, seen, "east")
    answer(learner, seen, "north", row=1)

    (outcome,) = learned.outcomes
    assert (outcome.outcome, outcome.label, outcome.model_version) == (OutcomeKind.LEARNED, "east", 1)
    assert learned.closed == [seen.requests[0].request_id]
    assert predicted(learner, (0.8, 0.6), (0.6, 0.8)) == ["east", "north"]
    assert (learner.version, len(learner.parts.pending)) == (2, 0)


def test_the_model_is_tested_on_what_it_predicted_before_the_answer() -> None:
    learner = learner_with()
    first = learner.observe(items(EAST), 0.0)
    answer(learner, first, "east")
    second = learner.observe(items(EAST, EAST, start=1), 31.0)
    answer(learner, second, "east", now=32.0)
    answer(learner, second, "west", row=1, now=32.0)

    assert (learner.parts.evaluation.prequential.answers, learner.parts.evaluation.prequential.right) == (3, 1)


def test_answers_to_audits_alone_count_for_the_accuracy_on_all_texts() -> None:
    learner = learner_with(fraction="1", audit_share="0.5")
    asked = [learner.observe(items(EAST, start=text), 0.0) for text in range(40)]
    audits = [seen for seen in asked if seen.requests and seen.requests[0].verdict is Verdict.AUDIT]
    for seen in asked:
        if seen.requests:
            answer(learner, seen, "east")

    assert 15 <= len(audits) <= 20
    assert learner.parts.evaluation.audit.answers == len(audits)
    assert learner.parts.evaluation.prequential.answers > len(audits)


def test_a_skipped_request_closes_and_teaches_nothing() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST), 0.0)
    learned = answer(learner, seen, None)

    assert kinds(learned) == [OutcomeKind.SKIPPED]
    assert learned.closed == [seen.requests[0].request_id]
    assert (learner.version, len(learner.parts.knowledge.examples), learner.parts.evaluation.prequential.answers) == (
        0,
        0,
        0,
    )


def test_a_skip_that_is_taken_back_teaches_after_all() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST), 0.0)
    answer(learner, seen, None)
    learned = answer(learner, seen, "east", corrects=True)

    assert (kinds(learned), learned.closed) == ([OutcomeKind.CORRECTED], [])
    assert (len(learner.parts.knowledge.examples), learner.version) == (1, 1)
    assert predicted(learner, EAST) == ["east"]


def test_a_corrected_label_replaces_the_first_as_if_that_had_never_been() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST, NORTH), 0.0)
    for row, label in enumerate(("north", "north")):
        answer(learner, seen, label, row=row)
    assert kinds(answer(learner, seen, "east", corrects=True)) == [OutcomeKind.CORRECTED]

    assert predicted(learner, EAST, NORTH) == ["east", "north"]
    assert [example.label for example in learner.parts.knowledge.examples] == ["east", "north"]
    assert (learner.parts.knowledge.model.label_counts.tolist(), learner.version) == ([1, 1], 3)
    assert learner.parts.evaluation.prequential.answers == 2


def test_a_label_corrected_to_a_skip_is_unlearned() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST), 0.0)
    answer(learner, seen, "east")
    assert kinds(answer(learner, seen, None, corrects=True)) == [OutcomeKind.CORRECTED]

    assert (learner.parts.knowledge.model.label_counts.tolist(), len(learner.parts.knowledge.examples)) == ([0], 0)


def test_an_example_that_made_room_is_unlearned_and_correcting_it_changes_nothing() -> None:
    learner = learner_with(keep=1)
    seen = learner.observe(items(EAST, NORTH), 0.0)
    answer(learner, seen, "east")
    answer(learner, seen, "north", row=1)
    assert learner.parts.knowledge.model.label_counts.tolist() == [0, 1]

    assert kinds(answer(learner, seen, "west", corrects=True)) == [OutcomeKind.CLOSED]
    assert (learner.parts.knowledge.model.classes, learner.version) == (("east", "north"), 2)


def test_requests_that_nobody_answers_expire_and_their_answers_are_late() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST), 0.0)

    assert learner.tick(59.9) == []
    assert learner.tick(60.0) == [seen.requests[0].request_id]
    assert learner.tick(61.0) == []
    assert kinds(answer(learner, seen, "east", now=61.0)) == [OutcomeKind.LATE]
    assert (len(learner.parts.pending), learner.version) == (0, 0)


def test_classes_outside_a_closed_list_are_rejected_and_the_request_stays_open() -> None:
    learner = learner_with(closed={"east"})
    seen = learner.observe(items(EAST), 0.0)
    rejected = answer(learner, seen, "west")
    assert (kinds(rejected), rejected.closed, len(learner.parts.pending)) == ([OutcomeKind.REJECTED], [], 1)

    assert kinds(answer(learner, seen, "east")) == [OutcomeKind.LEARNED]
    given = learner.observe(items(NORTH, EAST, start=1, labels=["west", "east"]), 31.0)
    assert (given.rejected, learner.parts.knowledge.model.classes) == (1, ("east",))


def test_a_text_that_brings_its_label_is_learned_at_no_cost() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST, EAST, labels=["east", None]), 0.0)

    given, asked = seen.decisions
    assert (given.verdict, given.reason, given.label) == (Verdict.SKIP, Reason.GIVEN_LABEL, None)
    assert (asked.label, asked.model_version, asked.reason) == ("east", 1, Reason.UNCERTAIN)
    assert (learner.parts.budget.seen, learner.texts, len(learner.parts.window)) == (1, 2, 2)
    (example,) = learner.parts.knowledge.examples
    assert (example.key, example.label, example.reviewer) == ("cluster/topic/0/0", "east", "")


def test_texts_that_came_before_are_not_decided_again() -> None:
    learner = learner_with()
    learner.observe(items(EAST, EAST), 0.0)
    seen = learner.observe(items(EAST, EAST, NORTH), 1.0)

    assert seen.rows.tolist() == [2]
    assert [decision.origin for decision in seen.decisions] == ["cluster/topic/0/2"]
    assert (learner.texts, learner.parts.budget.seen) == (3, 3)


def test_missing_texts_are_noticed_before_anything_is_decided() -> None:
    learner = learner_with()
    learner.observe(items(EAST), 0.0)
    with pytest.raises(Gap, match="offsets 1 to 2 never arrived"):
        learner.observe(items(EAST, start=3), 1.0)

    assert learner.texts == 1


def test_time_never_runs_backwards() -> None:
    learner = learner_with()
    learner.observe(items(EAST), 100.0)
    seen = learner.observe(items(EAST, start=1), 40.0)

    assert (seen.decisions[0].decided_at, seen.requests[0].expires_at) == (100.0, 160.0)


def test_a_refit_is_due_with_the_first_label_and_its_head_makes_a_new_version() -> None:
    learner = learner_with(model="softmax_prototypes")
    seen = learner.observe(items(EAST, NORTH), 0.0)
    assert learner.job is None
    answer(learner, seen, "east")
    assert learner.job is not None
    assert learner.job.size == 1

    learner.adopt(learner.job.run())
    assert (learner.version, learner.job) == (2, None)


def test_a_head_that_is_not_finite_is_refused_and_the_old_one_stays() -> None:
    learner = learner_with(model="softmax_prototypes")
    answer(learner, learner.observe(items(EAST), 0.0), "east")
    assert learner.job is not None
    fields, arrays = learner.job.run()
    before = learner.predict(np.array([EAST], np.float32)).probabilities
    with pytest.raises(ValueError, match="not finite"):
        learner.adopt(Entry(fields, {**arrays, "bias": np.array([np.nan], np.float32)}))

    assert (learner.version, learner.job) == (1, None)
    assert np.array_equal(learner.predict(np.array([EAST], np.float32)).probabilities, before)


def test_class_names_are_taken_once_for_each_digest() -> None:
    learner = learner_with()
    learner.name(ClassNames(("east", "north"), np.array([EAST, NORTH], np.float32), "one"))
    assert predicted(learner, EAST, NORTH) == ["east", "north"]

    learner.name(ClassNames(("other",), np.array([EAST], np.float32), "one"))
    assert learner.parts.knowledge.model.classes == ("east", "north")
    learner.name(ClassNames(("other",), np.array([EAST], np.float32), "two"))
    assert set(learner.parts.knowledge.model.classes) == {"other", "east", "north"}


def test_the_model_is_saved_only_where_the_examples_would_not_bring_it_back() -> None:
    learner = learner_with()
    seen = learner.observe(items(EAST, NORTH), 0.0)
    assert "model/classes" in learner.changes()
    answer(learner, seen, "east")
    assert "model/classes" in learner.changes()
    answer(learner, seen, "east", row=1)

    assert {key.partition("/")[0] for key in learner.changes()} == {
        "learner", "knowledge", "budget", "evaluation", "drift", "pending", "example",
    }  # fmt: skip
