"""Results -> one self-contained HTML page: figures, curves, numbers, and how they were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from services.edges.charts import Course, Mark, Saving, Series, accuracy_over_texts, learning_curves, spending

PAGE = "index.html"


class Card(NamedTuple):
    """One headline figure, with what it is above and what to compare it with below."""

    label: str
    value: str
    note: str = ""


class Row(NamedTuple):
    """One line of the table of numbers; a mean stands out."""

    cells: Sequence[str]
    mean: bool = False


class Table(NamedTuple):
    """The numbers in full."""

    headings: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True)
class Report:
    """All that a page shows. The first of ``series`` is what it is about; ``marks`` are what happened on the way."""

    title: str
    summary: str
    cards: Sequence[Card]
    series: Sequence[Series]
    budget: float
    table: Table
    setup: Mapping[str, str]
    marks: Sequence[Mark] = ()
    saving: Saving | None = None


class _Chart(NamedTuple):
    title: str
    meaning: str
    drawing: Markup


def write_report(report: Report, directory: Path) -> Path:
    """Write the page, which needs no other file, and say where it is."""
    directory.mkdir(parents=True, exist_ok=True)
    page = directory / PAGE
    page.write_text(render(report), encoding="utf-8")
    return page


def render(report: Report) -> str:
    """The page as HTML."""
    environment = Environment(
        loader=PackageLoader("services.edges", "."),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    return environment.get_template("report.html.j2").render(report=report, charts=_charts(report))


def backtest_report(results: Mapping[str, Mapping[str, Any]], file: str) -> Report:
    """One or more results of `sluice backtest --json`, by strategy; all on the same file, with the same random twin."""
    name, first = next(iter(results.items()))
    alone = len(results) == 1
    saving = _saving(first["labels_saved"]) if alone else None
    twin = first["random"]
    series = [_series(strategy, result["runs"]) for strategy, result in results.items()]
    rows = [row for strategy, result in [*results.items(), ("random", twin)] for row in _rows(strategy, result, alone)]
    return Report(
        title=f"{name if alone else f'{len(results)} strategies'} on {file}",
        summary=f"{first['texts']:,} texts streamed past once, {first['classes']} classes, and a budget of "
        f"{first['budget']:.2%}. Accuracy is measured on {first['test_texts']:,} texts that the stream never sees. "
        "Random sampling runs beside it on the same texts, budget and model.",
        cards=_backtest_cards(first, saving) if alone else _comparison_cards(results),
        series=[*series, _series("random", twin["runs"], random=True)],
        budget=first["budget"],
        table=Table(_HEADINGS, rows),
        setup={"strategies" if not alone else "strategy": ", ".join(results), **_setup(first, file)},
        saving=saving,
    )


def demo_report(summary: Mapping[str, Any], ours: Course, random: Course, setup: Mapping[str, str]) -> Report:
    """What `sluice demo --json` prints, with the courses of the service and of its random twin."""
    drift, accuracy = summary["drift"], summary["accuracy"]
    marks = [Mark(drift["injected_at"], "new classes appear")] if drift["injected_at"] is not None else []
    marks += [Mark(drift["noticed_at"], "drift noticed")] if drift["noticed_at"] is not None else []
    names = ["no label", "first quarter", "final"]
    rows = [
        Row(["sluice", *(f"{accuracy[name.replace(' ', '_')]:.1%}" for name in names), f"{summary['asked']:,}"]),
        Row(["random", *(f"{value:.1%}" for value in _thirds(random)), f"{random.asked[-1]:,.0f}"]),
    ]
    return Report(
        title="The demo: real texts, simulated reviewers",
        summary=f"{summary['texts']:,} real questions went through the whole service. Simulated reviewers answered "
        "late and were sometimes wrong; half-way, classes appeared that it had never heard of.",
        cards=_demo_cards(summary, random),
        series=[Series("sluice", [ours]), Series("random", [random], random=True)],
        budget=summary["budget"],
        table=Table(["", *names, "labels requested"], rows),
        setup=setup,
        marks=marks,
    )


def _charts(report: Report) -> list[_Chart]:
    several = len(report.series[0].courses) > 1
    charts = [
        _Chart(
            "What a label buys",
            "Each line is the mean of all seeds; its band reaches from the worst to the best." if several else "",
            learning_curves(report.series, report.saving),
        ),
        _Chart(
            "Spending",
            "Requests issued per text so far; the shaded area is what the budget allows, and no line may leave it.",
            spending(report.series, report.budget, report.marks),
        ),
    ]
    if report.marks:
        over_texts = accuracy_over_texts(report.series, report.marks)
        charts.insert(1, _Chart("Over the stream", "The same accuracy, by texts seen, and what happened.", over_texts))
    return charts


_HEADINGS = (
    "", "test accuracy", "macro F1", "prequential", "audited (95%)", "labels", "spent", "over budget",
)  # fmt: skip


def _series(name: str, runs: Sequence[Mapping[str, Any]], *, random: bool = False) -> Series:
    courses = [Course(run["texts_at"], *zip(*run["curve"], strict=True)) for run in runs]
    return Series(name, courses, random)


def _rows(name: str, result: Mapping[str, Any], seeds: bool) -> list[Row]:
    seeds = seeds and len(result["runs"]) > 1
    mean = Row([f"{name}, mean" if seeds else name, *_cells(result["mean"])], mean=seeds)
    return [*(Row([f"{name}, seed {run['seed']}", *_cells(run)]) for run in result["runs"] if seeds), mean]


def _cells(numbers: Mapping[str, Any]) -> list[str]:
    return [
        f"{numbers['test_accuracy']:.1%}",
        f"{numbers['test_macro_f1']:.3f}",
        f"{numbers['prequential_accuracy']:.1%}",
        _interval(numbers["audit_accuracy"]),
        f"{numbers['asked']:,.0f}",
        f"{numbers['spent_fraction']:.2%}",
        f"{numbers['max_overspend']:g}",
    ]


def _interval(audit: Mapping[str, Any] | None) -> str:
    if not audit or audit["estimate"] is None:
        return "none"
    return f"{audit['estimate']:.0%} ({audit['low']:.0%} to {audit['high']:.0%})"


def _saving(saved: Mapping[str, Any]) -> Saving | None:
    return None if saved["asked"] is None else Saving(saved["to_reach"], saved["asked"], saved["random"])


def _backtest_cards(result: Mapping[str, Any], saving: Saving | None) -> list[Card]:
    mean = result["mean"]
    points = 100 * (mean["test_accuracy"] - result["random"]["mean"]["test_accuracy"])
    match, instead = (
        (f"{saving.ours:,.0f}", f"instead of {saving.random:,.0f}") if saving else ("never", "at this budget")
    )
    return [
        Card("test accuracy", f"{mean['test_accuracy']:.1%}", f"{points:+.1f} points to random sampling"),
        Card("labels to match random", match, instead),
        Card("every text as it came", f"{mean['prequential_accuracy']:.1%}", "prequential accuracy"),
        Card("labels requested", f"{mean['asked']:,.0f}", f"{mean['spent_fraction'] / result['budget']:.1%} of budget"),
    ]


def _comparison_cards(results: Mapping[str, Mapping[str, Any]]) -> list[Card]:
    return [
        Card(
            name, f"{result['mean']['test_accuracy']:.1%}", f"{result['mean']['prequential_accuracy']:.1%} prequential"
        )
        for name, result in results.items()
    ]


def _demo_cards(summary: Mapping[str, Any], random: Course) -> list[Card]:
    accuracy, drift = summary["accuracy"], summary["drift"]
    rise = 100 * (accuracy["final"] - accuracy["no_label"])
    noticed = drift["noticed_at"]
    after = f"{noticed - drift['injected_at']:,} texts" if noticed is not None else "never"
    return [
        Card("accuracy at the end", f"{accuracy['final']:.1%}", f"{rise:+.1f} points since the first text"),
        Card("random sampling", f"{random.accuracy[-1]:.1%}", "same texts, budget and reviewers"),
        Card("labels requested", f"{summary['asked']:,}", f"of {summary['texts']:,} texts; never over the budget"),
        Card("drift noticed after", after, f"{drift['false_alarms']} false alarms before"),
    ]


def _thirds(course: Course) -> tuple[float, float, float]:
    """Accuracy with no label, at a quarter of the stream, and at its end."""
    quarter = next(point for point, texts in enumerate(course.texts) if texts >= course.texts[-1] / 4)
    return course.accuracy[0], course.accuracy[quarter], course.accuracy[-1]


def _setup(result: Mapping[str, Any], file: str) -> dict[str, str]:
    return {
        "file": file,
        "budget": f"{result['budget']:.2%} of {result['texts']:,} texts",
        "model": result["model"],
        "encoder": result["encoder"],
        "class names as a prior": "yes" if result["names"] else "no",
        "seeds": str(len(result["runs"])),
    }
