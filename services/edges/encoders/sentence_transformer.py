"""Texts -> embeddings of any sentence-transformers model, by name or path.

Reimers and Gurevych 2019, "Sentence-BERT". Importing this module imports torch: only `services.assembly` does, late.
"""

from __future__ import annotations

from collections.abc import Sequence

from sentence_transformers import SentenceTransformer
from transformers.utils.logging import disable_progress_bar

from services.edges.encoders.base import Encoder, loading, local_directory
from stream import exact
from stream.records import Floats

_BATCH_TEXTS = 32
"""Texts of similar length that go through the model together; larger batches are slower on a CPU (measured)."""


class SentenceTransformerEncoder(Encoder):
    """``source`` is a directory, or a model's name on the hub, which is then downloaded once.

    Raises EncoderError where it cannot be loaded or fetched.
    """

    def __init__(self, source: str) -> None:
        disable_progress_bar()  # type: ignore[no-untyped-call]  # it has no annotations
        self._name = source
        self._model = _load(source)
        dimension = self._model.get_embedding_dimension()
        assert dimension is not None, "a sentence-transformers model knows its dimension"
        self._dimension = dimension

    @property
    def name(self) -> str:
        """The name or path that it was made from."""
        return self._name

    @property
    def dimension(self) -> int:
        """As the model has it."""
        return self._dimension

    def encode(self, texts: Sequence[str]) -> Floats:
        """As `Encoder.encode`; texts of similar length are encoded together, long ones cut to what the model reads."""
        vectors = self._model.encode(
            list(texts), batch_size=_BATCH_TEXTS, show_progress_bar=False, precision="float32", convert_to_numpy=True
        )
        return exact.unit(vectors.reshape(len(texts), self._dimension))


def _load(source: str) -> SentenceTransformer:
    directory = local_directory(source)
    with loading(source, directory):
        if directory is not None:
            return SentenceTransformer(str(directory), local_files_only=True)
        return SentenceTransformer(source)
