"""JSON bytes <-> messages of the topics <-> records of the core: frozen, versioned, every part bounded."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Any, Final, Literal, Self

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    PlainSerializer,
    ValidationError,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)
from pydantic_core import ErrorDetails, PydanticCustomError, to_json

from services.edges import outcome_keys
from services.edges.dead_letters import Fault, Unreadable
from services.edges.journal.base import Headers, Message, Record
from services.edges.json_object import read_object
from services.edges.times import rfc3339, seconds_of
from services.edges.topics import LABEL_OUTCOMES, LABEL_REQUESTS, LABELS, TEXTS
from stream.records import Items, Label, Outcome, OutcomeKind, Reason, Request, Verdict

MAX_TEXT_CHARACTERS: Final = 10_000
MAX_NAME_CHARACTERS: Final = 200
_MAX_ID_CHARACTERS = 500
_MAX_SUGGESTIONS = 1_000
_READ: Final = object()
FORGOTTEN: Final[Headers] = (("forgotten", b"1"),)
"""On the tombstone of a request: those who follow the topic must keep nothing of its text either."""


def _time(value: object, info: ValidationInfo) -> float:
    """Text in a message that was read; a number where our own code makes a message."""
    if isinstance(value, str):
        try:
            return seconds_of(value)
        except ValueError as error:
            raise PydanticCustomError(Fault.WRONG_TIME.value, "{why}", {"why": str(error)}) from None
    if isinstance(value, float) and info.context is not _READ:
        return value
    raise PydanticCustomError("string_type", "a time was expected, such as 2025-01-31T12:00:00Z")


def _not_blank(text: str) -> str:
    if not text.strip():
        raise PydanticCustomError("string_too_short", "nothing but white space")
    return text


def _encodable(text: str) -> str:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise PydanticCustomError("string_unicode", "half a surrogate pair is no character") from None
    return text


Text = Annotated[str, Field(max_length=MAX_TEXT_CHARACTERS), AfterValidator(_not_blank), AfterValidator(_encodable)]
Name = Annotated[str, Field(max_length=MAX_NAME_CHARACTERS), AfterValidator(_not_blank), AfterValidator(_encodable)]
ClassName = Annotated[Name, AfterValidator(str.strip)]
"""A class as others name it, in settings too: white space around it would make another class that looks the same.

What we tell of a class is a `Name`: one that was learned with white space is still called so.
"""
ReviewerName = Annotated[Name, AfterValidator(str.strip)]
"""A reviewer as others name them: white space around it would make another one, whose answers weigh by themselves."""
Id = Annotated[str, Field(min_length=1, max_length=_MAX_ID_CHARACTERS), AfterValidator(_encodable)]
Time = Annotated[
    float,
    BeforeValidator(_time),
    PlainSerializer(rfc3339, return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "format": "date-time"}),
]


class JsonPart(BaseModel):
    """A part of a message: frozen, and strict about types; fields that it does not know are passed over."""

    model_config = ConfigDict(frozen=True, strict=True, extra="ignore", allow_inf_nan=False)


class JsonMessage(JsonPart):
    """Times are seconds since the epoch here, RFC 3339 in the JSON."""

    schema_version: Literal[1] = 1

    @classmethod
    def parse(cls, value: bytes) -> Self:
        """The message in these bytes; Unreadable where there is none."""
        return cls.read(read_object(value))

    @classmethod
    def read(cls, fields: Mapping[str, Any]) -> Self:
        """The message with these fields, as JSON would give them; Unreadable where one is wrong."""
        try:
            return cls.model_validate(fields, context=_READ)
        except ValidationError as error:
            raise _wrong(error.errors(include_url=False, include_input=False)[0]) from None

    def encode(self) -> bytes:
        """The message as JSON, fields without a value left out."""
        return self.model_dump_json(exclude_none=True).encode()


class TextMessage(JsonMessage):
    """One text of the traffic; ``id`` is the user's name for it, ``label`` its class where the producer knows it."""

    text: Text
    id: Id | None = None
    label: ClassName | None = None
    source: Id | None = None
    time: Time | None = None

    def record(self) -> Message:
        """To be written to the topic `texts`."""
        return Message(TEXTS, self.encode(), key=self.id.encode() if self.id else None)


def texts_as_records(items: Items) -> Iterator[tuple[Record, str]]:
    """Each item as the record of `texts` that it came from, rebuilt, with the identity of its topic."""
    for row, origin in enumerate(items.origins):
        identity, partition, offset = origin.rsplit("/", 2)
        named = items.ids[row] if items.ids[row] != origin else None
        message = TextMessage(
            text=items.texts[row], id=named, label=items.labels[row], source=items.sources[row] or None
        )
        time = items.times[row] if items.times else 0.0
        yield Record(TEXTS, int(partition), int(offset), None, message.encode(), (), time), identity


class Suggestion(JsonPart):
    """A class that the text may belong to."""

    label: Name
    probability: float


class Why(JsonPart):
    """Why the label is asked for; ``nearest`` is an id of a text that was asked about before."""

    reason: Reason = Field(strict=False)
    utility: float
    threshold: float
    strategy: Name
    query_probability: float | None = None
    nearest: Id | None = None


class RequestMessage(JsonMessage):
    """One question to a reviewer."""

    request_id: Id
    text_id: Id
    origin: Id | None = None
    text: Text
    suggestions: tuple[Suggestion, ...] = Field(default=(), max_length=_MAX_SUGGESTIONS, strict=False)
    why: Why
    verdict: Verdict = Field(strict=False)
    asked_at: Time
    expires_at: Time

    def record(self) -> Message:
        """To be written to the topic `label-requests`."""
        return Message(LABEL_REQUESTS, self.encode(), key=self.request_id.encode())


def request_record(request: Request) -> Message:
    """The record of the `RequestMessage` that asks this, in half the time: our own core's values are not checked."""
    suggestions = [{"label": label, "probability": probability} for label, probability in request.suggestions]
    fields = {
        "schema_version": 1,
        "request_id": request.request_id,
        "text_id": request.text_id,
        "origin": request.origin,
        "text": request.text,
        "suggestions": suggestions,
        "why": {
            "reason": request.reason.value,
            "utility": request.utility,
            "threshold": request.threshold,
            "strategy": request.strategy,
            "query_probability": request.query_probability,
        },
        "verdict": request.verdict.value,
        "asked_at": rfc3339(request.asked_at),
        "expires_at": rfc3339(request.expires_at),
    }
    return Message(LABEL_REQUESTS, to_json(fields), key=request.request_id.encode())


class LabelMessage(JsonMessage):
    """One answer to a request: either a label, or ``skip`` where the reviewer cannot tell."""

    request_id: Id
    label: ClassName | None = None
    skip: bool = False
    reviewer: ReviewerName
    answered_at: Time | None = None
    corrects: bool = False

    @model_validator(mode="after")
    def _answers_once(self) -> Self:
        if self.skip and self.label is not None:
            raise PydanticCustomError(Fault.WRONG_VALUE.value, "both a label and skip")
        if not self.skip and self.label is None:
            raise PydanticCustomError("missing", "neither a label nor skip")
        return self

    def given(self, now: float) -> Self:
        """The same answer; given ``now``, in seconds since the epoch, where it does not say when."""
        return self if self.answered_at is not None else self.model_copy(update={"answered_at": now})

    def answer(self, offset: int) -> Label:
        """The answer for the core; ``offset`` is its place in the topic `labels`."""
        return Label(self.request_id, self.label, self.reviewer, offset, self.corrects)

    def record(self) -> Message:
        """To be written to the topic `labels`."""
        return Message(LABELS, self.encode(), key=self.request_id.encode())


class OutcomeMessage(JsonMessage):
    """What became of one answer; ``labels_offset`` is the answer's place in the topic `labels`."""

    request_id: Id
    reviewer: Name
    label: Name | None = None
    outcome: OutcomeKind = Field(strict=False)
    model_version: int = Field(ge=0)
    labels_offset: int = Field(ge=0)

    @classmethod
    def of(cls, outcome: Outcome) -> Self:
        """The message that tells this."""
        return cls(
            request_id=outcome.request_id,
            reviewer=outcome.reviewer,
            label=outcome.label,
            outcome=outcome.outcome,
            model_version=outcome.model_version,
            labels_offset=outcome.offset,
        )

    def record(self) -> Message:
        """To be written to the topic `label-outcomes`."""
        key = outcome_keys.of_answer(self.request_id, self.reviewer, self.labels_offset)
        return Message(LABEL_OUTCOMES, self.encode(), key=key)


_FAULTS: Final[Mapping[str, Fault]] = {
    "missing": Fault.MISSING_FIELD,
    "string_too_short": Fault.EMPTY_FIELD,
    "string_too_long": Fault.TOO_LONG,
    "string_unicode": Fault.NOT_UTF8,
    "too_long": Fault.TOO_LONG,
    "finite_number": Fault.NOT_FINITE,
    "enum": Fault.WRONG_VALUE,
    "greater_than_equal": Fault.WRONG_VALUE,
    Fault.WRONG_TIME.value: Fault.WRONG_TIME,
    Fault.WRONG_VALUE.value: Fault.WRONG_VALUE,
}


def _wrong(error: ErrorDetails) -> Unreadable:
    field = ".".join(map(str, error["loc"]))
    fault = _FAULTS.get(error["type"], Fault.WRONG_TYPE)
    if field == "schema_version":
        fault = Fault.UNKNOWN_VERSION
    if field == "text":
        fault = {Fault.MISSING_FIELD: Fault.MISSING_TEXT, Fault.EMPTY_FIELD: Fault.EMPTY_TEXT}.get(fault, fault)
    return Unreadable(fault, f"{field}: {error['msg']}" if field else error["msg"])
