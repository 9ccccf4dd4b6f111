"""Independent runs -> their results in order, in processes of their own: the same whatever their number."""

from __future__ import annotations

import signal
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import get_context
from typing import Any, TypeVar

Task = TypeVar("Task")
Result = TypeVar("Result")

Progress = Callable[[int], None]
"""Told how many more steps are done."""

_LOOK_SECONDS = 0.2
_shared: Any = None
"""In a worker: how many steps all of them have done, and whether they are to stop."""


class Stopped(Exception):
    """The parent no longer wants the result."""


def run_all(
    run: Callable[[Task, Progress], Result], tasks: Sequence[Task], jobs: int, progress: Progress
) -> list[Result]:
    """Run each task, in this process if ``jobs`` is 1; ``run`` and the tasks must be picklable.

    The first error, or an interrupt, ends all of them: running ones at their next report of progress.
    """
    if jobs == 1 or len(tasks) < 2:
        return [run(task, progress) for task in tasks]
    context = get_context("spawn")
    steps, stop = context.Value("q", 0), context.Event()
    with ProcessPoolExecutor(min(jobs, len(tasks)), context, _begin, ((steps, stop),)) as pool:
        futures = [pool.submit(_run, run, task) for task in tasks]
        told, left = 0, set(futures)
        try:
            while left:
                done, left = wait(left, _LOOK_SECONDS)
                for future in done:
                    future.result()
                now = steps.value
                progress(now - told)
                told = now
        finally:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
    return [future.result() for future in futures]


def _begin(shared: Any) -> None:
    """A worker leaves it to its parent to be interrupted."""
    global _shared
    _shared = shared
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _run(run: Callable[[Task, Progress], Result], task: Task) -> Result:
    return run(task, _report)


def _report(steps: int) -> None:
    counter, stop = _shared
    if stop.is_set():
        raise Stopped
    with counter.get_lock():
        counter.value += steps
