"""Texts embedded anew, in the journal -> a move to another encoder -> the learner's state under that encoder."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from services.edges import window_log
from services.edges.batches import ReencodedBatch
from services.edges.journal.base import Journal, JournalError
from services.edges.setting_names import variable
from services.edges.waiting_items import waiting_items
from stream import reencoding
from stream.records import Changes, Entry, Floats, State

_MOVE, _STATUS = "move", "status"


def embeddings(journal: Journal, encoder: str, offset: int) -> dict[str, Floats]:
    """What this encoder made of kept texts, (d,) each by the key of its text, as `items` has it from an offset on."""
    found: dict[str, Floats] = {}
    for batch in waiting_items(journal, offset):
        if isinstance(batch, ReencodedBatch) and batch.encoder == encoder:
            found |= zip(batch.keys, batch.embeddings, strict=True)
    return found


def announced(encoder: str, embedded: Mapping[str, Floats]) -> Changes:
    """The entry that lets the next process go over to ``encoder``. It holds the embeddings: `items` drops its own."""
    rows = np.array(list(embedded.values()), np.float16)
    return {_MOVE: Entry({"encoder": encoder, "keys": list(embedded)}, {"embedding": rows})}


def mend(encoder: str) -> str:
    """What a person has to do for it."""
    return f"start it again with {variable('encoder.model', encoder)}, on Kafka the intake as well"


def moved(state: State, encoder: str) -> Changes:
    """The changes after which the state is one of ``encoder``, as it was announced; none where nothing was.

    Raises JournalError where it was another encoder that was announced.
    """
    if (move := state.get(_MOVE)) is None:
        return {}
    if move.fields["encoder"] != encoder:
        raise JournalError(f"this journal's learner goes over to another encoder: {mend(move.fields['encoder'])}")
    embedded = dict(zip(move.fields["keys"], move.arrays["embedding"], strict=True))
    changes = reencoding.reencoded(state, embedded)
    changes[_STATUS] = Entry({**state[_STATUS].fields, "encoder": encoder})
    return {**changes, _MOVE: None, window_log.KEY: None}
