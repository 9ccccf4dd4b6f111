"""The long runs, each by its name -> a JSON report of each, and exit code 1 where a promise was broken."""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

from benchmarks.__main__ import RESULTS, machine
from tests.chaos import kafka, soak, sqlite_files, sqlite_kills, takeovers


class Part(Protocol):
    """One of them: works in ``directory``, and gives back its report, in which ``broken`` is empty or it failed."""

    def __call__(self, directory: Path, *, share: float, seed: int, say: Callable[[str], None]) -> dict[str, Any]: ...


PARTS: Mapping[str, Part] = {
    "kafka": kafka.run,
    "broker": kafka.run_broker,
    "takeover": takeovers.run,
    "sqlite": sqlite_kills.run,
    "files": sqlite_files.run,
    "soak": soak.on_sqlite,
    "soak-kafka": soak.on_kafka,
}
_QUICK = 0.02


def main() -> int:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"{', '.join(PARTS)}; all, if none is named")
    parser.add_argument("--share", type=float, default=1.0, help="how much of it is done, from 0 to 1")
    parser.add_argument("--quick", action="store_true", help="a few minutes of each part, whose report is not kept")
    parser.add_argument("--seed", type=int, default=0)
    arguments = parser.parse_args()
    if unknown := set(arguments.parts) - set(PARTS):
        parser.error(f"there is no part {', '.join(sorted(unknown))}")
    broken = 0
    for name in arguments.parts or PARTS:
        report = _run(name, share=_QUICK if arguments.quick else arguments.share, seed=arguments.seed)
        broken += len(report["broken"])
        if not arguments.quick:
            (RESULTS / "chaos").mkdir(exist_ok=True)
            (RESULTS / "chaos" / f"{name}.json").write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    return 1 if broken else 0


def _run(name: str, *, share: float, seed: int) -> dict[str, Any]:
    started = time.monotonic()
    directory = Path(tempfile.mkdtemp(prefix=f"sluice-chaos-{name}-"))

    def say(told: str) -> None:
        print(f"{name} {time.monotonic() - started:6.0f} s: {told}", flush=True)  # noqa: T201

    say(f"begins in {directory}")
    found = PARTS[name](directory, share=share, seed=seed, say=say)
    if not found["broken"]:
        shutil.rmtree(directory)
    report = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "machine": {**machine(), "load": [round(load, 1) for load in os.getloadavg()]},
        "share": share,
        "seconds": round(time.monotonic() - started),
        **found,
    }
    say(json.dumps({key: value for key, value in report.items() if key not in ("machine", "settings", "samples")}))
    return report


if __name__ == "__main__":
    sys.exit(main())
