"""Name -> drift detector: the table of detectors."""

from typing import Protocol

from stream.drift.adwin import adwin
from stream.drift.base import Detector
from stream.drift.hddm_a import hddm_a
from stream.drift.hddm_w import hddm_w
from stream.drift.kswin import kswin
from stream.drift.page_hinkley import page_hinkley


class Build(Protocol):
    """Builds a detector: ``delta`` is how likely a false alarm may be; values are means of ``numbers_per_value``.

    Raises ValueError where ``delta`` is not between 0 and 1, or a value is the mean of less than one number.
    """

    def __call__(self, delta: float = ..., numbers_per_value: int = ...) -> Detector:
        """A new detector."""


DETECTORS: dict[str, Build] = {
    "adwin": adwin,
    "hddm_a": hddm_a,
    "hddm_w": hddm_w,
    "kswin": kswin,
    "page_hinkley": page_hinkley,
}
"""Every drift detector under the name of its module; each can be built without arguments."""
