"""`sluice oracle` -> answers to open requests, from a program in place of people."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import RUN, AsJson, Data
from services.cli.output import print_json


def register(app: typer.Typer) -> None:
    """Add `oracle`."""
    app.command(rich_help_panel=RUN)(oracle)


def oracle(
    truth: Annotated[Path, typer.Option(help="Labelled texts to answer from: .jsonl or .csv, also with .gz.")],
    latency: Annotated[float, typer.Option(min=0, help="Seconds between a request and its answer.")] = 0.0,
    latency_texts: Annotated[int, typer.Option(min=0, help="Texts decided between them, beside the seconds.")] = 0,
    noise: Annotated[float, typer.Option(min=0, max=1, help="The share of wrong answers.")] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="The seed of the wrong answers.")] = 0,
    reviewer: Annotated[str, typer.Option(help="The name that the answers carry.")] = "oracle",
    once: Annotated[bool, typer.Option("--once", help="Answer what is open now, and end.")] = False,
    text_field: Annotated[str, typer.Option(help="Where a row has its text.")] = "text",
    label_field: Annotated[str, typer.Option(help="Where a row has its label.")] = "label",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Answer requests from known labels until SIGTERM or Ctrl-C: found by the text's id, else by its exact words.

    Example: `sluice oracle --truth mails.jsonl --latency 5 --noise 0.05`
    """
    from services.cli.following import existing_journal
    from services.cli.options import settings_with
    from services.edges import logs
    from services.edges.datasets import load
    from services.edges.dead_letters import Unreadable
    from services.edges.messages import LabelMessage
    from services.oracle import Latency, Mistaken, Oracle, Truth
    from services.running import stop_on_signals

    try:
        LabelMessage.read({"request_id": "any", "skip": True, "reviewer": reviewer})
    except Unreadable as error:
        raise typer.BadParameter(error.detail, param_hint="--reviewer") from None
    dataset = load(truth, text_field=text_field, label_field=label_field, labelled=True)
    source = Mistaken(Truth.of(dataset), dataset.classes, noise, seed)
    logs.configure()
    with existing_journal(settings_with(data__dir=data), "oracle") as journal:
        process = Oracle(journal, source, Latency(latency, latency_texts), reviewer=reviewer)
        if once:
            while process.step(0.0):
                pass
            process.finish()
        else:
            process.run(stop_on_signals())
    if as_json:
        print_json({"answered": process.answered})
    else:
        typer.echo(f"{process.answered} requests answered", err=True)
