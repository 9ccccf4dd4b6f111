"""Flags that several commands share -> their declarations, and the settings with them."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from inspect import Parameter, Signature, signature
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, get_type_hints

import typer

from services.edges.setting_names import variable

if TYPE_CHECKING:
    from services.edges.settings import Settings

RUN, QUEUES, TRY, CHECK = "Run", "Look and answer", "Try on labelled data", "Check"
"""Under which headings `sluice --help` lists the commands."""

MAY_BEGIN_WITH_A_DASH = {"ignore_unknown_options": True}
"""For commands that take an origin: it begins with the id of a cluster, which is base64url."""

Data = Annotated[
    Path | None,
    typer.Option("--data", help=f"The data directory ({variable('data.dir')}).", show_default="./sluice-data"),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for programs.")]
LogJson = Annotated[bool, typer.Option("--json", help="Log JSON for programs, on a terminal too.")]
Tool = Annotated[
    str | None,
    typer.Option(
        "--tool",
        help="The file is of this tool: label_studio, prodigy, argilla or doccano.",
        show_default="by the file's name",
    ),
]
Seed = Annotated[
    int | None, typer.Option(help=f"The seed of all random draws ({variable('learner.seed')}).", show_default="0")
]


def settings_with(**flags: object) -> Settings:
    """The effective settings; flags are named ``section_field`` with two underscores between, None where not given."""
    from services.edges.settings_sources import load_settings

    return load_settings({name.replace("__", "."): value for name, value in flags.items()})


def spread(command: Callable[..., None]) -> Callable[..., None]:
    """The command with the fields of its first argument, a dataclass, as its own arguments: typer reads signatures."""
    hints = get_type_hints(command, include_extras=True)
    first, *others = signature(command).parameters.values()
    options = hints[first.name]
    hints |= get_type_hints(options, include_extras=True)
    fields = signature(options).parameters

    @wraps(command)
    def spread_command(**values: object) -> None:
        command(options(**{name: values.pop(name) for name in fields}), **values)

    arguments = [parameter.replace(annotation=hints[parameter.name]) for parameter in [*fields.values(), *others]]
    spread_command.__signature__ = Signature(  # type: ignore[attr-defined]
        [argument.replace(kind=Parameter.KEYWORD_ONLY) for argument in arguments]
    )
    spread_command.__annotations__ = {argument.name: argument.annotation for argument in arguments}
    return spread_command
