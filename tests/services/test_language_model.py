"""What a model says -> one of the classes, or a request that stays open."""

from __future__ import annotations

from collections.abc import Sequence
from threading import Event

import pytest
from structlog.testing import capture_logs

from services.edges.chat import Chat
from services.edges.messages import RequestMessage
from services.edges.settings import TaskSettings
from services.language_model import LanguageModel, class_named, instructions
from tests.services.models import Model, fails, says
from tests.services.test_oracle import make_request

TASK = TaskSettings.model_validate(
    {
        "instructions": "What does the customer want?",
        "classes": [
            "lost",
            {"name": "card", "description": " it has not come yet "},
            {"name": "old", "description": "-"},
        ],
    }
)


def answer(model: Model, request: RequestMessage, classes: Sequence[str] = ("card", "lost")) -> str | None:
    with model.serving():
        return LanguageModel(Chat(model.url, "llama", "", Event()), TASK, lambda: classes).answer(request)


def test_it_is_told_the_instructions_the_known_classes_and_what_they_mean() -> None:
    told = instructions(TASK, ["card", "new", "lost"])
    assert "What does the customer want?" in told
    assert told.endswith("Classes:\ncard: it has not come yet\nnew\nlost")
    assert "old" not in told


@pytest.mark.parametrize(
    ("said", "label"),
    [
        ("card", "card"), (" card\n", "card"), ('"card"', "card"), ("`card`", "card"), (" “Card” ", "card"),
        ("CARD", "card"), ("two words", "two words"), ("'quoted'", "'quoted'"), ("Straße", "strasse"),
        ("Case", "Case"), ("case", "case"), ("CASE", None),
        ("", None), ("?", None), ('""', None), ("card.", None), ("The class is card", None), ("card\nlost", None),
    ],
)  # fmt: skip
def test_only_one_class_said_alone_counts(said: str, label: str | None) -> None:
    assert class_named(said, ["card", "lost", "two words", "'quoted'", "strasse", "Case", "case"]) == label


def test_a_request_is_answered_with_the_class_that_the_model_names() -> None:
    model = Model(says("Card"))
    assert answer(model, make_request("r1", text="where is it?")) == "card"
    assert model.texts == ["where is it?"]
    assert model.asked[0]["messages"][0]["content"] == instructions(TASK, ["card", "lost"])


def test_what_is_no_class_leaves_the_request_open_and_is_logged_without_a_word_of_it() -> None:
    with capture_logs() as logs:
        assert answer(Model(says("I think it is about a card.")), make_request("r1")) is None
    assert logs == [{"event": "llm_named_no_class", "log_level": "info", "request": "r1"}]


def test_a_text_that_the_service_refuses_stays_open() -> None:
    assert answer(Model(fails(400)), make_request("r1")) is None
