"""Metric -> PromQL: every shape of query that the dashboards use.

Each says how several processes are put together: counters and histograms are summed, a gauge of the one learner is the
largest there is, since a standby shows 0. None yields NaN: where nothing happened there is no point to draw.
"""

from __future__ import annotations

_WINDOW = "$__rate_interval"


def per_second(counter: str, by: str = "", window: str = _WINDOW) -> str:
    """How often it happens, per value of the label ``by``.

    >>> per_second("sluice_decisions_total", by="verdict", window="5m")
    'sum by (verdict) (rate(sluice_decisions_total[5m]))'
    """
    return f"sum{_by(by)}(rate({counter}[{window}]))"


def per_minute(counter: str, by: str = "") -> str:
    """The same for what happens seldom."""
    return f"60 * {per_second(counter, by)}"


def happened(counter: str, window: str, by: str = "") -> str:
    """How often it happened in the last ``window``."""
    return f"sum{_by(by)}(increase({counter}[{window}]))"


def quantile(share: float, histogram: str) -> str:
    """The value that this share of the observations does not exceed; nothing where there were none."""
    buckets = per_second(f"{histogram}_bucket", by="le")
    return f"histogram_quantile({share}, {buckets}) >= 0"


def spread(histogram: str, *shares: float) -> dict[str, str]:
    """Legend -> `quantile`, for several shares."""
    return {f"p{100 * share:g}": quantile(share, histogram) for share in shares}


def of_learner(gauge: str, by: str = "") -> str:
    """The gauge as the active learner shows it."""
    return f"max{_by(by)}({gauge})"


def _by(label: str) -> str:
    return f" by ({label}) " if label else ""
