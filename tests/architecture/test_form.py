"""Every module -> its form: an arrow on the first line, and short enough to be read."""

from __future__ import annotations

import ast
import re

import pytest

from tests.architecture.sources import Module, modules

MODULES = modules("stream", "services", "benchmarks", "tests", "requirements")
SOURCES = modules("stream", "services")
ARROW = re.compile(r'"""\S.*( <?-> |: )\S')
"""`Utility -> verdict: ...`, or for what only flows `The values that flow: ...`."""
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "interfaces", "misc"}
RAISED_ELSEWHERE = {"services.embedded"}
"""Modules that keep what a thread raised, to raise it in the main thread."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@pytest.mark.parametrize("module", SOURCES, ids=str)
def test_the_first_line_says_what_becomes_of_what(module: Module) -> None:
    first = module.text.partition("\n")[0]
    assert ARROW.match(first), first


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_every_module_says_what_it_is_for(module: Module) -> None:
    assert not module.text or ast.get_docstring(module.tree)


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_a_file_has_at_most_300_lines_of_at_most_120_characters(module: Module) -> None:
    lines = module.text.splitlines()
    assert len(lines) <= 300
    assert [number for number, line in enumerate(lines, 1) if len(line) > 120] == []


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_the_body_of_a_function_has_at_most_40_lines(module: Module) -> None:
    assert [node.name for node in ast.walk(module.tree) if isinstance(node, FUNCTIONS) and body_lines(node) > 40] == []


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_module_has_a_name_that_says_nothing(module: Module) -> None:
    assert FORBIDDEN_NAMES.isdisjoint(module.name.split("."))


@pytest.mark.parametrize("module", SOURCES, ids=str)
def test_only_the_command_line_and_the_assembly_import_inside_functions(module: Module) -> None:
    if module.name == "services.assembly" or module.name.startswith("services.cli"):
        return
    functions = [node for node in ast.walk(module.tree) if isinstance(node, FUNCTIONS)]
    inside = [node for function in functions for node in ast.walk(function)]
    assert [node.lineno for node in inside if isinstance(node, ast.Import | ast.ImportFrom)] == []


@pytest.mark.parametrize("module", SOURCES, ids=str)
def test_no_exception_is_swallowed_whole(module: Module) -> None:
    for node in ast.walk(module.tree):
        if isinstance(node, ast.ExceptHandler) and is_broad(node.type) and module.name not in RAISED_ELSEWHERE:
            assert any(isinstance(inner, ast.Raise) for inner in ast.walk(node)), f"line {node.lineno}"


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without the docstring."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


def is_broad(caught: ast.expr | None) -> bool:
    return caught is None or (isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"})
