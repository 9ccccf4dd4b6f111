"""The whole service in one process: it serves, it remembers, and it ends as a whole."""

from __future__ import annotations

import signal
import socket
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.edges.encoders.base import EncoderError
from services.edges.listening import PortTaken
from services.embedded import Embedded
from tests.services.visits import Visit, own_hooks, settings_for, visit

LOST = {"id": "t1", "text": "where is my card?", "source": "chat"}
REFUND = {"id": "t2", "text": "refund please"}


@dataclass
class Seen:
    """What a visitor saw of a service."""

    decisions: dict[str, dict[str, Any]]
    requested: dict[str, Any]
    outcomes: list[str]
    ready: int
    status: dict[str, Any]
    metrics: dict[tuple[str, ...], float]


def look_around(guest: Visit) -> Seen:
    """Ask, answer, ask again; read the metrics once the journal was measured, and end with a signal."""
    (first,) = guest.decide(LOST)
    (requested,) = guest.http.get("/v1/requests", params={"reviewer": "ann"}).json()["requests"]
    outcomes = guest.answer({"request_id": requested["request_id"], "label": "card_lost", "reviewer": "ann"})
    (second,) = guest.decide(REFUND)
    while ("sluice_journal_lag_records", "items") not in (metrics := guest.metrics()):
        guest.decide(LOST | {"id": None})
    while not metrics["sluice_label_requests_open",]:  # read while it was being told of the last step
        metrics = guest.metrics()
    ready, status = guest.http.get("/readyz").status_code, guest.http.get("/v1/status").json()
    handler = signal.getsignal(signal.SIGTERM)
    assert callable(handler)
    handler(signal.SIGTERM, None)
    with pytest.raises(httpx.TransportError):
        call_for_ever(guest)
    return Seen({"t1": first, "t2": second}, requested, outcomes, ready, status, metrics)


def call_for_ever(guest: Visit) -> None:
    """Call the service again and again: raises once it is gone."""
    while True:
        guest.http.get("/livez")


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def seen(directory: Path) -> Seen:
    return visit(settings_for(directory, metrics__sources=["chat"]), look_around)


def test_a_text_is_decided_asked_about_and_learned_over_http(seen: Seen) -> None:
    first, second = seen.decisions["t1"], seen.decisions["t2"]

    assert (first["verdict"], first["reason"], first["class"]) == ("ASK", "cold_start", None)
    assert (seen.requested["text"], seen.outcomes, seen.ready) == ("where is my card?", ["learned"], 200)
    assert (second["class"], second["reason"]) == ("card_lost", "uncertain")


def test_the_metrics_of_all_parts_are_served(seen: Seen) -> None:
    metrics = seen.metrics

    assert metrics["sluice_texts_total", "chat"] >= 1
    assert metrics["sluice_label_requests_total", "ASK"] == metrics["sluice_label_requests_open",] + 1 >= 2
    assert metrics["sluice_labels_total", "learned"] == metrics["sluice_learner_active",] == 1
    assert metrics["sluice_journal_bytes",] > 0
    assert [value for (name, *labels), value in metrics.items() if "build_info" in name and "hashing" in labels] == [1]


def test_a_restart_remembers_all_and_decides_nothing_twice(seen: Seen, directory: Path) -> None:
    def come_back(guest: Visit) -> tuple[Any, ...]:
        again, new = guest.decide(LOST, {"id": "t3", "text": "where is my card, please?"})
        return again, new, guest.http.get("/v1/status").json()

    again, new, status = visit(settings_for(directory), come_back)
    assert again == seen.decisions["t1"]
    assert new["class"] == "card_lost"
    assert (status["texts"], status["labels"]) == (seen.status["texts"] + 1, 1)


def test_a_part_that_fails_ends_them_all_with_its_error(tmp_path: Path) -> None:
    service = Embedded(settings_for(tmp_path, encoder__model="hashing:many"))

    with own_hooks(), pytest.raises(EncoderError, match="hashing:many"):
        service.run()


def test_a_busy_port_is_named_and_the_data_left_alone(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"cannot listen on 127.0.0.1:{port} .*--port"):
            Embedded(settings_for(tmp_path / "data", http__port=port))

    assert not (tmp_path / "data").exists()
