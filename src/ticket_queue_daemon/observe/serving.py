"""The port that monitors ask: ``/metrics``, ``/healthz``, ``/readyz``; read-only, no secret in it."""

from __future__ import annotations

import json
import logging
import socket
import threading
from contextlib import contextmanager
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from socketserver import TCPServer
from typing import TYPE_CHECKING, Any

from prometheus_client.exposition import choose_encoder

from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from prometheus_client import CollectorRegistry

    from ticket_queue_daemon.observe.health import Check, Health

CLIENT_SECONDS = 10.0
"""So long a client may take to say what it wants; a silent one holds a thread no longer."""
_POLL_SECONDS = 0.05

_LOG = logging.getLogger(__name__)


@contextmanager
def serving(host: str, port: int, registry: CollectorRegistry, health: Health) -> Iterator[str]:
    """Serve in threads of its own for the length of the block; gives ``http://host:port``.

    Raises:
        ConfigError: nothing can listen there.
    """
    server = _listen(host, port, _handler(registry, health))
    shown = f"[{host}]" if ":" in host else host
    thread = threading.Thread(
        target=server.serve_forever, args=(_POLL_SECONDS,), name="monitors", daemon=True
    )
    thread.start()
    try:
        yield f"http://{shown}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    # A scrape under way must not hold up the end of the process.
    block_on_close = False

    def __init__(
        self, family: socket.AddressFamily, address: Any, handler: type[BaseHTTPRequestHandler]
    ) -> None:
        self.address_family = family
        super().__init__(address, handler)

    def server_bind(self) -> None:
        """Without the base class's question to the name server, which may take its time."""
        TCPServer.server_bind(self)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Whoever asked may hang up; that is nothing for the console."""
        del request, client_address
        _LOG.debug("a request at the metrics port failed", exc_info=True)


def _listen(host: str, port: int, handler: type[BaseHTTPRequestHandler]) -> _Server:
    try:
        family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        return _Server(family, address, handler)
    except OSError as error:
        raise ConfigError(
            f"Metrics can't be served at {host} port {port}: {error.strerror or error}.",
            "Another program, or another daemon, may have the port: give each its own "
            "--metrics-port [DAEMON_METRICS_PORT]; --metrics-host [DAEMON_METRICS_HOST] must be an "
            "address of this machine.",
        ) from None


def _handler(registry: CollectorRegistry, health: Health) -> type[BaseHTTPRequestHandler]:
    """A handler class, as the server wants it, that knows what to serve."""
    probes: dict[str, Callable[[], Sequence[Check]]] = {
        "/healthz": health.healthz,
        "/readyz": health.readyz,
    }

    class Handler(BaseHTTPRequestHandler):
        server_version = "ticket-queue-daemon"
        sys_version = ""
        timeout = CLIENT_SECONDS

        def do_GET(self) -> None:
            path = self.path.partition("?")[0]
            if path == "/metrics":
                encode, kind = choose_encoder(self.headers.get("Accept", ""))
                self._answer(HTTPStatus.OK, kind, encode(registry))
            elif path in probes:
                self._answer(*_told(probes[path]()))
            else:
                said = {"error": "not found", "served": ["/metrics", *probes]}
                self._answer(HTTPStatus.NOT_FOUND, "application/json", _json(said))

        do_HEAD = do_GET  # noqa: N815  likewise

        def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.send_header("Cache-Control", "no-store")
            self.end_headers()
            if self.command != "HEAD":
                self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  the base class's name
            del format, args

    return Handler


def _told(checks: Sequence[Check]) -> tuple[HTTPStatus, str, bytes]:
    """Every check with its reason; 503 if one fails."""
    good = all(check.ok for check in checks)
    said = {
        "status": "ok" if good else "failing",
        "checks": {check.name: {"ok": check.ok, "reason": check.reason} for check in checks},
    }
    status = HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE
    return status, "application/json", _json(said)


def _json(data: object) -> bytes:
    return json.dumps(data, indent=2).encode() + b"\n"
