"""What every tool promises, and what each writes and reads: files as the tools' own documentation shows them."""

from __future__ import annotations

import io
import json

import pytest

from services.edges.formats.base import FormatError
from services.edges.messages import LabelMessage, RequestMessage, Suggestion, Why
from services.edges.tools import TOOLS, tool_of
from stream.records import Reason, Verdict

NOON = 1_738_324_800.0


def request(request_id: str, *suggestions: Suggestion) -> RequestMessage:
    return RequestMessage(
        request_id=request_id,
        text_id="t",
        text='where is\nmy "card"? é',
        suggestions=suggestions,
        why=Why(reason=Reason.AUDIT, utility=0.0, threshold=0.0, strategy="margin"),
        verdict=Verdict.AUDIT,
        asked_at=NOON,
        expires_at=NOON + 100,
    )


REQUESTS = [
    request("r1", Suggestion(label="card", probability=0.6), Suggestion(label="rate", probability=0.3)),
    request("r2"),
]
TEXT = REQUESTS[0].text
WRITTEN: dict[str, list[object]] = {
    "label_studio": [
        {
            "data": {"text": TEXT, "request_id": "r1"},
            "predictions": [
                {
                    "model_version": "sluice",
                    "score": 0.6,
                    "result": [
                        {"from_name": "label", "to_name": "text", "type": "choices", "value": {"choices": ["card"]}}
                    ],
                }
            ],
        },
        {"data": {"text": TEXT, "request_id": "r2"}, "predictions": []},
    ],
    "prodigy": [
        {
            "text": TEXT,
            "options": [{"id": "card", "text": "card"}, {"id": "rate", "text": "rate"}],
            "request_id": "r1",
        },
        {"text": TEXT, "options": [], "request_id": "r2"},
    ],
    "argilla": [
        {
            "id": name,
            "fields": {"text": TEXT},
            "metadata": {},
            "suggestions": suggested,
            "responses": {},
            "vectors": {},
        }
        for name, suggested in (("r1", {"label": {"value": "card", "score": 0.6, "agent": "sluice"}}), ("r2", {}))
    ],
    "doccano": [
        {"text": TEXT, "label": [], "request_id": "r1"},
        {"text": TEXT, "label": [], "request_id": "r2"},
    ],
}
EXPORTED = {
    "label_studio": """[
      {"id": 1, "data": {"text": "a", "request_id": "r1"}, "project": 83, "annotations": [
        {"id": 1001, "completed_by": {"id": 10, "email": "ann@example.com"}, "was_cancelled": false,
         "created_at": "2025-01-31T11:00:00.000000Z", "updated_at": "2025-01-31T12:00:00.000000Z", "lead_time": 4.2,
         "result": [{"id": "Dx_aB91ISN", "from_name": "label", "to_name": "text", "type": "choices",
                     "value": {"choices": ["card"]}, "origin": "manual"}]},
        {"id": 1002, "completed_by": 11, "was_cancelled": true, "result": []}], "predictions": []},
      {"id": 2, "data": {"text": "b", "request_id": "r2"}, "annotations": [], "predictions": []}]""",
    "prodigy": """{"text": "a", "request_id": "r1", "options": [], "accept": ["card"], "answer": "accept",
      "_input_hash": -153, "_task_hash": -340, "_view_id": "choice",
      "_timestamp": 1738324800, "_annotator_id": "set-ann"}
      {"text": "a", "request_id": "r1", "accept": [], "answer": "ignore", "_annotator_id": "set-bob"}
      {"text": "b", "request_id": "r2", "accept": ["card"], "answer": "reject", "_annotator_id": "set-ann"}
      {"text": "b", "request_id": "r3", "label": "rate", "answer": "accept", "_annotator_id": "set-ann"}
      """.replace(",\n      ", ", "),
    "argilla": """[
      {"id": "r1", "fields": {"text": "a"}, "metadata": {}, "suggestions": {}, "vectors": {}, "_server_id": "e4b4",
       "responses": {"label": [{"value": "card", "user_id": "u1"}, {"value": "rate", "user_id": "u2"}]}},
      {"id": "r2", "fields": {"text": "b"}, "metadata": {}, "suggestions": {}, "vectors": {}, "responses": {}}]""",
    "doccano": """{"id": 7, "text": "a", "request_id": "r1", "label": ["card"], "Comments": []}

      {"id": 8, "text": "b", "request_id": "r2", "label": [], "Comments": []}""",
}
ANSWERS = {
    "label_studio": [
        LabelMessage(request_id="r1", label="card", reviewer="ann@example.com", answered_at=NOON),
        LabelMessage(request_id="r1", skip=True, reviewer="11"),
    ],
    "prodigy": [
        LabelMessage(request_id="r1", label="card", reviewer="set-ann", answered_at=NOON),
        LabelMessage(request_id="r1", skip=True, reviewer="set-bob"),
        LabelMessage(request_id="r3", label="rate", reviewer="set-ann"),
    ],
    "argilla": [
        LabelMessage(request_id="r1", label="card", reviewer="u1"),
        LabelMessage(request_id="r1", label="rate", reviewer="u2"),
    ],
    "doccano": [LabelMessage(request_id="r1", label="card", reviewer="who is missing")],
}


@pytest.mark.parametrize("name", TOOLS)
def test_requests_are_written_as_the_tool_imports_them(name: str) -> None:
    file = io.StringIO()
    assert tool_of(name).write(REQUESTS, file) == 2
    written = file.getvalue()
    found = json.loads(written) if written[0] == "[" else [json.loads(line) for line in written.splitlines()]
    assert found == WRITTEN[name]


@pytest.mark.parametrize("name", TOOLS)
def test_what_the_tool_exports_is_read_and_what_nobody_answered_is_passed_over(name: str) -> None:
    for content in (EXPORTED[name], "\ufeff" + EXPORTED[name]):
        assert list(tool_of(name).read(io.StringIO(content), {"reviewer": "who is missing"})) == ANSWERS[name]


@pytest.mark.parametrize("name", TOOLS)
def test_tasks_that_were_written_and_not_answered_are_no_labels(name: str) -> None:
    file = io.StringIO()
    tool_of(name).write(REQUESTS, file)
    file.seek(0)
    assert list(tool_of(name).read(file)) == []


@pytest.mark.parametrize("name", TOOLS)
@pytest.mark.parametrize("content", ["{", "7", "[7]", "[[]]", '{"a": ' + "[" * 10_000, '[{"data": 7}]', '{"label": 7}'])
def test_another_file_is_refused_in_one_line(name: str, content: str) -> None:
    with pytest.raises(FormatError) as refused:
        list(tool_of(name).read(io.StringIO(content)))
    assert "\n" not in str(refused.value)


@pytest.mark.parametrize(
    ("name", "content", "complaint"),
    [
        ("doccano", '\n{"text": "a", "label": ["b"]}', "line 2: request_id: Field required"),
        ("doccano", '{"request_id": "r", "label": ["a", "b"]}', "line 1: one class a text, not a, b: let the tool"),
        ("doccano", '{"request_id": "r", "label": ["a"]}', "line 1: reviewer: Field required"),
        ("prodigy", '{"request_id": "r", "_timestamp": 1e300}', "line 1: _timestamp: "),
        ("argilla", '[{"id": "r", "responses": {"topic": []}}]', "task 1: no question 'label' was answered; there"),
        (
            "argilla", '[{"id": "r", "responses": {"label": [{"value": [1, {"a": 2}]}]}}]',
            "task 1: one class a text, not 1, {'a': 2}: let the tool",
        ),
        ("label_studio", '[{"data": {"text": "a"}}]', "task 1: data.request_id: Field required"),
        ("label_studio", "{}", "a JSON array of tasks was expected"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(name: str, content: str, complaint: str) -> None:
    with pytest.raises(FormatError, match=complaint):
        list(tool_of(name).read(io.StringIO(content)))


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("prodigy", '{"request_id": "r", "answer": "ignore", "accept": ["a", "b"]}'),
        (
            "label_studio",
            """[{"data": {"request_id": "r"}, "annotations": [
            {"was_cancelled": true, "result": [{"value": {"choices": ["a", "b"]}}]}]}]""",
        ),
    ],
)
def test_a_skip_is_one_whatever_was_chosen_before(name: str, content: str) -> None:
    read = list(tool_of(name).read(io.StringIO(content), {"reviewer": "ann"}))
    assert read == [LabelMessage(request_id="r", skip=True, reviewer="ann")]


def test_relations_between_results_of_label_studio_are_passed_over() -> None:
    content = """[{"data": {"request_id": "r"}, "annotations": [{"completed_by": 3, "result": [
        {"id": "q", "type": "choices", "value": {"choices": ["a"]}},
        {"type": "relation", "from_id": "q", "to_id": "z", "direction": "right"}]}]}]"""
    read = list(tool_of("label_studio").read(io.StringIO(content)))
    assert read == [LabelMessage(request_id="r", label="a", reviewer="3")]


def test_an_unknown_tool_is_told_which_there_are() -> None:
    with pytest.raises(FormatError, match="label_studio, prodigy, argilla, doccano"):
        tool_of("excel")
