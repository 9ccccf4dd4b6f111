"""An encoder that some texts are too much for."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.edges.encoders.hashing import HashingEncoder
from stream.records import Floats


class Fragile(HashingEncoder):
    """Raises on texts that contain "poison", makes no number of "nan", and fails for good once it is ``broken``."""

    broken = False

    def encode(self, texts: Sequence[str]) -> Floats:
        if self.broken or any("poison" in text for text in texts):
            raise RuntimeError("the tokenizer cannot do this")
        embeddings = super().encode(texts)
        embeddings[[row for row, text in enumerate(texts) if text == "nan"]] = np.nan
        return embeddings
