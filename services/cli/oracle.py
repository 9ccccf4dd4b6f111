"""`sluice oracle` -> answers to open requests, from a program in place of people."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.errors import Refused
from services.cli.files import data_set
from services.cli.options import RUN, AsJson, Data
from services.cli.output import print_json
from services.edges.setting_names import variable

if TYPE_CHECKING:
    from services.edges.journal.base import Journal
    from services.edges.settings import Settings
    from services.oracle import AnswerSource

    _Sources = Callable[[Journal], AnswerSource]

_LONGEST_SECONDS = 3600


def register(app: typer.Typer) -> None:
    """Add `oracle`."""
    app.command(rich_help_panel=RUN)(oracle)


def oracle(
    truth: Annotated[
        Path | None, typer.Option(help="Labelled texts to answer from: .jsonl, .csv or .tsv, also with .gz.")
    ] = None,
    llm: Annotated[
        str | None, typer.Option(help="A language model to ask: the OpenAI-compatible URL, up to /v1.", metavar="URL")
    ] = None,
    llm_model: Annotated[str | None, typer.Option(help="What the model is called there.", metavar="NAME")] = None,
    llm_timeout: Annotated[float, typer.Option(min=0.1, help="The most seconds that an answer of it may take.")] = 60.0,
    latency: Annotated[float, typer.Option(min=0, help="Seconds between a request and its answer.")] = 0.0,
    latency_texts: Annotated[int, typer.Option(min=0, help="Texts decided between them, beside the seconds.")] = 0,
    noise: Annotated[float, typer.Option(min=0, max=1, help="The share of wrong answers, with --truth.")] = 0.0,
    seed: Annotated[int, typer.Option(min=0, help="The seed of the wrong answers.")] = 0,
    reviewer: Annotated[
        str | None, typer.Option(help="The name that the answers carry.", show_default="oracle, or llm:NAME")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Answer what is open now, and end.")] = False,
    text_field: Annotated[str, typer.Option(help="Where a row has its text.")] = "text",
    label_field: Annotated[str, typer.Option(help="Where a row has its label.")] = "label",
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Answer requests until SIGTERM or Ctrl-C, from known labels or by a language model.

    `--truth` finds a label by the text's id, else by its exact words. `--llm` asks a model about one text after the
    other, and **each of these texts leaves this machine** for that URL, with SLUICE_TASK__INSTRUCTIONS and the classes,
    unless the model runs here. Its key, if it needs one, is SLUICE_ORACLE__LLM_KEY. Only an answer that is one of the
    known classes counts, case and quotes aside; all others leave the request open for people.

    Example: `sluice oracle --truth mails.jsonl --latency 5 --noise 0.05`

    Example: `sluice oracle --llm http://127.0.0.1:11434/v1 --llm-model llama3.2`
    """
    from services.cli.following import existing_journal
    from services.cli.options import settings_with
    from services.edges import logs
    from services.oracle import Latency, Oracle
    from services.running import stop_on_signals

    _check_use(truth, llm, llm_model, noise)
    name = _checked(reviewer if reviewer is not None else "oracle" if llm is None else f"llm:{llm_model}")
    settings, stop = settings_with(data__dir=data), stop_on_signals()
    sources = (
        _truth(truth, text_field, label_field, noise, seed)
        if truth is not None
        else _model(settings, llm or "", llm_model or "", llm_timeout, stop)
    )
    logs.configure()
    with existing_journal(settings, "oracle") as journal:
        late, at_a_time = Latency(latency, latency_texts), None if llm is None else 1
        process = Oracle(journal, sources(journal), late, reviewer=name, at_a_time=at_a_time)
        (process.run_once if once else process.run)(stop)
    if as_json:
        print_json({"answered": process.answered})
    else:
        typer.echo(f"{process.answered} requests answered", err=True)


def _check_use(truth: Path | None, llm: str | None, llm_model: str | None, noise: float) -> None:
    if (truth is None) == (llm is None):
        raise typer.BadParameter(
            "name one of them and not both: a file of labels, or the URL of a model", param_hint="--truth, --llm"
        )
    if (llm is None) != (llm_model is None):
        raise typer.BadParameter("they go together: where the model is, and its name", param_hint="--llm, --llm-model")
    if llm is not None and noise:
        raise typer.BadParameter(
            "only answers from --truth are made wrong: a model errs by itself", param_hint="--noise"
        )


def _checked(reviewer: str) -> str:
    from services.edges.dead_letters import Unreadable
    from services.edges.messages import LabelMessage

    try:
        LabelMessage.read({"request_id": "any", "skip": True, "reviewer": reviewer})
    except Unreadable as error:
        raise typer.BadParameter(error.detail, param_hint="--reviewer") from None
    return reviewer


def _truth(file: Path, text_field: str, label_field: str, noise: float, seed: int) -> _Sources:
    from services.oracle import Mistaken, Truth

    dataset = data_set(file, text_field=text_field, label_field=label_field, labelled=True)
    source = Mistaken(Truth.of(dataset), dataset.classes, noise, seed)
    return lambda _journal: source


def _model(settings: Settings, url: str, model: str, timeout_seconds: float, stop: Event) -> _Sources:
    from services.edges.chat import Chat
    from services.edges.known_classes import KnownClasses
    from services.language_model import LanguageModel

    if not timeout_seconds <= _LONGEST_SECONDS:
        raise typer.BadParameter(f"at most {_LONGEST_SECONDS} seconds", param_hint="--llm-timeout")
    try:
        chat = Chat(url, model, settings.oracle.llm_key.get_secret_value(), stop, timeout_seconds=timeout_seconds)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--llm") from None

    def source(journal: Journal) -> AnswerSource:
        classes = KnownClasses(journal, [named.name for named in settings.task.classes])
        if not classes():
            raise Refused(
                f"no class is known yet: name them in {variable('task.classes')}, or let people answer the first "
                "requests"
            )
        return LanguageModel(chat, settings.task, classes)

    return source
