"""The shares of the predicted classes, 500 texts against the 500 before."""

from __future__ import annotations

import json

import pytest

from stream.drift.class_mix import ClassMix, Mix
from stream.records import Entry


def test_the_distance_is_the_share_that_would_have_to_change() -> None:
    mix = ClassMix()
    # Of 500 texts before, 400 are a and 100 b; of the 500 since, 200 are a, 100 b, 150 c and 50 d.
    before = [*["a"] * 400, *["b"] * 100]
    since = [*["a"] * 200, *["b"] * 100, *["c"] * 150, *["d"] * 50]

    assert list(mix.update(before)) == []
    assert list(mix.update(since)) == [Mix(500, 0.4)]


def test_each_window_is_compared_with_the_one_before() -> None:
    told = ClassMix().update(["a"] * 1_000 + ["b"] * 1_000)

    assert list(told) == [Mix(1_000, 0.0), Mix(1_500, 1.0), Mix(2_000, 0.0)]


@pytest.mark.parametrize("cut", [1, 99, 100, 256])
def test_how_the_stream_is_cut_makes_no_difference(cut: int) -> None:
    stream = [f"class {place * place % 7}" for place in range(1_450)]
    whole, pieces = ClassMix(), ClassMix()
    parts = [
        Mix(each.end + start, each.distance)
        for start in range(0, len(stream), cut)
        for each in pieces.update(stream[start : start + cut])
    ]

    assert parts == list(whole.update(stream))


def test_a_restored_one_goes_on() -> None:
    live, restored = ClassMix(), ClassMix()
    list(live.update(["a"] * 950))
    restored.restore(Entry(json.loads(json.dumps(live.save().fields))))

    assert list(restored.update(["b"] * 150)) == list(live.update(["b"] * 150)) == [Mix(50, 0.1)]
