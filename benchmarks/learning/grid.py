"""Options -> the configurations of a study, each with the key under which its result is found again."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from hashlib import sha256
from itertools import product
from pathlib import Path
from typing import Any

from benchmarks.learning.oracle import ORACLES

ROOT = Path(__file__).parents[2]
LIMIT = 8_000
"""Texts of a set that a run uses: with a quarter held back, 6,000 in the stream and 2,000 to test on at most."""
TEST_FRACTION = 0.25
_MEASURED = (
    "stream",
    "services/backtest.py",
    "services/assembly.py",
    "services/edges/class_names.py",
    "services/edges/peers",
)
"""What a result depends on, besides the runner itself."""
_RUNNERS = tuple(f"benchmarks/learning/{name}.py" for name in ("grid", "oracle", "run"))


@dataclass(frozen=True)
class Configuration:
    """One run.

    A ``strategy`` with a slash is a peer's full name, which knows no class names; those of `ORACLES` know the labels
    beforehand, or what to expect of them. ``settings`` are any others, by the names that `sluice config show` prints
    them under, in lower case.
    """

    set: str
    budget: str
    seed: int
    strategy: str
    names: bool
    model: str | None = None
    budget_rule: str | None = None
    latency: int = 200
    noise: float = 0.0
    unanswered: float = 0.0
    late_classes: float = 0.0
    late_known: bool = False
    rare_share: float = 0.0
    rotated: bool = False
    shuffle: bool = True
    limit: int = LIMIT
    test_fraction: float = TEST_FRACTION
    settings: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """The first 16 hex digits of the SHA-256 of all fields."""
        return sha256(json.dumps(asdict(self), sort_keys=True).encode()).hexdigest()[:16]

    @property
    def peer(self) -> bool:
        """Whether another library runs."""
        return "/" in self.strategy

    def flags(self) -> dict[str, Any]:
        """What to give `load_settings`."""
        return {
            "budget.fraction": float(self.budget),
            "learner.strategy": None if self.peer or self.strategy in ORACLES else self.strategy,
            "learner.model": self.model,
            "learner.budget_rule": self.budget_rule,
            **self.settings,
        }


def script_hash(root: Path = ROOT) -> str:
    """The first 16 hex digits of the SHA-256 of all sources that a result depends on."""
    places = [root / place for place in (*_MEASURED, *_RUNNERS)]
    files = sorted(file for place in places for file in (place.rglob("*.py") if place.is_dir() else [place]))
    digest = sha256()
    for file in files:
        digest.update(str(file.relative_to(root)).encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


def configurations(axes: Mapping[str, Sequence[Any]], fixed: Mapping[str, Any]) -> Iterator[Configuration]:
    """Every combination of what the axes list, the last axis changing fastest."""
    for values in product(*axes.values()):
        yield Configuration(**dict(zip(axes, values, strict=True)), **fixed)
