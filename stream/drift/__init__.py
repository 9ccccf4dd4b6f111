"""Name -> drift detector: the table of detectors."""

from collections.abc import Callable

from stream.drift.adwin import RebasedAdwin
from stream.drift.base import Detector

DETECTORS: dict[str, Callable[[], Detector]] = {
    "adwin": RebasedAdwin,
}
"""Every drift detector under the name of its module; each can be built without arguments."""
