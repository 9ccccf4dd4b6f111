"""Results -> one self-contained HTML page: figures, curves, numbers, and how they were made."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from services.edges.charts import (
    Audit,
    Course,
    Mark,
    Saving,
    Series,
    accuracy_over_texts,
    audited,
    learning_curves,
    spending,
)
from services.edges.setting_names import variable

PAGE = "index.html"
ENOUGH_AUDITS = 20
"""Answers from which on an audited accuracy is told: of 16 right ones the 95% interval goes from 46% to 98%."""


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
    """Numbers in full; whoever reads it may sort it."""

    headings: Sequence[str]
    rows: Sequence[Row]
    title: str = "The numbers"
    meaning: str = ""


@dataclass(frozen=True)
class Report:
    """All that a page shows. The first of ``series`` is what it is about; ``marks`` are what happened on the way.

    ``doubts`` stand at the top: why the figures tell little.
    """

    title: str
    summary: str
    cards: Sequence[Card]
    series: Sequence[Series]
    budget: float
    tables: Sequence[Table]
    setup: Mapping[str, str]
    marks: Sequence[Mark] = ()
    saving: Saving | None = None
    audit: Audit | None = None
    doubts: Sequence[str] = ()


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


def demo_report(
    summary: Mapping[str, Any], ours: Course, random: Course, named: int, setup: Mapping[str, str]
) -> Report:
    """What `sluice demo --json` prints, with the courses of the service and of its random twin.

    ``named`` classes were named from the start; accuracy is that of their texts alone.
    """
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
        "late and were sometimes wrong; half-way, classes appeared that it had never heard of. Accuracy is measured on "
        f"held-back texts of the {named} classes named from the start, not of the new ones.",
        cards=_demo_cards(summary, random, named),
        series=[Series("sluice", [ours]), Series("random", [random], random=True)],
        budget=summary["budget"],
        tables=[
            Table(
                ["", *names, "labels requested"],
                rows,
                meaning=f"Accuracy, of the {named} classes named from the start.",
            )
        ],
        setup=setup,
        marks=marks,
    )


_AUDITED = (
    f"What can be known without the truth: a share of the requests, {variable('budget.audit_share')}, is drawn at "
    "random, and their answers tell how often predictions are right. "
)
_BESIDE_TRUTH = "The first run, beside the accuracy that all its predictions had."
_TOO_FEW_AUDITS = (
    "Too few audit answers to tell ({answers}): {enough} are the least. More texts or a larger budget help."
)


_END = "At the dot that ends a line all outstanding answers are learned as well, so it may leap there."


def _charts(report: Report) -> list[_Chart]:
    several = len(report.series[0].courses) > 1
    charts = [
        _Chart(
            "What a label buys",
            ("Each line is the mean of all seeds; its band reaches from the worst to the best. " if several else "")
            + _END,
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
    return [*charts, *([] if report.audit is None else [_audit_chart(report.audit)])]


def _audit_chart(audit: Audit) -> _Chart:
    if audit.answers >= ENOUGH_AUDITS:
        return _Chart("Audit", _AUDITED + _BESIDE_TRUTH, audited(audit))
    few = _TOO_FEW_AUDITS.format(answers=audit.answers, enough=ENOUGH_AUDITS)
    return _Chart("Audit", _AUDITED + few, Markup())


def _demo_cards(summary: Mapping[str, Any], random: Course, named: int) -> list[Card]:
    accuracy, drift = summary["accuracy"], summary["drift"]
    rise = 100 * (accuracy["final"] - accuracy["no_label"])
    noticed = drift["noticed_at"]
    after = f"{noticed - drift['injected_at']:,} texts" if noticed is not None else "never"
    return [
        Card(
            "accuracy at the end",
            f"{accuracy['final']:.1%}",
            f"of the {named} named classes; {rise:+.1f} points since the first text",
        ),
        Card("random sampling", f"{random.accuracy[-1]:.1%}", "same texts, budget and reviewers"),
        Card("labels requested", f"{summary['asked']:,}", f"of {summary['texts']:,} texts; never over the budget"),
        Card("drift noticed after", after, f"{drift['false_alarms']} false alarms before"),
    ]


def _thirds(course: Course) -> tuple[float, float, float]:
    """Accuracy with no label, at a quarter of the stream, and at its end."""
    quarter = next(point for point, texts in enumerate(course.texts) if texts >= course.texts[-1] / 4)
    return course.accuracy[0], course.accuracy[quarter], course.accuracy[-1]
