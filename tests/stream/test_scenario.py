"""Scenarios whose streams and answers can be counted."""

from __future__ import annotations

from fractions import Fraction

import numpy as np
import pytest

from stream.scenario import Reviewers, Scenario, arrive_late, longest


def test_late_classes_are_half_of_the_second_half_and_none_of_the_first() -> None:
    labels = [f"class {row % 3}" for row in range(400)]
    split = Scenario(Fraction(1), late_classes=0.67).arrange(labels, seed=0)

    # The one class that is known has 100 texts in the stream of 300: three quarters of what it can be mixed into.
    assert len(split.late) == 2
    assert (len(split.stream), split.changed_at) == (133, 66)
    late = np.array([labels[row] in split.late for row in split.stream])
    assert (late[:66].sum(), late[66:].sum()) == (0, 33)
    assert split.stream[:66] == sorted(split.stream[:66])
    assert [late[start : start + 22].sum() for start in (66, 88, 110)] == [11, 11, 11]
    for rows in (split.stream[:66], np.array(split.stream)[late], np.array(split.stream[66:])[~late[66:]]):
        assert list(rows) == sorted(rows)
    assert not set(split.stream) & set(split.test)


def test_which_classes_come_late_is_drawn_anew_for_each_seed() -> None:
    labels = [f"class {row % 10}" for row in range(400)]
    scenario = Scenario(Fraction(1), late_classes=0.5)

    assert len({scenario.arrange(labels, seed).late for seed in range(5)}) > 1
    assert scenario.arrange(labels, 3) == scenario.arrange(labels, 3)


def test_without_late_classes_the_stream_is_the_plain_split() -> None:
    scenario = Scenario(Fraction(1))
    split = scenario.arrange(["a", "b"] * 10, seed=0)

    assert (split.stream, split.test) == scenario.split(20, seed=0)
    assert (split.late, split.changed_at) == (frozenset(), None)


def test_late_classes_that_are_known_come_in_the_same_texts_from_the_start() -> None:
    labels = [f"class {row % 10}" for row in range(400)]
    late, known = (Scenario(Fraction(1), late_classes=0.5, late_known=known).arrange(labels, 3) for known in (0, 1))

    assert (known.late, known.changed_at) == (frozenset(), late.changed_at)
    assert sorted(known.stream) == sorted(late.stream)
    for stretch in np.array_split(known.stream, 4):
        assert sum(labels[row] in late.late for row in stretch) == pytest.approx(len(stretch) / 4, abs=1)


def test_a_rare_class_is_thinned_in_the_stream_and_not_among_the_held_back_texts() -> None:
    labels = [f"class {min(row // 4 % 10, 4)}" for row in range(8_000)]
    plain = Scenario(Fraction(1)).arrange(labels, seed=0)
    rare = Scenario(Fraction(1), rare_share=0.01).arrange(labels, seed=0)

    assert rare.rare in {"class 0", "class 1", "class 2", "class 3"}
    # A tenth of 6,000 texts is thinned to one in a hundred of what is left: 5,400 / 99.
    texts = [labels[row] for row in rare.stream]
    assert (len(texts), texts.count(rare.rare)) == (5_455, 55)
    assert [row for row in plain.stream if labels[row] != rare.rare] == [
        row for row in rare.stream if labels[row] != rare.rare
    ]
    assert rare.test == plain.test
    assert len({Scenario(Fraction(1), rare_share=0.01).arrange(labels, seed).rare for seed in range(9)}) > 1


def test_a_class_that_is_rare_already_cannot_be_thinned() -> None:
    with pytest.raises(ValueError, match=r"more than 10\.0% of the texts"):
        Scenario(Fraction(1), rare_share=0.1).arrange(["a"] * 190 + ["b"] * 10, seed=0)


def test_too_few_texts_for_late_classes_are_refused_with_what_there_is() -> None:
    assert longest(known=30, late=10) == 40
    assert arrive_late(range(30), range(100, 110), 40) == ([*range(20)], [*range(20, 30)], [*range(100, 110)])
    with pytest.raises(ValueError, match="texts enough for 40, not for 44"):
        arrive_late(range(30), range(100, 110), 44)
    with pytest.raises(ValueError, match="all texts are of late classes"):
        Scenario(Fraction(1), late_classes=1.0).arrange(["a", "b"] * 10, seed=0)


@pytest.mark.parametrize(("unanswered", "noise"), [(0.0, 0.0), (0.1, 0.0), (0.1, 0.2), (1.0, 0.0)])
def test_reviewers_are_silent_and_wrong_as_often_as_told(unanswered: float, noise: float) -> None:
    texts = 5_000
    scenario = Scenario(Fraction(1), unanswered=unanswered, noise=noise)
    reviewers = Reviewers(scenario, ["a"] * texts, ["a", "b", "c"], seed=0)
    said = [reviewers.say(position) for position in range(texts)]
    silent = said.count(None)
    # Four standard deviations of a binomial share.
    assert abs(silent / texts - unanswered) <= 4 * (unanswered * (1 - unanswered) / texts) ** 0.5
    wrong = sum(label in ("b", "c") for label in said)
    assert abs(wrong / texts - noise * (1 - unanswered)) <= 0.03 * (noise > 0)
