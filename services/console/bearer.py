"""HTTP calls -> those that bring one of the tokens (RFC 6750), where there are any."""

from __future__ import annotations

from collections.abc import Sequence
from hmac import compare_digest

from fastapi.security import HTTPBearer
from starlette.requests import HTTPConnection

from services.console.problems import Problem
from services.edges.setting_names import variable

_CHALLENGE = {"WWW-Authenticate": "Bearer"}


class Bearer(HTTPBearer):
    """A dependency of routes: a call without one of the ``tokens`` is refused before its body is read."""

    def __init__(self, tokens: Sequence[str]) -> None:
        super().__init__(auto_error=False, description=f"One of {variable('http.tokens')}.")
        self._tokens = [token.encode() for token in tokens]

    async def __call__(self, request: HTTPConnection) -> None:
        """Let the call pass. Raises Problem."""
        given = await super().__call__(request)
        brought = given.credentials.encode() if given is not None else b""
        # All of them are compared: how long it takes must not tell which one was nearly right.
        if not sum(compare_digest(brought, token) for token in self._tokens):
            raise Problem(
                401, f"a call needs one of {variable('http.tokens')}: Authorization: Bearer TOKEN", _CHALLENGE
            )
