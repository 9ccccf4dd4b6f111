"""So many records of a seed -> decoded, in batches as the intake has them: what became of each, and how memory grew."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from services.edges.dead_letters import dead_letter
from services.edges.journal.base import Record
from services.intake.batching import READ_RECORDS, decode
from services.running import collect_rarely
from tests.attack.mutators import records

_WARM_RECORDS = 20_000


@dataclass
class Decoding:
    """What became of the records: by mutator, how many were texts; by reason, how many dead letters there were."""

    records: int = 0
    texts: Counter[str] = field(default_factory=Counter)
    letters: Counter[str] = field(default_factory=Counter)
    keys: int = 0
    wrong: list[str] = field(default_factory=list)
    grown_megabytes: float = 0.0
    seconds: float = 0.0


def decode_attacks(count: int, seed: int) -> Decoding:
    """Decode so many records; ``wrong`` names the mutators whose records became what they must not."""
    collect_rarely()  # as the intake's process does
    told, attacks, before = Decoding(), islice(records(seed), count), 0.0
    while chunk := list(islice(attacks, READ_RECORDS)):
        made = [
            Record("texts", 0, told.records + place, None, each.value, each.headers, 0.0)
            for place, each in enumerate(chunk)
        ]
        started = time.process_time()
        decoded = decode(made)
        letters = [dead_letter(record, "cluster/topic", error) for record, error in decoded.failed]
        told.seconds += time.process_time() - started
        names = {record.offset: attack for record, attack in zip(made, chunk, strict=True)}
        told.wrong += [names[record.offset].name for record, _ in decoded.read if names[record.offset].certain]
        told.wrong += [names[record.offset].name for record, _ in decoded.failed if names[record.offset].name == "good"]
        told.wrong += ["lost"] * (len(made) - len(decoded.read) - len(decoded.failed))
        told.texts.update(names[record.offset].name for record, _ in decoded.read)
        told.letters.update(error.reason.value for _, error in decoded.failed)
        told.keys += len({letter.key for letter in letters})
        told.records += len(made)
        if told.records >= _WARM_RECORDS and not before:
            before = resident_megabytes()
    told.grown_megabytes = resident_megabytes() - before if before else 0.0
    return told


def resident_megabytes(process: int | str = "self") -> float:
    """How much memory a process has now."""
    (line,) = [line for line in Path(f"/proc/{process}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1_024 / 1e6
