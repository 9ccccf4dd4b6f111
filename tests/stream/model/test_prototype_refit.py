"""Evidence -> heads: pure, saved and resumed, with and without labels."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.special import expit

from stream import exact
from stream.model.base import Evidence
from stream.model.head import Head
from stream.model.names import NamePrior
from stream.model.penalty_choice import USUAL, Penalty
from stream.model.prototype_refit import PrototypeRefit
from stream.model.softmax_fit import SoftmaxRegression

CLASSES = ("class-0", "class-1", "class-2", "class-3", "class-4")


def _job(world, examples: int, named: bool, window: int = 100) -> PrototypeRefit:
    names = NamePrior.of(world.centres) if named else NamePrior(np.zeros((0, 0), np.float32))
    start = SoftmaxRegression(np.zeros((5, 32), np.float32), np.zeros(5, np.float32))
    return PrototypeRefit(CLASSES, names, start, world.evidence(CLASSES, examples, window))


@pytest.mark.parametrize(
    ("examples", "named", "window"), [(60, False, 100), (60, True, 100), (0, True, 100), (7, True, 0), (200, True, 100)]
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
    head = Head.parse(_job(world, 0, named=True, window=0).run())
    weights, bias = head.regression
    assert ((world.embeddings @ weights.T + bias).argmax(axis=1) == world.labels).mean() > 0.9
    assert head.trust > 0.99


def test_a_name_is_learned_as_far_as_the_prototypes_of_the_others_do_not_tell_it() -> None:
    # Two opposite names, of weight 3 each. A name's own prototype is asked without it and says nothing, half of the
    # other's says -7.5; along the name the regression adds w = sigmoid(-7.5 - 2w) / penalty, 0.5 / sqrt(2) over 6.
    nothing, start = (
        np.zeros((0, 2), np.float32),
        SoftmaxRegression(np.zeros((2, 2), np.float32), np.zeros(2, np.float32)),
    )
    names, evidence = (
        NamePrior.of(np.eye(2, dtype=np.float32)),
        Evidence(nothing, np.zeros(0, int), np.zeros(0), nothing),
    )
    weights, _ = Head.parse(PrototypeRefit(("east", "north"), names, start, evidence).run()).regression

    along = weights[0] @ names.directions[0]
    assert along == pytest.approx(0.0092, abs=0.0001)
    assert along == pytest.approx(expit(-7.5 - 2 * along) * 6 * np.sqrt(2) / 0.5, rel=0.01)


def test_unlabelled_texts_go_to_the_class_whose_name_makes_one_expect_them(make_world: Callable) -> None:
    world = make_world()
    job = replace(_job(world, 0, named=True), rounds=1)  # fitted once, no regression has assigned them
    unlabelled = Head.parse(job.run()).unlabelled
    unit = unlabelled / np.linalg.norm(unlabelled, axis=1, keepdims=True)
    assert (np.einsum("kd,kd->k", unit, world.centres) > 0.9).all()


def test_unlabelled_texts_go_to_the_class_that_they_look_like(make_world: Callable) -> None:
    world = make_world()
    head = Head.parse(_job(world, 50, named=False).run())
    unit = head.unlabelled / np.linalg.norm(head.unlabelled, axis=1, keepdims=True)
    assert (np.einsum("kd,kd->k", unit, world.centres) > 0.9).all()


def test_unlabelled_texts_weigh_four_times_the_examples(make_world: Callable) -> None:
    world = make_world(noise=0.0)
    head = Head.parse(_job(world, 50, named=False).run())
    assert np.linalg.norm(head.unlabelled, axis=1).sum() == pytest.approx(4 * 50, rel=0.05)


def test_without_any_evidence_the_head_says_nothing(make_world: Callable) -> None:
    head = Head.parse(_job(make_world(), 0, named=False).run())
    assert not head.regression.weights.any()
    assert not head.unlabelled.any()


def test_size_is_examples_times_classes_times_the_fits(make_world: Callable) -> None:
    assert _job(make_world(), 40, named=False).size == 200
    assert _job(make_world(), 200, named=False).size == (1 + 4 * 3 + 4 * 2) * 1_000


def _job_of_small_differences(examples: int, penalty: Penalty) -> PrototypeRefit:
    """Two classes that differ a little in one coordinate of 32: to tell them apart takes large weights."""
    rng = np.random.default_rng(0)
    classes = rng.integers(0, 2, examples)
    embeddings = rng.normal(size=(examples, 32))
    embeddings[:, 0] = 0.5 * (2 * classes - 1) + 0.1 * rng.normal(size=examples)
    evidence = Evidence(exact.unit(embeddings), classes, np.ones(examples), np.zeros((0, 32), np.float32))
    start = SoftmaxRegression(np.zeros((2, 32), np.float32), np.zeros(2, np.float32))
    names = NamePrior(np.zeros((0, 0), np.float32))
    return PrototypeRefit(("low", "high"), names, start, evidence, penalty=penalty)


def test_the_penalty_is_weakened_where_the_labels_show_that_it_hinders() -> None:
    assert Head.parse(_job_of_small_differences(199, USUAL).run()).penalty == USUAL
    assert Head.parse(_job_of_small_differences(240, USUAL).run()).penalty == Penalty(0.25, 240)
    assert Head.parse(_job_of_small_differences(479, Penalty(0.5, 240)).run()).penalty == Penalty(0.5, 240)
    assert Head.parse(_job_of_small_differences(480, Penalty(1.0, 240)).run()).penalty == Penalty(0.25, 480)


def test_a_weaker_penalty_lets_weights_grow() -> None:
    weights = [
        Head.parse(_job_of_small_differences(150, Penalty(factor)).run()).regression.weights for factor in (1.0, 0.25)
    ]
    assert np.abs(weights[1]).max() > 1.3 * np.abs(weights[0]).max()


def test_refits_that_follow_each_other_settle(make_world: Callable) -> None:
    job = _job(make_world(noise=0.3), 60, named=True)
    heads = [Head.parse(job.run())]
    for _ in range(12):
        heads.append(Head.parse(replace(job, start=heads[-1].regression).run()))
    steps = [np.abs(after.unlabelled - before.unlabelled).max() for before, after in pairwise(heads)]
    assert steps[-1] < 0.05 * steps[0]


@pytest.mark.parametrize(("counts", "difference"), [((6, 4), 0.0), ((300, 100), 0.495 * np.log(3))])
def test_classes_weigh_the_same_until_labels_show_that_they_differ(counts: tuple[int, int], difference: float) -> None:
    classes = np.repeat([0, 1], counts)
    evidence = Evidence(
        np.zeros((len(classes), 2), np.float32), classes, np.ones(len(classes)), np.zeros((0, 2), np.float32)
    )
    start = SoftmaxRegression(np.zeros((2, 2), np.float32), np.zeros(2, np.float32))
    job = PrototypeRefit(("common", "rare"), NamePrior(np.zeros((0, 0), np.float32)), start, evidence)
    bias = Head.parse(job.run()).regression.bias
    assert bias[0] - bias[1] == pytest.approx(difference, abs=1e-3)


def test_where_labels_may_be_wrong_the_regression_learns_less_of_those_that_others_contradict(
    make_world: Callable,
) -> None:
    world = make_world()
    job, wrong = _job(world, 100, named=False), np.arange(0, 100, 5)
    true = job.evidence.classes[wrong]
    classes = job.evidence.classes.copy()
    classes[wrong] = (true + 1) % 5

    def towards_wrong_labels(noisy: bool) -> float:
        evidence = replace(job.evidence, classes=classes, noisy=noisy)
        weights = PrototypeRefit.parse(replace(job, evidence=evidence).save()).run().arrays["weights"]
        logits = job.evidence.embeddings[wrong] @ weights.T
        rows = np.arange(len(wrong))
        return float(np.mean(logits[rows, (true + 1) % 5] - logits[rows, true]))

    assert towards_wrong_labels(noisy=True) < 0.5 * towards_wrong_labels(noisy=False)
