"""Data directory -> the lock file of a writer's name in it, and whether a process holds that."""

from __future__ import annotations

from pathlib import Path

from filelock import FileLock, Timeout


def lock_of(directory: Path, name: str) -> FileLock:
    """What the one writer of this name holds while it lives."""
    return FileLock(directory / f"{name}.lock", thread_local=False)


def is_held(directory: Path, name: str) -> bool:
    """Whether a process is the writer of this name; also where this user may not ask.

    Asking takes the lock for an instant, so ask only where a person waits for it: a service that starts at that very
    instant is told that there is one already.
    """
    lock = lock_of(directory, name)
    if not Path(lock.lock_file).exists():
        return False
    try:
        with lock.acquire(blocking=False):
            return False
    except (Timeout, OSError):
        return True
