"""Every answer has a named outcome, is learned at most once, and all of it survives a restore."""

from __future__ import annotations

import json
from collections import Counter
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from stream.pending import Pending, PendingRequest, Settled
from stream.records import Changes, Entry, Label, OutcomeKind, Reason, Request, State, Verdict


def waiting(name: str, *suggestions: tuple[str, float], expires_at: float = 100.0) -> PendingRequest:
    request = Request(
        request_id=name,
        origin=f"c/t/0/{name}",
        text_id=f"id-{name}",
        text=f"text {name} \u2013 é",
        suggestions=suggestions or (("a", 0.75), ("b", 0.25)),
        verdict=Verdict.ASK,
        reason=Reason.UNCERTAIN,
        utility=0.1,
        threshold=1 / 3,
        strategy="margin",
        query_probability=0.2,
        asked_at=0.5,
        expires_at=expires_at,
    )
    return PendingRequest(request, np.array([0.5, -0.25], np.float32), "a")


def pending_with(*names: str, **settings: Any) -> Pending:
    pending = Pending(**settings)
    for name in names:
        pending.open(waiting(name))
    return pending


def answer(
    pending: Pending, name: str, label: str | None, reviewer: str = "ann", corrects: bool = False, now: float = 1.0
) -> OutcomeKind:
    return pending.answer(Label(name, label, reviewer, 0, corrects), now).outcome


def names(pending: Pending) -> list[str]:
    return [each.request.request_id for each in pending]


def keep(state: State, changes: Changes) -> None:
    for key, entry in changes.items():
        if entry is None:
            state.pop(key, None)
        else:
            state[key] = Entry(json.loads(json.dumps(entry.fields)), dict(entry.arrays))


def test_the_first_answer_is_learned_and_closes_the_request() -> None:
    pending = pending_with("1", "2")
    settled = pending.answer(Label("1", "a", "ann", 0), now=1.0)

    assert settled.outcome is OutcomeKind.LEARNED
    assert settled.request is not None
    assert settled.request.request.text == "text 1 \u2013 é"
    assert names(pending) == ["2"]
    assert len(pending) == 1
    assert (pending.answered_by("ann"), pending.answered_by("anne")) == (True, False)


def test_a_skip_closes_the_request() -> None:
    pending = pending_with("1")

    assert answer(pending, "1", None) is OutcomeKind.SKIPPED
    assert len(pending) == 0


def test_the_same_answer_again_is_repeated() -> None:
    pending = pending_with("1", "2")
    answer(pending, "1", "a")
    answer(pending, "2", None)

    assert answer(pending, "1", "a") is OutcomeKind.REPEATED
    assert answer(pending, "1", "a", corrects=True) is OutcomeKind.REPEATED
    assert answer(pending, "2", None) is OutcomeKind.REPEATED


def test_another_answer_of_the_same_reviewer_is_conflicting() -> None:
    pending = pending_with("1", "2")
    answer(pending, "1", "a")
    answer(pending, "2", None)

    assert answer(pending, "1", "b") is OutcomeKind.CONFLICTING
    assert answer(pending, "1", None) is OutcomeKind.CONFLICTING
    assert answer(pending, "2", "a") is OutcomeKind.CONFLICTING
    assert answer(pending, "1", "a") is OutcomeKind.REPEATED


def test_the_reviewer_who_answered_can_correct_the_answer() -> None:
    pending = pending_with("1")
    answer(pending, "1", "a")

    assert pending.answer(Label("1", "b", "ann", 0, corrects=True), now=1.0) == Settled(OutcomeKind.CORRECTED, None)
    assert answer(pending, "1", "b") is OutcomeKind.REPEATED
    assert answer(pending, "1", "a") is OutcomeKind.CONFLICTING


def test_nobody_else_can_correct_it() -> None:
    pending = pending_with("1")
    answer(pending, "1", "a")

    assert answer(pending, "1", "b", reviewer="bob", corrects=True) is OutcomeKind.CLOSED
    assert answer(pending, "1", "a", reviewer="bob") is OutcomeKind.CLOSED


def test_a_correction_of_an_open_request_is_its_first_answer() -> None:
    assert answer(pending_with("1"), "1", "a", corrects=True) is OutcomeKind.LEARNED


def test_a_skip_that_is_corrected_to_a_label_can_be_learned() -> None:
    pending = pending_with("1")
    answer(pending, "1", None)
    settled = pending.answer(Label("1", "a", "ann", 0, corrects=True), now=1.0)

    assert settled.outcome is OutcomeKind.CORRECTED
    assert settled.request is not None
    assert settled.request.request.request_id == "1"
    assert pending.answer(Label("1", "b", "ann", 0, corrects=True), now=1.0) == Settled(OutcomeKind.CORRECTED, None)


def test_an_answer_that_was_corrected_to_a_skip_is_final() -> None:
    pending = pending_with("1")
    answer(pending, "1", "a")

    assert answer(pending, "1", None, corrects=True) is OutcomeKind.CORRECTED
    assert answer(pending, "1", "a", corrects=True) is OutcomeKind.CLOSED


def test_only_the_last_thousand_skips_can_be_corrected() -> None:
    pending = pending_with(*map(str, range(1_001)))
    for name in range(1_001):
        answer(pending, str(name), None)

    assert answer(pending, "0", "a", corrects=True) is OutcomeKind.CLOSED
    assert answer(pending, "1", "a", corrects=True) is OutcomeKind.CORRECTED


def test_an_answer_to_no_request_is_unknown() -> None:
    assert answer(pending_with("1"), "2", "a") is OutcomeKind.UNKNOWN


def test_requests_expire_at_their_time() -> None:
    pending = Pending()
    pending.open(waiting("1", expires_at=20.0))
    pending.open(waiting("2", expires_at=10.0))

    assert pending.expire(9.9) == []
    assert [each.request.request_id for each in pending.expire(10.0)] == ["2"]
    assert [each.request.request_id for each in pending.expire(1e9)] == ["1"]
    assert answer(pending, "1", "a") is OutcomeKind.LATE
    assert answer(pending, "1", "a", corrects=True) is OutcomeKind.LATE


def test_an_answer_after_the_expiry_is_late_even_before_anybody_noticed() -> None:
    pending = pending_with("1")

    assert answer(pending, "1", "a", now=100.0) is OutcomeKind.LATE
    assert [each.request.request_id for each in pending.expire(100.0)] == ["1"]


def test_answers_do_not_expire() -> None:
    pending = pending_with("1")
    answer(pending, "1", "a", now=99.0)

    assert pending.expire(1_000.0) == []
    assert answer(pending, "1", "b", corrects=True, now=1_000.0) is OutcomeKind.CORRECTED


def test_a_withdrawn_request_is_closed() -> None:
    pending = pending_with("1")

    assert pending.withdraw("1")
    assert not pending.withdraw("1")
    assert not pending.withdraw("2")
    assert answer(pending, "1", "a") is OutcomeKind.CLOSED


def test_old_closed_requests_are_forgotten() -> None:
    pending = pending_with("1", "2", "3", remember_closed=2)
    for name in "123":
        answer(pending, name, "a")

    assert [answer(pending, name, "a") for name in "123"] == [
        OutcomeKind.UNKNOWN,
        OutcomeKind.REPEATED,
        OutcomeKind.REPEATED,
    ]


def test_a_request_is_opened_once() -> None:
    pending = pending_with("1", "2")
    answer(pending, "2", "a")

    for name in "12":
        with pytest.raises(ValueError, match=name):
            pending.open(waiting(name))


def saved(pending: Pending) -> dict[str, list[str]]:
    fields = {key: entry.fields if entry else {"id": []} for key, entry in pending.changes().items()}
    return {key: columns["id" if "id" in columns else "request_id"] for key, columns in fields.items()}


def test_only_what_changed_is_returned() -> None:
    pending = pending_with("1", "2")
    assert saved(pending) == {"pending/open/0": ["1", "2"]}
    answer(pending, "1", "a")
    assert saved(pending) == {"pending/open/0": ["2"], "pending/closed/0": ["1"]}

    answer(pending, "1", "a")
    assert saved(pending) == {}

    answer(pending, "2", "a")
    assert saved(pending) == {"pending/open/0": [], "pending/closed/0": ["1", "2"]}


def test_forgotten_requests_leave_the_state() -> None:
    pending = pending_with("1", "2", remember_closed=1)
    for name in "12":
        answer(pending, name, None)

    assert saved(pending) == {"pending/open/0": [], "pending/closed/0": ["2"], "pending/skipped/0": ["1", "2"]}


def test_a_restored_request_is_whole() -> None:
    restored, state = Pending(), {}
    keep(state, pending_with("1").changes())
    restored.restore(state)
    (found,) = restored

    assert found.request == waiting("1").request
    assert found.predicted == "a"
    assert found.embedding.dtype == np.float32
    assert found.embedding.tolist() == [0.5, -0.25]


NAMES = st.sampled_from("12345")
ANSWERS = st.tuples(st.just("answer"), NAMES, st.sampled_from(["a", "b", None]), st.sampled_from("xy"), st.booleans())
ACTIONS = st.lists(ANSWERS | st.tuples(st.sampled_from(["open", "withdraw", "expire"]), NAMES), max_size=40)


class Course:
    """Requests that are opened, answered, withdrawn and expire, with request n expiring in minute n."""

    def __init__(self) -> None:
        self.pending = Pending(remember_closed=3)
        self.opened: set[str] = set()
        self.now = 0.0
        self.learned: Counter[str] = Counter()

    def act(self, action: tuple[Any, ...]) -> Any:
        match action:
            case "answer", name, label, reviewer, corrects:
                settled = self.pending.answer(Label(name, label, reviewer, 0, corrects), self.now)
                self.learned[name] += settled.outcome is OutcomeKind.LEARNED
                return settled.outcome, settled.request and settled.request.request
            case "open", name:
                if name not in self.opened:
                    self.opened.add(name)
                    self.pending.open(waiting(name, expires_at=60.0 * int(name)))
            case "withdraw", name:
                return self.pending.withdraw(name)
            case "expire", name:
                self.now = max(self.now, 60.0 * int(name))
                return [each.request for each in self.pending.expire(self.now)]
        return None


@given(ACTIONS, st.sets(st.integers(0, 40)))
def test_restores_anywhere_change_nothing_and_each_request_is_learned_at_most_once(
    actions: list[tuple[Any, ...]], restores: set[int]
) -> None:
    course, restored, state = Course(), Course(), {}
    for step, action in enumerate(actions):
        if step in restores:
            keep(state, restored.pending.changes())
            restored.pending = Pending(remember_closed=3)
            restored.pending.restore(dict(reversed(state.items())))
        assert restored.act(action) == course.act(action)
        assert names(restored.pending) == names(course.pending)
    assert all(times <= 1 for times in restored.learned.values())


@pytest.mark.parametrize("wrong", [{"expire_seconds": 0.0}, {"remember_closed": -1}])
def test_impossible_settings_are_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="not"):
        Pending(**wrong)
