"""Names of benchmarks -> those that run: a wrong one is refused before any runs."""

from __future__ import annotations

import pytest

from benchmarks.__main__ import main


def test_an_unknown_benchmark_is_refused_with_the_names_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["learner", "lerner"])

    assert ended.value.code == 2
    assert "'lerner'; there are budget_rules" in capsys.readouterr().err
