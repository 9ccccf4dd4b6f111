"""One thing that was looked at -> a finding, and what to do about it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Finding:
    """One thing that was looked at; ``mend`` says what to do where it is not ``ok``, or is worth a ``warning``."""

    what: str
    ok: bool
    detail: str
    mend: str = ""
    warning: bool = False
