"""A program's names -> where it is; missing, it is a visible skip for a visitor and a failure in `.ci/run`."""

from __future__ import annotations

import os
import shutil

import pytest

ALL_REQUIRED = os.environ.get("SLUICE_REQUIRE_ALL") == "1"


def find_program(*names: str) -> str:
    """The path of the first of these programs that is installed; without any, the test is skipped or fails."""
    program = next(filter(None, map(shutil.which, names)), None)
    if program is None:
        missing = f"none of these programs is installed: {', '.join(names)}"
        if ALL_REQUIRED:
            pytest.fail(missing)
        pytest.skip(missing)
    return program
