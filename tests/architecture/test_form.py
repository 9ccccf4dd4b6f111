"""Every module -> its form: an arrow on the first line, and short enough to be read."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from tests.architecture.sources import Module, modules

MODULES = modules("stream", "services", "grafana", "benchmarks", "tests", "requirements", "examples")
SOURCES = [module for module in MODULES if module.name.partition(".")[0] in {"stream", "services", "grafana"}]
ARROW = re.compile(r'"""\S.*( <?-> |: )\S')
"""`Utility -> verdict: ...`, or for what only flows `The values that flow: ...`."""
FORBIDDEN_NAMES = {"utils", "util", "common", "helpers", "helper", "interfaces", "misc"}
RAISED_ELSEWHERE = {"services.running", "services.edges.journal.kafka_election", "services.edges.background"}
"""Modules that keep what a thread raised, to raise it where it is waited for."""
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


def test_the_first_line_of_a_module_says_what_becomes_of_what() -> None:
    assert [str(module) for module in SOURCES if not ARROW.match(module.text.partition("\n")[0])] == []


def test_every_module_says_what_it_is_for() -> None:
    assert [str(module) for module in MODULES if module.text and not ast.get_docstring(module.tree)] == []


def test_no_file_has_more_than_300_lines() -> None:
    assert [f"{module}: {lines}" for module in MODULES if (lines := len(module.text.splitlines())) > 300] == []


def test_no_line_has_more_than_120_characters() -> None:
    lines = [(module, number, line) for module in MODULES for number, line in enumerate(module.text.splitlines(), 1)]
    assert [f"{module}:{number}" for module, number, line in lines if len(line) > 120] == []


def test_no_body_of_a_function_has_more_than_40_lines() -> None:
    assert [
        f"{module}: {function.name} has {body_lines(function)}"
        for module in MODULES
        for function in functions(module)
        if body_lines(function) > 40
    ] == []


def test_no_module_has_a_name_that_says_nothing() -> None:
    assert [str(module) for module in MODULES if not FORBIDDEN_NAMES.isdisjoint(module.name.split("."))] == []


def test_only_the_command_line_and_the_assembly_import_inside_functions() -> None:
    assert [
        f"{module}:{node.lineno}"
        for module in SOURCES
        if module.name != "services.assembly" and not module.name.startswith("services.cli")
        for function in functions(module)
        for node in ast.walk(function)
        if isinstance(node, ast.Import | ast.ImportFrom)
    ] == []


def test_no_exception_is_swallowed_whole() -> None:
    assert [
        f"{module}:{node.lineno}"
        for module in SOURCES
        if module.name not in RAISED_ELSEWHERE
        for node in ast.walk(module.tree)
        if isinstance(node, ast.ExceptHandler) and is_broad(node.type) and not raises(node)
    ] == []


def functions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(module.tree) if isinstance(node, FUNCTIONS))


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body without the docstring."""
    body = function.body[1:] if ast.get_docstring(function, clean=False) is not None else function.body
    return body[-1].end_lineno - body[0].lineno + 1 if body and body[-1].end_lineno else 0


def is_broad(caught: ast.expr | None) -> bool:
    return caught is None or (isinstance(caught, ast.Name) and caught.id in {"Exception", "BaseException"})


def raises(handler: ast.ExceptHandler) -> bool:
    return any(isinstance(node, ast.Raise) for node in ast.walk(handler))
