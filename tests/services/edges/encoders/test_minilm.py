"""The packaged MiniLM: meaning from its last layer, words from an early one, and silence."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from services.edges.encoders.base import Encoder

pytestmark = pytest.mark.slow


def test_a_paraphrase_is_closer_than_another_question(make: Callable[[str], Encoder]) -> None:
    question, paraphrase, other = make("minilm").encode(
        ["My card has been stolen", "Somebody took my bank card", "What is the exchange rate today?"]
    )
    assert question @ paraphrase > question @ other + 0.3


def test_the_last_layer_is_four_fifths_of_every_cosine(make: Callable[[str], Encoder]) -> None:
    texts = ["My card has been stolen", "What is the exchange rate today?", "so happy with my new card!!"]
    both, last = make("minilm").encode(texts), make("sentence_transformer").encode(texts)

    assert both.shape == (3, 384 + 128)
    assert both[:, :384] == pytest.approx(np.sqrt(0.8) * last, abs=2e-3)
    assert np.linalg.norm(both[:, 384:], axis=1) == pytest.approx(np.sqrt(0.2), abs=0.01)


def test_what_all_texts_have_in_common_early_on_is_taken_away(make: Callable[[str], Encoder]) -> None:
    early = make("minilm").encode(["Where is my parcel?", "Stocks fell on Monday.", "play a song"])[:, 384:]
    cosines = early @ early.T / 0.2

    assert cosines[np.triu_indices(3, 1)].max() < 0.5


def test_it_says_nothing(make: Callable[[str], Encoder], capfd: pytest.CaptureFixture[str]) -> None:
    type(make("minilm"))("minilm").encode(["hello"] * 100)  # type: ignore[call-arg]
    assert capfd.readouterr() == ("", "")
