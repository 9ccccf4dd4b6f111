"""Results of a backtest -> its report: curves side by side, spending, audit, drift, and every class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from services.edges.charts import Audit, Course, Mark, Saving, Series
from services.edges.random_twins import Results, is_random, other_twins, saved_interval, twin_names
from services.edges.report import ENOUGH_AUDITS, Card, Report, Row, Table

_DRAWN = 6
"""Configurations that get a curve each: more colours nobody tells apart."""


def backtest_report(
    results: Mapping[str, Mapping[str, Any]], file: str, options: Mapping[str, str], doubts: Sequence[str] = ()
) -> Report:
    """One or more results of `sluice backtest --json`, by name; all on the same file.

    ``options``: what else they depend on, by name; ``doubts`` say why they tell little.
    """
    name, first = next(iter(results.items()))
    alone = len(results) == 1
    saving = _saving(first) if alone else None
    drawn = _best(results)
    told = {**results, **other_twins(results)}
    rows = [row for strategy, result in told.items() for row in _rows(strategy, result, alone, first["test_texts"] > 0)]
    return Report(
        title=f"{name if alone else f'{len(results)} configurations'} on {file}",
        summary=f"{_texts(first)} texts streamed past once, {first['classes']} classes, and a budget of "
        f"{first['budget']:.2%}. Accuracy is measured on {first['test_texts']:,} texts that the stream never sees. "
        "Random sampling runs beside it on the same texts, budget and model."
        + (
            f" The first and the {_DRAWN - 1} best of the others are drawn; the table has all."
            if len(drawn) < len(results)
            else ""
        ),
        cards=_backtest_cards(first, saving) if alone else _comparison_cards({name: results[name] for name in drawn}),
        series=_all_series(results, drawn),
        budget=first["budget"],
        tables=[Table(_HEADINGS, rows), *_classes(name, first)],
        setup={"configurations" if not alone else "strategy": ", ".join(results), **_setup(results, file), **options},
        saving=saving,
        marks=_marks(first["runs"][0]),
        audit=_audit(first["runs"][0]),
        doubts=doubts,
    )


def _best(results: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """The first, which the page is about, and the most accurate of the others, in their order."""
    first, *others = results
    ranked = sorted(others, key=lambda name: -results[name]["mean"]["test_accuracy"])
    return [name for name in results if name == first or name in ranked[: _DRAWN - 1]]


def _all_series(results: Results, drawn: Sequence[str]) -> list[Series]:
    """What is drawn, then the twins of it that are not."""
    alone = len(results) == 1
    twins = twin_names(results)
    beside = dict.fromkeys(twins[name] for name in drawn if twins[name] not in drawn)
    told = {**results, **other_twins(results)}
    return [
        *(_series(name, results[name]["runs"], random=is_random(results[name]) and not alone) for name in drawn),
        *(_series(name, told[name]["runs"], random=True) for name in beside),
    ]


def _texts(result: Mapping[str, Any]) -> str:
    """How many texts a stream had; late classes leave those of some seeds shorter."""
    texts = sorted({run["texts_at"][-1] for run in result["runs"]})
    return f"{texts[0]:,}" if len(texts) == 1 else f"{texts[0]:,} to {texts[-1]:,}"


def _marks(run: Mapping[str, Any]) -> list[Mark]:
    """What happened in a run; alarms follow each other closely, so that only the first is named."""
    marks = [] if run["changed_at"] is None else [Mark(run["changed_at"], "new classes appear")]
    alarms = [texts for _, texts in run["alarms"]]
    return marks + [Mark(texts, "" if number else "drift noticed") for number, texts in enumerate(alarms)]


def _audit(run: Mapping[str, Any]) -> Audit | None:
    """From the first audit's answer on; None where there was none."""
    points = [(t, point) for t, point in zip(run["texts_at"], run["audits"], strict=True) if point["answers"]]
    if not points:
        return None
    names = ("estimate", "low", "high", "running_accuracy")
    estimate, low, high, truth = ([point[name] for _, point in points] for name in names)
    return Audit([texts for texts, _ in points], estimate, low, high, truth, points[-1][1]["answers"])


def _classes(name: str, result: Mapping[str, Any]) -> list[Table]:
    """One line for each class, the most asked about first."""
    per_class = result["mean"]["per_class"]
    ordered = sorted(per_class, key=lambda label: -per_class[label]["asked"])
    return [
        Table(
            ["class", "precision", "recall", "F1", "test texts", "labels asked"],
            [Row([label, *_class_cells(per_class[label])]) for label in ordered],
            "Every class",
            f"{name}, at the end of the stream; the mean over seeds. A click on a heading sorts by it.",
        )
    ]


def _class_cells(scores: Mapping[str, Any]) -> list[str]:
    shares = ["none" if scores[name] is None else f"{scores[name]:.2f}" for name in ("precision", "recall", "f1")]
    return [*shares, f"{scores['texts']:,.0f}", f"{scores['asked']:,.1f}"]


_HEADINGS = (
    "", "test accuracy", "macro F1", "prequential", "audited (95%)", "labels", "spent", "over budget",
)  # fmt: skip


def _series(name: str, runs: Sequence[Mapping[str, Any]], *, random: bool = False) -> Series:
    courses = [Course(run["texts_at"], *zip(*run["curve"], strict=True)) for run in runs]
    return Series(name, courses, random)


def _rows(name: str, result: Mapping[str, Any], seeds: bool, held_back: bool) -> list[Row]:
    seeds = seeds and len(result["runs"]) > 1
    audit = _mean_audit(result)
    mean = Row([f"{name}, mean" if seeds else name, *_cells(result["mean"], audit, held_back)], mean=seeds)
    each = [(run, _interval(run["audit_accuracy"])) for run in result["runs"] if seeds]
    return [*(Row([f"{name}, seed {run['seed']}", *_cells(run, audit, held_back)]) for run, audit in each), mean]


def _cells(numbers: Mapping[str, Any], audit: str, held_back: bool) -> list[str]:
    return [
        f"{numbers['test_accuracy']:.1%}" if held_back else "none",
        f"{numbers['test_macro_f1']:.3f}" if held_back else "none",
        f"{numbers['prequential_accuracy']:.1%}",
        audit,
        f"{numbers['asked']:,.0f}",
        f"{numbers['spent_fraction']:.2%}",
        f"{numbers['max_overspend']:g}",
    ]


def _mean_audit(result: Mapping[str, Any]) -> str:
    """As of the run with the fewest answers; of several runs without an interval, as a mean of intervals is none."""
    audits = [run["audit_accuracy"] for run in result["runs"]]
    fewest = min(audits, key=lambda audit: audit["answers"])
    enough = len(audits) > 1 and fewest["answers"] >= ENOUGH_AUDITS
    return f"{result['mean']['audit_accuracy']['estimate']:.0%}" if enough else _interval(fewest)


def _interval(audit: Mapping[str, Any]) -> str:
    if not audit["answers"]:
        return "none"
    if audit["answers"] < ENOUGH_AUDITS:
        return f"too few ({audit['answers']})"
    return f"{audit['estimate']:.0%} ({audit['low']:.0%} to {audit['high']:.0%})"


def _saving(result: Mapping[str, Any]) -> Saving | None:
    saved = result["labels_saved"]
    if saved["asked"] is None or not result["test_texts"]:
        return None
    return Saving(saved["to_reach"], saved["asked"], saved["random"], saved_interval(saved))


def _backtest_cards(result: Mapping[str, Any], saving: Saving | None) -> list[Card]:
    mean = result["mean"]
    points = 100 * (mean["test_accuracy"] - result["random"]["mean"]["test_accuracy"])
    return [
        Card("test accuracy", f"{mean['test_accuracy']:.1%}", f"{points:+.1f} points to random sampling")
        if result["test_texts"]
        else Card("test accuracy", "none", "nothing was held back"),
        Card("labels to match random", *_match(result, saving)),
        Card("every text as it came", f"{mean['prequential_accuracy']:.1%}", "prequential accuracy"),
        Card("labels requested", f"{mean['asked']:,.0f}", _of_budget(mean["spent_fraction"], result["budget"])),
    ]


def _of_budget(spent: float, budget: float) -> str:
    return f"{spent / budget:.1%} of budget" if budget else "no budget"


def _match(result: Mapping[str, Any], saving: Saving | None) -> tuple[str, str]:
    if not result["test_texts"]:
        return "none", "nothing was held back"
    if not result["mean"]["asked"] and not result["random"]["mean"]["asked"]:
        return "none", "nothing was asked"
    if saving is None:
        return "never", "at this budget"
    ours, random = saving.labels
    if not random:
        return f"{ours:,}", "random's final accuracy takes none"
    told = f"instead of {random:,}" if saving.fewer else f"no fewer than random's {random:,}"
    return f"{ours:,}", "; ".join(filter(None, [told, saving.interval]))


def _comparison_cards(results: Mapping[str, Mapping[str, Any]]) -> list[Card]:
    return [
        Card(
            name,
            f"{result['mean']['test_accuracy']:.1%}" if result["test_texts"] else "none",
            f"{result['mean']['prequential_accuracy']:.1%} prequential",
        )
        for name, result in results.items()
    ]


def _setup(results: Mapping[str, Mapping[str, Any]], file: str) -> dict[str, str]:
    result = next(iter(results.values()))
    capped = next((each["capped"] for each in results.values() if each["peer"]), None)
    beyond = {} if capped is None else {"a peer's requests over budget": "refused" if capped else "not refused"}
    return {
        "file": file,
        "budget": f"{result['budget']:.2%} of {_texts(result)} texts",
        "budget rule": _distinct(results, "budget_rule"),
        "model": _distinct(results, "model"),
        "encoder": result["encoder"],
        "class names as a prior": "yes" if result["names"] else "no",
        **beyond,
    }


def _distinct(results: Mapping[str, Mapping[str, Any]], name: str) -> str:
    return ", ".join(dict.fromkeys(result[name] or "its own" for result in results.values()))
