"""Evidence -> heads: pure, saved and resumed, with and without labels."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from stream.model.head import Head
from stream.model.names import NamePrior
from stream.model.prototype_refit import PrototypeRefit, log_prior
from stream.model.softmax_fit import SoftmaxRegression

CLASSES = ("class-0", "class-1", "class-2", "class-3", "class-4")


def _job(world, examples: int, named: bool, window: int = 100) -> PrototypeRefit:
    names = NamePrior.of(world.centres) if named else NamePrior(np.zeros((0, 0), np.float32))
    start = SoftmaxRegression(np.zeros((5, 32), np.float32), np.zeros(5, np.float32))
    return PrototypeRefit(CLASSES, names, start, world.evidence(CLASSES, examples, window))


@pytest.mark.parametrize(
    ("examples", "named", "window"), [(60, False, 100), (60, True, 100), (0, True, 100), (7, True, 0)]
)
def test_a_saved_job_finds_the_same_head(make_world: Callable, examples: int, named: bool, window: int) -> None:
    job = _job(make_world(), examples, named, window)
    here, there = job.run(), PrototypeRefit.parse(job.save()).run()
    assert here.fields == there.fields
    assert all(np.array_equal(here.arrays[name], there.arrays[name]) for name in here.arrays)


def test_the_regression_separates_the_examples(make_world: Callable) -> None:
    world = make_world()
    weights, bias = Head.parse(_job(world, 100, named=False).run()).regression
    found = (world.embeddings[:100] @ weights.T + bias).argmax(axis=1)
    assert (found == world.labels[:100]).mean() > 0.95


def test_names_alone_teach_the_regression(make_world: Callable) -> None:
    world = make_world()
    head = Head.parse(_job(world, 0, named=True).run())
    weights, bias = head.regression
    assert ((world.embeddings @ weights.T + bias).argmax(axis=1) == world.labels).mean() > 0.9
    assert head.trust > 0.99


def test_unlabelled_texts_go_to_the_class_that_they_look_like(make_world: Callable) -> None:
    world = make_world()
    head = Head.parse(_job(world, 50, named=False).run())
    unit = head.unlabelled / np.linalg.norm(head.unlabelled, axis=1, keepdims=True)
    assert (np.einsum("kd,kd->k", unit, world.centres) > 0.9).all()


def test_unlabelled_texts_weigh_twice_the_examples(make_world: Callable) -> None:
    world = make_world(noise=0.0)
    head = Head.parse(_job(world, 50, named=False).run())
    assert np.linalg.norm(head.unlabelled, axis=1).sum() == pytest.approx(2 * 50, rel=0.05)


def test_size_is_examples_times_classes(make_world: Callable) -> None:
    assert _job(make_world(), 40, named=False).size == 200


def test_the_prior_is_half_the_log_of_the_smoothed_counts() -> None:
    assert log_prior(np.array([0, 4]), 0) == pytest.approx([0.5 * np.log(0.5), 0.5 * np.log(4.5)])
    assert log_prior(np.array([0, 4]), 2) == pytest.approx([0.5 * np.log(2), 0.5 * np.log(6)])
