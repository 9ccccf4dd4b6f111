"""`sluice up|learner|console` -> the service or one process of it, until it is told to end."""

from __future__ import annotations

from typing import Annotated

import typer

from services.cli.errors import blamed_on_damage
from services.cli.options import RUN, Data, LogJson
from services.edges.setting_names import variable

Port = Annotated[
    int | None, typer.Option(help=f"The port to listen on ({variable('http.port')}).", show_default="8080")
]
MetricsPort = Annotated[
    int | None,
    typer.Option(help=f"The port of metrics and health ({variable('metrics.port')}).", show_default="a free one"),
]
Budget = Annotated[
    float | None, typer.Option(help=f"Requests per text ({variable('budget.fraction')}).", show_default="0.05")
]


def register(app: typer.Typer) -> None:
    """Add `up`, and the processes on Kafka."""
    for command in (up, intake, learner, console):
        app.command(rich_help_panel=RUN)(command)


def up(data: Data = None, port: Port = None, budget: Budget = None, as_json: LogJson = False) -> None:
    """The whole service in one process, on one SQLite file: HTTP API, console, learner, metrics.

    SIGTERM or Ctrl-C ends it cleanly. What it read and learned is kept in the data directory.

    Example: `sluice up --data /var/lib/sluice --port 8080`
    """
    from services.cli.options import settings_with
    from services.edges import logs
    from services.edges.journal.sqlite_schema import FILE_NAME
    from services.embedded import Embedded

    settings = settings_with(data__dir=data, http__port=port, budget__fraction=budget)
    logs.configure(as_json=as_json)
    with blamed_on_damage(settings.data.dir / FILE_NAME):
        Embedded(settings).run()


def intake(metrics_port: MetricsPort = None, as_json: LogJson = False) -> None:
    """On Kafka: read texts, embed them, hand them to the learner. Any number of them share the work.

    SIGTERM or Ctrl-C ends it after the texts that it has in hand; what it did not finish, another one does.

    Example: `SLUICE_KAFKA__BOOTSTRAP=localhost:9092 sluice intake --metrics-port 9102`
    """
    from services.cli.options import settings_with
    from services.edges import logs
    from services.on_kafka.intake import StandingIntake

    settings = settings_with(metrics__port=metrics_port)
    logs.configure(as_json=as_json)
    StandingIntake(settings).run()


def learner(metrics_port: MetricsPort = None, budget: Budget = None, as_json: LogJson = False) -> None:
    """On Kafka: predict, decide, ask and learn. Of any number of them one is active, the others stand by.

    SIGTERM or Ctrl-C ends it after its step, and the next one takes over at once.

    Example: `SLUICE_KAFKA__BOOTSTRAP=localhost:9092 sluice learner --metrics-port 9101`
    """
    from services.cli.options import settings_with
    from services.edges import logs
    from services.on_kafka.learner import StandingLearner

    settings = settings_with(metrics__port=metrics_port, budget__fraction=budget)
    logs.configure(as_json=as_json)
    StandingLearner(settings).run()


def console(data: Data = None, port: Port = None, as_json: LogJson = False) -> None:
    """On Kafka: the HTTP API and the console, over a view of the topics in the data directory.

    The view is built again where it is missing. SIGTERM or Ctrl-C ends it.

    Example: `SLUICE_KAFKA__BOOTSTRAP=localhost:9092 sluice console --port 8080`
    """
    from services.cli.options import settings_with
    from services.edges import logs
    from services.on_kafka.console import StandingConsole

    settings = settings_with(data__dir=data, http__port=port)
    logs.configure(as_json=as_json)
    StandingConsole(settings).run()
