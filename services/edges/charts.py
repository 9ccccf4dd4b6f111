"""Runs -> SVG curves that take their colours from the page around them."""

from __future__ import annotations

import io
import math
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import cycle
from typing import Any

import matplotlib
import numpy as np
from markupsafe import Markup
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import Formatter, FuncFormatter, MaxNLocator

from stream.evaluation.savings import of_equal_points
from stream.records import Doubles

_INK, _FAINT, _RANDOM = "#010101", "#020202", "#030303"
_STRATEGIES = ("#040404", "#050505", "#060606", "#070707", "#080808", "#090909")
_VARIABLES = {_INK: "ink", _FAINT: "faint", _RANDOM: "random"} | {
    placeholder: f"series-{number}" for number, placeholder in enumerate(_STRATEGIES)
}
"""Colours that no chart needs stand for the page's own, which differ between light and dark."""
_WIDTH, _LINE, _CHARACTER = 9.6, 0.24, 0.085
"""Inches: a figure's width, a line of its legend, and what a character of a name takes there."""
_EXACT = 1e-6
_STYLE: dict[Any, Any] = {
    "svg.fonttype": "none",
    "font.size": 11,
    "text.color": _INK,
    "axes.edgecolor": _FAINT,
    "axes.labelcolor": _INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "axes.grid.axis": "y",
    "grid.color": _FAINT,
    "grid.alpha": 0.35,
    "grid.linewidth": 0.8,
    "xtick.color": _INK,
    "ytick.color": _INK,
    "xtick.major.size": 0,
    "ytick.major.size": 0,
    "legend.frameon": False,
    "lines.linewidth": 2.2,
    "lines.solid_capstyle": "round",
}


@dataclass(frozen=True)
class Course:
    """One run at p points of its stream: texts seen, requests issued so far, and accuracy on held-back texts."""

    texts: Sequence[float]
    asked: Sequence[float]
    accuracy: Sequence[float]


@dataclass(frozen=True)
class Series:
    """The runs of one configuration, drawn as their mean with a band from the worst to the best."""

    name: str
    courses: Sequence[Course]
    random: bool = False

    def mean(self, column: str) -> Doubles:
        """The mean of ``texts``, ``asked`` or ``accuracy`` at each point, (p,)."""
        return np.mean(self._columns(column), axis=0)  # type: ignore[no-any-return]

    def band(self) -> tuple[Doubles, Doubles]:
        """The lowest and the highest accuracy at each point, (p,) each."""
        accuracy = self._columns("accuracy")
        return accuracy.min(axis=0), accuracy.max(axis=0)

    def _columns(self, column: str) -> Doubles:
        return np.array(of_equal_points([getattr(course, column) for course in self.courses]), dtype=np.float64)


@dataclass(frozen=True)
class Mark:
    """Something that happened at a place in the stream; without a meaning it is like the last that has one."""

    text: int
    meaning: str


@dataclass(frozen=True)
class Audit:
    """The accuracy of all predictions so far, over texts seen: as audits tell it with its interval, and the truth.

    ``answers`` is how many audits were answered in the end.
    """

    texts: Sequence[float]
    estimate: Sequence[float]
    low: Sequence[float]
    high: Sequence[float]
    truth: Sequence[float]
    answers: int


@dataclass(frozen=True)
class Saving:
    """``ours`` labels reach the accuracy that ``random`` labels reach when they are drawn at random.

    ``interval`` says how sure that is, in words.
    """

    accuracy: float
    ours: float
    random: float
    interval: str = ""

    @property
    def labels(self) -> tuple[int, int]:
        """Whole labels, ours and random sampling's: all that is told in words is told of these."""
        return round(self.ours), round(self.random)

    @property
    def fewer(self) -> float:
        """The share of random sampling's whole labels that was not needed; 0 where none was saved."""
        ours, random = self.labels
        return 1 - ours / random if ours < random else 0.0


@matplotlib.rc_context(_STYLE)
def learning_curves(series: Sequence[Series], saving: Saving | None) -> Markup:
    """Accuracy on held-back texts over labels requested."""
    figure, axes = _figure(5.0)
    _draw_accuracy(axes, series, "asked")
    if saving is not None and saving.fewer:
        _draw_saving(axes, saving)
    axes.set_xlabel("labels requested")
    axes.set_xlim(left=0)
    _legend(figure, axes)
    return _svg(figure, "Accuracy on held-back texts over labels requested")


@matplotlib.rc_context(_STYLE)
def accuracy_over_texts(series: Sequence[Series], marks: Sequence[Mark]) -> Markup:
    """Accuracy on held-back texts over the stream, with what happened on the way."""
    figure, axes = _figure(3.6)
    _draw_accuracy(axes, series, "texts")
    _draw_marks(axes, marks)
    axes.set_xlabel("texts seen")
    _legend(figure, axes)
    return _svg(figure, "Accuracy on held-back texts over the stream")


@matplotlib.rc_context(_STYLE)
def spending(series: Sequence[Series], budget: float, marks: Sequence[Mark]) -> Markup:
    """Requests issued per text so far, under what the budget allows."""
    figure, axes = _figure(3.6)
    texts = series[0].mean("texts")
    axes.fill_between(texts[[0, -1]], budget, color=_FAINT, alpha=0.25, linewidth=0)
    axes.plot(texts[[0, -1]], [budget, budget], color=_INK, linewidth=1.2, linestyle=(0, (4, 3)), label="allowed")
    for each, line in zip(series, _lines(series), strict=True):
        seen = each.mean("texts")
        share = np.divide(each.mean("asked"), seen, out=np.zeros_like(seen), where=seen > 0)
        axes.plot(seen, share, **line)
    _draw_marks(axes, marks)
    axes.set_xlabel("texts seen")
    axes.set_ylabel("labels requested per text")
    axes.set_ylim(0, 1.2 * budget or 1)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.3g}"))
    _legend(figure, axes)
    return _svg(figure, "Labels requested per text so far, against what the budget allows")


@matplotlib.rc_context(_STYLE)
def audited(audit: Audit) -> Markup:
    """The audited accuracy with its interval, against the truth."""
    figure, axes = _figure(3.6)
    colour = _STRATEGIES[0]
    axes.fill_between(audit.texts, audit.low, audit.high, color=colour, alpha=0.16, linewidth=0, label="95% interval")
    axes.plot(audit.texts, audit.estimate, color=colour, linewidth=2.4, label="audited")
    axes.plot(audit.texts, audit.truth, color=_INK, linewidth=1.4, linestyle=(0, (4, 3)), label="truth")
    axes.set_xlabel("texts seen")
    axes.set_ylabel("accuracy of all texts so far")
    axes.set_ylim(0, 1)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:.0%}"))
    _legend(figure, axes)
    return _svg(figure, "The audited accuracy with its interval, against the truth")


class _Percent(Formatter):
    """Shares in percent with the decimals that all ticks need: rounded, two would be told alike. None is above 100%."""

    def __call__(self, value: float, _place: int | None = None) -> str:
        """One tick by itself."""
        return self.format_ticks([value])[0]

    def format_ticks(self, values: Sequence[float]) -> list[str]:
        """All ticks of an axis."""
        exact = (n for n in range(3) if all(abs(round(100 * each, n) - 100 * each) < _EXACT for each in values))
        decimals = next(exact, 3)
        return [f"{each:.{decimals}%}" if each < 1 + _EXACT else "" for each in values]


def _figure(height: float) -> tuple[Figure, Axes]:
    figure = Figure(figsize=(_WIDTH, height), layout="constrained")
    axes = figure.subplots()
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:,.0f}"))
    axes.xaxis.set_major_locator(MaxNLocator(8, steps=[1, 2, 5, 10], integer=True))
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.margins(x=0.01)
    return figure, axes


def _legend(figure: Figure, axes: Axes) -> None:
    """Below the axes, in as many columns as the longest name leaves room for; the figure grows by its lines."""
    handles, names = axes.get_legend_handles_labels()
    columns = max(1, min(len(names), int(_WIDTH / (0.7 + _CHARACTER * max(map(len, names))))))
    figure.set_figheight(figure.get_figheight() + _LINE * math.ceil(len(names) / columns))
    figure.legend(handles, names, loc="outside lower left", ncols=columns)


def _lines(series: Sequence[Series]) -> list[dict[str, Any]]:
    """How each is drawn: random sampling in a colour of its own, of several models in strokes that differ."""
    strokes = cycle(["solid", (0, (5, 2)), (0, (1, 1.5)), (0, (5, 2, 1, 2))])
    return [
        {"color": _RANDOM, "label": each.name, "linewidth": 1.8, "linestyle": next(strokes)}
        if each.random
        else {"color": _STRATEGIES[number % len(_STRATEGIES)], "label": each.name, "linewidth": 2.4}
        for number, each in enumerate(series)
    ]


def _draw_accuracy(axes: Axes, series: Sequence[Series], column: str) -> None:
    for each, line in zip(series, _lines(series), strict=True):
        low, high = each.band()
        axes.fill_between(each.mean(column), low, high, color=line["color"], alpha=0.16, linewidth=0)
        axes.plot(each.mean(column), each.mean("accuracy"), **line)
        axes.plot(each.mean(column)[-1], each.mean("accuracy")[-1], "o", color=line["color"], markersize=6)
    # Before its first label one that has no names knows nothing: zeros would press all curves against the top.
    known = np.concatenate([each.band()[0] for each in series])
    if (known == 0).any() and known.any():
        axes.set_ylim(bottom=0.95 * known[known > 0].min())
    axes.set_ylabel("accuracy on held-back texts")
    axes.yaxis.set_major_formatter(_Percent())


def _draw_saving(axes: Axes, saving: Saving) -> None:
    """An arrow whose words are in the legend: beside it they would lie on the curves, or leave the axes."""
    ends, height = [saving.ours, saving.random], [saving.accuracy] * 2
    arrow: dict[str, Any] = {"marker": "<", "markevery": [0], "markersize": 5, "linewidth": 1.2, "zorder": 3}
    told = "; ".join(filter(None, [f"{saving.fewer:.0%} fewer labels", saving.interval]))
    axes.plot(ends, height, color=_INK, label=told, **arrow)


def _draw_marks(axes: Axes, marks: Sequence[Mark]) -> None:
    """Each mark with its meaning at the top, the first to the left of its line so that near ones do not collide."""
    axes.margins(y=0.12)
    for number, mark in enumerate(marks):
        axes.axvline(mark.text, color=_INK, linewidth=1.0, linestyle=(0, (1, 2)))
        if not mark.meaning:
            continue
        side, gap = ("right", -5) if number == 0 else ("left", 5)
        axes.annotate(
            mark.meaning,
            xy=(mark.text, 1),
            xytext=(gap, 0),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            horizontalalignment=side,
            verticalalignment="top",
            fontsize=10,
        )


def _svg(figure: Figure, meaning: str) -> Markup:
    """The figure as an element of a page: scaled to its width, in its font, with its colours, the same at each run."""
    written = io.StringIO()
    with matplotlib.rc_context({**_STYLE, "svg.hashsalt": meaning}):
        figure.savefig(written, format="svg", transparent=True, metadata={"Date": None, "Creator": None})
    drawing = written.getvalue()
    drawing = drawing[drawing.index("<svg ") :]
    for placeholder, variable in _VARIABLES.items():
        drawing = drawing.replace(placeholder, f"var(--{variable})")
    drawing = re.sub(r"font: ([\d.]+px) [^;\"]+", r"font-size: \1", drawing)
    drawing = re.sub(
        r'<svg (.*?)width="[^"]*"', rf'<svg role="img" aria-label="{meaning}" \1', drawing, count=1, flags=re.S
    )
    drawing = re.sub(r'^(<svg [^>]*?) height="[^"]*"', r"\1", drawing, count=1, flags=re.S)
    return Markup(drawing)
