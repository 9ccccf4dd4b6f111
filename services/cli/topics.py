"""`sluice topics plan|apply` -> what a Kafka lacks of the topics, and the same made good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from services.cli.options import CHECK, AsJson
from services.cli.output import print_json, print_table

if TYPE_CHECKING:
    from services.edges.kafka_topics import Difference
    from services.edges.settings import KafkaSettings


def register(app: typer.Typer) -> None:
    """Add the group `topics`."""
    group = typer.Typer(help="The topics on Kafka.", no_args_is_help=True)
    group.command("plan")(plan)
    group.command("apply")(apply)
    app.add_typer(group, name="topics", rich_help_panel=CHECK)


def plan(as_json: AsJson = False) -> None:
    """What `sluice topics apply` would create or change; changes nothing.

    Example: `SLUICE_KAFKA__BOOTSTRAP=localhost:9092 sluice topics plan`
    """
    from services.edges import kafka_topics

    _show(kafka_topics.plan(_settings("sluice topics plan")), as_json)


def apply(as_json: AsJson = False) -> None:
    """Create the topics that are missing, and correct settings that are wrong; says what was done.

    Records are never touched. What cannot be changed without losing records ends it with code 1, nothing done.

    Example: `SLUICE_KAFKA__BOOTSTRAP=localhost:9092 sluice topics apply`
    """
    from services.edges import kafka_topics

    _show(kafka_topics.apply(_settings("sluice topics apply")), as_json)


def _settings(command: str) -> KafkaSettings:
    from services.assembly import require_kafka
    from services.cli.options import settings_with

    settings = settings_with()
    require_kafka(settings, command)
    return settings.kafka


def _show(differences: Sequence[Difference], as_json: bool) -> None:
    if as_json:
        print_json([asdict(each) for each in differences])
    elif not differences:
        typer.echo("nothing to do: every topic is as it should be", err=True)
    else:
        rows = [[each.topic, each.what, each.found, each.wanted, _mend(each)] for each in differences]
        print_table(["topic", "what", "is", "to be", ""], rows)


def _mend(difference: Difference) -> str:
    return "" if difference.mendable else "cannot be changed"
