"""The whole service in one process: it serves, it remembers, and it ends as a whole."""

from __future__ import annotations

import signal
import socket
from pathlib import Path
from typing import Any

import pytest

from services.edges.encoders.base import EncoderError
from services.embedded import Embedded, PortTaken
from tests.services.visits import Visit, own_hooks, settings_for, visit


def test_a_text_is_decided_asked_about_and_learned_over_http(tmp_path: Path) -> None:
    def visitor(guest: Visit) -> dict[str, Any]:
        (first,) = guest.decide({"id": "t1", "text": "where is my card?"})
        (request,) = guest.http.get("/v1/requests", params={"reviewer": "ann"}).json()["requests"]
        outcomes = guest.answer({"request_id": request["request_id"], "label": "card_arrival", "reviewer": "ann"})
        (second,) = guest.decide({"id": "t2", "text": "where is my card now?"})
        ready = guest.http.get("/readyz").status_code
        return {"first": first, "text": request["text"], "outcomes": outcomes, "second": second, "ready": ready}

    seen = visit(settings_for(tmp_path), visitor)

    assert (seen["first"]["id"], seen["first"]["verdict"], seen["first"]["class"]) == ("t1", "ASK", None)
    assert (seen["text"], seen["outcomes"], seen["ready"]) == ("where is my card?", ["learned"], 200)
    assert (seen["second"]["class"], seen["second"]["reason"]) == ("card_arrival", "uncertain")


def test_a_restart_remembers_all_and_decides_nothing_twice(tmp_path: Path) -> None:
    settings = settings_for(tmp_path, task__classes=["card_arrival", "refund"])
    (first,) = visit(settings, lambda guest: guest.decide({"id": "t1", "text": "where is my card?"}))

    def visitor(guest: Visit) -> tuple[Any, ...]:
        (again,) = guest.decide({"id": "t1", "text": "where is my card?"})
        (new,) = guest.decide({"id": "t2", "text": "refund please"})
        status = guest.http.get("/v1/status").json()
        return again, new, status["texts"], status["classes"]

    again, new, texts, classes = visit(settings, visitor)
    assert again == first
    assert new["class"] == "refund"
    assert (texts, classes) == (2, ["card_arrival", "refund"])


def test_the_metrics_of_all_parts_are_served(tmp_path: Path) -> None:
    def visitor(guest: Visit) -> dict[tuple[str, ...], float]:
        guest.decide({"text": "where is my card?", "source": "chat"}, {"text": "refund please"})
        while ("sluice_journal_lag_records", "items") not in (metrics := guest.metrics()):
            guest.decide({"text": "again"})
        return metrics

    metrics = visit(settings_for(tmp_path, metrics__sources=["chat"]), visitor)

    assert metrics["sluice_texts_total", "chat"] == 1
    assert metrics["sluice_label_requests_total", "ASK"] == metrics["sluice_label_requests_open",] >= 2
    assert metrics["sluice_learner_active",] == 1
    assert metrics["sluice_journal_bytes",] > 0
    assert [value for (name, *labels), value in metrics.items() if "build_info" in name and "hashing" in labels] == [1]


def test_sigterm_and_ctrl_c_end_it(tmp_path: Path) -> None:
    def visitor(guest: Visit) -> list[bool]:
        handlers = [signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)]
        for handler in handlers:
            assert callable(handler)
            handler(signal.SIGTERM, None)
        return [handler is not signal.default_int_handler for handler in handlers]

    assert visit(settings_for(tmp_path), visitor) == [True, True]


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
