"""`sluice labels import|export FILE` -> answers from and to other tools."""

from __future__ import annotations

import time
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from services.cli.files import to_read, to_write
from services.cli.options import QUEUES, AsJson, Data, Tool
from services.cli.output import print_json

if TYPE_CHECKING:
    from services.edges.journal.base import Journal
    from services.edges.messages import LabelMessage

_WAIT_SECONDS = 5.0
_NO_REVIEWER = "reviewer: Field required"
"""How a complaint ends about an answer that does not say who gave it."""


def register(app: typer.Typer) -> None:
    """Add the group `labels`."""
    group = typer.Typer(help="Take answers in and out by file.", no_args_is_help=True)
    group.command("import")(import_file)
    group.command("export")(export_file)
    app.add_typer(group, name="labels", rich_help_panel=QUEUES)


def import_file(
    file: Annotated[Path, typer.Argument(help="Answers: .jsonl or .csv.")],
    reviewer: Annotated[str | None, typer.Option(help="Who answered, where a row does not say so.")] = None,
    tool: Tool = None,
    wait: Annotated[
        float | None,
        typer.Option(
            min=0.0,
            help="Seconds to wait for what becomes of them.",
            show_default=f"{_WAIT_SECONDS:g}, or 0 where no service works on the data directory",
        ),
    ] = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Take answers from a file, all or none: `request_id`, `label` or `skip`, `reviewer`, and `answered_at`, else now.

    Says how many were `learned`, `skipped`, `closed`, `unknown` and so on, as far as the learner tells in time.

    A file of `sluice requests export` whose column `label` was filled in is one. Rows without an answer are passed
    over in CSV. With `--tool`, the file is what a labelling tool exported of the tasks of `sluice requests export`.

    Example: `sluice labels import answered.csv --reviewer anna`
    """
    from services.cli.following import existing_journal, unattended
    from services.cli.options import settings_with

    (labels, passed_over), now, settings = _read(file, tool, reviewer), time.time(), settings_with(data__dir=data)
    with existing_journal(settings, "labels") as journal:
        nobody = unattended(settings)
        seconds = wait if wait is not None else 0.0 if nobody else _WAIT_SECONDS
        outcomes = _append(journal, [label.given(now) for label in labels], seconds)
    if as_json:
        print_json({"accepted": len(labels), "outcomes": outcomes, "passed_over": passed_over})
    else:
        counts = ", ".join(f"{count} {outcome}" for outcome, count in outcomes.items())
        typer.echo(f"{len(labels)} labels{f': {counts}' if outcomes else ' accepted'}", err=True)
    if passed_over:
        typer.echo(f"sluice: {file}: {passed_over} without an answer passed over", err=True)
    untold = len(labels) - sum(outcomes.values())
    if untold and (nobody or seconds):
        why = nobody or f"no outcome after {seconds:g} s (is a learner running, or far behind?)"
        typer.echo(f"sluice: {why}; {untold} labels wait in the journal", err=True)


def export_file(
    file: Annotated[Path, typer.Argument(help="Where to: .jsonl or .csv.")],
    every: Annotated[
        bool,
        typer.Option(
            "--all",
            help="Every answer that is kept, as it was sent, with its `outcome`: no data set, but what was said.",
        ),
    ] = False,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Write what was learned from answers to a file: each text once, with its label of now, oldest first.

    A data set for `sluice backtest`. Corrected answers count as what they were corrected to, renamed and merged classes
    under the name that they have now. What was skipped, refused or forgotten, the answers of a removed class, and
    those whose example left the learner's memory are no part of it.

    With `--all`, a text that was answered twice is there twice, and `text` is empty where the learner keeps none.

    Example: `sluice labels export answers.jsonl`, then `sluice backtest answers.jsonl`
    """
    from services.cli.following import existing_journal
    from services.cli.options import settings_with
    from services.edges.answered_texts import AnsweredText, answers_in, every_answer, learned_answers, outcomes_in
    from services.edges.formats import format_of
    from services.edges.journal.base import kept_records
    from services.edges.saved_state import saved_state
    from services.edges.topics import LABEL_OUTCOMES, LABELS

    form, chosen = format_of(file), every_answer if every else learned_answers
    with existing_journal(settings_with(data__dir=data), "labels") as journal:
        labels, unreadable = answers_in(kept_records(journal, LABELS))
        outcomes = outcomes_in(kept_records(journal, LABEL_OUTCOMES))
        answers = chosen(labels, outcomes, saved_state(journal))
    with to_write(file) as out:
        written = form.write(AnsweredText, answers, out)
    if as_json:
        print_json({"written": written, "unreadable": unreadable})
    else:
        more = "" if written >= len(labels) else f"; `--all` writes each of {len(labels)} answers"
        typer.echo(f"{written} labels written, {unreadable} unreadable ones left out{more}", err=True)


def _append(journal: Journal, labels: Sequence[LabelMessage], wait: float) -> dict[str, int]:
    """Write these answers, all or none; how many had which outcome, in alphabetical order, as far as that is told."""
    from services.cli.outcomes import of_answers
    from services.edges.outcome_keys import of_answer
    from services.edges.topics import LABEL_OUTCOMES

    ends = {place: end for place, (_, end) in journal.bounds(LABEL_OUTCOMES).items()}
    offsets = journal.append([label.record() for label in labels])
    keys = [of_answer(each.request_id, each.reviewer, offset) for each, offset in zip(labels, offsets, strict=True)]
    return dict(sorted(of_answers(journal, ends, keys, wait).items())) if wait and keys else {}


def _read(file: Path, tool: str | None, reviewer: str | None) -> tuple[list[LabelMessage], int]:
    """The answers in the file, and how many of its requests have none, where its format tells."""
    from services.edges.formats import format_of
    from services.edges.formats.base import FormatError
    from services.edges.messages import LabelMessage
    from services.edges.tools import tool_of

    missing = {"reviewer": reviewer} if reviewer else None
    form = None if tool else format_of(file)
    read = partial(form.read, LabelMessage) if form else tool_of(str(tool)).read
    try:
        with to_read(file) as content:
            labels = list(read(content, missing))
            return labels, form.passed_over if form else 0
    except UnicodeDecodeError:
        raise FormatError(f"{file}: not UTF-8: save it as UTF-8") from None
    except FormatError as error:
        mend = ": say who answered with --reviewer" if str(error).endswith(_NO_REVIEWER) else ""
        raise FormatError(f"{file}: {error}{mend}") from None
