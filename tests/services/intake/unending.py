"""An intake that fails, and whose end takes for ever -> what its process says, and how it ends."""

from __future__ import annotations

import asyncio
from typing import cast

from services.edges import logs
from services.edges.encoders.hashing import HashingEncoder
from services.edges.journal.base import JournalError
from services.intake import process
from services.intake.worker import IntakeWorker


class Unending:
    """A worker whose Kafka went away, and is waited for in the end."""

    async def run(self, encoder: HashingEncoder) -> None:
        raise JournalError(f"no Kafka answers for {encoder.name}")

    async def stop(self) -> None:
        await asyncio.Event().wait()


def main() -> None:
    """Serve, with little patience."""
    logs.configure()
    process._STOP_SECONDS = 0.1
    asyncio.run(process._serve(cast(IntakeWorker, Unending()), HashingEncoder("")))


if __name__ == "__main__":
    main()
