"""Values -> JSON that every reader takes."""

from __future__ import annotations

import json
import math

import pytest

from services.cli.output import print_json


def test_numbers_that_json_has_no_name_for_are_null(capsys: pytest.CaptureFixture[str]) -> None:
    print_json({"threshold": math.inf, "curve": [(1, math.nan)], "asked": 2})
    assert json.loads(capsys.readouterr().out) == {"threshold": None, "curve": [[1, None]], "asked": 2}
