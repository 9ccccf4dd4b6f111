"""Malformed records on a real Kafka -> one dead letter each, good ones pass, and the intake stays up."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.edges.settings import KafkaSettings
from tests.attack.intake import attack_intake


@pytest.mark.slow
def test_each_record_is_an_item_or_a_dead_letter_and_memory_stays(kafka: KafkaSettings, tmp_path: Path) -> None:
    told = attack_intake(kafka, 5_000, 7, tmp_path / "log")
    assert told.wrong == set()
    assert len(told.written) == 5_000
    assert len(told.letters) > 2_500
    assert len(told.good) > 1_000
