"""Partitions are added to `texts` while an intake runs -> it reads them, and shows what waits there."""

from __future__ import annotations

import pytest

from services.edges.settings import KafkaSettings
from services.intake import app
from tests.integration.intake_worlds import Reader, Topics, running
from tests.waiting import wait_for

pytestmark = pytest.mark.slow


def test_partitions_that_are_added_are_read_from_their_first_text_on(
    kafka: KafkaSettings, topics: Topics, reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(app, "_METADATA_MS", app._METADATA_MS // 15)  # as in 30 s, in 2
    with running(kafka) as intake:
        topics.write([b"before"])
        reader.wait(1)
        topics.admin.create_partitions({topics.name("texts"): 6})
        later = Topics(kafka)  # a producer that knows them
        later.write([b"in the fifth", b"behind it"], partition=4)
        later.write([b"in the sixth"], partition=5)
        later.close()
        reader.wait(4)
        topics.write([b"after"])
        reader.wait(5)
        assert intake.partitions == set(range(6))
        wait_for(lambda: intake.lag == 0)
    assert sorted(reader.texts) == ["after", "before", "behind it", "in the fifth", "in the sixth"]
    assert topics.committed(intake.source.group) == {0: 2, 4: 2, 5: 1}
