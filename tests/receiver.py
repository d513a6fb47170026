"""Somebody who is to be alerted: a small HTTP server that Apprise's ``json://`` delivers to."""

from __future__ import annotations

import json
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any, Self

import pytest
from pydantic import SecretStr

if TYPE_CHECKING:
    from collections.abc import Iterator

TOKEN = "tok-4711-do-not-show"
PATIENCE = 20.0
"""For what must come; nothing is asserted about how long it took."""


class Receiver:
    """Keeps what it is told.

    Attributes:
        messages: what came, as ``{"title", "message", "type"}``; of a ping its path.
        status: what it answers.
        gate: while it is closed, no request is answered.
        arrived: set when a request has come, answered or not.
    """

    def __init__(self) -> None:
        self.messages: list[dict[str, Any]] = []
        self.status = 200
        self.gate = threading.Event()
        self.gate.set()
        self.arrived = threading.Event()
        self._changed = threading.Condition()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self._take(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))

            def do_GET(self) -> None:
                self._take({"path": self.path})

            def _take(self, message: dict[str, Any]) -> None:
                receiver.arrived.set()
                receiver.gate.wait(PATIENCE)
                if receiver.status == 200:
                    receiver._keep(message)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the base's name
                pass

        class Server(ThreadingHTTPServer):
            daemon_threads = True

            def handle_error(self, request: object, client_address: object) -> None:
                """A client that gave up waiting is no error of the test."""

        self._server = Server(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))

    @property
    def address(self) -> str:
        return f"json://127.0.0.1:{self._server.server_port}/{TOKEN}"

    @property
    def page(self) -> str:
        """What is asked for by a dead-man's switch."""
        return f"http://127.0.0.1:{self._server.server_port}/{TOKEN}"

    @property
    def pings(self) -> list[str]:
        """What stood behind its path, in order."""
        paths = [one["path"] for one in self.messages if "path" in one]
        return [path.removeprefix(f"/{TOKEN}") for path in paths]

    @property
    def secret(self) -> SecretStr:
        return SecretStr(self.address)

    @property
    def titles(self) -> list[str]:
        return [message["title"] for message in self.messages]

    def wait_for(self, count: int) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: len(self.messages) >= count, PATIENCE)

    def _keep(self, message: dict[str, Any]) -> None:
        with self._changed:
            self.messages.append(message)
            self._changed.notify_all()

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *exc: object) -> None:
        self.gate.set()
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as receiver:
        yield receiver
