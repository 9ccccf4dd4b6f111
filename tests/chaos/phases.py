"""What a process is doing at a moment, seen from outside: its log, its threads, its transaction on the broker."""

from __future__ import annotations

from pathlib import Path

from kafka import KafkaAdminClient
from kafka.errors import KafkaError

IN_TRANSACTION, COMMITTING = "in a transaction", "committing"
_TRANSACTION = {"Ongoing": IN_TRANSACTION, "PrepareCommit": COMMITTING, "PrepareAbort": COMMITTING}


class Broker:
    """Asks a broker for the state of a transaction."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._admin: KafkaAdminClient | None = None

    def transaction(self, name: str) -> str:
        """`in a transaction`, `committing`, or nothing where there is none or nobody answers."""
        try:
            if self._admin is None:
                self._admin = KafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=2_000)
            return _TRANSACTION.get(self._admin.describe_transactions([name])[name].state, "")
        except (KafkaError, OSError):
            self.close()
            return ""

    def close(self) -> None:
        """Disconnect."""
        if self._admin is not None:
            self._admin.close()
            self._admin = None


def working(pid: int) -> bool:
    """Whether any thread of the process is running or about to, rather than waiting for something."""
    try:
        states = [task.read_text().rpartition(")")[2].split()[0] for task in Path(f"/proc/{pid}/task").glob("*/stat")]
    except OSError:
        return False
    return "R" in states or "D" in states


def phase(role: str, told: bytes, at_work: bool, transaction: str = "") -> str:
    """The phase of a process that has told this much in its log."""
    if b'"serving"' not in told:
        return "starting"
    if role == "learner" and b'"elected"' not in told:
        return "standing by or restoring"
    if role == "intake" and b'"assigned"' not in told:
        return "joining the group"
    return transaction or ("working" if at_work else "waiting")
