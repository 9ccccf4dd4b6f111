"""Real texts, really embedded -> a model that forgot some is bit for bit one that never knew them."""

from __future__ import annotations

import numpy as np
import pytest

from services import assembly
from services.edges.datasets import BANKING77, load
from services.edges.settings_sources import load_settings
from stream.examples import Examples
from stream.knowledge import Knowledge
from stream.model.softmax_prototypes import SoftmaxPrototypes
from stream.records import ClassNames, Example, Floats, Verdict

pytestmark = pytest.mark.slow
LEARNED, WINDOW = 300, 500


def test_a_rebuilt_model_agrees_with_the_live_one_and_what_was_forgotten_leaves_no_bit_in_it() -> None:
    data = load(BANKING77, labelled=True)
    rows = [data.rows[place] for place in np.random.default_rng(0).permutation(len(data))[: LEARNED + WINDOW]]
    encoder = assembly.build_encoder(load_settings())
    embeddings, labels = encoder.encode([row.text for row in rows]), [str(row.label) for row in rows]
    classes = tuple(dict.fromkeys(labels))[:30]
    names = ClassNames(classes, encoder.encode([name.replace("_", " ") for name in classes]), "digest")
    window = embeddings[LEARNED:]

    live = Knowledge(SoftmaxPrototypes(), Examples())
    live.name(names)
    for row in range(LEARNED):
        example = Example(str(row), rows[row].text, embeddings[row], labels[row], "ann", labels[row], Verdict.ASK)
        live.teach(example)
        if row % 30 == 0:
            live.refit_if_due(row + 1, lambda: window)
        while live.job is not None:
            live.adopt(live.job.run())
    assert agreement(live, window) >= 0.99
    live.forget(str(row) for row in range(0, LEARNED, 7))
    never = Knowledge(SoftmaxPrototypes(), Examples())
    never.name(names)
    for each in live.examples:
        never.teach(each)
    for knowledge in (live, never):
        knowledge.rebuild(LEARNED, window)
        assert knowledge.job is not None
        knowledge.adopt(knowledge.job.run())

    ours, theirs = live.model.save(), never.model.save()
    assert ours["model/classes"] == theirs["model/classes"]
    for key in ("model/head", "model/names"):
        assert {name: array.tobytes() for name, array in ours[key].arrays.items()} == {
            name: array.tobytes() for name, array in theirs[key].arrays.items()
        }
    predicted, expected = live.model.predict(window), never.model.predict(window)
    assert predicted.probabilities.tobytes() == expected.probabilities.tobytes()
    assert predicted.query.tobytes() == expected.query.tobytes()


def agreement(live: Knowledge, window: Floats) -> float:
    """On which share of these texts a refit and a rebuild of the same examples give the same class."""
    classes = []
    refit = live.model.refit(live.examples.evidence(live.model.classes, window), LEARNED)
    live.rebuild(LEARNED, window)
    for job in (refit, live.job):
        assert job is not None
        live.adopt(job.run())
        classes.append(live.model.predict(window).probabilities.argmax(axis=1))
    return float((classes[0] == classes[1]).mean())
