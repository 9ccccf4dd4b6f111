"""Every result has a twin, and no twin is told twice."""

from __future__ import annotations

from typing import Any

from services.edges.random_twins import other_twins, twin_names


def result(strategy: str, model: str = "softmax", rule: str = "fixed", peer: str | None = None) -> dict[str, Any]:
    twin = {"model": model, "budget_rule": rule}
    return {"strategy": strategy, "peer": peer, "random": twin}


def test_results_of_one_model_and_rule_share_a_twin() -> None:
    results = {"margin": result("margin"), "entropy": result("entropy"), "river/random": result("random", peer="river")}
    assert twin_names(results) == dict.fromkeys(results, "random")
    assert other_twins(results) == {"random": {"model": "softmax", "budget_rule": "fixed"}}


def test_twins_are_named_by_what_they_differ_in() -> None:
    results = {"a": result("margin"), "b": result("margin", "means"), "c": result("margin", "means", "split")}
    assert list(twin_names({"a": results["a"], "b": results["b"]}).values()) == ["random softmax", "random means"]
    assert twin_names(results)["c"] == "random means split"
    assert other_twins(results)["random means split"] == {"model": "means", "budget_rule": "split"}


def test_random_sampling_among_the_results_is_the_twin() -> None:
    results = {"random": result("random"), "margin": result("margin")}
    assert twin_names(results) == {"random": "random", "margin": "random"}
    assert other_twins(results) == {}
