"""`sluice replay FILE` -> a data set's texts as traffic."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.files import data_set
from services.cli.options import RUN, AsJson, Data
from services.cli.output import print_json

if TYPE_CHECKING:
    from services.edges.settings import Settings


def register(app: typer.Typer) -> None:
    """Add `replay`."""
    app.command(rich_help_panel=RUN)(replay)


def replay(
    file: Annotated[Path, typer.Argument(help="Texts in order: .jsonl, .csv or .tsv, also with .gz.")],
    rate: Annotated[float | None, typer.Option(help="Texts a second; without it all at once.")] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="Send so many texts only, the first ones.")] = None,
    with_labels: Annotated[bool, typer.Option("--with-labels", help="Send the labels too: they are learned.")] = False,
    text_field: Annotated[str, typer.Option(help="Where a row has its text.")] = "text",
    label_field: Annotated[str, typer.Option(help="Where a row has its label.")] = "label",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Feed a data set as traffic, labels left out; a service on the same data directory takes it from there.

    Says so where no service works on that directory. A second replay of the same file goes on where the first one
    ended. `time` or `ts` of a row is the text's time.

    Example: `sluice replay mails.jsonl.gz --rate 50`, or `--limit 1000` for its beginning
    """
    from services.assembly import checked_journal
    from services.cli.following import has_journal
    from services.cli.options import settings_with
    from services.edges.datasets import too_long
    from services.edges.terminal import progress
    from services.replay import Replay
    from services.running import stop_on_signals

    if rate is not None and not 0 < rate < math.inf:
        raise typer.BadParameter(
            "texts a second, a number above 0; leave it out to send all at once", param_hint="--rate"
        )
    dataset = data_set(file, text_field=text_field, label_field=label_field, labelled=with_labels).first(limit)
    if told := too_long([row.text for row in dataset.rows]):
        typer.echo(f"sluice: {told}", err=True)
    settings = settings_with(data__dir=data)
    made = not has_journal(settings)
    with checked_journal(settings, "replay") as journal, progress("replaying", len(dataset)) as advance:
        _tell_where(settings, made)
        process = Replay(journal, dataset, rate=rate, with_labels=with_labels)
        before = shown = process.sent
        advance(before)
        for sent in process.run(stop_on_signals()):
            advance(sent - shown)
            shown = sent
    if as_json:
        print_json({"rows": len(dataset), "sent": process.sent - before, "sent_before": before})
    else:
        typer.echo(f"{process.sent - before} texts sent, {before} were there already", err=True)


def _tell_where(settings: Settings, made: bool) -> None:
    """Texts that are sent to the wrong directory are read by nobody, and nothing fails."""
    from services.cli.following import unattended

    if made:
        typer.echo(f"sluice: a journal is made in {settings.data.dir.absolute()}, which had none", err=True)
    if told := unattended(settings):
        typer.echo(f"sluice: {told}; what is sent waits for it", err=True)
