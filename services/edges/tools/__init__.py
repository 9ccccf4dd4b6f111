"""Tool name -> its class: the table of labelling tools."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from services.edges.formats.base import FormatError
from services.edges.tools.argilla import Argilla
from services.edges.tools.base import Tool
from services.edges.tools.doccano import Doccano
from services.edges.tools.label_studio import LabelStudio
from services.edges.tools.prodigy import Prodigy

__all__ = ["TOOLS", "tool_of"]

TOOLS: Final[Mapping[str, type[Tool]]] = {
    "label_studio": LabelStudio,
    "prodigy": Prodigy,
    "argilla": Argilla,
    "doccano": Doccano,
}


def tool_of(name: str) -> Tool:
    """The tool of this name. Raises FormatError.

    >>> tool_of("prodigy").__class__.__name__
    'Prodigy'
    """
    if name not in TOOLS:
        raise FormatError(f"there is no tool {name!r}; there are {', '.join(TOOLS)}")
    return TOOLS[name]()
