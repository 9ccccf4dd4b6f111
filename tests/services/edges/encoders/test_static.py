"""A static model of three words, worked out by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from services.edges.encoders.base import EncoderError
from services.edges.encoders.static import StaticEncoder
from stream import exact


def test_a_text_is_the_mean_of_the_vectors_of_its_words(static_model: Path) -> None:
    embeddings = StaticEncoder(str(static_model)).encode(["refund", "refund unheard card", "nothing known"])
    # (3, 4, 0) alone; (3, 4, 0) and (0, 0, 2) have the mean (1.5, 2, 1).
    assert np.array_equal(embeddings, exact.unit([[3, 4, 0], [1.5, 2, 1], [0, 0, 0]]))


def test_it_is_called_by_its_path(static_model: Path) -> None:
    encoder = StaticEncoder(str(static_model))
    assert (encoder.name, encoder.dimension) == (f"static:{static_model}", 3)


def test_a_directory_without_a_model_is_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(EncoderError, match=f"encoder static:{tmp_path}") as refused:
        StaticEncoder(str(tmp_path))
    assert "\n" not in str(refused.value)


def test_a_name_must_be_given() -> None:
    with pytest.raises(EncoderError, match="static:NAME"):
        StaticEncoder("")
