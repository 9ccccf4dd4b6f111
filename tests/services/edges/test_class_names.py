"""Class names as embeddings, worked out on a two-word encoder."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from services.edges.class_names import digest, embed_classes, readable
from services.edges.encoders.base import Encoder
from services.edges.settings import TaskClass
from stream import exact
from stream.records import Floats


class Words(Encoder):
    """Counts of "card" and "refund"."""

    name = "words"
    dimension = 2

    def encode(self, texts: Sequence[str]) -> Floats:
        return exact.unit(np.reshape([[text.count("card"), text.count("refund")] for text in texts], (len(texts), 2)))


def test_a_class_is_the_unit_mean_of_its_name_description_and_examples() -> None:
    classes = [
        TaskClass(name="CARD_lost"),
        TaskClass(name="money-back", description="a refund", examples=("refund card", "card card")),
    ]
    names = embed_classes(classes, Words())
    half = exact.unit([[1, 1]])[0]
    # The name of the second class has no known word: (0, 0), (0, 1), (h, h), (1, 0), h on the grid of 2^-11.
    assert np.array_equal(names.embeddings, exact.unit([[1, 0], (half + 1).astype(np.float64)]))
    assert names.names == ("CARD_lost", "money-back")
    assert names.digest == digest(classes, "words")


def test_names_are_read_as_words() -> None:
    assert readable("Lost_or-Stolen/CARD  now") == "lost or stolen card now"


def test_a_name_of_separators_alone_is_taken_as_it_is() -> None:
    assert embed_classes([TaskClass(name="--")], Words()).embeddings.shape == (1, 2)


def test_no_classes_make_no_embeddings() -> None:
    assert embed_classes([], Words()).embeddings.shape == (0, 2)


def test_the_digest_tells_all_that_the_embeddings_depend_on() -> None:
    plain = TaskClass(name="a")
    different = [
        digest([plain], "words"),
        digest([plain], "other"),
        digest([TaskClass(name="b")], "words"),
        digest([plain.model_copy(update={"description": "d"})], "words"),
        digest([plain.model_copy(update={"examples": ("e",)})], "words"),
        digest([plain, TaskClass(name="b")], "words"),
    ]
    assert len(set(different)) == len(different)
    assert digest([TaskClass(name="a")], "words") == different[0]
