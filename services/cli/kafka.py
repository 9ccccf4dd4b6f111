"""`sluice kafka` -> a real broker on this machine, for development, until it is told to end."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.errors import Failed
from services.cli.options import TRY, AsJson
from services.cli.output import print_json
from services.edges.setting_names import variable

if TYPE_CHECKING:
    from threading import Event

    from services.edges.local_kafka import LocalKafka

_LOOK_SECONDS = 0.2
_NEXT = ("intake", "learner", "console")


def register(app: typer.Typer) -> None:
    """Add `kafka`."""
    app.command(rich_help_panel=TRY)(kafka)


def kafka(
    port: Annotated[int, typer.Option(min=0, max=65_535, help="The port on 127.0.0.1; 0: a free one.")] = 9092,
    data: Annotated[Path, typer.Option(help="Where it keeps its records.")] = Path("sluice-kafka"),
    apply: Annotated[bool, typer.Option("--apply/--no-apply", help="Whether to create the topics.")] = True,
    as_json: AsJson = False,
) -> None:
    """A real Kafka of one broker on 127.0.0.1, for development: no Docker, no Java to install, no security.

    Prints what clients connect to once it takes connections. SIGTERM or Ctrl-C ends it; its records are kept.

    Example: `sluice kafka --port 9092`
    """
    from services.running import stop_on_signals

    try:
        from services.edges.local_kafka import LocalKafka, LocalKafkaError, to_fetch
    except ModuleNotFoundError as error:
        mend = ".venv/bin/pip install -e '.[broker]' in the checkout of sluice"
        raise Failed(f"the package {error.name} is missing: {mend}") from None
    try:
        if fetched := to_fetch():
            typer.echo(f"Fetching {fetched} ...", err=True)
        broker = LocalKafka(data, port)
        # Not before: Ctrl-C ends a download at once.
        stop = stop_on_signals()
        with broker:
            _serve(broker, apply, as_json, stop)
    except LocalKafkaError as error:
        raise Failed(str(error)) from None


def _serve(broker: LocalKafka, apply: bool, as_json: bool, stop: Event) -> None:
    if apply:
        _apply(broker.bootstrap)
    if as_json:
        print_json({"bootstrap": broker.bootstrap, "process": broker.pid})
    else:
        typer.echo(broker.bootstrap)
    setting = variable("kafka.bootstrap", broker.bootstrap)
    typer.echo(f"Kafka runs (process {broker.pid}). Next, in other terminals:", err=True)
    for command in _NEXT if apply else ("topics apply", *_NEXT):
        typer.echo(f"  {setting} sluice {command}", err=True)
    while not stop.wait(_LOOK_SECONDS):
        if not broker.running:
            raise Failed(f"the broker ended by itself: {broker.log} says why")


def _apply(bootstrap: str) -> None:
    from services.cli.options import settings_with
    from services.edges import kafka_topics
    from services.edges.settings import KafkaSettings

    ours = settings_with().kafka
    # Of the settings only what names and counts the topics: this broker has no security, and keeps one copy.
    settings = KafkaSettings(
        bootstrap=bootstrap, topic_prefix=ours.topic_prefix, texts_partitions=ours.texts_partitions
    )
    kafka_topics.apply(settings)
