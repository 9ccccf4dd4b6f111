"""A module of river's -> a class of it, without the packages around that module.

`river.drift` loads data sets for its examples, and with them scikit-learn and `scipy.stats`: that costs each process
1.5 s of the CPU when it starts, and 45 MB.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import import_module
from importlib.util import find_spec
from itertools import accumulate
from types import ModuleType
from typing import Any


def river_part(module: str, name: str) -> Any:
    """The class of this name in a module, as in ``river.drift.adwin``."""
    packages = list(accumulate(module.split(".")[:-1], lambda parent, child: f"{parent}.{child}"))
    with _unloaded(packages[1:]):
        return getattr(import_module(module), name)


@contextmanager
def _unloaded(packages: Sequence[str]) -> Iterator[None]:
    """Let modules be imported from packages without what the packages themselves import; loaded ones stay as they are.

    Afterwards each package can still be imported, and finds these modules.
    """
    stand_ins: list[str] = []
    try:
        for package in packages:
            if package not in sys.modules and (spec := find_spec(package)) is not None:
                stand_in = ModuleType(package)
                stand_in.__path__ = list(spec.submodule_search_locations or ())
                sys.modules[package] = stand_in
                stand_ins.append(package)
        yield
    finally:
        for package in stand_ins:
            del sys.modules[package]
