"""A configuration -> its result, in a process of its own with one BLAS thread."""

from __future__ import annotations

import time
from dataclasses import asdict, replace
from typing import Any

from benchmarks.learning.grid import TEST_FRACTION, Configuration
from benchmarks.learning.sets import Source, read
from services.assembly import build_learner
from services.backtest import rotated, scenario_of
from services.edges import peers
from services.edges.settings_sources import load_settings
from stream.backtest import put_to_test, simulate


def run(configuration: Configuration, source: Source) -> dict[str, Any]:
    """What `sluice backtest --json` says of one run, with the sizes of the set and the seconds that it took."""
    started = time.perf_counter()
    data = read(configuration.set, source)
    data = rotated(data) if configuration.rotated else data
    data = data if configuration.names else replace(data, names=None)
    settings = load_settings({**configuration.flags(), "learner.seed": configuration.seed})
    scenario = scenario_of(
        settings,
        latency=configuration.latency,
        noise=configuration.noise,
        test_fraction=TEST_FRACTION,
        limit=configuration.limit,
        shuffle=configuration.shuffle,
        unanswered=configuration.unanswered,
        late_classes=configuration.late_classes,
    )
    split, classes = scenario.arrange(data.labels, configuration.seed), sorted(set(data.labels))
    if configuration.peer:
        peer = peers.build(configuration.strategy, classes, scenario.budget, configuration.seed, capped=True)
        done = put_to_test(data, scenario, peer, configuration.seed, lambda _texts: None)
    else:
        done = simulate(data, scenario, build_learner(settings), configuration.seed, lambda _texts: None)
    sizes = {"texts": len(split.stream), "test_texts": len(split.test), "classes": len(classes)}
    curve = [(asked, round(accuracy, 4)) for asked, accuracy in done.curve]
    return {**sizes, **asdict(done), "curve": curve, "seconds": round(time.perf_counter() - started, 2)}
