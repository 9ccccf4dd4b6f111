"""HTTP calls -> those meant for us: no other site's page can call, and answers carry headers that keep it so."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.console.problems import Problem, respond
from services.edges.setting_names import variable

_PORT = re.compile(r":[0-9]*$")
_OWN = ("same-origin", "none")
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-cache",
}


class Doors:
    """Refuses calls under a foreign host name (DNS rebinding) or from another site's page (request forgery).

    Programs such as curl name no origin and pass. Loopback addresses are ours, and the names in ``hosts``.
    """

    def __init__(self, app: ASGIApp, hosts: Collection[str]) -> None:
        self._app, self._hosts = app, hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one call on, or refuse it."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message).update(HEADERS)
            await send(message)

        refused = self._refusal(Headers(scope=scope), scope["path"])
        # Probes ask for the head alone; the server, which knows, leaves the rest out.
        asked = {**scope, "method": "GET"} if scope["method"] == "HEAD" else scope
        await (respond(refused) if refused else self._app)(asked, receive, send_with_headers)

    def _refusal(self, headers: Headers, path: str) -> Problem | None:
        host = headers.get("host", "")
        name = _PORT.sub("", host).strip("[]").lower()
        if name not in self._hosts and not _is_loopback(name):
            ours = ", ".join(sorted(self._hosts))
            return Problem(421, f"this service is not called {name!r} but {ours}: {variable('http.names')} adds names")
        origin = headers.get("origin")
        foreign = origin is not None and origin not in (f"http://{host}", f"https://{host}")
        if foreign or (headers.get("sec-fetch-site", "none") not in _OWN and path.startswith("/v1/")):
            return Problem(403, "pages of other sites may not call this service")
        return None


def _is_loopback(name: str) -> bool:
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False
