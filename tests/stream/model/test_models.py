"""The table of models -> names that are their modules'."""

from __future__ import annotations

from stream.model import MODELS


def test_every_model_is_found_under_the_name_of_its_module() -> None:
    assert {name: model.__module__ for name, model in MODELS.items()} == {
        name: f"stream.model.{name}" for name in MODELS
    }
    assert set(MODELS) == {"nearest_class_mean", "softmax_prototypes"}
