"""Putting an answer on the wire, or breaking the connection instead of it.

Promise: a dropped connection is a real one. The socket is reset, so that an HTTP client sees a
transport error and never a status; a truncated answer announces more bytes than it sends.
"""

from __future__ import annotations

import contextlib
import socket
import struct
from typing import TYPE_CHECKING

from .limits import http_date

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable, MutableMapping
    from typing import Any, TypeAlias

    from .routing import Reply

    Scope: TypeAlias = MutableMapping[str, Any]
    Receive: TypeAlias = Callable[[], Awaitable[MutableMapping[str, Any]]]
    Send: TypeAlias = Callable[[MutableMapping[str, Any]], Awaitable[None]]
    Headers: TypeAlias = list[tuple[bytes, bytes]]

_BODILESS = frozenset({204, 304})
# On, zero seconds: closing sends RST in place of FIN.
_RESET = struct.pack("ii", 1, 0)


def _headers(reply: Reply, extra: Headers, now: float, length: int) -> Headers:
    headers = [(b"date", http_date(now)), (b"cache-control", b"no-cache"), *extra]
    if reply.content_type is not None:
        headers.append((b"content-type", reply.content_type.encode()))
    if reply.status not in _BODILESS:
        headers.append((b"content-length", str(length).encode()))
    if reply.location is not None:
        headers.append((b"location", reply.location.encode()))
    return headers


async def respond(send: Send, reply: Reply, extra: Headers, now: float) -> int:
    """Answer."""
    headers = _headers(reply, extra, now, len(reply.body))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    body = b"" if reply.status in _BODILESS else reply.body
    await send({"type": "http.response.body", "body": body})
    return reply.status


async def drop(scope: Scope, receive: Receive) -> None:
    """Reset the connection without an answer."""
    transport = _transport(scope)
    if transport is None:
        raise ConnectionAbortedError("dropped; no real connection to reset")
    raw = transport.get_extra_info("socket")
    if raw is not None:
        with contextlib.suppress(OSError):
            raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
    transport.abort()
    # The server would answer 500 for an application that ends without a word.
    while (await receive())["type"] != "http.disconnect":
        pass


async def truncate(scope: Scope, send: Send, reply: Reply, extra: Headers, now: float) -> int:
    """Announce the whole body, send half of it, close."""
    half = reply.body[: max(1, len(reply.body) // 2)]
    headers = _headers(reply, extra, now, max(2, len(reply.body)))
    await send({"type": "http.response.start", "status": reply.status, "headers": headers})
    await send({"type": "http.response.body", "body": half or b"{", "more_body": True})
    transport = _transport(scope)
    if transport is not None:
        transport.close()
    return reply.status


def _transport(scope: Scope) -> asyncio.Transport | None:
    found: asyncio.Transport | None = scope.get("state", {}).get("transport")
    return found
