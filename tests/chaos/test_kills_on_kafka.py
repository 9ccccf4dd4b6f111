"""Learners and intakes on a Kafka are killed under load -> nothing is lost, doubled or overspent, and soon replaced."""

from __future__ import annotations

import time
from pathlib import Path
from threading import Thread

import pytest

from services.edges import datasets
from services.edges.settings import KafkaSettings
from tests.chaos.auditor import Findings, audit, kafka_records
from tests.chaos.fleet import Fleet
from tests.chaos.guest import Guest
from tests.chaos.service import until

TEXTS = 6_000
BUDGET = "0.1"
ROLES = ("intake", "intake", "learner", "learner")
SETTINGS = {"ENCODER__MODEL": "hashing", "BUDGET__FRACTION": BUDGET}
TAKEOVER_SECONDS = 12.0
RATE = 130.0
TOPICS = ("texts", "decisions", "label-requests", "labels", "label-outcomes")


def judged(kafka: KafkaSettings, guest: Guest) -> Findings:
    """What the auditor finds once every text is decided and every label has its outcome."""
    records = kafka_records(kafka.bootstrap, kafka.topic_prefix, TOPICS)
    return audit(records, BUDGET, guest.accepted, guest.answered)


def whole(kafka: KafkaSettings, guest: Guest) -> bool:
    """Whether nothing is under way any more."""
    found = judged(kafka, guest)
    return found.decisions >= len(guest.accepted) and found.asked == len(guest.answered) == found.learned


def decided_since(kafka: KafkaSettings, killed: float) -> float:
    """Seconds from a kill to the first decision that was written afterwards."""
    records = kafka_records(kafka.bootstrap, kafka.topic_prefix, ["decisions"], since=killed)
    return min((written - killed for written in records("decisions")), default=float("inf"))
