"""Names of texts -> a journal whose texts, items and dead letters hold them no more, as far as it can be rewritten."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from functools import cache

from services.edges import batches, json_object
from services.edges.dead_letters import DeadLetter, Unreadable
from services.edges.journal.base import Journal, Message, Record, kept_records
from services.edges.topics import DEAD_LETTERS, ITEMS, TEXTS
from stream.questions import request_id_of


def erase_texts(journal: Journal, names: Collection[str]) -> int:
    """Take the texts of these ids or origins out of `texts` and `items`; says how many records held one.

    In `items` their rows go, and what the batch covers stays; in `texts` the value goes, and the place stays.
    """
    known = set(names)
    rewritten = journal.rewrite(ITEMS, lambda record: _without_rows(record, known))
    # Asked for where a text is rewritten alone: on a broker the learner has no right to know of `texts`.
    identity = cache(lambda: journal.identity(TEXTS))
    return rewritten + journal.rewrite(TEXTS, lambda record: _without_value(record, identity(), known))


def _without_rows(record: Record, known: set[str]) -> Record | None:
    """The batch without the rows of these names, whose origins are added to them; None where it has none."""
    value = record.value or b""
    if not any(name.encode() in value for name in {*known, *map(request_id_of, known)}):
        return None
    try:
        batch = batches.decode(value)
    except Unreadable:
        return None
    if isinstance(batch, batches.ReencodedBatch):
        return _without_keys(record, batch, known)
    if not isinstance(batch, batches.ItemsBatch):
        return None
    items = batch.items
    gone = {row for row, pair in enumerate(zip(items.ids, items.origins, strict=True)) if known.intersection(pair)}
    if not gone:
        return None
    known |= {items.origins[row] for row in gone}
    kept = replace(items.take([row for row in range(len(items)) if row not in gone]), covered=items.covered)
    return replace(record, value=batches.encode_items(kept, batch.encoder))


def _without_keys(record: Record, batch: batches.ReencodedBatch, known: set[str]) -> Record | None:
    """The batch without the embeddings of texts that were kept under these names, or whose request has one's id."""
    named = known | {request_id_of(name) for name in known}
    rows = [row for row, key in enumerate(batch.keys) if key not in named]
    if len(rows) == len(batch.keys):
        return None
    kept = batches.ReencodedBatch(batch.encoder, [batch.keys[row] for row in rows], batch.embeddings[rows])
    return replace(record, value=batches.encode_reencoded(kept))


def _without_value(record: Record, identity: str, known: set[str]) -> Record | None:
    named = (record.key or b"").decode(errors="replace") in known
    if record.value is None or not (named or f"{identity}/{record.partition}/{record.offset}" in known):
        return None
    return replace(record, value=None)


def letters_of(journal: Journal, names: Collection[str]) -> list[Message]:
    """What takes the dead letters of texts with these ids or origins away."""
    known = set(names)
    return [
        Message(DEAD_LETTERS, None, key=record.key)
        for record in kept_records(journal, DEAD_LETTERS)
        if record.value is not None and known & set(_names(DeadLetter.of(record)))
    ]


def _names(letter: DeadLetter) -> Iterable[str]:
    yield letter.origin
    if letter.topic == TEXTS:
        yield (letter.key or b"").decode(errors="replace")
        try:
            yield str(json_object.read_object(letter.value).get("id"))
        except Unreadable:
            return
