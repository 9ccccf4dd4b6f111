"""Texts -> the mean of their tokens' vectors: a distilled static model, a hundred times as fast and less accurate.

Tulkens and van Dongen 2024, "Model2Vec". Needs the extra ``static``.
"""

from __future__ import annotations

from collections.abc import Sequence

from model2vec import StaticModel

from services.edges.encoders.base import Encoder, EncoderError, loading, local_directory
from stream import exact
from stream.records import Floats


class StaticEncoder(Encoder):
    """``source`` is a directory, of model2vec or of sentence-transformers' static kind, or a model's name on the hub.

    Raises EncoderError where it cannot be loaded or fetched.
    """

    def __init__(self, source: str) -> None:
        if not source:
            raise EncoderError("encoder static: which one? Write static:NAME or static:DIRECTORY")
        self._name = f"static:{source}"
        directory = local_directory(source)
        with loading(self._name, directory):
            self._model = StaticModel.from_pretrained(directory or source, force_download=False)

    @property
    def name(self) -> str:
        """``static:`` and the name or path that it was made from."""
        return self._name

    @property
    def dimension(self) -> int:
        """As the model has it."""
        return self._model.dim

    def encode(self, texts: Sequence[str]) -> Floats:
        """As `Encoder.encode`; words that the model does not know count nothing."""
        if not texts:
            return exact.unit(self._model.embedding[:0])
        return exact.unit(self._model.encode(list(texts), show_progress_bar=False, use_multiprocessing=False))
