"""Settings -> a console that is called by the names that they give it."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from threading import Event, Thread
from typing import Any

import httpx
import pytest
from prometheus_client import CollectorRegistry

from services.console.connections import Connection
from services.console.follower import identities
from services.console.news import News
from services.console.schema import ViewError
from services.console.serving import Console
from services.console.view import FILE, View
from services.edges.journal.base import JournalDamaged, Message
from services.edges.journal.sqlite import SqliteJournal
from services.edges.listening import address, listen
from services.edges.settings_sources import load_settings
from services.edges.topics import TEXTS
from tests.services.console.worlds import decision, spoil


def test_it_answers_to_the_names_and_the_tokens_of_the_settings_and_to_no_other(tmp_path: Path) -> None:
    settings = load_settings({"data.dir": tmp_path / "view", "http.names": ("Console",), "http.tokens": ["0" * 16]})
    stop = Event()
    with SqliteJournal(tmp_path / "journal") as journal, listen("127.0.0.1", 0, "--port") as listening:
        console = Console(settings, journal, CollectorRegistry(), listening)
        threads = [Thread(target=run, args=[stop]) for run in console.parts.values()]
        for thread in threads:
            thread.start()
        url = f"http://{address(listening)}/readyz"
        codes = {name: ready(url, name) for name in ("console:8080", "CONSOLE", "localhost:1")}
        foreign = httpx.get(url, headers={"Host": "elsewhere"})
        status = f"http://{address(listening)}/v1/status"
        tokens = {token: httpx.get(status, headers={"Authorization": f"Bearer {token}"}) for token in ("0" * 16, "1")}
        stop.set()
        console.end()
        for thread in threads:
            thread.join()
        console.close()
    assert codes == {"console:8080": 200, "CONSOLE": 200, "localhost:1": 200}
    assert [answer.status_code for answer in tokens.values()] == [200, 401]
    assert (foreign.status_code, "HTTP__NAMES" in foreign.json()["detail"]) == (421, True)


@pytest.mark.parametrize(("bootstrap", "told"), [("", 0.02), ("127.0.0.1:1", None)])
def test_the_budget_is_told_at_once_where_the_learner_has_the_same_settings(
    bootstrap: str, told: float | None, tmp_path: Path
) -> None:
    overrides = {"data.dir": tmp_path / "view", "budget.fraction": 0.02, "kafka.bootstrap": bootstrap}
    with SqliteJournal(tmp_path / "journal") as journal, listen("127.0.0.1", 0, "--port") as listening:
        console = Console(load_settings(overrides), journal, CollectorRegistry(), listening)
        server = Thread(target=console.parts["http"], args=[Event()])
        server.start()
        status = httpx.get(f"http://{address(listening)}/v1/status").json()
        console.end()
        server.join()
        console.close()
    assert status["budget"] == told


def test_a_file_where_its_directory_is_to_be_is_named_with_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "view").touch()
    with SqliteJournal(tmp_path / "journal") as journal, listen("127.0.0.1", 0, "--port") as listening:
        settings = load_settings({"data.dir": tmp_path / "view"})
        with pytest.raises(ViewError, match=r"view cannot be the data directory \(File exists\): name another"):
            Console(settings, journal, CollectorRegistry(), listening)


def test_calls_that_wait_when_it_is_told_to_end_are_answered_with_what_there_is(tmp_path: Path) -> None:
    settings, stop = load_settings({"data.dir": tmp_path / "view"}), Event()
    with SqliteJournal(tmp_path / "journal") as journal, listen("127.0.0.1", 0, "--port") as listening:
        console = Console(settings, journal, CollectorRegistry(), listening)

        def end_once_it_is_accepted() -> None:
            while not journal.read({(TEXTS, 0): 0}, 1, 1.0):
                pass
            console.end()

        threads = [Thread(target=console.parts["http"], args=[stop]), Thread(target=end_once_it_is_accepted)]
        for thread in threads:
            thread.start()
        answer = httpx.post(f"http://{address(listening)}/v1/texts?wait=30", json={"id": "a", "text": "x"}, timeout=30)
        for thread in threads:
            thread.join()
        console.close()
    assert (answer.status_code, answer.json()) == (200, {"decisions": [None], "ids": ["a"]})


@pytest.mark.parametrize("path", ["/", "/page/app.js", "/livez", "/v1/status"])
def test_a_head_is_answered_as_the_call_without_its_body(tmp_path: Path, path: str) -> None:
    with SqliteJournal(tmp_path / "journal") as journal:
        heads = [called(journal, tmp_path / "view", method, path)[0] for method in ("HEAD", "GET")]
    assert heads == [200, 200]


def test_its_connections_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Connection, "most", 0)
    with SqliteJournal(tmp_path / "journal") as journal, pytest.raises(httpx.TransportError):
        called(journal, tmp_path / "view", "GET", "/livez")


class Damaged(SqliteJournal):
    """Whose file can be written no more."""

    def append(self, messages: Sequence[Message]) -> list[int]:
        raise JournalDamaged(f"sluice.db is damaged: {len(messages)} messages cannot be written")


def test_it_ends_where_a_call_finds_the_journal_damaged(tmp_path: Path) -> None:
    with Damaged(tmp_path / "journal") as journal:
        code, told = called(journal, tmp_path / "view", "POST", "/v1/texts", json={"text": "lost card"})

    assert (code, told) == (503, "sluice.db is damaged: 1 messages cannot be written")


def test_it_ends_where_a_call_finds_the_view_damaged(tmp_path: Path) -> None:
    with SqliteJournal(tmp_path / "journal") as journal:
        with closing(View(tmp_path / "view.db", identities(journal))) as view:
            found = News(decisions=[decision(f"text {number}") for number in range(1_000)])
            view.save(found, {}, {})
        (tmp_path / "view").mkdir()
        spoil((tmp_path / "view.db").rename(tmp_path / "view" / FILE))
        code, told = called(journal, tmp_path / "view", "GET", "/v1/decisions/text%20900")

    assert code == 503
    assert told.startswith(f"{tmp_path}/view/console.db is damaged")
    assert "move it away" in told


def called(journal: SqliteJournal, directory: Path, method: str, path: str, **request: Any) -> tuple[int, str]:
    """What a console answers to a call, and what it then ends with."""
    settings, stop, raised = load_settings({"data.dir": directory}), Event(), list[Exception]()
    with listen("127.0.0.1", 0, "--port") as listening:
        console = Console(settings, journal, CollectorRegistry(), listening)

        def serve() -> None:
            try:
                console.parts["http"](stop)
            except (JournalDamaged, ViewError) as error:
                raised.append(error)

        server = Thread(target=serve)
        server.start()
        try:
            answer = httpx.request(method, f"http://{address(listening)}{path}", **request)
        finally:
            console.end()
            server.join()
            console.close()
    return answer.status_code, " ".join(map(str, raised))


def ready(url: str, name: str) -> int:
    """The first answer that is not that it is not ready yet."""
    while (code := httpx.get(url, headers={"Host": name}).status_code) == 503:
        pass
    return code
