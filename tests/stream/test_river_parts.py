"""Parts of river come without its packages' own imports, and the packages can still be imported afterwards."""

from __future__ import annotations

import subprocess
import sys

import pytest

from stream.river_parts import river_part

PROGRAM = """
import sys
from stream.learner import Learner
from stream.drift import DETECTORS
DETECTORS["adwin"](), DETECTORS["hddm_a"]()
print(*({"sklearn", "scipy.stats", "river.datasets"} & set(sys.modules)))
import river.drift
from river.drift.binary import HDDMA
part = sys.modules["river.drift.adwin"].ADWIN
print(river.drift.ADWIN is part, HDDMA is DETECTORS["hddm_a"]()._build.func)
"""


@pytest.mark.slow
def test_detectors_load_no_data_sets_and_are_the_same_classes_as_those_of_the_whole_package() -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines() == ["", "True True"]


def test_what_river_does_not_have_is_named() -> None:
    with pytest.raises(ModuleNotFoundError, match=r"river\.drift\.none"):
        river_part("river.drift.none", "None")
    with pytest.raises(AttributeError, match="None"):
        river_part("river.drift.adwin", "None")
