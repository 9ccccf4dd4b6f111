"""`sluice config show` -> every setting with its origin."""

from __future__ import annotations

import pytest

from tests.services.cli.command import Sluice


def test_each_setting_is_shown_with_its_origin(sluice: Sluice) -> None:
    lines = [line.split("\t") for line in sluice("config", "show").out.splitlines()]
    assert ["ENCODER__MODEL", '"hashing"', "environment"] in lines
    assert ["BUDGET__FRACTION", "0.05", "default"] in lines


def test_programs_read_the_same_as_json(sluice: Sluice) -> None:
    shown = sluice("config", "show", "--json").json
    assert shown["ENCODER__MODEL"] == {"value": "hashing", "origin": "environment"}


def test_the_password_is_never_shown(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_KAFKA__PASSWORD", "correct horse")
    told = sluice("config", "show")
    assert 'KAFKA__PASSWORD\t"**********"\tenvironment' in told.out
    assert sluice("config", "show", "--json").json["KAFKA__PASSWORD"]["value"] == "**********"
    assert "horse" not in told.out + told.err


def test_tokens_are_never_shown(sluice: Sluice, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLUICE_HTTP__TOKENS", "correct-horse-battery-staple")
    told = sluice("config", "show")
    assert 'HTTP__TOKENS\t["**********"]\tenvironment' in told.out
    assert sluice("config", "show", "--json").json["HTTP__TOKENS"]["value"] == ["**********"]
    assert "horse" not in told.out + told.err
