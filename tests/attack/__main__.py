"""`python -m tests.attack`: malformed records at length, through decoding and through the intake on a real Kafka."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from services.edges import kafka_topics
from services.edges.local_kafka import LocalKafka
from services.edges.settings import KafkaSettings
from services.edges.topics import TOPICS
from tests.attack.decoding import decode_attacks
from tests.attack.intake import attack_intake


def main() -> int:
    """Print what became of them; 1 where something became what it must not."""
    parser = argparse.ArgumentParser(prog="python -m tests.attack", description=__doc__)
    parser.add_argument("--decode", type=int, default=1_000_000, help="records through decoding alone")
    parser.add_argument("--intake", type=int, default=1_000_000, help="records through Kafka and the intake's process")
    parser.add_argument("--seed", type=int, default=0)
    options = parser.parse_args()
    failed = _decode(options.decode, options.seed) if options.decode else False
    return int((_attack(options.intake, options.seed) if options.intake else False) or failed)


def _decode(count: int, seed: int) -> bool:
    told = decode_attacks(count, seed)
    texts = sum(told.texts.values())
    print(f"decoded: {told.records:,} records, {texts:,} texts, {told.keys:,} dead letters, {len(told.wrong)} wrong")
    print(f"{told.records / told.seconds:,.0f} records a second of CPU, memory grew by {told.grown_megabytes:.1f} MB")
    print("; ".join(f"{reason}: {number:,}" for reason, number in told.letters.most_common()))
    return bool(told.wrong) or texts + told.keys != count or told.grown_megabytes >= 50


def _attack(count: int, seed: int) -> bool:
    with tempfile.TemporaryDirectory() as directory, LocalKafka(Path(directory) / "kafka") as broker:
        kafka = KafkaSettings(bootstrap=broker.bootstrap)
        kafka_topics.apply(kafka, TOPICS.values())
        told = attack_intake(kafka, count, seed, Path(directory) / "log")
    print(f"intake: {len(told.written):,} records, {len(told.items):,} items, {len(told.letters):,} dead letters")
    print(
        f"{len(told.wrong)} wrong, {count / told.seconds:,.0f} records/s, memory grew by {told.grown_megabytes:.1f} MB"
    )
    return bool(told.wrong) or told.grown_megabytes >= 50


if __name__ == "__main__":
    sys.exit(main())
