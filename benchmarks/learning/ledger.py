"""Results -> a file of JSON lines that grows, and back: a study goes on where it ended."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any

from benchmarks.learning.grid import Configuration


class Ledger:
    """All results of a study; each line has its configuration, the key of that, and the hash of the sources."""

    def __init__(self, path: Path) -> None:
        self._path = path
        path.parent.mkdir(parents=True, exist_ok=True)

    def done(self, script: str) -> set[str]:
        """Keys of the configurations that these sources have run."""
        return {line["key"] for line in self.lines() if line["script"] == script}

    def lines(self) -> Iterator[dict[str, Any]]:
        """All results in the order of their end; what a crash left unfinished is no line."""
        if not self._path.exists():
            return
        for line in self._path.read_bytes().splitlines(keepends=True):
            if line.endswith(b"\n") and line.strip():
                yield json.loads(line)

    def add(self, configuration: Configuration, script: str, result: dict[str, Any]) -> None:
        """Write one result down."""
        line = {"key": configuration.key, "script": script, "configuration": asdict(configuration), "result": result}
        self._mend()
        with self._path.open("a", encoding="utf-8") as file:
            file.write(json.dumps(line) + "\n")

    def _mend(self) -> None:
        """Cut off what a crash left unfinished."""
        if self._path.exists() and (content := self._path.read_bytes()) and not content.endswith(b"\n"):
            self._path.write_bytes(content[: content.rfind(b"\n") + 1])
