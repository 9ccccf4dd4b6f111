"""`sluice up` -> a service until it is told to end, or one line that says why not."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

SLUICE = Path(sys.executable).with_name("sluice")
END_SECONDS = 10.0
pytestmark = pytest.mark.slow


def up(data: Path, *options: str, encoder: str = "hashing") -> subprocess.Popen[str]:
    return subprocess.Popen(
        [str(SLUICE), "up", "--data", str(data), *options],
        env={**os.environ, "SLUICE_ENCODER__MODEL": encoder},
        cwd=data.parent,
        stderr=subprocess.PIPE,
        text=True,
    )


@contextmanager
def serving(data: Path, encoder: str = "hashing") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """A service and its address, once it says that it serves."""
    process = up(data, "--port", "0", encoder=encoder)
    assert process.stderr is not None
    with process:
        events = (json.loads(line) for line in process.stderr)
        yield process, next(event["url"] for event in events if event["event"] == "serving")
        process.kill()


def refusal(data: Path, *options: str) -> tuple[int, str]:
    process = up(data, *options)
    _, told = process.communicate(timeout=60.0)
    return process.returncode, told.splitlines()[-1]


def test_sigterm_ends_it_cleanly(tmp_path: Path) -> None:
    with serving(tmp_path / "data") as (process, _):
        process.send_signal(signal.SIGTERM)
        assert process.wait(END_SECONDS) == 0


def test_a_second_learner_on_the_same_data_says_so_and_ends(tmp_path: Path) -> None:
    with serving(tmp_path / "data"):
        code, told = refusal(tmp_path / "data", "--port", "0")
    assert code == 1
    assert told.startswith("sluice: ")
    assert "already has a learner" in told


def test_a_busy_port_is_named_before_any_data_is_touched(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        code, told = refusal(tmp_path / "data", "--port", str(port))
    assert code == 1
    assert str(port) in told
    assert "--port" in told
    assert not (tmp_path / "data").exists()


def test_a_directory_that_is_a_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    code, told = refusal(tmp_path / "data", "--port", "0")
    assert (code, told) == (2, f"sluice: {tmp_path}/data is a file: name a directory with --data (SLUICE_DATA__DIR)")


def test_an_encoder_that_is_not_there_ends_the_service_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "sluice.toml").write_text('[encoder]\nmodel = "hashing:many"\n')
    process = subprocess.run(
        [str(SLUICE), "up", "--port", "0"], cwd=tmp_path, capture_output=True, text=True, timeout=60.0, check=False
    )
    assert process.returncode == 2
    assert process.stderr.splitlines()[-1].startswith("sluice: encoder hashing:many")
