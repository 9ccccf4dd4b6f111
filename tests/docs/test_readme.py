"""README -> every command, call, setting, metric, file and snippet in it is there and is as it says."""

from __future__ import annotations

import ast
import json
import re
import tomllib
from inspect import signature
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import typer
from prometheus_client import CollectorRegistry

from services.cli import build_app
from services.cli.demo import demo
from services.demo import UNNAMED_CLASSES
from services.edges.access import ACCESS, Access
from services.edges.encoders import ENCODERS
from services.edges.metrics import Metrics
from services.edges.settings_sources import load_settings, show_settings
from services.edges.topics import ON_KAFKA
from stream.arrivals import Arrivals
from stream.budget import RULES
from stream.drift import DETECTORS
from stream.examples import Examples
from stream.model import MODELS
from stream.pending import Pending
from stream.strategies import STRATEGIES
from tests.architecture.sources import ROOT
from tests.docs.markdown import Markdown
from tests.services.console.worlds import Console

README = Markdown.of("README.md")
SETTING = re.compile(r"\b(?:SLUICE_)?([A-Z]+__[A-Z_]+)\b")
METRIC = re.compile(r"\bsluice_[a-z_]+")
CALL = re.compile(r"^(GET|POST) (/\S*)$")
UNKNOWN_PATHS = {"/", "/openapi.json"}
"""Served, but no part of the API's own description."""
PROCESSES = {"intake", "learner", "console", "oracle", "replay"}
YET_TO_BE_ADDED = {"stream/strategies/largest_margin.py", "tests/stream/strategies/test_largest_margin.py"}
"""The reader's own strategy."""
YEAR = re.compile(r"\b(?:17|18|19|20)\d\d\b")
"""What a module has that names a paper."""


@pytest.fixture
def nothing_set(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory: no sluice.toml."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("words", README.commands("sluice"), ids=" ".join)
def test_every_command_can_be_given_like_this(words: list[str]) -> None:
    command: Any = typer.main.get_command(build_app())
    names = list(words)
    while hasattr(command, "commands"):
        command = command.commands[names.pop(0)]

    command.make_context(words[0], names)


@pytest.mark.parametrize("words", README.commands("make"), ids=" ".join)
def test_every_make_target_is_there(words: list[str]) -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text(), re.MULTILINE)
    assert set(words) <= set(targets)


def test_every_post_is_accepted(readme: Markdown, console: Console) -> None:
    posts = [words for words in readme.commands("curl") if "-d" in words]
    answers = [console.http.post(path_of(words), content=words[words.index("-d") + 1]) for words in posts]

    assert len(posts) >= 2
    assert [answer.text for answer in answers if answer.status_code != 202] == []


def test_every_call_is_one_of_the_api(readme: Markdown, console: Console) -> None:
    described = console.http.get("/openapi.json").json()["paths"]
    known = [(method.upper(), pattern_of(path)) for path, methods in described.items() for method in methods]
    named = [match.groups() for span in readme.spans() if (match := CALL.match(span))]
    curled = [("POST" if "-d" in words else "GET", path_of(words)) for words in readme.commands("curl")]

    calls = [(method, urlsplit(path).path) for method, path in [*named, *curled]]
    unknown = [
        call for call in calls if not any(call[0] == method and path.fullmatch(call[1]) for method, path in known)
    ]
    assert {path for _, path in unknown} <= UNKNOWN_PATHS
    assert len(calls) > 10


@pytest.mark.parametrize("link", README.links())
def test_every_link_leads_somewhere(link: str) -> None:
    if link.startswith("#"):
        assert link[1:] in README.anchors()
    elif not link.startswith("https://"):
        assert (ROOT / link.partition("#")[0]).exists()


def test_every_file_that_is_named_exists(readme: Markdown) -> None:
    named = {span for span in readme.spans() if re.fullmatch(r"(stream|services|tests|docs|benchmarks)/[\w/.]*", span)}
    assert {name for name in named if not (ROOT / name).exists()} <= YET_TO_BE_ADDED


def test_every_part_that_is_a_default_or_has_a_paper_is_in_the_table_of_parts(
    readme: Markdown, nothing_set: Path
) -> None:
    parts = " ".join(row[1] for row in readme.table("Parts"))
    defaults = [shown.value for shown in show_settings()]
    families = {"strategy": STRATEGIES, "model": MODELS, "budget rule": RULES, "drift": DETECTORS}
    registered = [(kind, name, file_of(part)) for kind, table in families.items() for name, part in table.items()]
    told = [each for each in registered if each[1] in defaults or YEAR.search((ROOT / each[2]).read_text())]
    told += [("encoder", name, f"services/edges/encoders/{name}.py") for name in ENCODERS]

    missing = [f"| {kind}: {name} | [{file}]({file}) | - |" for kind, name, file in told if f"]({file})" not in parts]
    assert missing == [], "add these rows to the table of README.md under Parts, each with its paper"
    assert len(told) > 40


def test_the_settings_table_says_what_the_code_says(readme: Markdown, nothing_set: Path) -> None:
    told = {name.strip("`"): default.partition("` ")[0].strip("`") for name, default, _ in readme.table("Settings")}
    assert told == {shown.name: json.dumps(shown.value) for shown in show_settings()}


def test_the_topics_on_kafka_are_as_the_code_has_them(readme: Markdown) -> None:
    rows = {topic.strip("`"): cells for topic, *cells in readme.table("On Kafka")}
    assert list(rows) == [topic.name for topic in ON_KAFKA]
    for topic in ON_KAFKA:
        written_by, read_by, kept = (set(cell.replace("`", "").split(", ")) for cell in rows[topic.name])
        assert {name for name in PROCESSES if topic.name in ACCESS[name].writes} == written_by & PROCESSES
        assert {name for name in PROCESSES if topic.name in ACCESS[name].reads} == read_by & PROCESSES
        assert topic.compacted == any(words.startswith("the last of each") for words in kept)
        if topic.retention_seconds is not None:
            assert f"{topic.retention_seconds / 86_400:.0f} days" in kept


def test_the_rights_on_kafka_are_as_the_code_has_them(readme: Markdown) -> None:
    def names(cell: str) -> tuple[str, ...]:
        return tuple(re.findall(r"`([^`]+)`", cell))

    told = {
        process.removeprefix("command ").strip("`"): Access(
            names(reads), names(writes), "".join(names(group)), "".join(names(transactional_id))
        )
        for process, reads, writes, group, transactional_id in readme.table("Rights on Kafka")
    }
    assert told == ACCESS


def test_every_setting_that_is_named_exists(readme: Markdown, nothing_set: Path) -> None:
    known = {shown.name for shown in show_settings()}
    assert set(SETTING.findall(readme.text)) - known == set()


@pytest.mark.parametrize("snippet", README.snippets("toml"))
def test_every_toml_snippet_is_a_settings_file(snippet: str, nothing_set: Path) -> None:
    (nothing_set / "sluice.toml").write_text(snippet)

    settings = load_settings()

    for section, fields in tomllib.loads(snippet).items():
        assert getattr(settings, section).model_fields_set == set(fields)


@pytest.mark.parametrize("snippet", README.snippets("python"))
def test_every_python_snippet_is_python(snippet: str) -> None:
    assert ast.parse(snippet).body


@pytest.mark.parametrize("snippet", README.snippets("json"))
def test_every_json_snippet_is_json(snippet: str) -> None:
    assert all(json.loads(line) for line in snippet.splitlines())


def test_every_metric_that_is_named_is_published(readme: Markdown) -> None:
    families = Metrics(CollectorRegistry()).registry.collect()
    known = {family.name + ("_total" if family.type == "counter" else "") for family in families}
    assert set(METRIC.findall(readme.text)) - known == set()


def test_the_demo_is_as_it_is_told(readme: Markdown) -> None:
    words = " ".join(readme.prose.split())
    assert f"{signature(demo).parameters['texts'].default:,} questions" in words
    assert f"{UNNAMED_CLASSES} classes that nobody named" in words
    assert f"The names of {77 - UNNAMED_CLASSES} classes" in words


def test_the_bounds_are_as_they_are_told(readme: Markdown) -> None:
    words = " ".join(readme.prose.split())
    assert f"the last {default(Arrivals, 'remember_ids')} ids are known" in words
    assert f"{default(Examples, 'keep')} examples are kept" in words
    assert f"{default(Pending, 'remember_closed')} closed requests are remembered" in words


def test_no_figure_is_left_open(readme: Markdown) -> None:
    assert re.findall(r"FIGURE\(.*?\)", readme.text) == []


def default(part: type, name: str) -> str:
    """A parameter's default, as people write it."""
    return f"{signature(part).parameters[name].default:,}"


def file_of(part: object) -> str:
    """The file of a registered part."""
    return f"{part.__module__.replace('.', '/')}.py"


def path_of(words: list[str]) -> str:
    """The path, with its query, that a call of curl asks for."""
    (address,) = [word for word in words if word.startswith("localhost:")]
    return address.removeprefix("localhost:8080")


def pattern_of(path: str) -> re.Pattern[str]:
    """What the paths of a described route look like."""
    return re.compile(re.sub(r"\{[^}]*\}", ".+", path))
