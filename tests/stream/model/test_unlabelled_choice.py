"""Texts in clusters, and labels that follow them or do not -> whether a refit lets the unlabelled texts in."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from stream import exact
from stream.model.base import Evidence
from stream.model.cross_validation import Judged
from stream.model.head import Head
from stream.model.names import NamePrior
from stream.model.prototype_refit import PrototypeRefit
from stream.model.softmax_fit import SoftmaxRegression
from stream.model.softmax_prototypes import SoftmaxPrototypes
from stream.model.unlabelled_choice import LET_IN, Unlabelled, chosen
from stream.records import Entry

CLASSES = ("hate", "none")


def _texts(count: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Two far clusters, along the first coordinate; the second tells something else. Which is which, of each text."""
    rng = np.random.default_rng(0)
    cluster, other = rng.integers(0, 2, (2, count))
    texts = 0.4 * rng.normal(size=(count, 16))
    texts[:, 0] += 2.0 * (2 * cluster - 1)
    texts[:, 1] += 0.7 * (2 * other - 1)
    return exact.unit(texts), cluster, other


def _job(labels: int, *, along_clusters: bool) -> PrototypeRefit:
    texts, cluster, other = _texts(labels + 500)
    classes = (cluster if along_clusters else other)[:labels]
    evidence = Evidence(texts[:labels], classes, np.ones(labels), texts[labels:])
    start = SoftmaxRegression(np.zeros((2, 16), np.float32), np.zeros(2, np.float32))
    return PrototypeRefit(CLASSES, NamePrior(np.zeros((0, 0), np.float32)), start, evidence)


def test_it_is_due_from_50_labels_and_20_of_each_class_on_each_time_they_doubled() -> None:
    assert [LET_IN.due(labels, rarest) for labels, rarest in ((49, 20), (50, 20), (900, 19))] == [False, True, False]
    assert [Unlabelled(0.0, 60).due(labels, 25) for labels in (61, 119, 120)] == [False, False, True]


def test_a_class_with_few_labels_keeps_them() -> None:
    job = _job(300, along_clusters=False)
    job = replace(
        job, classes=(*CLASSES, "new"), start=SoftmaxRegression(np.zeros((3, 16), np.float32), np.zeros(3, np.float32))
    )
    assert Head.parse(job.run()).let_in == LET_IN


def test_they_go_where_examples_are_likelier_without_them_and_no_fewer_right() -> None:
    found = [
        chosen(Judged(np.array([-90.0, nats]), np.array([60.0, right])))
        for nats, right in ((-86.9, 60.0), (-86.9, 61.0), (-86.9, 59.0), (-87.1, 61.0))
    ]
    assert found == [0.0, 0.0, 1.0, 1.0]


@pytest.mark.parametrize("labels", [100, 300])
def test_they_are_let_in_unless_the_labels_show_that_they_mislead(labels: int) -> None:
    assert Head.parse(_job(labels, along_clusters=True).run()).let_in == Unlabelled(1.0, labels)
    head = Head.parse(_job(labels, along_clusters=False).run())
    assert head.let_in == Unlabelled(0.0, labels)
    assert not head.unlabelled.any()


def test_without_them_more_texts_are_told_right_where_they_mislead() -> None:
    job, right = _job(100, along_clusters=False), []
    texts, _, other = _texts(600)
    for let_in in (Unlabelled(1.0, 100), Unlabelled(0.0, 100)):
        model = SoftmaxPrototypes()
        for text, row in zip(job.evidence.embeddings, job.evidence.classes, strict=True):
            model.learn(text, CLASSES[row])
        model.adopt(replace(job, let_in=let_in).run())
        likeliest = model.predict(texts[100:]).probabilities.argmax(axis=1)
        right.append(np.mean([CLASSES.index(model.classes[column]) for column in likeliest] == other[100:]))
    assert right[1] > right[0] + 0.02


def test_what_was_chosen_stays_until_it_is_due_again() -> None:
    job = replace(_job(100, along_clusters=False), let_in=Unlabelled(1.0, 60))
    assert Head.parse(job.run()).let_in == Unlabelled(1.0, 60)
    assert PrototypeRefit.parse(job.save()).let_in == Unlabelled(1.0, 60)
    assert job.size == 100 * 2
    assert replace(job, let_in=LET_IN).size == 100 * 2 * (1 + 4 * 2)


def test_a_model_goes_on_with_it_and_asks_anew_when_it_is_rebuilt() -> None:
    model, job = SoftmaxPrototypes(), _job(100, along_clusters=False)
    for text, row in zip(job.evidence.embeddings, job.evidence.classes, strict=True):
        model.learn(text, CLASSES[row])
    model.adopt(job.run())
    restored = SoftmaxPrototypes()
    restored.restore(model.save())
    for each in (model, restored):
        assert each.refit(job.evidence, 100).let_in == Unlabelled(0.0, 100)
    rebuilt = model.rebuild(job.evidence, 100)
    assert isinstance(rebuilt, PrototypeRefit)
    assert rebuilt.let_in == LET_IN


def test_an_older_head_had_them_let_in() -> None:
    entry = Head.parse(_job(100, along_clusters=False).run()).entry()
    fields = {name: value for name, value in entry.fields.items() if name != "let_in"}
    assert Head.parse(Entry(fields, entry.arrays)).let_in == LET_IN
