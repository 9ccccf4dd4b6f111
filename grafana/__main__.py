"""Dashboards as code -> grafana/dashboards/*.json: `python -m grafana`, or `make dashboards`."""

from __future__ import annotations

from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder

from grafana import learning, overview

DIRECTORY = Path(__file__).parent / "dashboards"
DASHBOARDS = {"overview": overview.build, "learning": learning.build}


def encoded(name: str) -> str:
    """The JSON of one dashboard, as it is committed."""
    return JSONEncoder(indent=2, sort_keys=True, ensure_ascii=False).encode(DASHBOARDS[name]().build()) + "\n"


def main() -> None:
    """Write every dashboard anew."""
    for name in DASHBOARDS:
        (DIRECTORY / f"{name}.json").write_text(encoded(name), encoding="utf-8")


if __name__ == "__main__":
    main()
