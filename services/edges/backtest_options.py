"""Settings + scenario -> what else a backtest's result depends on, for people."""

from __future__ import annotations

from services.edges.setting_names import variable
from services.edges.settings import Settings
from stream.scenario import Scenario

_TOLD = {
    "budget": {"fraction"},
    "learner": {"strategy", "model", "budget_rule", "seed"},
    "drift": set(),
    "requests": set(),
}
"""Sections that a result depends on, each with the settings that a report tells anyway."""


def options_told(settings: Settings, scenario: Scenario, seeds: int) -> dict[str, str]:
    """By name the value of each option of `sluice backtest`, then the settings that are not as by default."""
    first, (test, of) = settings.learner.seed, scenario.held_back.as_integer_ratio()
    return {
        "seeds": f"{seeds}, from {first} on",
        "rows": "all" if scenario.limit is None else f"{scenario.limit:,} at most",
        "order": "shuffled, anew for each seed" if scenario.shuffle else "that of the file",
        "held back": f"{'one text' if test == 1 else f'{test:,} texts'} in {of:,}",
        "latency": f"{scenario.latency:,} texts from request to answer",
        "wrong answers": f"{scenario.noise:.1%}",
        "never answered": f"{scenario.unanswered:.1%}",
        "classes from half-way on": f"{scenario.late_classes:.1%}",
        "other settings": ", ".join(_changed(settings)) or "as by default",
    }


def _changed(settings: Settings) -> list[str]:
    changed = []
    for section, told in _TOLD.items():
        fields = getattr(settings, section).model_dump(exclude_defaults=True, exclude=told)
        changed += [variable(f"{section}.{field}", value) for field, value in fields.items()]
    if settings.task.classes:
        changed.append(f"{variable('task.classes')} ({len(settings.task.classes)} classes)")
    return [*changed, *([variable("task.closed", value=True)] if settings.task.closed else [])]
