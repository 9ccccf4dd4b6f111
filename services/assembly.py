"""Settings -> wired parts: the only place that chooses between them."""

from __future__ import annotations

from importlib import import_module
from importlib.metadata import version

from prometheus_client import CollectorRegistry

from services.edges.access import ACCESS
from services.edges.encoders import place
from services.edges.encoders.base import Encoder, EncoderError
from services.edges.journal.base import Journal
from services.edges.journal.sqlite import SqliteJournal
from services.edges.metrics import Metrics
from services.edges.setting_names import variable
from services.edges.settings import BudgetSettings, DriftSettings, LearnerSettings, Settings, SettingsError
from stream.budget import RULES
from stream.budget.accounts import Budget
from stream.drift import DETECTORS
from stream.drift.signals import (
    AUDIT_ERROR,
    CLASS_MIX,
    EMBEDDING_SHIFT,
    MEAN_TEXTS,
    SEPARATION,
    UNCERTAINTY,
    UTILITY,
    Signals,
)
from stream.knowledge import Knowledge
from stream.landmarks import Landmarks
from stream.learner import Learner
from stream.model import MODELS
from stream.model.committee import Committee
from stream.near_duplicates import OFF, NearDuplicates
from stream.parts import Parts
from stream.pending import Pending
from stream.strategies import STRATEGIES
from stream.strategies.adaptive import Adaptive
from stream.strategies.base import Strategy
from stream.strategies.random import Random

_MEANS_DELTA = 0.2
_DISTANCES_DELTAS = {EMBEDDING_SHIFT: 0.01, SEPARATION: 0.01, CLASS_MIX: 0.05}
_DISTANCES_NUMBERS = 64
_ERRORS_DELTA = 0.002


def build_journal(settings: Settings) -> Journal:
    """The journal on the Kafka of the settings or, where they name none, in the data directory. Raises JournalError."""
    if settings.kafka.bootstrap:
        from services.edges.journal.kafka import KafkaJournal

        return KafkaJournal(settings.kafka)
    return SqliteJournal(settings.data.dir)


def require_kafka(settings: Settings, command: str) -> None:
    """Raises SettingsError, with what to do, where the settings name no Kafka."""
    if not settings.kafka.bootstrap:
        raise SettingsError(
            f"`{command}` works on a Kafka: set {variable('kafka.bootstrap')} to its host:port; `sluice up` needs none"
        )


def checked_journal(settings: Settings, who: str) -> Journal:
    """The journal, once all topics are there that ``who`` needs (see `services.edges.access`). Raises JournalError."""
    if settings.kafka.bootstrap:
        from services.edges import kafka_topics

        kafka_topics.check(settings.kafka, ACCESS[who].topics)
    return build_journal(settings)


def build_encoder(settings: Settings) -> Encoder:
    """The encoder of the settings, loaded: a real one takes seconds. Raises EncoderError."""
    where = place(settings.encoder.model)
    try:
        # Only here: torch alone takes longer to import than everything else to start.
        factory = getattr(import_module(where.module), where.factory)
    except ModuleNotFoundError as error:
        raise EncoderError(f"encoder {settings.encoder.model} needs the package {error.name}: install it") from error
    encoder: Encoder = factory(where.source)
    return encoder


def encoder_name(settings: Settings) -> str:
    """What `Encoder.name` will be, without loading it."""
    return settings.encoder.model


def build_metrics(settings: Settings) -> Metrics:
    """The metrics of this process, on a registry of their own; they say which version runs, with which encoder."""
    metrics = Metrics(CollectorRegistry(), settings.metrics.sources)
    metrics.build_info.labels(version("sluice"), encoder_name(settings)).set(1)
    return metrics


def build_learner(settings: Settings) -> Learner:
    """A new learner; classes are closed where the task says so."""
    learner, task = settings.learner, settings.task
    parts = Parts(
        knowledge=_build_knowledge(learner),
        strategy=_build_strategy(learner),
        strategy_name=learner.strategy,
        budget=_build_budget(settings.budget, learner),
        signals=_build_signals(settings.drift),
        pending=Pending(settings.requests.expire_seconds),
        landmarks=Landmarks(sketched=STRATEGIES[learner.strategy].uses_sketches),
        near_duplicates=NearDuplicates() if learner.skip_near_duplicates else NearDuplicates(same=OFF, alike=OFF),
    )
    return Learner(parts, {named.name for named in task.classes} if task.closed else None)


def _build_knowledge(learner: LearnerSettings) -> Knowledge:
    committee = Committee(seed=learner.seed) if STRATEGIES[learner.strategy].uses_committee else None
    model, name = MODELS[learner.model](), learner.model
    return Knowledge(model, committee=committee, noisy_labels=learner.noisy_labels, model_name=name)


def _build_signals(drift: DriftSettings) -> Signals:
    # Bounds are cautious for means: ADWIN's at 0.2 gave 1 false alarm in 240,000 texts whose distribution stood still.
    build, by = DETECTORS[drift.detector], drift.sensitivity
    means = {name: build(_MEANS_DELTA * by, MEAN_TEXTS) for name in (UTILITY, UNCERTAINTY)}
    distances = {name: build(delta * by, _DISTANCES_NUMBERS) for name, delta in _DISTANCES_DELTAS.items()}
    return Signals({**means, **distances, AUDIT_ERROR: DETECTORS[drift.error_detector](_ERRORS_DELTA * by)})


def _build_strategy(learner: LearnerSettings) -> Strategy:
    strategy = STRATEGIES[learner.strategy]
    return strategy(learner.seed) if strategy in (Adaptive, Random) else strategy()


def _build_budget(budget: BudgetSettings, learner: LearnerSettings) -> Budget:
    return Budget(
        RULES[learner.budget_rule],
        # As the decimal that the user wrote: the budget's arithmetic is exact.
        str(budget.fraction),
        str(budget.audit_share),
        burst=budget.burst,
        carry=budget.carry,
        catch_up=budget.catch_up,
        drift_reserve=str(budget.drift_reserve),
        per_hour=budget.per_hour,
        per_day=budget.per_day,
        max_open=budget.max_open,
        max_queue_seconds=budget.max_queue_seconds,
        source_share=str(budget.source_share),
        seed=learner.seed,
    )
