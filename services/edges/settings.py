"""What a user may choose -> one checked, frozen value."""

from __future__ import annotations

import difflib
import json
import re
from collections.abc import Mapping
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, FilePath, SecretStr, ValidationInfo
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)

from services.edges.kafka_addresses import checked_addresses
from services.edges.setting_names import BETWEEN, PREFIX, variable
from stream.budget import RULES
from stream.drift import DETECTORS
from stream.model import MODELS
from stream.strategies import STRATEGIES

FILE = "sluice.toml"
_INTEGERS_END = 2**63
"""SQLite and a deque's bound take integers below it."""
_CENTURY_SECONDS = 100 * 365.25 * 86_400
"""The longest duration: now and a hundred years is a time that a calendar, a message and SQLite can tell."""
_BEARER_TOKEN = re.compile(r"[A-Za-z0-9._~+/-]{16,}=*")  # what a header can carry: RFC 6750, 2.1


class SettingsError(ValueError):
    """A setting is wrong; the message is one line that names it and says how to mend it."""


def _is_loopback(host: str) -> bool:
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _closed_unless_exposed(host: str, info: ValidationInfo) -> str:
    if not _is_loopback(host) and not info.data.get("exposed"):
        raise ValueError(
            "only a loopback address, such as 127.0.0.1: who reaches the port and needs no token can read texts and "
            f"give answers; set {variable('http.tokens')}, or publish it on 127.0.0.1 only (containers) or behind a "
            f"proxy that authenticates, and set {variable('http.exposed', 'true')}"
        )
    return host


def _over_classes(closed: bool, info: ValidationInfo) -> bool:
    if closed and info.data.get("classes") == ():
        raise ValueError(
            f"a closed list has no class in it, so every answer would be rejected: name {variable('task.classes')}"
        )
    return closed


def no_such_part(name: str, table: Mapping[str, object]) -> str:
    """What to say to who named a part that is not in the table: the nearest name first, then all of them."""
    near = difflib.get_close_matches(name, table, n=1)
    return f"there is no such part; {f'did you mean {near[0]}? ' if near else ''}there are {', '.join(table)}"


def _one_of(table: Mapping[str, object]) -> AfterValidator:
    def check(name: str) -> str:
        if name not in table:
            raise ValueError(no_such_part(name, table))
        return name

    return AfterValidator(check)


def _listed(value: object) -> object:
    """A list as it may stand in an environment variable: JSON, or names between commas."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [name.strip() for name in value.split(",")]
    try:
        return json.loads(value)
    except ValueError as error:
        raise ValueError(f'a list in JSON is expected, such as ["spam", "ham"] ({error})') from None


def _lowered(names: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(map(str.lower, names))


def _bearer(tokens: tuple[SecretStr, ...]) -> tuple[SecretStr, ...]:
    if any(not _BEARER_TOKEN.fullmatch(token.get_secret_value()) for token in tokens):
        raise ValueError(
            "each token has 16 characters or more, which are letters, digits or one of -._~+/=; "
            "`openssl rand -hex 32` makes one"
        )
    return tokens


def _header(key: SecretStr) -> SecretStr:
    if not re.fullmatch(r"[!-~]*", key.get_secret_value()):
        raise ValueError("visible ASCII characters are expected, without white space")
    return key


def _class(value: object) -> object:
    return {"name": value} if isinstance(value, str) else value


def _stripped(value: object) -> object:
    return value.strip() if isinstance(value, str) else value


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class TaskClass(_Section):
    """A class that the task names: what it means in words, and phrases that belong to it."""

    name: Annotated[str, Field(min_length=1, max_length=200), BeforeValidator(_stripped)]
    description: str = Field(default="", max_length=10_000)
    examples: tuple[str, ...] = ()


def _distinct(classes: tuple[TaskClass, ...]) -> tuple[TaskClass, ...]:
    names = [named.name for named in classes]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ValueError(f"named twice: {', '.join(twice)}")
    return classes


_Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(_listed)]
_Classes = Annotated[
    tuple[Annotated[TaskClass, BeforeValidator(_class)], ...],
    NoDecode,
    BeforeValidator(_listed),
    AfterValidator(_distinct),
]
_Count = Annotated[int, Field(ge=1, lt=_INTEGERS_END)]
_Seconds = Annotated[float, Field(gt=0, le=_CENTURY_SECONDS)]


class BudgetSettings(_Section):
    """How many requests there may be: per text, per hour and day, open at once, and about one source of texts."""

    fraction: float = Field(default=0.05, ge=0, le=1)
    per_hour: _Count | None = None
    per_day: _Count | None = None
    max_open: _Count = 10_000
    max_queue_seconds: _Seconds | None = None
    source_share: float = Field(default=1.0, ge=0, le=1)
    audit_share: float = Field(default=0.1, ge=0, le=1)
    burst: int = Field(default=0, ge=0, lt=_INTEGERS_END)
    carry: _Count = 50
    catch_up: _Count = 10
    drift_reserve: float = Field(default=0.0, ge=0, le=1)


class DriftSettings(_Section):
    """Which detector watches audit errors, which all other signals; ``sensitivity`` scales their false alarm rates."""

    detector: Annotated[str, _one_of(DETECTORS)] = "adwin"
    error_detector: Annotated[str, _one_of(DETECTORS)] = "adwin"
    sensitivity: float = Field(default=1.0, gt=0, le=4)


class LearnerSettings(_Section):
    """The learner's parts by the names of their modules, and the seed of its random draws."""

    strategy: Annotated[str, _one_of(STRATEGIES)] = "typical_margin"
    model: Annotated[str, _one_of(MODELS)] = "softmax_prototypes"
    budget_rule: Annotated[str, _one_of(RULES)] = "window_quantile"
    noisy_labels: bool = False
    skip_near_duplicates: bool = True
    seed: int = Field(default=0, ge=0, lt=_INTEGERS_END)


class RequestsSettings(_Section):
    """How long a request waits for its answer."""

    expire_seconds: _Seconds = 7 * 24 * 3600.0


class EncoderSettings(_Section):
    """What embeds texts: ``minilm``, ``static:NAME``, or a sentence-transformers model by name or path."""

    model: str = Field(default="minilm", min_length=1)


class TaskSettings(_Section):
    """What reviewers are asked: classes that are known beforehand, whether there can be others, and what to tell."""

    name: str = Field(default="", max_length=200)
    classes: _Classes = ()
    closed: Annotated[bool, AfterValidator(_over_classes)] = False
    instructions: str = Field(default="", max_length=10_000)


class HttpSettings(_Section):
    """Where the API and the console listen, and under which ``names``, besides localhost, they may be called.

    ``exposed``: whether they may listen where other machines reach them. ``tokens``: of which callers must bring one.
    """

    exposed: bool = False  # first: `host` is judged by it
    host: Annotated[str, AfterValidator(_closed_unless_exposed)] = "127.0.0.1"
    names: Annotated[_Names, AfterValidator(_lowered)] = ()
    port: int = Field(default=8080, ge=0, le=65_535)
    tokens: Annotated[tuple[SecretStr, ...], NoDecode, BeforeValidator(_listed), AfterValidator(_bearer)] = ()


class MetricsSettings(_Section):
    """Which sources of texts are counted by name (all others count as ``other``), and where intake and learner serve
    their metrics and health on Kafka; port 0 is a free one, which they log.
    """

    sources: _Names = ()
    host: str = Field(default="127.0.0.1", min_length=1)
    port: int = Field(default=0, ge=0, le=65_535)


class ConsoleSettings(_Section):
    """How many decisions can be looked up."""

    decisions_kept: _Count = 1_000_000


class OracleSettings(_Section):
    """The key of the language model that `sluice oracle --llm` asks, where it needs one."""

    llm_key: Annotated[SecretStr, AfterValidator(_header)] = SecretStr("")


class KafkaSettings(_Section):
    """The Kafka to work on, if any: the embedded journal is used where ``bootstrap`` is empty."""

    bootstrap: Annotated[str, AfterValidator(checked_addresses)] = ""
    topic_prefix: str = Field(default="sluice.", pattern=r"^[A-Za-z0-9._-]{0,150}$")
    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = "PLAINTEXT"
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] = "SCRAM-SHA-512"
    username: str = ""
    password: SecretStr = SecretStr("")
    ca_file: FilePath | None = None
    certificate_file: FilePath | None = None
    key_file: FilePath | None = None
    texts_partitions: int = Field(default=4, ge=1, lt=2**31)  # as wide as Kafka's protocol has them
    replication_factor: int = Field(default=-1, ge=-1, lt=2**15)


class DataSettings(_Section):
    """Where the embedded journal lives."""

    dir: Path = Path("sluice-data")


class Settings(BaseSettings):
    """Everything that a user may choose; the defaults live here and nowhere else."""

    model_config = SettingsConfigDict(
        frozen=True,
        extra="forbid",
        env_prefix=PREFIX,
        env_nested_delimiter=BETWEEN,
        env_ignore_empty=True,
        toml_file=FILE,
    )

    budget: BudgetSettings = BudgetSettings()
    learner: LearnerSettings = LearnerSettings()
    drift: DriftSettings = DriftSettings()
    requests: RequestsSettings = RequestsSettings()
    encoder: EncoderSettings = EncoderSettings()
    task: TaskSettings = TaskSettings()
    http: HttpSettings = HttpSettings()
    metrics: MetricsSettings = MetricsSettings()
    console: ConsoleSettings = ConsoleSettings()
    oracle: OracleSettings = OracleSettings()
    data: DataSettings = DataSettings()
    kafka: KafkaSettings = KafkaSettings()

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  the signature is pydantic's
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags before the environment, the environment before the file."""
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls)
