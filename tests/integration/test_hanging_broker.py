"""A broker that takes connections and does not answer -> commits and appends end, and say so."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from services.edges.local_kafka import LocalKafka

SECONDS = 60.0


@pytest.mark.slow
def test_a_transaction_without_an_answer_ends(tmp_path: Path) -> None:
    with LocalKafka(tmp_path / "kafka") as broker:
        command = [sys.executable, "-m", "tests.integration.hanging_transactions", broker.bootstrap, str(broker.pid)]
        try:
            done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=True)
        finally:
            os.kill(broker.pid, signal.SIGCONT)
    assert done.stderr == ""
    assert done.stdout.count("a transaction did not end within 2 s") == 2
