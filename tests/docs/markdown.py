"""A page of Markdown -> what it promises: commands, code, links, settings, numbers."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from functools import cached_property
from itertools import chain
from pathlib import Path

from tests.architecture.sources import ROOT

_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_SPAN = re.compile(r"`([^`\n]+)`")
_LINK = re.compile(r"""\]\(([^)\s]+)\)|\b(?:src|srcset|href)="([^"]+)\"""")
_HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)
_BETWEEN_COMMANDS = {"|", "||", "&&", ";", "&", ">", ">>"}


@dataclass(frozen=True)
class Markdown:
    """One page; as text it is its path."""

    path: Path

    @staticmethod
    def of(name: str) -> Markdown:
        """The page of this path in the repository."""
        return Markdown(ROOT / name)

    @cached_property
    def text(self) -> str:
        return self.path.read_text(encoding="utf-8")

    @cached_property
    def prose(self) -> str:
        """All but the fenced code."""
        return _FENCE.sub("", self.text)

    def snippets(self, language: str) -> list[str]:
        """The fenced code in this language."""
        return [code for found, code in _FENCE.findall(self.text) if found == language]

    def spans(self) -> list[str]:
        """What is set as code within a line."""
        return _SPAN.findall(self.prose)

    def links(self) -> list[str]:
        """Where links and pictures lead."""
        return [first or second for first, second in _LINK.findall(self.prose)]

    def anchors(self) -> set[str]:
        """What links to headings of this page may name."""
        headings = (re.sub(r"[^\w\- ]", "", heading.lower()) for heading in _HEADING.findall(self.prose))
        return {heading.strip().replace(" ", "-") for heading in headings}

    def table(self, heading: str) -> list[list[str]]:
        """The cells of the first table under the heading, without its head."""
        section = self.text.partition(f"\n## {heading}\n")[2].partition("\n## ")[0]
        rows = [line for line in section.splitlines() if line.startswith("|")]
        return [[cell.strip() for cell in row.strip("|").split(" | ")] for row in rows[2:]]

    def commands(self, program: str) -> list[list[str]]:
        """The words behind the program's name, wherever it is called in shell code or within a line."""
        lines = chain.from_iterable(shell_lines(code) for code in self.snippets("sh"))
        spans = (shlex.split(span) for span in self.spans() if span.startswith(f"{program} "))
        calls = [call for words in [*lines, *spans] for call in split_calls(words)]
        return [words[1:] for words in calls if words[:1] == [program]]

    def __str__(self) -> str:
        return str(self.path.relative_to(ROOT))


def shell_lines(code: str) -> list[list[str]]:
    """The words of each line of shell code; lines that end in a backslash are joined, comments dropped."""
    return [shlex.split(line, comments=True) for line in code.replace("\\\n", " ").splitlines()]


def split_calls(words: list[str]) -> list[list[str]]:
    """The calls of one line, without the variables set before them.

    >>> split_calls(["A=1", "sluice", "up", "|", "jq"])
    [['sluice', 'up'], ['jq']]
    """
    calls: list[list[str]] = [[]]
    for word in words:
        if word in _BETWEEN_COMMANDS:
            calls.append([])
        elif calls[-1] or not re.match(r"[A-Z_]+=", word):
            calls[-1].append(word)
    return [call for call in calls if call]
