"""A process's state -> what its health server answers."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import httpx
import pytest
from prometheus_client import CollectorRegistry, Counter
from prometheus_client.parser import text_string_to_metric_families

from services.edges.health import Health, HealthServer, Heartbeat
from services.edges.listening import PortTaken

NOT_READY: list[str] = []
STUCK: list[str] = []


@pytest.fixture
def http() -> Iterator[httpx.Client]:
    NOT_READY.clear()
    STUCK.clear()
    registry = CollectorRegistry()
    Counter("texts", "Texts.", registry=registry).inc(3)
    health = Health(lambda: NOT_READY, lambda: STUCK)
    with HealthServer("127.0.0.1", 0, registry, health) as server, httpx.Client(base_url=server.url) as client:
        yield client


def test_a_ready_process_answers_200(http: httpx.Client) -> None:
    assert (http.get("/livez").status_code, http.get("/livez").json()) == (200, {"alive": True})
    assert (http.get("/readyz").status_code, http.get("/readyz?verbose").json()) == (200, {"ready": True})


def test_what_is_not_ready_is_named(http: httpx.Client) -> None:
    NOT_READY.extend(["standby", "encoder"])
    answer = http.get("/readyz")
    assert (answer.status_code, answer.headers["content-type"]) == (503, "application/problem+json")
    assert answer.json()["detail"] == "not ready yet: standby, encoder"
    assert http.get("/livez").status_code == 200


def test_what_makes_no_progress_is_named(http: httpx.Client) -> None:
    STUCK.append("learner")
    answer = http.get("/livez")
    assert (answer.status_code, answer.json()["detail"]) == (503, "no progress: learner")


def test_metrics_come_in_the_form_that_is_asked_for(http: httpx.Client) -> None:
    plain = http.get("/metrics")
    assert plain.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert {family.name for family in text_string_to_metric_families(plain.text)} >= {"texts"}
    newer = http.get("/metrics", headers={"Accept": "application/openmetrics-text; version=1.0.0"})
    assert newer.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert newer.text.endswith("# EOF\n")


def test_there_is_nothing_else(http: httpx.Client) -> None:
    answer = http.get("/v1/texts")
    assert (answer.status_code, answer.json()["status"]) == (404, 404)
    assert http.post("/livez").status_code == 501
    assert http.head("/livez").text == ""


def test_a_caller_that_says_nothing_holds_up_nobody(http: httpx.Client) -> None:
    with socket.create_connection((http.base_url.host, http.base_url.port or 0)):
        assert http.get("/livez").status_code == 200


def test_a_busy_port_is_named_with_its_setting() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortTaken, match=f"127.0.0.1:{port} .*METRICS__PORT"):
            HealthServer("127.0.0.1", port, CollectorRegistry(), Health())


def test_an_address_of_the_sixth_version_serves_too() -> None:
    if not socket.has_dualstack_ipv6():
        pytest.skip("this machine has no IPv6")
    with HealthServer("::1", 0, CollectorRegistry(), Health()) as server:
        assert server.url.startswith("http://[::1]:")
        assert httpx.get(f"{server.url}/livez").status_code == 200


def test_a_heart_is_late_once_its_last_beat_is_long_ago() -> None:
    now = [0.0]
    heart = Heartbeat(60.0, clock=lambda: now[0])
    now[0] = 1_000.0
    assert not heart.late
    heart.beat()
    now[0] = 1_060.0
    assert not heart.late
    now[0] = 1_060.5
    assert heart.late
