"""A cache of embeddings: found again, never trusted when damaged, never larger than allowed."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from services.edges.embedding_cache import CachedEncoder, cache_directory
from services.edges.encoders.base import Encoder
from services.edges.encoders.hashing import HashingEncoder
from stream.records import Floats
from tests.full_disks import files_up_to


class Counting(Encoder):
    """The hashing encoder, counting the texts that it encodes."""

    def __init__(self) -> None:
        self._inner = HashingEncoder("")
        self.texts = 0

    @property
    def name(self) -> str:
        return self._inner.name

    @property
    def dimension(self) -> int:
        return self._inner.dimension

    def encode(self, texts: Sequence[str]) -> Floats:
        self.texts += len(texts)
        return self._inner.encode(texts)


def cached(directory: Path, *, name: str = "hashing", most_bytes: int = 2**30) -> tuple[CachedEncoder, Counting]:
    counting = Counting()
    return CachedEncoder(name, lambda: counting, directory, most_bytes), counting


def test_what_was_encoded_once_is_found_again_bit_for_bit(tmp_path: Path) -> None:
    first, _ = cached(tmp_path)
    again, counting = cached(tmp_path)
    texts = ["a card was stolen", "give the money back"]

    np.testing.assert_array_equal(first.encode(texts), again.encode(texts))
    assert (counting.texts, again.found, again.encoded) == (0, 2, 0)


def test_a_full_disk_keeps_nothing_and_is_told(tmp_path: Path) -> None:
    encoder, _ = cached(tmp_path)
    with files_up_to(100):
        embeddings = encoder.encode(["a card was stolen"])

    assert embeddings.shape == (1, encoder.dimension)
    assert (list(tmp_path.iterdir()), encoder.refused) == ([], "File too large")


@pytest.mark.parametrize("other", [["ab", "c"], ["a", "bc", ""], ["c", "ab"]])
def test_other_texts_are_not_found(tmp_path: Path, other: list[str]) -> None:
    encoder, counting = cached(tmp_path)
    encoder.encode(["a", "bc"])
    encoder.encode(other)

    assert counting.texts == 2 + len(other)


def test_another_encoder_finds_nothing(tmp_path: Path) -> None:
    cached(tmp_path)[0].encode(["a"])
    other, counting = cached(tmp_path, name="other")
    other.encode(["a"])

    assert counting.texts == 1


def test_a_model_in_a_directory_is_another_one_when_its_files_change(tmp_path: Path) -> None:
    model = tmp_path / "model"
    model.mkdir()
    (model / "weights").write_text("1")
    cached(tmp_path / "cache", name=str(model))[0].encode(["a"])
    (model / "weights").write_text("12")
    encoder, counting = cached(tmp_path / "cache", name=str(model))
    encoder.encode(["a"])

    assert counting.texts == 1


@pytest.mark.parametrize("damage", [lambda content: content[:-40], lambda content: b"", lambda content: flip(content)])
def test_a_damaged_file_is_encoded_again(tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    texts = ["a card was stolen"] * 3
    whole = cached(tmp_path)[0].encode(texts)
    [path] = tmp_path.glob("*.npz")
    path.write_bytes(damage(path.read_bytes()))
    encoder, counting = cached(tmp_path)

    np.testing.assert_array_equal(encoder.encode(texts), whole)
    assert counting.texts == 3
    assert cached(tmp_path)[0].encode(texts).tolist() == whole.tolist()


def flip(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 0xFF]) + content[middle + 1 :]


def test_what_was_used_longest_ago_goes_first(tmp_path: Path) -> None:
    cached(tmp_path)[0].encode(["a"])
    [first] = tmp_path.glob("*.npz")
    size = first.stat().st_size
    os.utime(first, (1, 1))
    encoder, _ = cached(tmp_path, most_bytes=2 * size)
    encoder.encode(["b"])
    encoder.encode(["c"])

    assert len(list(tmp_path.glob("*.npz"))) == 2
    assert not first.exists()


def test_a_cache_that_cannot_be_written_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    encoder, counting = cached(tmp_path / "file" / "cache")

    assert encoder.encode(["a"]).shape == (1, counting.dimension)


def test_the_directory_is_the_users_own(tmp_path: Path) -> None:
    assert cache_directory({"XDG_CACHE_HOME": str(tmp_path)}) == tmp_path / "sluice" / "embeddings"
    assert cache_directory({"XDG_CACHE_HOME": "relative"}) == cache_directory({})
    assert cache_directory({}) == Path.home() / ".cache" / "sluice" / "embeddings"
