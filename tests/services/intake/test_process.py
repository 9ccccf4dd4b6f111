"""How the process of an intake on Kafka ends."""

from __future__ import annotations

import json
import subprocess
import sys


def test_an_intake_that_does_not_end_in_time_says_what_it_ends_for() -> None:
    command = [sys.executable, "-m", "tests.services.intake.unending"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60.0, check=False)
    told = json.loads(done.stderr.splitlines()[-1])
    assert (done.returncode, told["event"]) == (1, "stopped_late")
    assert told["why"] == "JournalError: no Kafka answers for hashing"
