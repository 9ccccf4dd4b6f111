"""A process that is killed in the middle of anything leaves whole commits, and every one that it was told of."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
from collections import Counter
from contextlib import closing, suppress
from pathlib import Path

import pytest

from services.edges.topics import DECISIONS, LABEL_REQUESTS, LEARNER_STATE, TEXTS
from tests.services.edges.journal import committing

KILLS = 20


def run_and_kill(directory: Path, chance: random.Random) -> int:
    """Kill the committing process at some point after some commits; the last commit that it knew to be done."""
    command = [sys.executable, committing.__file__, str(directory)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        told = [process.stdout.readline() for _ in range(chance.randint(1, 30))]
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(0.0, 0.01))
        process.kill()
        told += process.stdout.readlines()
    assert process.returncode == -9
    return int(told[-1])


def numbers(reader: sqlite3.Connection, topic: str) -> Counter[int]:
    values = reader.execute("SELECT value FROM records WHERE topic = ?", (topic,))
    return Counter(int(value.split()[0]) for (value,) in values)


def check(directory: Path, told: int) -> int:
    """All of every commit is there and nothing of any other; the number of the last."""
    with closing(sqlite3.connect(directory / "sluice.db")) as reader:
        decisions, requests, texts = (numbers(reader, topic) for topic in (DECISIONS, LABEL_REQUESTS, TEXTS))
        last = max(decisions)
        assert told <= last <= told + 1
        assert decisions == dict.fromkeys(range(1, last + 1), 1)
        assert requests == dict.fromkeys(range(1, last + 1), committing.REQUESTS_A_TIME)
        assert numbers(reader, LEARNER_STATE) == {last: committing.ENTRIES + 2}
        assert set(texts) >= set(range(1, last + 1))
        assert all(count % committing.TEXTS_A_TIME == 0 for count in texts.values())
        ends = dict(reader.execute("SELECT topic, next FROM partitions WHERE partition = 0"))
        assert (ends[DECISIONS], ends[TEXTS]) == (last, texts.total())
    return last


@pytest.mark.slow
def test_a_kill_at_any_point_leaves_whole_commits(tmp_path: Path) -> None:
    chance = random.Random(20)
    lasts = [check(tmp_path, run_and_kill(tmp_path, chance)) for _ in range(KILLS)]

    assert lasts == sorted(set(lasts))
    with closing(sqlite3.connect(tmp_path / "sluice.db")) as reader:
        assert reader.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
