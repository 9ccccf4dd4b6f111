"""Models by name or path: meaning, silence, and no network."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from services.edges.encoders import sentence_transformer
from services.edges.encoders.base import Encoder, EncoderError

pytestmark = pytest.mark.slow


def test_a_paraphrase_is_closer_than_another_question(make: Callable[[str], Encoder]) -> None:
    question, paraphrase, other = make("sentence_transformer").encode(
        ["My card has been stolen", "Somebody took my bank card", "What is the exchange rate today?"]
    )
    assert question @ paraphrase > question @ other + 0.3


def test_it_says_nothing(make: Callable[[str], Encoder], capfd: pytest.CaptureFixture[str]) -> None:
    encoder = make("sentence_transformer")
    type(encoder)(encoder.name).encode(["hello"] * 100)  # type: ignore[call-arg]
    assert capfd.readouterr() == ("", "")


def test_a_directory_without_a_model_is_refused_in_one_line(make: Callable[[str], Encoder], tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="encoder ") as refused:
        type(make("sentence_transformer"))(str(tmp_path))  # type: ignore[call-arg]
    assert "\n" not in str(refused.value)


def test_a_hub_that_cannot_be_reached_is_told_in_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    def unreachable(source: str) -> None:
        raise RuntimeError("Cannot send a request, as the client has been closed.")

    monkeypatch.setattr(sentence_transformer, "SentenceTransformer", unreachable)
    with pytest.raises(
        EncoderError, match=r"^encoder org/model: .*hub \(no connection\): correct SLUICE_ENCODER__MODEL"
    ):
        sentence_transformer.SentenceTransformerEncoder("org/model")
