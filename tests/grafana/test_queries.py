"""Every query of the dashboards -> a real Prometheus that scraped a real run: it answers, and its answer moved."""

from __future__ import annotations

from collections.abc import Sequence
from math import isclose, isfinite

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.grafana.committed import Query, queries
from tests.grafana.conftest import BUDGET, Run
from tests.grafana.prometheus import Series

pytestmark = pytest.mark.slow

CONSTANT = {
    "sum(sluice_learner_active)": 1.0,
    "sum(increase(sluice_budget_overspend_total[1d]))": 0.0,
    "max(sluice_budget_limit_ratio)": BUDGET,
    "count by (version, encoder) (sluice_build_info)": 1.0,
}
"""What rightly never moves, and what it is all the time."""


def test_every_query_answers_with_finite_values_that_moved(run: Run) -> None:
    found = {str(query): fault(query, run.prometheus.course(query.promql)) for query in queries()}
    assert {place: wrong for place, wrong in found.items() if wrong} == {}


def test_a_query_whose_metric_was_renamed_is_found_out(run: Run) -> None:
    renamed = [query.without(metric) for query in queries() for metric in query.metrics]
    answers = {query: run.prometheus.course(query.promql) for query in renamed}
    assert len(renamed) >= len(queries())
    assert [str(query) for query, answer in answers.items() if fault(query, answer) != "no series"] == []


def test_the_run_exposes_every_metric_that_is_read(run: Run) -> None:
    exposed = {sample.name for family in text_string_to_metric_families(run.metrics) for sample in family.samples}
    assert {metric for query in queries() for metric in query.metrics} - exposed == set()


def test_what_never_moves_is_on_a_dashboard() -> None:
    assert CONSTANT.keys() - {query.expression for query in queries()} == set()


@pytest.mark.parametrize(
    ("expression", "values", "wrong"),
    [
        ("sum(sluice_a)", [[1.0, 2.0]], None),
        ("sum(sluice_a)", [[1.0, 1.0], [1.0, 2.0]], None),
        ("sum(sluice_a)", [], "no series"),
        ("sum(sluice_a)", [[1.0, float("nan")]], "not finite"),
        ("sum(sluice_a)", [[1.0, 2.0], [1.0, float("inf")]], "not finite"),
        ("sum(sluice_a)", [[1.0, 1.0], [3.0, 3.0]], "never moved"),
        ("sum(sluice_learner_active)", [[1.0, 1.0]], None),
        ("sum(sluice_learner_active)", [[0.0, 1.0]], "not always 1"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told(expression: str, values: list[list[float]], wrong: str | None) -> None:
    assert fault(Query("here", expression), [Series({}, each) for each in values]) == wrong


def fault(query: Query, answer: Sequence[Series]) -> str | None:
    """What is wrong with the answer to a query; None where nothing is."""
    values = [value for series in answer for value in series.values]
    expected = CONSTANT.get(query.expression)
    if not values:
        return "no series"
    if not all(map(isfinite, values)):
        return "not finite"
    if expected is not None:
        return None if all(isclose(value, expected) for value in values) else f"not always {expected:g}"
    return None if any(len(set(series.values)) > 1 for series in answer) else "never moved"
