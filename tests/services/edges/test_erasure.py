"""Names of texts -> records without them, at the places where they were."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from services.edges import batches
from services.edges.batches import ItemsBatch, ReencodedBatch
from services.edges.dead_letters import Fault, Unreadable, dead_letter
from services.edges.erasure import erase_texts, letters_of
from services.edges.journal.base import Journal, Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.messages import TextMessage
from services.edges.topics import ITEMS, TEXTS
from stream.questions import request_id_of
from stream.records import ClassNames, Items

ROWS = np.eye(3, dtype=np.float32)


@pytest.fixture
def journal(tmp_path: Path) -> Iterator[Journal]:
    with SqliteJournal(tmp_path) as journal:
        yield journal


def write(journal: Journal) -> str:
    """Three texts, the last named, in `texts` and as items; the identity of `texts`."""
    identity = journal.identity(TEXTS)
    texts = [TextMessage(text="a"), TextMessage(text="b"), TextMessage(text="c", id="mine", label="label")]
    journal.append([text.record() for text in texts])
    origins = [f"{identity}/0/{offset}" for offset in range(3)]
    items = Items(
        origins, [*origins[:2], "mine"], ["a", "b", "c"], ROWS, [None, None, "label"], [""] * 3,
        {f"{identity}/0": (0, 3)}, [1.0, 2.0, 3.0],
    )  # fmt: skip
    journal.append([Message(ITEMS, batches.encode_items(items, "hashing"))])
    return identity


def items_of(journal: Journal) -> Items:
    (record,) = journal.read({(ITEMS, 0): 0}, 10)
    batch = batches.decode(record.value or b"")
    assert isinstance(batch, ItemsBatch)
    assert batch.encoder == "hashing"
    return batch.items


@pytest.mark.parametrize("by_origin", [False, True])
def test_a_text_goes_by_its_id_or_its_origin_and_the_others_stay(journal: Journal, by_origin: bool) -> None:
    identity = write(journal)

    assert erase_texts(journal, [f"{identity}/0/2" if by_origin else "mine"]) == 2
    left = items_of(journal)
    assert (left.texts, left.times, left.covered) == (["a", "b"], [1.0, 2.0], {f"{identity}/0": (0, 3)})
    assert np.array_equal(left.embeddings, ROWS[:2])
    assert [record.value is None for record in journal.read({(TEXTS, 0): 0}, 10)] == [False, False, True]


def test_a_batch_may_be_left_without_texts(journal: Journal) -> None:
    identity = write(journal)
    erase_texts(journal, [f"{identity}/0/{offset}" for offset in range(3)])
    assert (len(items_of(journal)), items_of(journal).covered) == (0, {f"{identity}/0": (0, 3)})


def test_what_merely_looks_like_the_name_stays(journal: Journal) -> None:
    write(journal)
    names = ClassNames(("mine",), ROWS[:1], "digest")
    journal.append([Message(ITEMS, batches.encode_classes(names, "hashing")), Message(ITEMS, b"not Arrow: mine")])

    assert erase_texts(journal, ["min", "label", "a"]) == 0
    assert erase_texts(journal, ["mine"]) == 2
    assert erase_texts(journal, ["mine"]) == 0
    assert len(journal.read({(ITEMS, 0): 0}, 10)) == 3


def test_dead_letters_are_found_by_origin_key_and_id(journal: Journal) -> None:
    values = [(b'{"id": "mine", "text": 7}', None), (b"{", b"mine"), (b"{", b"other"), (b'{"id": "other"}', None)]
    journal.append([Message(TEXTS, value, key=key) for value, key in values])
    identity, wrong = journal.identity(TEXTS), Unreadable(Fault.NOT_JSON, "line 1")
    journal.append([dead_letter(record, identity, wrong) for record in journal.read({(TEXTS, 0): 0}, 10)])

    found = letters_of(journal, ["mine", f"{identity}/0/2"])
    assert [message.key for message in found] == [f"{identity}/0/{offset}".encode() for offset in range(3)]
    assert all(message.value is None for message in found)


def test_what_another_encoder_made_of_a_text_goes_with_it(journal: Journal) -> None:
    identity = write(journal)
    named, asked = f"{identity}/0/2", request_id_of(f"{identity}/0/0")
    keys = [named, asked, "another"]
    journal.append([Message(ITEMS, each) for each in batches.pack_reencoded(ReencodedBatch("other", keys, ROWS))])

    assert erase_texts(journal, ["mine", f"{identity}/0/0"]) == 4
    *_, record = journal.read({(ITEMS, 0): 0}, 10)
    batch = batches.decode(record.value or b"")
    assert isinstance(batch, ReencodedBatch)
    assert (batch.encoder, list(batch.keys)) == ("other", ["another"])
    assert np.array_equal(batch.embeddings, ROWS[2:])
