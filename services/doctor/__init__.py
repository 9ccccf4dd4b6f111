"""A machine, its settings and its Kafka -> findings: what is well, and how to mend what is not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from services.doctor import machine
from services.doctor.base import Finding
from services.doctor.kafka import examine_kafka
from services.edges.journal.sqlite_schema import FILE_NAME
from services.edges.settings import Settings, SettingsError
from services.edges.settings_sources import load_settings


def examine(overrides: Mapping[str, object] | None = None) -> list[Finding]:
    """Look at everything that the service needs, on the Kafka of the settings or without one; changes nothing."""
    findings = [machine.python()]
    try:
        settings = load_settings(overrides)
    except SettingsError as error:
        return [*findings, Finding("settings", False, str(error), "correct it; `sluice config show` lists them all")]
    return [*findings, Finding("settings", True, "valid"), *_surroundings(settings)]


def _surroundings(settings: Settings) -> Iterator[Finding]:
    if settings.kafka.bootstrap:
        yield from examine_kafka(settings.kafka)
    yield machine.directory(settings.data.dir)
    yield machine.disk(settings.data.dir)
    if not settings.kafka.bootstrap:
        yield machine.journal(settings.data.dir / FILE_NAME)
    yield machine.encoder(settings.encoder.model)
    yield machine.port(settings.http, None if settings.kafka.bootstrap else settings.data.dir)


__all__ = ["Finding", "examine"]
