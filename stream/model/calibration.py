"""Audit answers -> a temperature that makes published probabilities mean what they say."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

import numpy as np
from scipy.optimize import minimize_scalar

from stream.records import Doubles, Entry

_WIDTH = 0.3
_BOUND = 1.5
_EVIDENCE = 2.0
_LEAST = 1e-12
_LIKELY = 5


class Calibration:
    """Temperature scaling (Guo et al., 2017) from the answers to audits, whose texts are drawn at random.

    Probabilities p become p^(1/T), normalised: the likeliest class stays the likeliest. T minimises the log loss of the
    last ``window`` answers, and log T is expected around 0 with a standard deviation of 0.3; but T is 1 before
    ``enough`` answers, and while those speak for another by less than 2 nats: what is calibrated already stays as it
    is. Of each answer only the five likeliest classes are kept; the others count as equally likely among themselves.
    """

    def __init__(self, window: int = 500, enough: int = 20) -> None:
        if not 1 <= enough <= window:
            raise ValueError(f"enough answers are 1 to {window}, not {enough}")
        self._temperature: float | None = 1.0
        self._enough = enough
        self._answers: deque[Doubles] = deque(maxlen=window)

    @property
    def temperature(self) -> float:
        """T: above 1 where probabilities were too sure, below 1 where they were not sure enough."""
        if self._temperature is None:
            self._temperature = self._fitted()
        return self._temperature

    def update(self, likely: Sequence[tuple[str, float]], label: str, classes: int, temperature: float) -> None:
        """Take the answer to an audit.

        ``likely`` are the likeliest of ``classes`` classes, best first, with their probabilities as published at
        ``temperature``. ``label`` must be one of these classes: of others no temperature knows anything.
        """
        likely = likely[:_LIKELY]
        others = classes - len(likely)
        rest = max(0.0, 1.0 - sum(share for _, share in likely)) / max(1, others)
        shares = np.array([share for _, share in likely] + [0.0] * (_LIKELY - len(likely)) + [rest])
        logs = temperature * np.log(np.maximum(shares, _LEAST))
        right = next((place for place, (name, _) in enumerate(likely) if name == label), _LIKELY)
        self._answers.append(np.array([*logs, right, len(likely), others], np.float64))
        self._temperature = None

    def published(self, probabilities: Doubles) -> Doubles:
        """Probabilities (n, k) at this temperature; the very same ones where it is 1."""
        if self.temperature == 1.0 or probabilities.shape[1] == 0:
            return probabilities
        scaled: Doubles = np.log(np.maximum(probabilities, _LEAST**2)) / self.temperature
        scaled = np.exp(scaled - scaled.max(axis=1, keepdims=True))
        scaled /= scaled.sum(axis=1, keepdims=True)
        return scaled

    def save(self) -> Entry:
        """The answers in the window."""
        return Entry(arrays={"answers": np.array(self._answers).reshape(-1, _LIKELY + 4)})

    def restore(self, entry: Entry) -> None:
        """Go on from what `save` returned."""
        self._answers.extend(entry.arrays["answers"])
        self._temperature = None

    def _fitted(self) -> float:
        if len(self._answers) < self._enough:
            return 1.0
        answers = np.array(self._answers)
        logs, right = answers[:, : _LIKELY + 1], answers[:, _LIKELY + 1].astype(np.int64)
        known = np.arange(_LIKELY) < answers[:, _LIKELY + 2, None]
        counts = np.concatenate([known, answers[:, _LIKELY + 3 :]], axis=1)
        own = logs[np.arange(len(right)), right]

        def loss(log_temperature: float) -> float:
            sharpness = np.exp(-log_temperature)
            totals = np.log(np.sum(counts * np.exp(sharpness * (logs - own[:, None])), axis=1))
            return float(totals.sum()) + (log_temperature / _WIDTH) ** 2 / 2

        found = minimize_scalar(loss, bounds=(-_BOUND, _BOUND), method="bounded")
        return float(np.exp(found.x)) if loss(0.0) - found.fun >= _EVIDENCE else 1.0
