"""A machine -> what is well on it, and how to mend what is not."""

from __future__ import annotations

import os
import socket
import sqlite3
import sys
from contextlib import closing
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Thread

import pytest

from services.doctor import Finding, examine
from services.edges.journal.sqlite import SqliteJournal

_NOBODY = 65_534


def found(directory: Path, what: str, **overrides: object) -> Finding:
    settings = {"data.dir": directory, "http.port": 0, "encoder.model": "hashing"}
    settings |= {name.replace("__", "."): value for name, value in overrides.items()}
    return next(finding for finding in examine(settings) if finding.what.startswith(what))


def test_all_is_well_on_a_new_machine(tmp_path: Path) -> None:
    findings = examine({"data.dir": tmp_path / "new", "http.port": 0})
    assert [finding for finding in findings if not finding.ok] == []
    assert not (tmp_path / "new").exists()


def test_a_wrong_setting_is_told_and_ends_the_examination() -> None:
    *_, last = examine({"budget.fraction": 2})
    assert (last.what, last.ok) == ("settings", False)
    assert "BUDGET__FRACTION" in last.detail


def test_a_whole_journal_is_well(tmp_path: Path) -> None:
    SqliteJournal(tmp_path).close()
    assert found(tmp_path, "journal").ok


def test_a_damaged_journal_is_found(tmp_path: Path) -> None:
    SqliteJournal(tmp_path).close()
    path = tmp_path / "sluice.db"
    content = bytearray(path.read_bytes())
    content[16_384 : 16_384 + 4_000] = b"\xff" * 4_000
    path.write_bytes(content)
    finding = found(tmp_path, "journal")
    assert not finding.ok
    assert finding.mend


@pytest.mark.parametrize(
    ("statement", "told"),
    [("CREATE TABLE notes (text)", "belongs to another program"), ("PRAGMA user_version = 99", "by a newer sluice")],
)
def test_a_journal_that_this_version_would_refuse_is_found(tmp_path: Path, statement: str, told: str) -> None:
    if "newer" in told:
        SqliteJournal(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "sluice.db")) as connection:
        connection.execute(statement)
    finding = found(tmp_path, "journal")
    assert not finding.ok
    assert told in finding.detail


def test_a_file_that_only_another_user_may_use_is_found() -> None:
    with TemporaryDirectory() as name:
        place = Path(name)
        place.chmod(0o777)
        (place / "console.db").touch(0o000)
        root = os.geteuid() == 0
        if root:
            os.seteuid(_NOBODY)
        try:
            finding = found(place, "data directory")
        finally:
            if root:
                os.seteuid(0)
    assert (finding.ok, finding.detail) == (False, f"{place}/console.db cannot be read and written")
    assert "chown" in finding.mend


def test_a_file_in_place_of_the_directory_is_found(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for what in ("data directory", "journal"):
        assert not found(tmp_path / "file", what).ok


def test_a_busy_port_is_found(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        finding = found(tmp_path, "port", http__port=taken.getsockname()[1])
    assert not finding.ok
    assert "--port" in finding.detail


class Alive(BaseHTTPRequestHandler):
    """Answers as a running service does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_: object) -> None: ...


@pytest.fixture
def loopback_6() -> socket.socket:
    """A socket that listens on ::1."""
    try:
        return socket.create_server(("::1", 0), family=socket.AF_INET6)
    except OSError as error:
        pytest.skip(f"no IPv6 here: {error}")


def test_a_port_of_a_loopback_address_of_ipv6_is_free_busy_or_ours(tmp_path: Path, loopback_6: socket.socket) -> None:
    port = loopback_6.getsockname()[1]
    with HTTPServer(("", 0), Alive, bind_and_activate=False) as server:
        server.socket.close()
        server.socket = loopback_6
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        assert "a running sluice answers there" in found(tmp_path, "port", http__host="::1", http__port=port).detail
        server.shutdown()
        busy = found(tmp_path, "port", http__host="::1", http__port=port)
        assert (busy.ok, f"cannot listen on [::1]:{port} " in busy.detail) == (False, True)
    assert found(tmp_path, "port", http__host="::1", http__port=port).ok


def test_a_sluice_that_answers_is_of_another_directory_where_nobody_works_on_this_one(tmp_path: Path) -> None:
    with HTTPServer(("127.0.0.1", 0), Alive) as server, SqliteJournal(tmp_path) as journal:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        with journal.writer("learner"):
            ours = found(tmp_path, "port", http__port=server.server_port)
        others = found(tmp_path, "port", http__port=server.server_port)
        server.shutdown()
    assert (ours.ok, ours.warning) == (True, False)
    assert (others.ok, others.warning, "--data" in others.mend) == (True, True, True)
    assert others.detail.endswith(f"of another data directory: none works on {tmp_path}")


def test_a_model_that_is_not_there_is_found(tmp_path: Path) -> None:
    assert not found(tmp_path, "encoder", encoder__model=str(tmp_path / "nothing")).ok
    (tmp_path / "empty").mkdir()
    assert "no weights" in found(tmp_path, "encoder", encoder__model=str(tmp_path / "empty")).detail


def test_the_packaged_weights_are_found_without_loading_torch(tmp_path: Path) -> None:
    assert found(tmp_path, "encoder", encoder__model="minilm").ok


def test_an_old_python_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 1))
    assert not found(tmp_path, "python").ok
