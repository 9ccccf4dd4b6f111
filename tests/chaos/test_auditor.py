"""Topics in which a promise is broken -> the auditor finds it: what it passes means something."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable

import pyarrow as pa
import pytest

from tests.chaos.auditor import Records, audit

Topics = dict[str, list[tuple[str, bytes | None]]]
IDS = ["a", "b", "c", "d"]
VERDICTS = [("a", "SKIP"), ("b", "ASK"), ("c", "SKIP"), ("d", "SKIP")]


def decisions(*rows: tuple[str, str]) -> list[tuple[str, bytes | None]]:
    table = pa.Table.from_pylist([{"id": id_, "origin": f"x/{id_}", "verdict": verdict} for id_, verdict in rows])
    sink = pa.BufferOutputStream()
    with pa.ipc.new_stream(sink, table.schema) as writer:
        writer.write_table(table)
    return [("", sink.getvalue().to_pybytes())]


def request(text: str) -> str:
    return hashlib.sha256(f"x/{text}".encode()).hexdigest()[:32]


def outcome(text: str, what: str = "learned") -> tuple[str, bytes | None]:
    return request(text), json.dumps({"request_id": request(text), "outcome": what}).encode()


def kept() -> Topics:
    """Four texts, the second of which is asked about and answered, at a budget of a half."""
    return {
        "texts": [(id_, b"{}") for id_ in IDS],
        "decisions": decisions(*VERDICTS),
        "label-requests": [(request("b"), b"{}"), (request("b"), None)],
        "labels": [(request("b"), b"{}")],
        "label-outcomes": [outcome("b")],
    }


def broken(topics: Topics) -> list[str]:
    records: Records = topics.__getitem__
    return audit(records, "0.5", IDS, [request("b")]).broken


def test_nothing_is_found_where_all_is_kept() -> None:
    assert broken(kept()) == []


BREAKS: dict[str, Callable[[Topics], object]] = {
    "1 texts have no decision": lambda topics: topics.update(decisions=decisions(*VERDICTS[:3])),
    "a text was decided twice": lambda topics: topics["decisions"].extend(decisions(("a", "SKIP"))),
    "1 asked after 1 texts": lambda topics: topics.update(decisions=decisions(VERDICTS[1], VERDICTS[0], *VERDICTS[2:])),
    "a request was issued twice": lambda topics: topics["label-requests"].insert(0, (request("b"), b"{}")),
    "requests and decisions differ by 1": lambda topics: topics["label-requests"].append((request("c"), b"{}")),
    "1 labels were not learned": lambda topics: topics.update({"label-outcomes": [outcome("b", "late")]}),
    "a label was learned twice": lambda topics: topics["label-outcomes"].append(outcome("b")),
    "2 label messages have 1 outcomes": lambda topics: topics["labels"].append((request("b"), b"{}")),
}


@pytest.mark.parametrize("promise", BREAKS)
def test_what_is_broken_is_found(promise: str) -> None:
    topics = kept()
    BREAKS[promise](topics)
    assert promise in broken(topics)
