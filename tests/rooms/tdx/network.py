"""A TLS server, an HTTP/2 server and a proxy, as small as they can be; each says what it saw."""

from __future__ import annotations

import contextlib
import gzip
import json
import select
import socket
import socketserver
import threading
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

from h2.config import H2Configuration
from h2.connection import H2Connection
from h2.events import RequestReceived

if TYPE_CHECKING:
    import ssl
    from collections.abc import Iterator

ME = json.dumps({"UID": "6da16b1a-0000-eb11-a7ad-0050f2eef4a7", "FullName": "Pat Doe"}).encode()


class _Account(BaseHTTPRequestHandler):
    """Answers everything with an account, packed if that was asked for."""

    protocol_version = "HTTP/1.1"
    server: Any

    def setup(self) -> None:
        super().setup()
        self.server.connections.append(self.client_address[1])

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        packed = self.server.packs and "gzip" in self.headers.get("Accept-Encoding", "")
        body = gzip.compress(ME) if packed else ME
        self.send_response(200)
        if packed:
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def account_server(
    context: ssl.SSLContext | None = None, *, packs: bool = False, most_connections: int = 99
) -> Iterator[tuple[int, list[str]]]:
    """A server of one account; gives its port and the paths that it was asked for.

    Fails in the end if it was asked over more connections than is allowed.
    """
    server: Any = ThreadingHTTPServer(("127.0.0.1", 0), _Account)
    server.daemon_threads = True
    server.seen, server.packs, server.connections = [], packs, []
    # A handshake that the client breaks off is what some tests are about.
    server.handle_error = lambda *_: None
    if context is not None:
        server.socket = context.wrap_socket(server.socket, server_side=True)
    with _serving(server):
        yield server.server_address[1], server.seen
    seen_on = len(server.connections)
    assert seen_on <= max(1, most_connections), f"{seen_on} connections"


class _Proxy(socketserver.StreamRequestHandler):
    """Opens tunnels, and forwards plain requests."""

    server: Any

    def handle(self) -> None:
        verb, target, _ = self.rfile.readline().decode().split()
        self.server.seen.append(f"{verb} {target}")
        head = []
        while (line := self.rfile.readline()) not in {b"\r\n", b""}:
            head.append(line)
        place = target if verb == "CONNECT" else target.split("/")[2]
        host, _, port = place.partition(":")
        with socket.create_connection((host, int(port or 80)), 5) as beyond:
            if verb == "CONNECT":
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
            else:
                path = "/" + target.split("/", 3)[3]
                beyond.sendall(f"{verb} {path} HTTP/1.1\r\n".encode() + b"".join(head) + b"\r\n")
            self._pass_on(beyond)

    def _pass_on(self, beyond: socket.socket) -> None:
        ways = {self.connection: beyond, beyond: self.connection}
        while True:
            ready, _, _ = select.select(list(ways), [], [], 5)
            for source in ready:
                data = source.recv(65536)
                if not data:
                    return
                ways[source].sendall(data)
            if not ready:
                return


@contextmanager
def proxy() -> Iterator[tuple[int, list[str]]]:
    """A proxy; gives its port and what it was asked for."""
    server: Any = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Proxy)
    server.daemon_threads = True
    server.seen = []
    server.handle_error = lambda *_: None
    with _serving(server):
        yield server.server_address[1], server.seen


@contextmanager
def _serving(server: Any) -> Iterator[None]:
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join(5)
        server.server_close()


@contextmanager
def http2_server(context: ssl.SSLContext, *, together: int = 1) -> Iterator[tuple[int, list[str]]]:
    """A server that speaks HTTP/2; gives its port and what was agreed on for each connection.

    ``together``: no connection is answered before so many of them have asked.
    """
    context.set_alpn_protocols(["h2"])
    listener = socket.create_server(("127.0.0.1", 0))
    agreed: list[str] = []
    meet = threading.Barrier(together)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                plain, _ = listener.accept()
                given = (plain, context, agreed, meet)
                threading.Thread(target=_speak_http2, args=given, daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield listener.getsockname()[1], agreed
    finally:
        # close() alone leaves a thread in accept() where it is.
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()


def _speak_http2(
    plain: socket.socket, context: ssl.SSLContext, agreed: list[str], meet: threading.Barrier
) -> None:
    lost = contextlib.suppress(OSError, threading.BrokenBarrierError)
    with lost, context.wrap_socket(plain, server_side=True) as caller:
        agreed.append(caller.selected_alpn_protocol() or "none")
        connection = H2Connection(config=H2Configuration(client_side=False))
        connection.initiate_connection()
        caller.sendall(connection.data_to_send())
        while data := caller.recv(65536):
            for event in connection.receive_data(data):
                if isinstance(event, RequestReceived):
                    meet.wait(5)
                    length = str(len(ME))
                    head = [(":status", "200"), ("content-length", length)]
                    connection.send_headers(event.stream_id, head)
                    connection.send_data(event.stream_id, ME, end_stream=True)
            caller.sendall(connection.data_to_send())
