"""Examples in docstrings -> each gives what it says."""

from __future__ import annotations

import doctest
from importlib import import_module

import pytest

from tests.architecture.sources import Module, modules

WITH_EXAMPLES = [
    module for module in modules("stream", "services", "grafana", "benchmarks") if "\n    >>> " in module.text
]


@pytest.mark.parametrize("module", WITH_EXAMPLES, ids=str)
def test_every_example_gives_what_it_says(module: Module) -> None:
    told: list[str] = []
    runner = doctest.DocTestRunner(verbose=False)
    for example in doctest.DocTestFinder(exclude_empty=True).find(import_module(module.name)):
        runner.run(example, out=told.append)

    assert runner.tries
    assert not told, "".join(told)
