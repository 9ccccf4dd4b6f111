"""`sluice rebuild` -> a model fitted anew to what is kept, by this encoder or by another one."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.commands import Under, Wait, carried_out, tell
from services.cli.errors import Failed
from services.cli.options import QUEUES, AsJson, Data

if TYPE_CHECKING:
    from services.edges.command_messages import CommandOutcome
    from services.edges.encoders.base import Encoder
    from services.edges.journal.base import Journal
    from services.edges.settings import Settings

_ATTEMPTS = 5
_ENCODED_TEXTS = 128


def register(app: typer.Typer) -> None:
    """Add `rebuild`."""
    app.command(rich_help_panel=QUEUES)(rebuild)


def rebuild(
    encoder: Annotated[
        str | None,
        typer.Option(help="Embed what is kept by this encoder first, and go over to it.", show_default="as it is"),
    ] = None,
    wait: Wait = 300.0,
    under: Under = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Fit the model anew, from zero to convergence, to the examples that are kept.

    With another encoder the learner ends: start it again, and the intake, with SLUICE_ENCODER__MODEL set to it. All
    examples, open requests, decisions and counts stay. Stop the intake before, or give the service no texts meanwhile.

    Examples: `sluice rebuild`, `sluice rebuild --encoder sentence-transformers/all-mpnet-base-v2`
    """
    from services.cli.following import existing_journal
    from services.cli.options import settings_with

    settings = settings_with(data__dir=data, encoder__model=encoder)
    with existing_journal(settings, "command" if encoder is None else "rebuild") as journal:
        if encoder is None:
            outcome = carried_out(journal, "rebuild", {}, under, wait)
        else:
            outcome = _change_encoder(journal, settings, under, wait)
    tell(outcome, as_json)


def _change_encoder(journal: Journal, settings: Settings, under: str | None, wait: float) -> CommandOutcome:
    """Embed what is kept and let the learner go over; what came to be kept meanwhile is embedded after a refusal."""
    from services import assembly
    from services.edges.command_messages import CommandResult
    from services.edges.saved_state import saved_state
    from stream.reencoding import kept_texts

    encoder, embedded, offset = assembly.build_encoder(settings), set[str](), None
    for attempt in range(1, _ATTEMPTS + 1):
        texts = {key: text for key, text in kept_texts(saved_state(journal)).items() if key not in embedded}
        first = _embed(journal, encoder, texts)
        embedded |= texts.keys()
        offset = first if offset is None else offset
        command_id = f"{under}/{attempt}" if under and attempt > 1 else under
        outcome = carried_out(journal, "rebuild", {"encoder": encoder.name, "offset": offset}, command_id, wait)
        if outcome.outcome is CommandResult.DONE or not texts:
            break
    return outcome


def _embed(journal: Journal, encoder: Encoder, texts: Mapping[str, str]) -> int | None:
    """Write what the encoder makes of these texts; where in `items` it begins. Raises Failed at one it cannot embed."""
    import numpy as np

    from services.edges.batches import ReencodedBatch, pack_reencoded
    from services.edges.journal.base import Message
    from services.edges.terminal import progress
    from services.edges.topics import ITEMS
    from services.intake.batching import encode

    keys, offsets = list(texts), list[int]()
    with progress("embedding", len(keys)) as advance:
        for start in range(0, len(keys), _ENCODED_TEXTS):
            part = keys[start : start + _ENCODED_TEXTS]
            rows = encode([texts[key] for key in part], encoder)
            if bad := [key for place, key in enumerate(part) if place not in rows]:
                raise Failed(f"{encoder.name} cannot embed a text that is kept: `sluice forget --text {bad[0]}` first")
            batch = ReencodedBatch(encoder.name, part, np.stack(list(rows.values())))
            offsets += journal.append([Message(ITEMS, value) for value in pack_reencoded(batch)])
            advance(len(part))
    return min(offsets, default=None)
