"""The status tells how a learner stands, from nothing to all classes labelled."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from stream.drift.signals import SIGNALS
from stream.learner import Learner
from stream.status import status
from tests.laws.worlds import Configuration, World, drive, new_learner


@pytest.fixture
def world() -> World:
    return World(5, Configuration())


@pytest.fixture
def learner() -> Learner:
    return new_learner(Configuration())


def test_a_new_learner_is_cold(learner: Learner) -> None:
    nothing = {"estimate": None, "low": 0.0, "high": 1.0, "answers": 0, "macro_f1": None}
    assert status(learner) == {
        "texts": 0,
        "asked": 0,
        "spent_fraction": 0.0,
        "budget": 0.1,
        "labels": 0,
        "open_requests": 0,
        "classes": [],
        "model_version": 0,
        "accuracy": {"of": "all texts so far", **nothing, "calibration_error": None},
        "prequential": {"of": "answered texts", **nothing},
        "coverage": None,
        "drift": dict.fromkeys(SIGNALS, "stable"),
        "labelling": {"state": "cold", "reason": "no label has come back yet"},
        "reviewers": {},
    }


def test_classes_without_a_label_keep_it_cold(learner: Learner, world: World) -> None:
    world.start(learner)
    learner.observe(replace(world.items(0, 1), labels=["class 2"]), 0.0)

    assert status(learner)["labels"] == 1
    assert status(learner)["labelling"] == {
        "state": "cold",
        "reason": "1 label for 3 classes, 2 of which have no label yet",
    }


def test_after_a_while_more_labels_are_worth_it(learner: Learner, world: World) -> None:
    diary = drive(world, learner, 35)
    told = status(learner)

    assert told["labelling"]["state"] in ("worth_it", "drifted")
    assert told["texts"] == len(diary.decisions)
    assert told["asked"] == sum(decision.verdict != "SKIP" for decision in diary.decisions)
    assert told["spent_fraction"] == told["asked"] / learner.parts.budget.seen
    assert told["labels"] == sum(learner.parts.knowledge.model.label_counts)
    assert told["accuracy"]["low"] <= told["accuracy"]["estimate"] <= told["accuracy"]["high"]
    assert 0.0 < told["coverage"] <= 1.0
    assert json.loads(json.dumps(told)) == told
