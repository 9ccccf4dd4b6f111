"""`sluice backtest|compare FILE` -> what a configuration would have done on labelled texts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.options import TRY, AsJson, spread
from services.cli.output import print_json, print_table

if TYPE_CHECKING:
    from services.edges.settings import Settings
    from stream.backtest import Labelled


@dataclass(frozen=True)
class Options:
    """What both commands take."""

    file: Annotated[Path, typer.Argument(help="Labelled texts in stream order: .jsonl or .csv, also with .gz.")]
    budget: Annotated[float | None, typer.Option(help="Requests per text (BUDGET__FRACTION).")] = None
    model: Annotated[str | None, typer.Option(help="The model (LEARNER__MODEL).")] = None
    budget_rule: Annotated[str | None, typer.Option(help="The budget rule (LEARNER__BUDGET_RULE).")] = None
    encoder: Annotated[str | None, typer.Option(help="The encoder (ENCODER__MODEL).")] = None
    names: Annotated[bool, typer.Option(help="Take the names of the classes as a prior.")] = True
    seeds: Annotated[int, typer.Option(min=1, help="How many runs, each with draws of its own.")] = 3
    latency: Annotated[int, typer.Option(min=0, help="Texts between a request and its answer.")] = 200
    noise: Annotated[float, typer.Option(min=0, max=1, help="The share of wrong answers.")] = 0.0
    test_fraction: Annotated[float, typer.Option(min=0.01, max=0.5, help="Texts held back: each (1/f)-th.")] = 0.25
    limit: Annotated[int | None, typer.Option(min=2, help="Use so many texts only.")] = None
    shuffle: Annotated[bool, typer.Option("--shuffle", help="Shuffle first, anew for each seed.")] = False
    text_field: Annotated[str, typer.Option(help="Where a row has its text.")] = "text"
    label_field: Annotated[str, typer.Option(help="Where a row has its label.")] = "label"
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a page with the curves there.")] = None
    as_json: AsJson = False


def register(app: typer.Typer) -> None:
    """Add `backtest` and `compare`."""
    app.command(rich_help_panel=TRY)(spread(backtest))
    app.command(rich_help_panel=TRY)(spread(compare))


def backtest(
    options: Options,
    strategy: Annotated[str | None, typer.Option(help="The query strategy (LEARNER__STRATEGY).")] = None,
) -> None:
    """What a configuration would have done on labelled data, beside random sampling.

    Every text is predicted when it arrives; requests are answered late, from the file. Accuracy is measured on
    texts that the stream never sees.

    Example: `sluice backtest mails.jsonl --budget 0.02 --report backtest/`
    """
    settings = _settings(options, strategy)
    results = _run(options, settings, [settings.learner.strategy])
    if options.as_json:
        print_json(results[settings.learner.strategy])
    else:
        _print(results)


def compare(
    options: Options,
    strategies: Annotated[str, typer.Option(help="Query strategies, between commas.")],
) -> None:
    """Several query strategies on the same labelled data, beside random sampling.

    With --json: an object with one result for each strategy, each as `backtest` prints it.

    Example: `sluice compare mails.jsonl --strategies typical_margin,margin,entropy --report comparison/`
    """
    names = [name.strip() for name in strategies.split(",")]
    settings = [_settings(options, name) for name in names]
    results = _run(options, settings[0], names)
    if options.as_json:
        print_json(results)
    else:
        _print(results)


def _settings(options: Options, strategy: str | None) -> Settings:
    from services.cli.options import settings_with

    return settings_with(
        budget__fraction=options.budget,
        learner__model=options.model,
        learner__budget_rule=options.budget_rule,
        learner__strategy=strategy,
        encoder__model=options.encoder,
    )


def _run(options: Options, settings: Settings, strategies: Sequence[str]) -> dict[str, dict[str, Any]]:
    from services.backtest import Plan, compare, scenario_of
    from services.edges.terminal import progress

    data = _read(options, settings)
    scenario = scenario_of(
        settings,
        latency=options.latency,
        noise=options.noise,
        test_fraction=options.test_fraction,
        limit=options.limit,
        shuffle=options.shuffle,
    )
    plan = Plan(settings, scenario, options.seeds)
    with progress("simulating", plan.texts(data, strategies)) as advance:
        results = compare(data, plan, strategies, advance)
    if options.report is not None:
        _write(results, options.file, options.report)
    return results


def _read(options: Options, settings: Settings) -> Labelled:
    from services.assembly import build_encoder
    from services.backtest import embed
    from services.edges.datasets import load
    from services.edges.terminal import progress

    dataset = load(options.file, text_field=options.text_field, label_field=options.label_field, labelled=True)
    rows = dataset.rows if options.shuffle else dataset.rows[: options.limit]
    encoder = build_encoder(settings)
    with progress("encoding", len(rows)) as advance:
        return embed(rows, encoder, options.names, advance)


def _write(results: dict[str, dict[str, Any]], file: Path, directory: Path) -> None:
    from services.edges.report import backtest_report, write_report

    page = write_report(backtest_report(results, file.name), directory)
    typer.echo(f"report: {page}", err=True)


def _print(results: dict[str, dict[str, Any]]) -> None:
    first = next(iter(results.values()))
    means = [(name, result["mean"]) for name, result in results.items()] + [("random", first["random"]["mean"])]
    rows = [
        [
            name,
            f"{mean['test_accuracy']:.1%}",
            f"{mean['test_macro_f1']:.3f}",
            f"{mean['prequential_accuracy']:.1%}",
            f"{mean['asked']:.0f}",
            f"{mean['spent_fraction']:.2%}",
        ]
        for name, mean in means
    ]
    print_table(["strategy", "test accuracy", "macro F1", "prequential", "labels", "spent"], rows)
    for name, result in results.items():
        saved = result["labels_saved"]
        if saved["asked"] is not None:
            labels = f"{saved['asked']:.0f} of {saved['random']:.0f} labels"
            typer.echo(f"{name} reaches random's {saved['to_reach']:.1%} with {labels}", err=True)
