"""Peer's name -> the module that runs it: other active learners on the same stream, imported only if asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from importlib import import_module
from typing import Any, Final

from services.edges.peers.base import Capped, Peer, PeerError

PEERS: Final[Mapping[str, str]] = {"scikit-activeml": "scikit_activeml", "river": "river"}
"""The library as its users name it, and the file in this folder."""


def configurations(asked: str) -> list[str]:
    """What a library's name, ``NAME:all`` or the full name of one configuration stands for. Raises PeerError.

    >>> configurations("river")
    ['river/softmax', 'river/one_vs_rest']
    """
    library, slash, configuration = asked.partition("/")
    library, colon, every = library.partition(":")
    if library not in PEERS or (colon and every != "all"):
        raise PeerError(f"there is no peer {asked!r}; there are {', '.join(PEERS)}, and NAME:all for all of it")
    module = _module(library)
    if slash and configuration not in module.CONFIGURATIONS:
        raise PeerError(f"{library} has no {configuration!r}; there are {', '.join(module.CONFIGURATIONS)}")
    chosen = [configuration] if slash else module.CONFIGURATIONS if colon else module.USUAL
    return [f"{library}/{each}" for each in chosen]


def build(name: str, classes: Sequence[str], budget: Fraction, seed: int, *, capped: bool) -> Capped:
    """The configuration of this full name, within the budget if ``capped``. Raises PeerError."""
    library, _, configuration = name.partition("/")
    peer: Peer = _module(library).build(configuration, classes, float(budget), seed)
    return Capped(peer, budget if capped else None)


def _module(library: str) -> Any:
    try:
        return import_module(f"{__name__}.{PEERS[library]}")
    except ModuleNotFoundError as error:
        mend = ".venv/bin/pip install -e '.[compare]' in the checkout of sluice"
        raise PeerError(f"{library} needs the package {error.name}: {mend}") from error
