"""The production learner under every fault that the simulation knows -> every promise is kept, seed by seed."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter

import pytest

from tests.simulation.run import run
from tests.simulation.scenario import Fault
from tests.simulation.test_mutants import SEEDS

CHUNK = 10
WRITES = {"init", "begin", "send decisions", "send label-requests", "send learner-state", "send offsets", "commit"}
DIGESTS = "from tests.simulation.run import run; print(*(run(seed).digest for seed in (3, 14, 15)))"


@pytest.mark.slow
@pytest.mark.parametrize("first", SEEDS[::CHUNK])
def test_no_promise_is_broken(first: int) -> None:
    results = [run(seed) for seed in range(first, first + CHUNK)]

    assert [(each.seed, broken) for each in results for broken in (*each.broken, *each.unsound)] == []
    assert all(each.counts["decisions"] and each.counts["learner processes"] for each in results)


@pytest.mark.slow
def test_faults_fall_on_every_step_of_the_learner() -> None:
    faults: Counter[tuple[str, str]] = Counter()
    for seed in range(40):
        faults.update(run(seed, memory=False).faults)

    assert {site for site, _ in faults} >= WRITES | {"join", "elect", "read state", "read", "append commit"}
    assert {kind for _, kind in faults} >= set(Fault)
    assert faults["disk", "full"]
    assert faults["late request", "refused"]


@pytest.mark.slow
def test_a_seed_is_the_same_run_in_every_process() -> None:
    told = [
        subprocess.run(
            [sys.executable, "-c", DIGESTS],
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout.split()
        for seed in ("1", "2")
    ]

    assert told[0] == told[1] == [run(seed).digest for seed in (3, 14, 15)]
    assert len(set(told[0])) == 3
