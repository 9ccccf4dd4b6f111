"""Windows are compared with the reference by their mean and along a direction that earlier windows gave."""

from __future__ import annotations

from math import erf, sqrt

import numpy as np
import pytest

from stream import exact
from stream.drift.embedding_shift import EmbeddingShift, Shift
from stream.records import Entry, Floats, State


def texts(centre: int, count: int, seed: int) -> Floats:
    rng = np.random.default_rng(seed)
    return exact.unit(np.eye(16)[centre] + rng.normal(0, 0.25, (count, 16)))


def shifts(shift: EmbeddingShift, embeddings: Floats) -> list[Shift]:
    return list(shift.update(embeddings))


def test_nothing_is_told_of_the_reference_itself() -> None:
    assert shifts(EmbeddingShift(), texts(0, 1_031, seed=0)) == []


def test_the_distance_by_hand() -> None:
    # The reference is half e0 and half e1: mean (1/2, 1/2), spread 1/2. A window of half e0 and half e2 has the same
    # spread: squared distance 1/2, less the noise 1/2 / 1000 + 1/2 / 32. One of e2 alone is at 3/2, without spread.
    axes = np.eye(4, dtype=np.float32)
    shift = EmbeddingShift()
    shifts(shift, np.tile(axes[:2], (500, 1)))

    (near,) = shifts(shift, np.tile(axes[[0, 2]], (16, 1)))
    (far,) = shifts(shift, np.tile(axes[2:3], (32, 1)))
    assert near == (32, pytest.approx(np.sqrt((0.5 - 0.0005 - 0.5 / 32) / 0.5)), 0.0)
    assert far.distance == 1.0


def test_the_separation_by_hand() -> None:
    # Four dimensions are too few to even any. The reference, half e0 and half e1, scatters most along e0 - e1, with
    # variance 1/2, so differences count times sqrt 2. The first window leads sqrt 2 (0, -1/2, 1/2), the second lies
    # sqrt 2 (-1/2, -1/2, 1) away, 3/2 along it; the sum of 0.8 times that and this is sqrt 2 (-.5, -.9, 1.4).
    axes = np.eye(4, dtype=np.float32)
    shift = EmbeddingShift()
    shifts(shift, np.tile(np.repeat(axes[:2], 4, axis=0), (125, 1)))
    mixed, far = np.tile(axes[[0, 2]], (16, 1)), np.tile(axes[2:3], (32, 1))
    separations = [shifts(shift, window)[0].separation for window in (mixed, far, mixed)]

    assert separations == pytest.approx([0.0, erf(1.5 / 2), erf(sqrt(2) * 1.15 / sqrt(3.02) / 2)], rel=1e-4)


def test_a_rare_text_beside_few_that_repeat_is_separated_by_what_it_is_by_hand() -> None:
    # The reference, half e0 and half e1, does not scatter along e2; one text more in its sample of 143 would, with
    # variance 1/286. Windows of which 2 texts are e2 differ by (-1, -1, 2) / 32, across the axis e0 - e1.
    axes = np.eye(8, dtype=np.float32)
    shift = EmbeddingShift()
    shifts(shift, np.tile(np.repeat(axes[:2], 4, axis=0), (125, 1)))
    told = shifts(shift, np.tile(axes[[0, 1] * 15 + [2, 2]], (2, 1)))

    assert told[1].separation == pytest.approx(erf(sqrt(6) / 32 * sqrt(286) / 2), abs=1e-4)


def test_a_shift_across_the_usual_scatter_is_told_more_easily_than_one_along_it() -> None:
    rng = np.random.default_rng(0)
    scatter = np.full(16, 0.05)
    scatter[1:3] = 0.2
    known, new = (np.eye(16)[0] + rng.normal(size=(rows, 16)) * scatter for rows in (1_000, 640))
    told = []
    for direction in (1, 3):
        shift = EmbeddingShift()
        shifts(shift, exact.unit(known))
        told.append(np.mean([each.separation for each in shifts(shift, exact.unit(new + 0.1 * np.eye(16)[direction]))]))

    assert told[0] < 0.4 < 0.6 < told[1]


def test_texts_like_the_reference_are_near_and_others_far() -> None:
    shift = EmbeddingShift()
    shifts(shift, texts(0, 1_000, seed=0))
    same, other = shifts(shift, texts(0, 1_000, seed=1)), shifts(shift, texts(1, 1_000, seed=2))

    assert np.mean([each.distance for each in same]) < 0.2 < 0.9 < np.mean([each.distance for each in other])
    assert np.mean([each.separation for each in same]) < 0.25 < 0.9 < np.mean([each.separation for each in other[1:]])


def test_a_renewed_one_makes_a_reference_of_the_next_texts() -> None:
    shift = EmbeddingShift()
    shifts(shift, texts(0, 1_000, seed=0))
    shift.renew()

    assert shifts(shift, texts(1, 1_000, seed=1)) == []
    assert np.mean([each.distance for each in shifts(shift, texts(1, 500, seed=2))]) < 0.15


@pytest.mark.parametrize("cut", [1, 7, 256])
def test_how_the_stream_is_cut_makes_no_difference(cut: int) -> None:
    stream = np.concatenate([texts(0, 1_250, seed=0), texts(1, 300, seed=1)])
    whole, pieces = EmbeddingShift(), EmbeddingShift()
    told = shifts(whole, stream)
    parts = [
        each._replace(end=each.end + start)
        for start in range(0, len(stream), cut)
        for each in shifts(pieces, stream[start : start + cut])
    ]

    assert parts == told
    assert len(told) == 550 // 32


@pytest.mark.parametrize("cut", [0, 300, 1_000, 1_130, 1_360])
def test_a_restored_one_goes_on(cut: int) -> None:
    stream = np.concatenate([texts(0, 1_100, seed=0), texts(1, 400, seed=1)])
    straight, broken, restored, state = EmbeddingShift(), EmbeddingShift(), EmbeddingShift(), State()
    shifts(straight, stream[:cut])
    for part in (stream[: cut // 2], stream[cut // 2 : cut]):
        shifts(broken, part)
        state.update({key: Entry(*entry) for key, entry in broken.changes().items() if entry is not None})
    restored.restore(state)

    assert shifts(restored, stream[cut:]) == shifts(straight, stream[cut:])


def test_the_reference_is_saved_only_where_it_changed() -> None:
    shift = EmbeddingShift()
    shifts(shift, texts(0, 1_000, seed=0))
    assert "drift/reference" in shift.changes()
    shifts(shift, texts(0, 500, seed=1))
    assert "drift/reference" not in shift.changes()


def test_after_texts_that_were_all_the_same_any_other_is_far() -> None:
    axes, shift = np.eye(4, dtype=np.float32), EmbeddingShift()
    shifts(shift, np.tile(axes[:1], (1_000, 1)))
    same, other = np.tile(axes[:1], (32, 1)), np.tile(axes[1:2], (32, 1))

    assert [shifts(shift, window)[0].distance for window in (same, other)] == [0.0, 1.0]
