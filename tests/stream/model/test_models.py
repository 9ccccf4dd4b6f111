"""The table of models -> names that are their modules'."""

from __future__ import annotations

import numpy as np
import pytest

from stream import exact
from stream.knowledge import MODEL_PREFIX
from stream.model import MODELS


def test_every_model_is_found_under_the_name_of_its_module() -> None:
    assert {name: model.__module__ for name, model in MODELS.items()} == {
        name: f"stream.model.{name}" for name in MODELS
    }
    assert set(MODELS) >= {
        "bagged_prototypes",
        "nearest_class_mean",
        "river_gaussian_nb",
        "river_softmax",
        "softmax_prototypes",
    }


@pytest.mark.parametrize("model", MODELS)
def test_what_is_saved_lies_where_it_is_looked_for(model: str) -> None:
    taught = MODELS[model]()
    taught.learn(exact.unit([[3, 4]])[0], "a")

    assert [key for key in taught.save() if not key.startswith(MODEL_PREFIX)] == []


@pytest.mark.parametrize("model", MODELS)
def test_prototypes_are_unit_rows_or_zero_one_for_each_class(model: str) -> None:
    learned = MODELS[model]()
    assert learned.prototypes.shape[0] == 0
    learned.learn(exact.unit(np.array([[3.0, 4.0]], np.float32))[0], "north-east")
    learned.learn(exact.unit(np.array([[1.0, 0.0]], np.float32))[0], "east")

    assert learned.prototypes == pytest.approx(np.array([[0.6, 0.8], [1.0, 0.0]]), abs=1e-3)
