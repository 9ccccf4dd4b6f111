"""`sluice up` is killed in the middle of its work -> nothing is lost, doubled or overspent."""

from __future__ import annotations

from pathlib import Path

import pytest

from services.edges import datasets
from tests.chaos.auditor import audit, file_records
from tests.chaos.phases import IN_TRANSACTION
from tests.chaos.service import Client, Service, until

TEXTS = 3_000
BLOCK = 50
BUDGET = "0.1"


@pytest.mark.slow
def test_two_kills_and_an_end_lose_and_double_nothing(tmp_path: Path) -> None:
    rows = datasets.load(datasets.BANKING77).rows[:TEXTS]
    service = Service(tmp_path / "data", {"ENCODER__MODEL": "hashing", "BUDGET__FRACTION": BUDGET})
    client = Client(service.url, {row.id: row.label or "" for row in rows})
    service.start()
    try:
        for start in range(0, TEXTS, BLOCK):
            client.post([{"id": row.id, "text": row.text} for row in rows[start : start + BLOCK]])
            client.answer()
            if start == TEXTS // 3:
                service.kill()
                service.start()
            if start == 2 * TEXTS // 3:
                assert service.kill_in_transaction() == IN_TRANSACTION
                service.start()
        until(lambda: client.status()["texts"] == TEXTS, "every text is decided")
        while client.answer():
            pass
        until(lambda: client.status()["labels"] == len(client.answered), "every label is learned")

        assert service.terminate() == 0
    finally:
        client.close()
        service.close()

    with file_records(service.file) as records:
        found = audit(records, BUDGET, client.accepted, client.answered)
    assert found.broken == []
    assert found.decisions == TEXTS
    assert found.learned > 100
