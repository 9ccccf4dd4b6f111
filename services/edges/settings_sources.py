"""sluice.toml, environment, flags -> settings: read once, each value with its origin."""

from __future__ import annotations

import difflib
import json
import os
import tomllib
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple, get_args

from pydantic import SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import EnvSettingsSource, TomlConfigSettingsSource

from services.edges.setting_names import BETWEEN, PREFIX, variable
from services.edges.settings import FILE, Settings, SettingsError, TaskClass

_ENVIRONMENT = "environment"
_WORDS = {
    "extra_forbidden": f"there is no such key; there are {', '.join(TaskClass.model_fields)}",
    "path_not_file": "there is no such file",
    "model_type": "a class is a name, or a table with a name",
    "tuple_type": "a list is expected",
}
"""For errors that pydantic tells in Python's terms."""
_Name = tuple[str, ...]
_Layers = dict[str, dict[str, Any]]


class Shown(NamedTuple):
    """One effective setting: its name as in ``SLUICE_<name>``, its value, and where that was set."""

    name: str
    value: Any
    origin: str


def load_settings(overrides: Mapping[str, object] | None = None) -> Settings:
    """The settings of this process; ``overrides`` are flags, such as ``{"budget.fraction": 0.1}``; None leaves unset.

    Raises SettingsError.
    """
    flags = _nested(overrides or {})
    _refuse_unknown_variables()
    layers = _layers(flags)
    _refuse_unknown(layers)
    try:
        return Settings(**flags)
    except ValidationError as error:
        raise SettingsError(_explain(error.errors()[0], layers)) from None


def show_settings(overrides: Mapping[str, object] | None = None) -> list[Shown]:
    """Every setting with its origin, for people to read. Raises SettingsError."""
    settings = load_settings(overrides)
    layers = _layers(_nested(overrides or {}))
    values = settings.model_dump(mode="json")
    return [Shown(_written(name), values[name[0]][name[1]], _origin(name, layers)) for name in _known()]


def _layers(flags: dict[str, Any]) -> _Layers:
    """What each origin sets, the strongest first."""
    if os.path.lexists(FILE) and not os.path.isfile(FILE):  # pydantic-settings passes over it
        raise SettingsError(f"{FILE} is no file but a directory, or a link that leads nowhere: mend or remove it")
    try:
        file = TomlConfigSettingsSource(Settings)()
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{FILE} is not readable as TOML: {error}") from None
    return {"flag": flags, _ENVIRONMENT: EnvSettingsSource(Settings)(), FILE: file}


def _nested(flat: Mapping[str, object]) -> dict[str, Any]:
    nested: dict[str, Any] = {}
    for name, value in flat.items():
        section, _, field = name.partition(".")
        if value is not None:
            nested.setdefault(section, {})[field] = value
    return nested


def _known() -> list[_Name]:
    sections = {name: type(field.default) for name, field in Settings.model_fields.items()}
    return [(section, field) for section, model in sections.items() for field in model.model_fields]


def _written(name: _Name) -> str:
    return BETWEEN.join(name).upper()


def _read(written: str) -> _Name:
    return tuple(written.lower().split(BETWEEN))


def _refuse_unknown(layers: _Layers) -> None:
    for origin, layer in layers.items():
        for section, fields in layer.items():
            for name in _named(section, fields):
                _refuse_if_unknown(name, origin)


def _named(section: str, fields: object) -> list[_Name]:
    """The settings that a section names; the section itself where it is none, or an empty one that is not known."""
    if isinstance(fields, dict) and (fields or section in Settings.model_fields):
        return [(section, field) for field in fields]
    return [(section,)]


def _refuse_unknown_variables() -> None:
    """Before the environment is parsed: pydantic-settings passes over what it does not know."""
    sections = tuple(map(variable, Settings.model_fields))
    for each in map(str.upper, os.environ):
        if each.startswith(sections) or (each.startswith(PREFIX) and BETWEEN in each):
            _refuse_if_unknown(_read(each.removeprefix(PREFIX)), _ENVIRONMENT)


def _refuse_if_unknown(name: _Name, origin: str) -> None:
    known = _known()
    if name not in known:
        raise SettingsError(
            f"{_typed(name, origin)} ({origin}): there is no such setting; {_mend(name, known, origin)}"
        )


def _typed(name: _Name, origin: str) -> str:
    """How the setting is written at its origin."""
    return variable(".".join(name)) if origin == _ENVIRONMENT else _written(name)


def _mend(name: _Name, known: Sequence[_Name], origin: str) -> str:
    fields = [each for each in known if each[:1] == name]
    if fields:
        return f"{_typed(name, origin)} is a section: name one of its settings, such as {_typed(fields[0], origin)}"
    possible = known if len(name) > 1 else [*known, *dict.fromkeys(each[:1] for each in known)]
    near = difflib.get_close_matches(_written(name), map(_written, possible), n=1, cutoff=0.5)
    return f"did you mean {_typed(_read(near[0]), origin)}?" if near else "`sluice config show` lists them all"


def _origin(name: _Name, layers: _Layers) -> str:
    return next((origin for origin, layer in layers.items() if name[1] in layer.get(name[0], {})), "default")


def _is_secret(field: FieldInfo) -> bool:
    return SecretStr in (field.annotation, *get_args(field.annotation))


def _explain(error: ErrorDetails, layers: _Layers) -> str:
    name, within = tuple(map(str, error["loc"][:2])), error["loc"][2:]
    section, origin = Settings.model_fields[name[0]].default, _origin(name, layers)
    where = "".join(f", entry {part + 1}" if isinstance(part, int) else f", {part}" for part in within)
    shown = "**********" if _is_secret(type(section).model_fields[name[1]]) else str(error["input"])[:80]
    value = "" if error["type"] == "missing" else f" = {shown}"
    why = _WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    default = "" if within else f"; the default is {json.dumps(getattr(section, name[1]), default=str)}"
    return f"{_typed(name, origin)}{where}{value} ({origin}): {why[0].lower()}{why[1:]}{default}"
