"""Options -> every run of a study that is not in its results file yet: `python -m benchmarks.learning --help`."""

from __future__ import annotations

import os

os.environ["OPENBLAS_NUM_THREADS"] = os.environ["OMP_NUM_THREADS"] = "1"  # read when numpy is imported

import argparse
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from benchmarks.learning.grid import LIMIT, TEST_FRACTION, Configuration, configurations, script_hash
from benchmarks.learning.ledger import Ledger
from benchmarks.learning.run import run
from benchmarks.learning.sets import Source, prepare

SETS = (
    "banking77", "hwu64", "trec6", "sms_spam", "youtube_spam", "davidson", "agnews", "huffpost", "airline",
    "semeval_twitter",
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> None:
    """Run what is missing; a line on stderr for each run."""
    options = _options(arguments)
    source = Source(options.data, options.cache, options.encoder)
    ledger, script = Ledger(options.results), script_hash()
    done = ledger.done(script)
    todo = [each for each in _grid(options) if each.key not in done]
    print(f"{len(todo)} runs to do; sources {script}", file=sys.stderr)
    for name in dict.fromkeys(each.set for each in todo):
        prepare(name, source)
    with ProcessPoolExecutor(options.jobs, mp_context=get_context("spawn")) as pool:
        running = {pool.submit(run, each, source): each for each in todo}
        try:
            for number, future in enumerate(as_completed(running), 1):
                result, configuration = future.result(), running.pop(future)
                ledger.add(configuration, script, result)
                print(f"{number}/{len(todo)} {_told(configuration, result)}", file=sys.stderr)
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise


def _told(configuration: Configuration, result: dict[str, Any]) -> str:
    return (
        f"{configuration.set} {configuration.budget} seed {configuration.seed} {configuration.strategy}"
        f"{'' if configuration.names else ' unnamed'}: test {result['test_accuracy']:.3f},"
        f" prequential {result['prequential_accuracy']:.3f}, asked {result['asked']}, {result['seconds']} s"
    )


def _grid(options: argparse.Namespace) -> list[Configuration]:
    axes = {
        "set": options.sets,
        "names": options.names,
        "budget": options.budgets,
        "seed": range(options.first_seed, options.first_seed + options.seeds),
        "latency": options.latencies,
        "noise": options.noises,
        "unanswered": options.unanswered,
        "late_classes": options.late_classes,
        "late_known": options.late_known,
        "model": options.models,
        "budget_rule": options.budget_rules,
        "strategy": options.strategies,
    }
    fixed = {
        "rare_share": options.rare_share,
        "rotated": options.rotated,
        "shuffle": not options.in_order,
        "limit": options.limit,
        "test_fraction": options.test_fraction,
        "settings": dict(options.set),
    }
    return list(configurations(axes, fixed))


def _options(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks.learning", description=__doc__)
    add = parser.add_argument
    add("--sets", type=_listed, default=list(SETS), help="between commas; default: all ten")
    add("--budgets", type=_listed, default=["0.01", "0.02", "0.05", "0.1", "0.2"], help="fractions between commas")
    add("--seeds", type=int, default=5, help="how many")
    add("--first-seed", type=int, default=0)
    add(
        "--strategies",
        type=_listed,
        default=["typical_margin", "random"],
        help="also scikit-activeml/split/... and so on",
    )
    add("--names", type=_truths, default=[False], help="no, yes, or both: class names as a prior")
    add("--models", type=_listed, default=[None])
    add("--budget-rules", type=_listed, default=[None])
    add("--latencies", type=lambda text: list(map(int, _listed(text))), default=[200])
    add("--noises", type=_shares, default=[0.0])
    add("--unanswered", type=_shares, default=[0.0], help="shares of requests that nobody answers")
    add("--late-classes", type=_shares, default=[0.0], help="shares of classes that come half-way")
    add("--late-known", type=_truths, default=[False], help="no, yes, or both: those classes come from the start")
    add("--rare-share", type=float, default=0.0, help="the share of the stream that one class is thinned to")
    add("--rotated", action="store_true", help="each class under the name of another")
    add("--set", type=_setting, action="append", default=[], metavar="NAME=VALUE", help="as in budget.audit_share=0.2")
    add("--in-order", action="store_true", help="do not shuffle: the file's order")
    add("--limit", type=int, default=LIMIT, help="texts of a set, held-back ones among them")
    add("--test-fraction", type=float, default=TEST_FRACTION, help="the share of texts that is held back")
    add("--data", type=Path, required=True, help="where SET.jsonl.gz are")
    add("--cache", type=Path, required=True, help="where embeddings are kept")
    add("--encoder", default="minilm")
    add("--results", type=Path, required=True, help="the file of JSON lines to extend")
    add("--jobs", type=int, default=os.cpu_count() or 1)
    return parser.parse_args(arguments)


def _listed(text: str) -> list[str]:
    return [part.strip() for part in text.split(",")]


def _shares(text: str) -> list[float]:
    return list(map(float, _listed(text)))


def _truths(text: str) -> list[bool]:
    return {"no": [False], "yes": [True], "both": [False, True]}[text]


def _setting(text: str) -> tuple[str, str]:
    name, _, value = text.partition("=")
    return name, value


if __name__ == "__main__":
    main()
