"""Decisions -> Arrow and back: exact, readable by anyone, within what a broker takes."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from services.edges.batches import MAX_BYTES, decode_decisions, encode_decisions, pack_decisions
from stream.records import Decision, Decisions, Reason, Verdict

DECISION = Decision("me", "cluster/topic/0/7", "travel", 0.5, 0.25, 0.125, Verdict.ASK, Reason.UNCERTAIN, 0.75, 3, 1.5)


def test_decisions_come_back_to_the_microsecond() -> None:
    sent = [DECISION, DECISION._replace(label=None, threshold=np.inf, decided_at=1_700_000_000.123456)]

    assert decode_decisions(encode_decisions(sent)) == sent
    assert decode_decisions(encode_decisions([])) == []


def test_anyone_may_read_the_columns_of_decisions() -> None:
    with pa.ipc.open_stream(encode_decisions([DECISION._replace(label=None)])) as stream:
        table = stream.read_all()

    assert table.schema.field("model_version").type == pa.int64()
    assert table.schema.field("decided_at").type == pa.timestamp("us", "UTC")
    row = table.to_pylist()[0]
    assert row.pop("decided_at").isoformat() == "1970-01-01T00:00:01.500000+00:00"
    assert row == {
        "id": "me",
        "origin": "cluster/topic/0/7",
        "class": None,
        "probability": 0.5,
        "utility": 0.25,
        "threshold": 0.125,
        "verdict": "ASK",
        "reason": "uncertain",
        "query_probability": 0.75,
        "model_version": 3,
    }


def test_decisions_that_follow_one_another_go_together() -> None:
    sent = [DECISION._replace(id=str(number)) for number in range(5_000)]

    packed = pack_decisions(Decisions(sent[start : start + 1_000]) for start in range(0, 5_000, 1_000))

    assert [len(decode_decisions(each)) for each in packed] == [2_000, 2_000, 1_000]
    assert [row for each in packed for row in decode_decisions(each)] == sent
    assert pack_decisions([]) == []


def test_decisions_never_make_a_batch_that_a_broker_refuses() -> None:
    sent = [DECISION._replace(id=f"{number}" + "ö" * 500) for number in range(1_500)]

    packed = pack_decisions([Decisions(sent)])

    assert len(packed) == 4
    assert max(map(len, packed)) <= MAX_BYTES
    assert [row for each in packed for row in decode_decisions(each)] == sent
