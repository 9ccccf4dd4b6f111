"""Dockerfile -> what can be seen of it without Docker: its sources, its bases, its user."""

from __future__ import annotations

import re
import shlex
from fnmatch import fnmatch

import pytest

from tests.architecture.sources import ROOT

DOCKERFILE = ROOT / "deploy" / "Dockerfile"


def instructions() -> list[tuple[str, list[str]]]:
    """Each instruction with its words; lines that end in a backslash are joined, comments dropped."""
    text = re.sub(r"^\s*#.*\n", "", DOCKERFILE.read_text(), flags=re.MULTILINE).replace("\\\n", " ")
    lines = [line.partition(" ") for line in text.splitlines() if line.strip()]
    return [(name, shlex.split(rest)) for name, _, rest in lines]


def sources() -> list[str]:
    """What is copied from the repository."""
    copies = [words for name, words in instructions() if name == "COPY" and not words[0].startswith("--from")]
    return [source for words in copies for source in words[:-1]]


def last_stage() -> list[tuple[str, list[str]]]:
    everything = instructions()
    start = max(place for place, (name, _) in enumerate(everything) if name == "FROM")
    return everything[start:]


@pytest.mark.parametrize("source", sources())
def test_what_is_copied_exists_and_is_not_ignored(source: str) -> None:
    kept = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().splitlines()
    assert (ROOT / source).exists()
    assert any(fnmatch(source, line.removeprefix("!")) for line in kept if line.startswith("!"))


def test_nothing_is_let_through_that_is_not_copied() -> None:
    lines = (ROOT / "deploy" / "Dockerfile.dockerignore").read_text().splitlines()
    assert next(line for line in lines if not line.startswith("#")) == "*"
    assert {line.removeprefix("!") for line in lines if line.startswith("!")} == set(sources())


def test_all_stages_stand_on_one_pinned_python() -> None:
    bases = {words[0] for name, words in instructions() if name == "FROM"}
    (base,) = bases
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-[a-z]+", base)


def test_every_package_comes_from_a_lock() -> None:
    runs = [" ".join(words) for name, words in instructions() if name == "RUN"]
    installs = [run for run in runs if " pip " in run or "/pip " in run]
    assert len(installs) == 3
    assert "--require-hashes -r requirements/uv.txt" in installs[0]
    assert "pip sync" in installs[1]
    assert "--torch-backend=cpu requirements/cpu.txt" in installs[1]
    assert "--no-deps --no-build-isolation ." in installs[2]


def test_it_runs_sluice_as_somebody_without_rights() -> None:
    words = dict(last_stage())
    assert words["USER"] == ["10001:10001"]
    assert words["ENTRYPOINT"] == ["[sluice]"]
    assert "--uid 10001" in " ".join(words["RUN"])


def test_the_last_stage_installs_nothing() -> None:
    runs = [" ".join(words) for name, words in last_stage() if name == "RUN"]
    assert [run for run in runs if re.search(r"\b(apt|apt-get|pip|uv)\b", run)] == []


def test_all_that_is_copied_between_stages_is_the_environment() -> None:
    copies = [words for name, words in last_stage() if name == "COPY"]
    assert copies == [["--from=build", "/opt/sluice", "/opt/sluice"]]
