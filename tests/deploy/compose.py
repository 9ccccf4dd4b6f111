"""compose.yaml -> its services, as the tests look at them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from tests.architecture.sources import ROOT

DEPLOY = ROOT / "deploy"
FILE = DEPLOY / "compose.yaml"


@dataclass(frozen=True)
class Service:
    """One service; as text it is its name."""

    name: str
    fields: dict[str, Any]

    @property
    def image(self) -> str:
        return str(self.fields["image"])

    @property
    def is_ours(self) -> bool:
        """Whether it runs sluice."""
        return self.image.startswith("sluice:")

    @property
    def environment(self) -> dict[str, str]:
        return dict(self.fields.get("environment", {}))

    @property
    def ports(self) -> list[str]:
        return list(self.fields.get("ports", []))

    @property
    def mounts(self) -> list[tuple[str, str, str]]:
        """Source, target and mode of each volume."""
        parts = [f"{volume}:rw".split(":")[:3] for volume in self.fields.get("volumes", [])]
        return [(source, target, mode) for source, target, mode in parts]

    def __str__(self) -> str:
        return self.name


@cache
def load() -> dict[str, Any]:
    """The whole file, references put in."""
    loaded: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return loaded


def services() -> list[Service]:
    return [Service(name, fields) for name, fields in load()["services"].items()]


def named(name: str) -> Service:
    return Service(name, load()["services"][name])


def path_of(source: str) -> Path | None:
    """The path of this repository that a mount shows, or None for a named volume."""
    return (DEPLOY / source).resolve() if source.startswith(".") else None
