"""`sluice up` on a disk that is filled while it works -> it ends in one line, and goes on where there is room again."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import httpx

from services.edges.datasets import Row
from tests.chaos.running import BLOCK, Running, doctor, finish

_DISK_MIB = 64
_LEFT_BYTES = 2 * 2**20
_POSTS = 200


class NotAllowed(Exception):
    """A user who may not mount a file system."""


@contextmanager
def _disk(place: Path) -> Iterator[None]:
    """A file system of its own for this directory, in memory."""
    place.mkdir(parents=True)
    mount = ["mount", "-t", "tmpfs", "-o", f"size={_DISK_MIB}m", "tmpfs", str(place)]
    done = subprocess.run(mount, capture_output=True, text=True, check=False)
    if done.returncode:
        raise NotAllowed(done.stderr.strip())
    try:
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


def fill(data: Path, rows: list[Row]) -> list[str]:
    """What was not as it should be. Raises NotAllowed."""
    found = []
    with _disk(data):
        with closing(Running(data, rows)) as first:
            first.send(rows[:BLOCK])
            filler = data / "filler"
            room = os.statvfs(data)
            filler.write_bytes(bytes(room.f_bavail * room.f_frsize - _LEFT_BYTES))
            sent, refusals = _send_until_it_ends(first, rows)
            code, told = first.service.ended(), first.service.last()
        if code != 1 or not told.startswith("sluice: ") or "free some space" not in told:
            found.append(f"it ended with {code}: {told}")
        if refusals - {500, 503, 507}:
            found.append(f"texts were refused with {sorted(refusals)}")
        if not doctor(data, "disk"):
            found.append("the doctor finds nothing wrong with the disk")
        filler.unlink()
        with closing(Running(data, rows)) as second:
            second.client.accepted += first.client.accepted
            # What was refused, or never answered, may have been written or not: its sender sends it again.
            second.send([row for row in rows[:sent] if row.id not in set(first.client.accepted)])
            found += finish(second, rows, sent)
    return found


def _send_until_it_ends(running: Running, rows: list[Row]) -> tuple[int, set[int]]:
    """Send texts until the service ends: how many were sent, accepted or not, and how others were refused."""
    sent, refusals = BLOCK, set[int]()
    for _ in range(_POSTS):
        if not running.service.alive():
            break
        block = rows[sent : sent + BLOCK]
        sent += BLOCK
        texts = [{"id": row.id, "text": row.text} for row in block]
        try:
            answer = httpx.post(f"{running.service.url}/v1/texts", json=texts, timeout=10.0)
        except httpx.TransportError:
            continue
        if answer.status_code == 202:
            running.client.accepted += [row.id for row in block]
        else:
            refusals.add(answer.status_code)
    return sent, refusals
