"""The active learner is killed time after time -> how long until another one's first decision can be read."""

from __future__ import annotations

import math
import random
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np

from services.edges import kafka_topics
from services.edges.journal.kafka_election import SESSION_MS
from services.edges.local_kafka import LocalKafka
from services.edges.settings import KafkaSettings
from tests.chaos.world import World, laps

PROMISED_SECONDS = SESSION_MS / 1_000 + 5.0
ROLES = ("intake", "learner", "learner", "oracle")
_RATE = 40.0
_ROUND_TEXTS = 400
_SETTLED_SECONDS = 180.0


def run(directory: Path, *, share: float, seed: int, say: Callable[[str], None]) -> dict[str, Any]:
    """So many kills of the active learner under load, each once a standby is there; the report."""
    kills, rng = math.ceil(50 * share), random.Random(seed)
    takeovers: list[float] = []
    phases: Counter[str] = Counter()
    with LocalKafka(directory / "kafka") as broker:
        kafka = KafkaSettings(bootstrap=broker.bootstrap, topic_prefix="chaos.")
        kafka_topics.apply(kafka)
        world = World(kafka, ROLES, directory, rows=laps(2 + kills * _ROUND_TEXTS // 13_078))
        try:
            for number in range(kills):
                world.fleet.let_start()
                active = world.fleet.active_learner()
                world.send(_ROUND_TEXTS, _RATE)
                time.sleep(rng.uniform(0.5, 2.0))
                phases[world.fleet.kill_in_phase(active)] += 1
                takeovers.append(world.takeover(time.time()))
                say(f"takeover {number + 1} of {kills}: {takeovers[-1]:.1f} s")
                # The texts of this round last longer than a takeover may: there is always one to be decided.
                world.wait_until_sent()
            codes = world.settle(_SETTLED_SECONDS)
            found = world.judged()
        finally:
            world.close()
    late = float(np.percentile(takeovers, 99))
    found.expect(late <= PROMISED_SECONDS, f"p99 of a takeover: {late:.1f} s, promised {PROMISED_SECONDS:.0f} s")
    found.expect(codes == [0] * len(codes), f"SIGTERM in the end: {codes}")
    found.expect(world.fleet.ended == [], f"ended by themselves: {world.fleet.ended}")
    return {
        "settings": {"seed": seed, "kills": kills, "session_seconds": SESSION_MS / 1_000, "rate": _RATE},
        "takeover_seconds": {
            "median": round(median(takeovers), 2),
            "p99": round(late, 2),
            "most": round(max(takeovers), 2),
            "all": [round(each, 2) for each in takeovers],
        },
        "kills": {"count": kills, "by_phase": {"learner": dict(phases)}},
        "found": asdict(replace(found, broken=[])),
        "broken": found.broken,
    }
