"""`sluice backtest|compare FILE` -> what a configuration would have done on labelled texts."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from services.cli.errors import WrongUse
from services.cli.files import data_set, make_directory, written
from services.cli.options import TRY, AsJson, spread
from services.cli.output import print_json, print_table
from services.edges.setting_names import variable

if TYPE_CHECKING:
    from services.backtest import Configuration, Plan
    from services.edges.encoders.base import Encoder
    from services.edges.settings import Settings
    from stream.backtest import Labelled


@dataclass(frozen=True)
class Options:
    """What both commands take."""

    file: Annotated[Path, typer.Argument(help="Labelled texts in stream order: .jsonl, .csv or .tsv, also with .gz.")]
    budget: Annotated[float | None, typer.Option(help=f"Requests per text ({variable('budget.fraction')}).")] = None
    model: Annotated[str | None, typer.Option(help=f"The model ({variable('learner.model')}).")] = None
    budget_rule: Annotated[str | None, typer.Option(help=f"The budget rule ({variable('learner.budget_rule')}).")] = (
        None
    )
    encoder: Annotated[str | None, typer.Option(help=f"The encoder ({variable('encoder.model')}).")] = None
    names: Annotated[
        bool, typer.Option(help=f"Take the classes' names ({variable('task.classes')}: and more) as a prior.")
    ] = True
    names_rotated: Annotated[bool, typer.Option("--names-rotated", hidden=True)] = False
    seeds: Annotated[int, typer.Option(min=1, help="How many runs, each with draws of its own.")] = 3
    latency: Annotated[int, typer.Option(min=0, help="Texts between a request and its answer.")] = 200
    noise: Annotated[float, typer.Option(min=0, max=1, help="The share of wrong answers.")] = 0.0
    unanswered: Annotated[float, typer.Option(min=0, max=1, help="The share of requests never answered.")] = 0.0
    late_classes: Annotated[float, typer.Option(min=0, max=1, help="The share of classes that come half-way.")] = 0.0
    test_fraction: Annotated[float, typer.Option(min=0.01, max=0.5, help="The share of texts held back.")] = 0.25
    limit: Annotated[int | None, typer.Option(min=2, help="Use so many texts only.")] = None
    shuffle: Annotated[bool, typer.Option("--shuffle", help="Shuffle first, anew for each seed.")] = False
    text_field: Annotated[str, typer.Option(help="Where a row has its text.")] = "text"
    label_field: Annotated[str, typer.Option(help="Where a row has its label.")] = "label"
    jobs: Annotated[int | None, typer.Option(min=1, help="Processes.", show_default="one for each core")] = None
    cache: Annotated[bool, typer.Option(help="Keep embeddings for the next time.")] = True
    report: Annotated[Path | None, typer.Option(metavar="DIR", help="Write a page with the curves there.")] = None
    as_json: AsJson = False


def register(app: typer.Typer) -> None:
    """Add `backtest` and `compare`."""
    app.command(rich_help_panel=TRY)(spread(backtest))
    app.command(rich_help_panel=TRY)(spread(compare))


def backtest(
    options: Options,
    strategy: Annotated[str | None, typer.Option(help=f"The query strategy ({variable('learner.strategy')}).")] = None,
) -> None:
    """What a configuration would have done on labelled data, beside random sampling.

    Every text is predicted when it arrives; requests are answered late, from the file. Accuracy is measured on
    texts that the stream never sees.

    Example: `sluice backtest mails.jsonl --budget 0.02 --report backtest/`
    """
    from services.backtest import configuration_of

    settings = _settings(options, learner__strategy=strategy)
    with _run(options, settings, {settings.learner.strategy: configuration_of(settings)}) as results:
        if options.as_json:
            print_json(results[settings.learner.strategy])
        else:
            _print(results)


def compare(
    options: Options,
    strategies: Annotated[str | None, typer.Option(help="Query strategies, between commas; or all.")] = None,
    models: Annotated[str | None, typer.Option(help="Models, between commas; or all.")] = None,
    budget_rules: Annotated[str | None, typer.Option(help="Budget rules, between commas; or all.")] = None,
    against: Annotated[
        str | None, typer.Option(help="Other libraries: scikit-activeml, river; needs the extra `compare`.")
    ] = None,
    peers_capped: Annotated[bool, typer.Option(help="Refuse what a peer asks beyond the budget.")] = True,
) -> None:
    """Several configurations on the same labelled data, beside random sampling.

    Every strategy with every model and every budget rule that are listed; --against adds other libraries, on the same
    embeddings, in the same order, with the same late answers. With --json: an object with one result for each, as
    `backtest` prints it.

    Example: `sluice compare mails.jsonl --strategies typical_margin,margin,entropy --report comparison/`
    """
    from services.backtest import peer_configuration
    from services.edges.peers import configurations
    from services.edges.peers.base import PeerError

    settings = _settings(options)
    chosen = _grid(options, settings, strategies, models, budget_rules)
    try:
        asked = [] if against is None else against.split(",")
        named = [name for each in asked for name in configurations(each.strip())]
    except PeerError as error:
        raise typer.BadParameter(str(error), param_hint="--against") from None
    chosen |= {name: peer_configuration(name, settings) for name in named}
    with _run(options, settings, chosen, peers_capped=peers_capped) as results:
        if options.as_json:
            print_json(results)
        else:
            _print(results)


def _grid(
    options: Options, settings: Settings, strategies: str | None, models: str | None, budget_rules: str | None
) -> dict[str, Configuration]:
    """Every combination under a name that says what differs."""
    from services.backtest import configuration_of
    from stream.budget import RULES
    from stream.model import MODELS
    from stream.strategies import STRATEGIES

    learner = settings.learner
    axes = [
        _listed("--strategies", strategies, STRATEGIES, learner.strategy),
        _listed("--models", models, MODELS, learner.model),
        _listed("--budget-rules", budget_rules, RULES, learner.budget_rule),
    ]
    grid = {}
    for strategy, model, rule in product(*axes):
        one = _settings(options, learner__strategy=strategy, learner__model=model, learner__budget_rule=rule)
        words = [strategy, *([model] if len(axes[1]) > 1 else []), *([rule] if len(axes[2]) > 1 else [])]
        grid[" ".join(words)] = configuration_of(one)
    return grid


def _listed(flag: str, text: str | None, table: Mapping[str, object], usual: str) -> list[str]:
    from services.edges.settings import no_such_part

    match text:
        case None:
            return [usual]
        case "all":
            return list(table)
    names = list(dict.fromkeys(name.strip() for name in text.split(",")))
    if wrong := [name for name in names if name not in table]:
        raise WrongUse(f"{flag} {wrong[0]}: {no_such_part(wrong[0], table)}")
    return names


def _settings(options: Options, **flags: object) -> Settings:
    from services.cli.options import settings_with

    chosen = {
        "budget__fraction": options.budget,
        "learner__model": options.model,
        "learner__budget_rule": options.budget_rule,
        "encoder__model": options.encoder,
    }
    return settings_with(**{**chosen, **flags})


@contextmanager
def _run(
    options: Options, settings: Settings, configurations: Mapping[str, Configuration], *, peers_capped: bool = True
) -> Iterator[dict[str, dict[str, Any]]]:
    """The results, to be printed; then the page is written: a full disk must not cost what took hours."""
    from services.backtest import Plan, compare, scenario_of
    from services.edges.terminal import progress

    scenario = scenario_of(
        settings,
        latency=options.latency,
        noise=options.noise,
        test_fraction=options.test_fraction,
        limit=options.limit,
        shuffle=options.shuffle,
        unanswered=options.unanswered,
        late_classes=options.late_classes,
    )
    plan = Plan(settings, scenario, options.seeds, options.jobs or os.cpu_count() or 1, peers_capped)
    if options.report is not None:
        # Before hours of work, not after them.
        make_directory(options.report, "name a directory with --report")
    data = _read(options, settings)
    try:
        texts = plan.texts(data, list(configurations.values()))
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--late-classes") from None
    doubts = plan.doubts(data)
    for doubt in doubts:
        typer.echo(f"sluice: {doubt}", err=True)
    with progress("simulating", texts) as advance:
        results = compare(data, plan, configurations, advance)
    yield results
    if options.report is not None:
        _write(results, options.report, options, plan, doubts)


def _read(options: Options, settings: Settings) -> Labelled:
    from services.backtest import embed, named_classes, rotated
    from services.edges.terminal import progress

    dataset = data_set(options.file, text_field=options.text_field, label_field=options.label_field, labelled=True)
    rows = dataset.rows if options.shuffle else dataset.rows[: options.limit]
    encoder = _encoder(options, settings)
    classes = named_classes(rows, settings.task.classes) if options.names else None
    with progress("encoding", len(rows)) as advance:
        data = embed(rows, encoder, classes, advance)
    _tell_of_cache(encoder)
    return rotated(data) if options.names_rotated else data


def _encoder(options: Options, settings: Settings) -> Encoder:
    from services.assembly import build_encoder, encoder_name
    from services.edges.embedding_cache import CachedEncoder, cache_directory

    if not options.cache:
        return build_encoder(settings)
    return CachedEncoder(encoder_name(settings), lambda: build_encoder(settings), cache_directory())


def _tell_of_cache(encoder: Encoder) -> None:
    from services.edges.embedding_cache import CachedEncoder

    if isinstance(encoder, CachedEncoder):
        counts = f"{encoder.found:,} found, {encoder.encoded:,} encoded"
        kept = f"not all kept ({encoder.refused})" if encoder.refused else "kept"
        typer.echo(f"embeddings: {counts}; {kept} in {encoder.directory} (--no-cache: nowhere)", err=True)


def _write(
    results: dict[str, dict[str, Any]], folder: Path, options: Options, plan: Plan, doubts: Sequence[str]
) -> None:
    from services.edges.backtest_options import options_told
    from services.edges.backtest_report import backtest_report
    from services.edges.report import write_report

    told = options_told(plan.settings, plan.scenario, plan.seeds)
    told["fields"] = f"{options.text_field}, {options.label_field}"
    with written(folder):
        page = write_report(backtest_report(results, options.file.name, told, doubts), folder)
    typer.echo(f"report: {page}", err=True)


def _print(results: dict[str, dict[str, Any]]) -> None:
    from services.edges.random_twins import other_twins

    held_back = next(iter(results.values()))["test_texts"] > 0
    rows = [
        [
            name,
            f"{mean['test_accuracy']:.1%}" if held_back else "none",
            f"{mean['test_macro_f1']:.3f}" if held_back else "none",
            f"{mean['prequential_accuracy']:.1%}",
            f"{mean['asked']:.0f}",
            f"{mean['spent_fraction']:.2%}",
            f"{mean['max_overspend']:g}",
        ]
        for name, mean in ((name, each["mean"]) for name, each in [*results.items(), *other_twins(results).items()])
    ]
    headings = ["strategy", "test accuracy", "macro F1", "prequential", "labels", "spent", "overspent"]
    print_table(headings, rows)
    if held_back:
        _tell_savings(results)
    else:
        typer.echo("no text was held back: no accuracy on unseen texts was measured", err=True)


def _tell_savings(results: dict[str, dict[str, Any]]) -> None:
    from services.edges.random_twins import saved_interval, twin_names

    for name, twin in twin_names(results).items():
        result, saved = results[name], results[name]["labels_saved"]
        if not result["mean"]["asked"] and not result["random"]["mean"]["asked"]:
            typer.echo(f"{name}: nothing was asked", err=True)
        elif not round(saved["random"]):
            typer.echo(f"{name}: {twin}'s final {saved['to_reach']:.1%} takes no label", err=True)
        elif saved["asked"] is not None and name != twin:
            labels = f"{saved['asked']:.0f} labels, and {twin} with {saved['random']:.0f}"
            labels += f" ({interval})" if (interval := saved_interval(saved)) else ""
            typer.echo(f"{name} reaches {twin}'s final {saved['to_reach']:.1%} with {labels}", err=True)
