"""`sluice demo` -> what happened, and a page."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.cli.command import Sluice


@pytest.mark.slow
def test_the_demo_ends_by_itself_with_its_figures_and_a_page(sluice: Sluice) -> None:
    done = sluice("demo", "--texts", 600, "--seed", 1, "--json")
    summary = done.json
    assert done.code == 0
    assert (summary["texts"], summary["budget"], summary["drift"]["injected_at"]) == (600, 0.05, 300)
    assert summary["max_overspend"] == 0
    assert 0 < summary["asked"] <= 30
    assert summary["random"]["asked"] <= 30
    assert summary["accuracy"].keys() == {"no_label", "first_quarter", "final"}
    assert Path(summary["report"]).read_text().count("<svg") == 3
    assert not Path("sluice-demo/data").exists()


@pytest.mark.slow
def test_without_learning_nothing_is_learned(sluice: Sluice) -> None:
    told = sluice("demo", "--texts", 200, "--no-learning", "--keep").out
    assert "200 texts" in told
    assert "\nThese texts are of the 47 classes named from the start, none of the 30 new ones.\n" in told
    assert "The curves: " in told
    assert Path("sluice-demo/data/ours/sluice.db").exists()
    assert sluice("labels", "export", "given.csv", "--data", "sluice-demo/data/ours", "--json").json["written"] == 0


def test_a_page_that_cannot_be_written_is_told_before_the_long_work(sluice: Sluice) -> None:
    Path("sluice-demo").write_text("")
    done = sluice("demo", "--texts", 100)
    assert done.code == 2
    assert done.err == (
        "sluice: sluice-demo/report cannot be written (Not a directory): start the demo in another directory\n"
    )


def test_more_texts_than_there_are_is_wrong_use(sluice: Sluice) -> None:
    done = sluice("demo", "--texts", 1_000_000)
    assert done.code == 2
    assert "--texts" in done.err
