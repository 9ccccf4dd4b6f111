"""`sluice demo` -> the whole system at work on real texts, and a page about it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.files import make_directory, written
from services.cli.options import RUN, AsJson, Seed
from services.cli.output import print_json
from services.edges.setting_names import variable

if TYPE_CHECKING:
    from services.demo import Demo, Progress

DIRECTORY = Path("sluice-demo")


def register(app: typer.Typer) -> None:
    """Add `demo`."""
    app.command(rich_help_panel=RUN)(demo)


def demo(
    texts: Annotated[int, typer.Option(min=100, help="How many texts.")] = 6_000,
    budget: Annotated[float | None, typer.Option(help=f"Requests per text ({variable('budget.fraction')}).")] = None,
    seed: Seed = None,
    learning: Annotated[bool, typer.Option("--learning/--no-learning", help="Whether answers are given.")] = True,
    keep: Annotated[bool, typer.Option("--keep", help=f"Keep the journals in ./{DIRECTORY}/data.")] = False,
    as_json: AsJson = False,
) -> None:
    """Everything at work, on questions that people put to a bank; ends by itself in about a minute.

    Simulated reviewers answer late and are sometimes wrong. Random sampling runs beside, on the same texts. Half-way
    classes appear that nobody named. A page with the curves is written to ./sluice-demo/report. Accuracy is that of the
    classes named from the start. The same seed gives the same run, on the same kind of machine.

    Example: `sluice demo --texts 2000 --seed 1`
    """
    from services.cli.options import settings_with
    from services.demo import Demo
    from services.edges.report import demo_report, write_report

    settings = settings_with(budget__fraction=budget, learner__seed=seed)
    make_directory(DIRECTORY / "report", "start the demo in another directory")
    typer.echo("Loading the encoder ...", err=True)
    with _data_directory(keep) as directory:
        try:
            process = Demo(settings, texts, directory, learning=learning)
        except ValueError as error:
            raise typer.BadParameter(str(error), param_hint="--texts") from None
        with closing(process):
            _watch(process, texts)
            summary, (ours, random) = process.summary(), process.courses
    named = len(process.traffic.named)
    report = demo_report(summary, ours, random, named, _setup(process))
    with written(DIRECTORY / "report"):
        page = write_report(report, DIRECTORY / "report").absolute()
    if as_json:
        print_json({**summary, "report": str(page)})
    else:
        typer.echo("\n".join([*_as_sentences(summary, named), f"The curves: {page}"]))


@contextmanager
def _data_directory(keep: bool) -> Iterator[Path]:
    """A new directory for the journals."""
    if not keep:
        with TemporaryDirectory(prefix="sluice-demo-") as directory:
            yield Path(directory)
        return
    shutil.rmtree(DIRECTORY / "data", ignore_errors=True)
    yield DIRECTORY / "data"


def _watch(process: Demo, texts: int) -> None:
    from services.edges.terminal import progress

    shown = 0
    with progress("demo", texts) as advance:
        for step in process.run():
            advance(step.texts - shown, _as_note(step))
            shown = step.texts


def _as_note(step: Progress) -> str:
    if step.noticed_at is not None:
        event = f" · drift noticed at text {step.noticed_at:,}"
    else:
        event = " · new classes appear" if step.injected else ""
    return f"{step.asked} asked · accuracy {step.accuracy:.1%}, random {step.random:.1%}{event}"


def _setup(process: Demo) -> dict[str, str]:
    settings, traffic = process.settings, process.traffic
    return {
        "texts": f"{len(traffic.rows):,} of Banking77; from text {traffic.injected_at:,} on half are of new classes",
        "accuracy": f"on {len(traffic.held_back):,} held-back texts of the {len(traffic.named)} named classes",
        "budget": f"{settings.budget.fraction:.2%} of the texts",
        "strategy": settings.learner.strategy,
        "model": settings.learner.model,
        "encoder": settings.encoder.model,
        "seed": str(settings.learner.seed),
    }


def _as_sentences(summary: dict[str, Any], named: int) -> list[str]:
    from services.demo import UNNAMED_CLASSES

    accuracy, drift, random = summary["accuracy"], summary["drift"], summary["random"]["accuracy"]
    noticed = drift["noticed_at"]
    after = f"noticed {noticed - drift['injected_at']:,} texts later" if noticed is not None else "not noticed"
    spent = f"{summary['spent_fraction']:.2%}, never over the budget of {summary['budget']:.2%}"
    final = f"{accuracy['final']:.1%} at the end (random sampling: {random['final']:.1%})"
    return [
        f"{summary['texts']:,} texts, {summary['asked']:,} labels requested: {spent}.",
        f"Accuracy on held-back texts: {accuracy['no_label']:.1%} without a label, {final}.",
        f"These texts are of the {named} classes named from the start, none of the {UNNAMED_CLASSES} new ones.",
        f"New classes at text {drift['injected_at']:,}: {after}, {drift['false_alarms']} false alarms before.",
    ]
