"""Instructions and a text -> what a model behind an OpenAI-compatible URL answers, bounded in time and attempts."""

from __future__ import annotations

import json
import time
from concurrent.futures import wait
from http import HTTPStatus
from threading import Event
from typing import Any, NamedTuple

import httpx
import structlog

from services.edges.background import begin
from services.edges.setting_names import variable

_ATTEMPTS = 5
_REFUSALS = 5
_LONGEST_PAUSE_SECONDS = 60.0
_LOOK_SECONDS = 0.2
_KEY = variable("oracle.llm_key")
"""How often a call that is under way looks whether it is time to stop."""
_MAX_BYTES = 2**20
_AGAIN = {HTTPStatus.REQUEST_TIMEOUT, HTTPStatus.TOO_MANY_REQUESTS}
_OF_THIS_TEXT = {HTTPStatus.BAD_REQUEST, HTTPStatus.REQUEST_ENTITY_TOO_LARGE, HTTPStatus.UNPROCESSABLE_ENTITY}
"""A text that is too long, or that a filter keeps out: other texts may be answered."""

_log = structlog.get_logger()


class ChatError(Exception):
    """The model cannot be asked; the message is one line that says why, and what to do."""


class _Reply(NamedTuple):
    status: int = 0
    body: bytes = b""
    pause: float | None = None
    trouble: str = ""

    @property
    def content(self) -> str | None:
        """What the model says; None where this is no chat completion."""
        try:
            said = json.loads(self.body)["choices"][0]["message"]["content"]
        except (ValueError, LookupError, TypeError, RecursionError):
            return None
        return said if isinstance(said, str) else ""


class Chat:
    """Asks one question at a time of ``model`` at ``url``, such as http://127.0.0.1:11434/v1; ends early at ``stop``.

    A call may take ``timeout_seconds``. One that fails is made up to five times, after ``pause_seconds``, then twice as
    long each time, or as the service says. ``key`` may be empty. Raises ValueError where ``url`` is none.
    """

    def __init__(
        self, url: str, model: str, key: str, stop: Event, *, timeout_seconds: float = 60.0, pause_seconds: float = 1.0
    ) -> None:
        self._url = _endpoint(url)
        self._key, self._stop = key, stop
        self._timeout_seconds, self._pause_seconds = timeout_seconds, pause_seconds
        self._body: dict[str, Any] = {"model": model, "temperature": 0}
        self._client = httpx.Client(
            timeout=timeout_seconds, headers={"Authorization": f"Bearer {key}"} if key else {}, follow_redirects=False
        )
        self._refused = 0

    def ask(self, instructions: str, text: str) -> str | None:
        """What the model answers; None where it refuses this text, or it is time to stop. Raises ChatError."""
        messages = [{"role": "system", "content": instructions}, {"role": "user", "content": text}]
        pause, reply = 0.0, _Reply()
        for attempt in range(_ATTEMPTS):
            if attempt:
                _log.warning("llm_call_failed", url=self._url, reason=reply.trouble, attempt=attempt, pause=pause)
            self._stop.wait(pause)
            found = self._call({**self._body, "messages": messages})
            if found is None:
                return None
            reply = self._judged(found)
            if not reply.trouble:
                self._refused = 0
                return reply.content
            if reply.status in _OF_THIS_TEXT and "temperature" in self._body and b"temperature" in reply.body:
                del self._body["temperature"]  # some models take no other than their own
            elif reply.status in _OF_THIS_TEXT:
                self._refuse(reply)
                return None
            pause = self._pause_seconds * 2**attempt if reply.pause is None else reply.pause
        raise ChatError(
            f"{self._url} {reply.trouble}, {_ATTEMPTS} times in a row: start it, or name another with --llm"
        )

    def _call(self, body: dict[str, Any]) -> _Reply | None:
        """One call; None where it is time to stop. One that hangs is left behind."""
        deadline = time.monotonic() + self._timeout_seconds
        call = begin(lambda: self._post(body), "chat")
        while not call.done():
            if self._stop.is_set():
                return None
            if time.monotonic() >= deadline:
                return self._late()
            wait([call], _LOOK_SECONDS)
        return call.result()

    def _post(self, body: dict[str, Any]) -> _Reply:
        try:
            with self._client.stream("POST", self._url, json=body) as response:
                answer = b""
                for part in response.iter_bytes():
                    answer += part
                    if len(answer) > _MAX_BYTES:
                        return _Reply(trouble=f"answered with more than {_MAX_BYTES} bytes")
        except httpx.TimeoutException:
            return self._late()
        except httpx.HTTPError as error:
            return _Reply(trouble=f"cannot be reached ({str(error) or type(error).__name__})")
        return _Reply(response.status_code, answer, _pause(response.headers.get("Retry-After", "")))

    def _late(self) -> _Reply:
        return _Reply(trouble=f"did not answer within {self._timeout_seconds:g} s (--llm-timeout)")

    def _judged(self, reply: _Reply) -> _Reply:
        """The reply with its trouble, if any. Raises ChatError where asking again is of no use."""
        if reply.trouble or (reply.status == HTTPStatus.OK and reply.content is not None):
            return reply
        if reply.status == HTTPStatus.OK:
            return reply._replace(trouble="answered with what is no chat completion: --llm is its URL up to /v1")
        told = reply._replace(trouble=f"answered {_named(reply.status)}")
        if reply.status >= HTTPStatus.INTERNAL_SERVER_ERROR or reply.status in _AGAIN | _OF_THIS_TEXT:
            return told
        raise ChatError(f"{self._url} {told.trouble}{self._said(reply)}: look at --llm, --llm-model, {_KEY}")

    def _refuse(self, reply: _Reply) -> None:
        self._refused += 1
        if self._refused >= _REFUSALS:
            # Not in the service's own words: they may repeat the text.
            raise ChatError(f"{self._url} {reply.trouble} to {_REFUSALS} texts in a row: does it know --llm-model?")
        _log.warning("llm_refused", status=reply.status)

    def _said(self, reply: _Reply) -> str:
        """The service's own words, without the key."""
        try:
            said = str(json.loads(reply.body)["error"]["message"])
        except (ValueError, LookupError, TypeError, RecursionError):
            return ""
        said = " ".join(said.split())[:200]
        return f" ({said.replace(self._key, '**********') if self._key else said})"


def _endpoint(url: str) -> str:
    try:
        parsed = httpx.URL(url)
    except httpx.InvalidURL as error:
        raise ValueError(f"{url!r} is no URL: {error}") from None
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise ValueError(f"{url!r} is no URL such as http://127.0.0.1:11434/v1")
    if parsed.userinfo or parsed.query or parsed.fragment:
        raise ValueError(f"the URL ends with its path, such as /v1, and holds no password: {_KEY} is the key")
    return f"{url.rstrip('/')}/chat/completions"


def _pause(told: str) -> float | None:
    """The seconds that a Retry-After asks for; None of a date, or where there is none."""
    return min(float(told), _LONGEST_PAUSE_SECONDS) if told.isascii() and told.isdigit() else None


def _named(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
