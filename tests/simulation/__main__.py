"""Many seeds -> what they broke, with progress: `python -m tests.simulation --seeds 20000 --first 0 --jobs 2`."""

from __future__ import annotations

import argparse
import sys
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from multiprocessing import get_context

from services.edges.terminal import progress
from tests.simulation.run import Result, run

_TOLD_EVERY = 1_000
_SEEDS_OF_A_POOL = 2_000
"""Then its processes are replaced. A pool that does so by itself may wait for ever (python/cpython#115634)."""


@dataclass
class _Tally:
    """What all runs so far came to."""

    faults: Counter[tuple[str, str]] = field(default_factory=Counter)
    counts: Counter[str] = field(default_factory=Counter)
    seeds: int = 0
    wrong: int = 0
    digest: int = 0
    """Of all runs, whatever their order: where two states of the code give the same one, they commit the same bytes."""

    def add(self, result: Result) -> None:
        self.faults.update(result.faults)
        self.counts.update(result.counts)
        self.seeds += 1
        self.wrong += bool(result.broken or result.unsound)
        self.digest ^= int(sha256(f"{result.seed} {result.digest}".encode()).hexdigest(), 16)
        for line in [*result.broken, *result.unsound]:
            print(f"seed {result.seed}: {line}", flush=True)  # noqa: T201


def main() -> int:
    """Exit code 1 where a promise was broken; Ctrl-C tells what there was until then."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20_000)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--jobs", type=int, default=2)
    arguments = parser.parse_args()
    seeds = range(arguments.first, arguments.first + arguments.seeds)
    tally, started = _Tally(), time.monotonic()
    with progress("seeds", len(seeds)) as advance, suppress(KeyboardInterrupt):
        for result in _results(seeds, arguments.jobs):
            tally.add(result)
            advance(1, f"{tally.wrong} wrong")
            if tally.seeds % _TOLD_EVERY == 0:
                print(_so_far(tally, started), flush=True)  # noqa: T201
    _tell(tally.faults, tally.counts)
    print(_so_far(tally, started))  # noqa: T201
    return 1 if tally.wrong or tally.seeds < len(seeds) else 0


def _so_far(tally: _Tally, started: float) -> str:
    told = f"{tally.seeds} seeds in {time.monotonic() - started:.0f} s, {tally.wrong} with a broken promise"
    return f"{told}, digest {tally.digest:064x}"


def _results(seeds: range, jobs: int) -> Iterator[Result]:
    if jobs == 1:
        yield from map(run, seeds)
        return
    for start in range(0, len(seeds), _SEEDS_OF_A_POOL):
        with ProcessPoolExecutor(jobs, get_context("spawn")) as pool:
            futures = [pool.submit(run, seed) for seed in seeds[start : start + _SEEDS_OF_A_POOL]]
            for future in as_completed(futures):
                yield future.result()


def _tell(faults: Counter[tuple[str, str]], counts: Counter[str]) -> None:
    """How often each fault fell on each request, and what there was besides."""
    kinds = sorted({kind for _, kind in faults})
    print(" " * 22 + "".join(f"{kind:>15}" for kind in kinds))  # noqa: T201
    for site in sorted({site for site, _ in faults}):
        print(f"{site:22}" + "".join(f"{faults[site, kind] or '':>15}" for kind in kinds))  # noqa: T201
    print(", ".join(f"{count} {what}" for what, count in sorted(counts.items())))  # noqa: T201


if __name__ == "__main__":
    sys.exit(main())
