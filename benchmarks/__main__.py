"""Every benchmark, or those named -> benchmarks/results/*.json and a table; each runs in a process of its own."""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from statistics import median
from typing import Any

from rich.console import Console
from rich.table import Table

BENCHMARKS = ("budget_rules", "drift", "learner", "follower", "strategies", "end_to_end", "kafka", "kafka_end_to_end")
RESULTS = Path(__file__).with_name("results")
_PACKAGES = (
    "sluice",
    "numpy",
    "scipy",
    "river",
    "pyarrow",
    "torch",
    "sentence-transformers",
    "kafka-python",
    "faust-streaming",
)


def main(arguments: Sequence[str] | None = None) -> None:
    """Run them, keep what they say, and show it beside its targets."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="name", help=", ".join(BENCHMARKS))
    names = parser.parse_args(arguments).names or BENCHMARKS
    if unknown := [name for name in names if name not in BENCHMARKS]:
        parser.error(f"no benchmark is named {unknown[0]!r}; there are {', '.join(BENCHMARKS)}")
    RESULTS.mkdir(exist_ok=True)
    table = Table("benchmark", "figure", "median", "least", "target")
    for name in names:
        print(f"running {name} ...", file=sys.stderr)
        printed = subprocess.run(
            [sys.executable, "-m", f"benchmarks.{name}"], stdout=subprocess.PIPE, check=True
        ).stdout
        result = {"date": f"{datetime.now(UTC):%Y-%m-%d}", "machine": machine(), **json.loads(printed)}
        (RESULTS / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")
        for row in rows(name, result["figures"]):
            table.add_row(*row)
    Console().print(table)


def machine() -> dict[str, Any]:
    """What it was measured on."""
    return {
        "cores": os.cpu_count(),
        "processor": _processor(),
        "python": platform.python_version(),
        "packages": {name: version(name) for name in _PACKAGES},
    }


def rows(name: str, figures: list[dict[str, Any]]) -> Iterator[tuple[str, ...]]:
    """The lines of the table."""
    for figure in figures:
        runs = figure["runs"]
        target = "" if figure["target"] is None else _number(figure["target"])
        yield name, f"{figure['name']} ({figure['unit']})", _number(median(runs)), _number(min(runs)), target


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 else f"{value:.3f}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


if __name__ == "__main__":
    main()
