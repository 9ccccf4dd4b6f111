"""Tasks in processes: the same results in the same order, all steps told, one failure for all."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from services.parallel import run_all


def square(number: int, progress: Callable[[int], None]) -> int:
    """The square."""
    progress(number)
    return number * number


def fail_at_three(number: int, progress: Callable[[int], None]) -> int:
    if number == 3:
        raise ValueError("three")
    while number > 3:  # for as long as it is let
        progress(1)
    return number


@pytest.mark.parametrize("jobs", [1, 2])
def test_results_come_in_the_order_of_the_tasks_and_every_step_is_told(jobs: int) -> None:
    steps: list[int] = []
    done = run_all(square, [5, 1, 3, 2], jobs, steps.append)

    assert done == [25, 1, 9, 4]
    assert sum(steps) == 11


def test_the_first_error_ends_all_of_them() -> None:
    with pytest.raises(ValueError, match="three"):
        run_all(fail_at_three, [1, 3, 4], 2, lambda _steps: None)


def test_no_task_is_no_result() -> None:
    assert run_all(square, [], 4, lambda _steps: None) == []
