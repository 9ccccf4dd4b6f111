"""Arguments -> what `sluice` printed, and its exit code."""

from __future__ import annotations

import json
import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from services.cli import main


@dataclass(frozen=True)
class Done:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


Sluice = Callable[..., Done]


def sluice_with(capture: pytest.CaptureFixture[str]) -> Sluice:
    def run(*arguments: object) -> Done:
        capture.readouterr()
        heeded = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            with pytest.raises(SystemExit) as end:
                main([str(argument) for argument in arguments])
        finally:
            for number, handler in heeded.items():
                signal.signal(number, handler)
        written = capture.readouterr()
        return Done(int(end.value.code or 0), written.out, written.err)

    return run
