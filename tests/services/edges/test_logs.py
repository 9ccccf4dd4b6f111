"""Events -> lines on a stream."""

from __future__ import annotations

import io
import json
import logging

import pytest
import structlog

from services.edges import logs


@pytest.fixture(autouse=True)
def _restored() -> object:
    root = logging.getLogger()
    before = root.handlers[:], root.level
    yield
    root.handlers[:], root.level = before[0], before[1]
    structlog.reset_defaults()


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_off_a_terminal_each_event_is_one_json_object() -> None:
    stream = io.StringIO()
    logs.configure(stream)
    structlog.get_logger().info("learner_restored", texts=3)
    (event,) = map(json.loads, stream.getvalue().splitlines())
    assert event["event"] == "learner_restored"
    assert event["level"] == "info"
    assert event["timestamp"].endswith("Z")


def test_on_a_terminal_events_are_for_people() -> None:
    stream = Terminal()
    logs.configure(stream)
    structlog.get_logger().info("learner_restored", examples=3)
    assert "learner_restored" in stream.getvalue()
    assert "{" not in stream.getvalue()


def test_who_asks_for_json_has_it_on_a_terminal_too() -> None:
    stream = Terminal()
    logs.configure(stream, as_json=True)
    structlog.get_logger().info("learner_restored", examples=3)
    assert json.loads(stream.getvalue())["examples"] == 3


def test_texts_are_withheld() -> None:
    stream = io.StringIO()
    logs.configure(stream)
    structlog.get_logger().info("asked", text="my card was stolen", texts=["stolen"], request_id="3f")
    assert "stolen" not in stream.getvalue()
    assert json.loads(stream.getvalue())["request_id"] == "3f"


def test_how_many_texts_there_were_is_told() -> None:
    stream = io.StringIO()
    logs.configure(stream)
    structlog.get_logger().info("restored", texts=3)
    assert json.loads(stream.getvalue())["texts"] == 3


def test_warnings_of_libraries_take_the_same_form() -> None:
    stream = io.StringIO()
    logs.configure(stream)
    logging.getLogger("library").warning("deprecated %s", "thing")
    assert json.loads(stream.getvalue())["event"] == "deprecated thing"


def test_a_library_that_repeats_itself_is_heard_every_10_seconds() -> None:
    now = [0.0]
    heard = logs._Repetitions(clock=lambda: now[0])

    def complaint(line: int) -> logging.LogRecord:
        return logging.LogRecord("kafka", logging.WARNING, "net.py", line, "no node %s", (line,), None)

    assert [heard.filter(complaint(1)), heard.filter(complaint(1)), heard.filter(complaint(2))] == [True, False, True]
    now[0] = 10.0
    assert heard.filter(complaint(1))


def test_an_error_is_still_one_line() -> None:
    stream = io.StringIO()
    logs.configure(stream)
    try:
        raise ValueError("wrong")
    except ValueError:
        structlog.get_logger().exception("failed")
    assert len(stream.getvalue().splitlines()) == 1


def test_a_command_that_tells_its_own_failure_leaves_out_the_warnings_of_libraries() -> None:
    stream = io.StringIO()
    logs.configure(stream, level=logging.WARNING)
    logging.getLogger("library").warning("connected a second time")
    logging.getLogger("library").error("disk full")
    assert [json.loads(line)["event"] for line in stream.getvalue().splitlines()] == ["disk full"]
