"""The README's strategy, registered like any other -> it runs, keeps the laws, and is what the README shows."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

from services.edges.settings_sources import load_settings
from stream.records import Verdict
from tests.docs.markdown import Markdown
from tests.laws.worlds import Configuration, Diary, World, drive, new_learner

HERE = Path(__file__).parent


def live(strategy: str, batch_texts: int) -> Diary:
    configuration = Configuration(strategy=strategy)
    world, learner = World(5, configuration), new_learner(configuration)
    world.start(learner)
    return drive(world, learner, batch_texts)


def test_it_can_be_chosen_by_its_name(example: str) -> None:
    assert load_settings({"learner.strategy": example}).learner.strategy == example


def test_how_the_stream_is_cut_changes_none_of_its_decisions(example: str) -> None:
    whole, cut = live(example, 35), live(example, 8)

    assert cut.decisions == whole.decisions
    assert {decision.verdict for decision in whole.decisions} == set(Verdict)


def test_it_keeps_within_the_budget(example: str) -> None:
    asked = 0
    for seen, decision in enumerate(live(example, 35).decisions, 1):
        asked += decision.verdict is not Verdict.SKIP
        assert asked <= Fraction("0.1") * seen


def test_the_readme_shows_it_and_its_test_as_they_are(readme: Markdown) -> None:
    strategy, test = ((HERE / name).read_text() for name in ("largest_margin.py", "test_largest_margin.py"))
    shown = readme.snippets("python")

    assert strategy in shown
    assert test.replace("tests.docs.largest_margin", "stream.strategies.largest_margin") in shown
