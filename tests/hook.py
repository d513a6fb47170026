"""Another system that webhooks go to: a small HTTP server that keeps what it is told."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Self

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

SECRET = "hook-secret-0123456789-do-not-show"


@dataclass(frozen=True)
class Told:
    """One request as it came in; names of headers in lower case."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def key(self) -> str:
        return self.headers["idempotency-key"]


@dataclass(frozen=True)
class Reply:
    """What it answers; ``drop``: it does the work, and hangs up without a word."""

    status: int = 200
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    drop: bool = False


DROP = Reply(drop=True)


class Hook:
    """Answers 200, unless ``replies`` holds what to answer first.

    Attributes:
        told: every request that arrived, whatever was answered.
    """

    def __init__(self) -> None:
        self.told: list[Told] = []
        self.replies: deque[Reply] = deque()
        self._lock = threading.Lock()
        hook = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                reply = hook._take(Told(self.path, headers, body))
                self.close_connection = True
                if reply.drop:
                    return
                self.send_response(reply.status)
                for name, value in reply.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(reply.body.encode())))
                self.end_headers()
                self.wfile.write(reply.body.encode())

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self._server.server_port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}/hooks/tickets"

    @property
    def keys(self) -> list[str]:
        return [one.key for one in self.told]

    def _take(self, told: Told) -> Reply:
        with self._lock:
            self.told.append(told)
            return self.replies.popleft() if self.replies else Reply()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def hook() -> Iterator[Hook]:
    with Hook() as hook:
        yield hook
