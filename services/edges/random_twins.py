"""Results of a comparison -> the random twins that they are set against, each once, under a name of its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

RANDOM = "random"

Results = Mapping[str, Mapping[str, Any]]
"""Results of `sluice backtest --json` by their names."""


def is_random(result: Mapping[str, Any]) -> bool:
    """Whether the configuration is random sampling itself."""
    return result["strategy"] == RANDOM and result["peer"] is None


def twin_names(results: Results) -> dict[str, str]:
    """For each result the name of its twin: with the model and the budget rule, where the twins differ in these.

    A result that is random sampling is the twin of all with its model and rule, and keeps its name.
    """
    parts = {name: (result["random"]["model"], result["random"]["budget_rule"]) for name, result in results.items()}
    several = [len(set(column)) > 1 for column in zip(*parts.values(), strict=True)]
    own = {parts[name]: name for name, result in results.items() if is_random(result)}
    told = {each: [part for part, tell in zip(each, several, strict=True) if tell] for each in parts.values()}
    return {name: own.get(each) or " ".join([RANDOM, *told[each]]) for name, each in parts.items()}


def other_twins(results: Results) -> dict[str, Mapping[str, Any]]:
    """The twins that are not among the results."""
    twins = {twin: results[name]["random"] for name, twin in twin_names(results).items()}
    return {name: twin for name, twin in twins.items() if name not in results}


def saved_interval(saved: Mapping[str, Any]) -> str:
    """The 95% interval of the share of random sampling's labels that is saved, in words; of one seed there is none."""
    low, high = saved["low"], saved["high"]
    if low is None:
        return ""
    if high - low >= 1:
        return "too few seeds to be sure"
    return f"95% interval {low:.0%} to {high:.0%} fewer".replace("-", "\N{MINUS SIGN}")
