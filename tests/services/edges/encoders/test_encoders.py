"""What every encoder promises, and how one is found by its name."""

from __future__ import annotations

import logging
import subprocess
import sys
from collections.abc import Callable

import numpy as np
import pytest

from services.edges.encoders import DEFAULT, ENCODERS, place
from services.edges.encoders.base import Encoder, EncoderError, loading, local_directory

TEXTS = ["I lost my card", "refund", "", "\x00 🙂", "card " * 2_000, "Where is my refund?"]
Make = Callable[[str], Encoder]

_SLOW = {"minilm", "sentence_transformer"}
every_encoder = pytest.mark.parametrize(
    "kind", [pytest.param(kind, marks=pytest.mark.slow if kind in _SLOW else ()) for kind in ENCODERS]
)


@every_encoder
def test_embeddings_are_unit_vectors_or_zero_on_the_grid_of_exact_products(make: Make, kind: str) -> None:
    encoder = make(kind)
    embeddings = encoder.encode(TEXTS)
    norms = np.linalg.norm(embeddings, axis=1)
    assert embeddings.shape == (len(TEXTS), encoder.dimension)
    assert embeddings.dtype == np.float32
    assert np.array_equal(embeddings, np.round(embeddings * 2**11) / 2**11)
    assert np.all((np.abs(norms - 1) < 0.01) | (norms == 0))
    assert norms[0] > 0


@every_encoder
def test_rows_come_in_the_order_of_the_texts(make: Make, kind: str) -> None:
    encoder = make(kind)
    together = encoder.encode(TEXTS)
    alone = np.concatenate([encoder.encode([text]) for text in TEXTS])
    assert np.allclose(together, alone, atol=2**-10)


@every_encoder
def test_no_texts_make_no_embeddings(make: Make, kind: str) -> None:
    encoder = make(kind)
    assert encoder.encode([]).shape == (0, encoder.dimension)


@every_encoder
def test_texts_that_share_words_are_closer_than_others(make: Make, kind: str) -> None:
    first, near, far = make(kind).encode(["lost card", "card lost card", "refund"])
    assert first @ near > first @ far


@every_encoder
def test_an_encoder_is_called_as_the_user_called_it(make: Make, kind: str) -> None:
    name = make(kind).name
    assert place(name).module.endswith(f".{kind}")


def test_a_name_that_is_no_kind_is_a_sentence_transformers_model() -> None:
    for name in ("org/model", "./here", "sentence_transformer", "C:/models"):
        module, factory, source = place(name)
        assert (module.rpartition(".")[2], factory, source) == (
            "sentence_transformer",
            "SentenceTransformerEncoder",
            name,
        )


def test_the_default_is_the_packaged_one() -> None:
    assert place(DEFAULT) == ("services.edges.encoders.minilm", "MiniLmEncoder", "minilm")


def test_a_path_that_is_not_there_is_never_looked_up_on_the_hub() -> None:
    for source in ("/no/such/model", "./no-such-model", "~/no-such-model"):
        with pytest.raises(EncoderError, match="no such directory"):
            local_directory(source)
    assert local_directory("org/model") is None


@pytest.mark.parametrize(
    ("error", "reason"),
    [
        (RuntimeError("Cannot send a request, as the client has been closed."), "no connection"),
        (OSError("404 Client Error.\n\nRepository Not Found"), "404 Client Error."),
        (KeyError(), "KeyError"),
    ],
)
def test_whatever_keeps_a_model_from_being_fetched_is_told_in_one_line(error: Exception, reason: str) -> None:
    with pytest.raises(EncoderError) as refused, loading("org/model", None):
        raise error
    assert str(refused.value) == (
        f"encoder org/model: not a directory here, and it cannot be fetched from the hub ({reason}): "
        "correct SLUICE_ENCODER__MODEL, or name a local path"
    )


def test_the_hub_does_not_tell_of_its_retries(caplog: pytest.LogCaptureFixture) -> None:
    with loading("org/model", None):
        logging.getLogger("huggingface_hub.utils._http").warning("Retrying in 1s [Retry 1/5].")
    assert caplog.messages == []


def test_the_table_of_encoders_and_the_hashing_one_load_no_torch() -> None:
    check = "import sys, services.edges.encoders.hashing; sys.exit('torch' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", check], check=False).returncode == 0
