"""`sluice doctor` -> what is well, what is not, and how to mend it."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING

import typer

from services.cli.errors import FAILED
from services.cli.options import CHECK, AsJson, Data
from services.cli.output import print_json

if TYPE_CHECKING:
    from services.doctor import Finding


def register(app: typer.Typer) -> None:
    """Add `doctor`."""
    app.command(rich_help_panel=CHECK)(doctor)


def doctor(data: Data = None, as_json: AsJson = False) -> None:
    """Check everything that the service needs, and say how to mend what is wrong: on Kafka if the settings name one.

    Ends with code 1 where there is a problem.

    Example: `sluice doctor --data /var/lib/sluice`
    """
    from services.doctor import examine

    findings = examine({"data.dir": data})
    if as_json:
        print_json([asdict(finding) for finding in findings])
    else:
        for finding in findings:
            typer.echo(f"{_mark(finding):7}  {finding.what}: {finding.detail}")
            if not finding.ok or finding.warning:
                typer.echo(f"         {finding.mend}")
    if not all(finding.ok for finding in findings):
        raise typer.Exit(FAILED)


def _mark(finding: Finding) -> str:
    return "PROBLEM" if not finding.ok else "WARNING" if finding.warning else "ok"
