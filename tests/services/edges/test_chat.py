"""A real HTTP server in a model's place: right, late, broken and silent answers."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from threading import Event, Timer

import pytest
from structlog.testing import capture_logs

from services.edges.chat import Chat, ChatError
from tests.services.models import DRIPS, HANGS, Model, Reply, fails, says

KEY = "sk-4711"
Serve = Callable[..., Model]


@pytest.fixture
def serve() -> Iterator[Serve]:
    with ExitStack() as stack:
        yield lambda *replies: stack.enter_context(Model(*replies).serving())


def chat(url: str, stop: Event | None = None, *, key: str = "", seconds: float = 20.0) -> Chat:
    return Chat(url, "llama", key, stop or Event(), timeout_seconds=seconds, pause_seconds=0.01)


def failure(asked: Chat) -> str:
    with pytest.raises(ChatError) as caught:
        asked.ask("Sort it.", "where is my card?")
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize("slash", ["", "/"])
def test_it_asks_with_instructions_and_text_and_gives_what_is_said(serve: Serve, slash: str) -> None:
    model = serve(says(" card\n"))
    assert chat(model.url + slash).ask("Sort it.", "where is my card?") == " card\n"
    assert model.asked == [
        {
            "model": "llama",
            "temperature": 0,
            "messages": [
                {"role": "system", "content": "Sort it."},
                {"role": "user", "content": "where is my card?"},
            ],
        }
    ]
    assert model.keys == [None]


def test_the_key_goes_with_each_call(serve: Serve) -> None:
    model = serve(says("card"))
    chat(model.url, key=KEY).ask("", "a")
    assert model.keys == [f"Bearer {KEY}"]


def test_a_message_without_words_is_an_empty_answer(serve: Serve) -> None:
    assert chat(serve(says(None)).url).ask("", "a") == ""


@pytest.mark.parametrize(
    "reply", [fails(429), fails(500), fails(503), fails(408), Reply(200, b"<html>"), Reply(200, b'{"choices": []}')]
)
def test_what_may_pass_is_tried_again(serve: Serve, reply: Reply) -> None:
    model = serve(reply, reply, says("card"))
    assert chat(model.url).ask("", "a") == "card"
    assert len(model.asked) == 3


def test_it_waits_as_long_as_the_service_says_and_else_twice_as_long_each_time(serve: Serve) -> None:
    model = serve(fails(429, Retry_After="0"), fails(429), fails(429), fails(429, Retry_After="soon"), says("card"))
    with capture_logs() as logs:
        chat(model.url).ask("", "a")
    assert [line["pause"] for line in logs] == [0.0, 0.02, 0.04, 0.08]


def test_what_does_not_pass_is_given_up_after_five_times(serve: Serve) -> None:
    model = serve(fails(503))
    assert failure(chat(model.url)) == (
        f"{model.url}/chat/completions answered 503 Service Unavailable, 5 times in a row: "
        "start it, or name another with --llm"
    )
    assert len(model.asked) == 5


def test_a_service_that_is_not_there_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    assert f"http://127.0.0.1:{port}/v1/chat/completions cannot be reached (" in failure(
        chat(f"http://127.0.0.1:{port}/v1")
    )


@pytest.mark.parametrize("reply", [HANGS, DRIPS])
def test_a_service_that_hangs_or_never_ends_is_given_up(serve: Serve, reply: Reply) -> None:
    assert "did not answer within 0.1 s (--llm-timeout), 5 times" in failure(chat(serve(reply).url, seconds=0.1))


def test_an_answer_without_end_is_given_up(serve: Serve) -> None:
    assert "answered with more than 1048576 bytes" in failure(chat(serve(says("x" * 2**21)).url))


def test_a_wrong_key_a_wrong_model_or_a_wrong_place_is_told_at_once_and_the_key_is_not(serve: Serve) -> None:
    model = serve(fails(401, f"Incorrect API key\n provided: {KEY}."))
    told = failure(chat(model.url, key=KEY))
    assert "answered 401 Unauthorized (Incorrect API key provided: **********.): look at --llm, " in told
    assert len(model.asked) == 1
    assert "answered 404 Not Found: look at" in failure(chat(f"{model.url}/v1"))
    assert "answered 302 Found: look at" in failure(chat(serve(Reply(302, headers={"Location": "/"})).url))


def test_a_text_that_is_refused_is_passed_over(serve: Serve) -> None:
    model = serve(fails(400, "where is my card? is too long"), fails(422), says("card"))
    asked = chat(model.url)
    with capture_logs() as logs:
        assert [asked.ask("", "a") for _ in range(3)] == [None, None, "card"]
    assert [(line["event"], line["status"]) for line in logs] == [("llm_refused", 400), ("llm_refused", 422)]
    assert "card?" not in str(logs)


def test_a_service_that_refuses_every_text_is_given_up(serve: Serve) -> None:
    asked = chat(serve(fails(400, "where is my card?")).url)
    assert [asked.ask("", "a") for _ in range(4)] == [None] * 4
    told = failure(asked)
    assert "answered 400 Bad Request to 5 texts in a row" in told
    assert "card" not in told


def test_a_model_that_takes_no_temperature_is_asked_without_one(serve: Serve) -> None:
    model = serve(fails(400, "Unsupported value: 'temperature' does not support 0"), says("card"))
    asked = chat(model.url)
    assert [asked.ask("", "a") for _ in range(2)] == ["card", "card"]
    assert ["temperature" in body for body in model.asked] == [True, False, False]


@pytest.mark.parametrize("reply", [HANGS, DRIPS, fails(429, Retry_After="50")])
def test_it_stops_at_once_though_a_call_hangs_or_a_pause_is_long(serve: Serve, reply: Reply) -> None:
    stop = Event()
    began = time.monotonic()
    Timer(0.3, stop.set).start()
    assert chat(serve(reply).url, stop).ask("", "a") is None
    assert time.monotonic() - began < 5.0


@pytest.mark.parametrize(
    "url",
    ["", "localhost:8080/v1", "ftp://host/v1", "http://", "http://me:secret@host/v1", "http://host/v1?key=secret",
     "http://host:port/v1"],
)  # fmt: skip
def test_what_is_no_url_or_holds_a_password_is_refused(url: str) -> None:
    with pytest.raises(ValueError, match="URL"):
        chat(url)
