"""What is told to people -> settings in it are named as a shell takes them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from services.edges.setting_names import variable
from services.edges.settings import Settings
from tests.architecture.sources import Module, modules

BARE = re.compile(r"(?<!SLUICE_)\b[A-Z]{3,}__[A-Z.]")
KNOWN = {
    variable(f"{section}.{name}")
    for section, field in Settings.model_fields.items()
    for name in type(field.default).model_fields
}


def words(module: Module) -> Iterator[str]:
    """The strings of a module; its docstrings are told to people where they are the help of a command."""
    told = "cli" in module.name.split(".")
    docstrings = {id(node.value) for node in ast.walk(module.tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(module.tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and (told or id(node) not in docstrings):
            yield node.value


def named(module: Module) -> Iterator[str]:
    for node in ast.walk(module.tree):
        called = isinstance(node, ast.Call) and getattr(node.func, "id", "") == "variable"
        if called and isinstance(node.args[0], ast.Constant):
            yield variable(node.args[0].value)


def test_no_setting_is_named_without_the_prefix_that_the_environment_needs() -> None:
    assert [f"{module}: {told}" for module in modules("services") for told in words(module) if BARE.search(told)] == []


def test_every_setting_that_a_message_names_is_one() -> None:
    names = [name for module in modules("services") for name in named(module)]
    assert len(names) > 20
    assert set(names) - KNOWN == set()
