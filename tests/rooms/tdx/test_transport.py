"""What the network does, as faults and cut answers; against real sockets."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, Any

import httpx2
import pytest
from pydantic import SecretStr

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.client import TdxClient
from ticket_queue_daemon.tdx.config import TdxConfig, Token
from ticket_queue_daemon.tdx.errors import (
    Delivery,
    TdxInDoubt,
    TdxUnreachable,
)
from ticket_queue_daemon.tdx.models import FeedPost
from ticket_queue_daemon.tdx.transport import detail_of, fault_of
from ticket_queue_daemon.tdx.wire import Fault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ticket_queue_daemon.simulator.server import SimulatorServer

POST = FeedPost(comments="hello")


@pytest.fixture
def places(simulator: SimulatorServer) -> tuple[int, int]:
    """A ticket and an asset."""
    world = simulator.world
    return world.add_ticket("Broken", "text").id, world.add_asset("IC-EHLB760-F16").id


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.mark.parametrize(
    "host", [f"127.0.0.1:{free_port()}", "no-such-host.invalid"], ids=["refused", "name lookup"]
)
def test_what_can_not_be_reached_was_not_sent(connect: Callable[..., TdxClient], host: str) -> None:
    client = connect("token", url=f"http://{host}/TDWebApi/api")
    with pytest.raises(TdxUnreachable, match="4 tries") as caught:
        client.tickets.post_feed(1, POST)
    assert caught.value.delivery is Delivery.LATER
    assert client.call_counts() == {}


def test_tls_that_fails_means_nothing_was_sent(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    url = simulator.url.replace("http://", "https://")
    with pytest.raises(TdxUnreachable) as caught:
        connect("token", url=url, attempts=1).tickets.post_feed(1, POST)
    assert "SSL_CERT_FILE" in caught.value.advice


def test_an_answer_that_takes_too_long_leaves_a_write_in_doubt(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, places: tuple[int, int]
) -> None:
    client = connect(read_timeout=0.2)
    client.me()
    simulator.faults.add("delay_after", "POST", "feed$", seconds=1.0)
    with pytest.raises(TdxInDoubt, match="no answer in time"):
        client.tickets.post_feed(places[0], POST)
    assert simulator.journal.count("feed_entry") == 1


@pytest.fixture
def rude_server() -> Iterator[Callable[..., str]]:
    """A server that speaks the given bytes to one caller, with pauses, and hangs up."""
    listener = socket.create_server(("127.0.0.1", 0))
    threads: list[threading.Thread] = []

    def serve(parts: list[bytes], pause: threading.Event, seconds: float) -> None:
        with listener.accept()[0] as caller:
            caller.recv(65536)
            for part in parts:
                with contextlib.suppress(OSError):
                    caller.sendall(part)
                pause.wait(seconds)

    def start(*parts: bytes, seconds: float = 0.0) -> str:
        pause = threading.Event()
        threads.append(threading.Thread(target=serve, args=(list(parts), pause, seconds)))
        threads[-1].start()
        return f"http://127.0.0.1:{listener.getsockname()[1]}/TDWebApi/api"

    yield start
    for thread in threads:
        thread.join(5)
    listener.close()


def test_a_body_that_is_cut_off_counts_only_where_it_is_due(
    connect: Callable[..., TdxClient], rude_server: Callable[..., str]
) -> None:
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
    connect("token", url=rude_server(cut)).tickets.attach_asset(1, 2)
    with pytest.raises(TdxInDoubt, match="cut off"):
        connect("token", url=rude_server(cut)).tickets.post_feed(1, POST)
    broken = b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc"
    with pytest.raises(TdxInDoubt, match="cut off"):
        connect("token", url=rude_server(broken)).tickets.post_feed(1, POST)


def test_an_answer_that_drips_has_an_end(
    connect: Callable[..., TdxClient], rude_server: Callable[..., str]
) -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n"
    url = rude_server(head, *[b"x"] * 40, seconds=0.02)
    with pytest.raises(TdxInDoubt, match="cut off"):
        connect("token", url=url, read_timeout=0.05).tickets.post_feed(1, POST)


def test_what_is_no_http_leaves_a_write_in_doubt(
    connect: Callable[..., TdxClient], rude_server: Callable[..., str]
) -> None:
    with pytest.raises(TdxInDoubt, match="no HTTP"):
        connect("token", url=rude_server(b"220 smtp ready\r\n\r\n")).tickets.post_feed(1, POST)


@pytest.mark.parametrize(
    ("error", "fault"),
    [
        (httpx2.ReadTimeout("x"), Fault.READ_TIMEOUT),
        (httpx2.WriteTimeout("x"), Fault.WRITE_TIMEOUT),
        (httpx2.PoolTimeout("x"), Fault.POOL_TIMEOUT),
        (httpx2.ConnectTimeout("x"), Fault.CONNECT_TIMEOUT),
        (httpx2.ConnectError("x"), Fault.UNREACHABLE),
        (httpx2.WriteError("x"), Fault.RESET),
        (httpx2.CloseError("x"), Fault.RESET),
        (httpx2.ProxyError("x"), Fault.PROXY),
        (httpx2.RemoteProtocolError("x"), Fault.PROTOCOL),
        (httpx2.LocalProtocolError("x"), Fault.PROTOCOL),
        (httpx2.TransportError("x"), Fault.RESET),
    ],
)
def test_each_error_of_the_transport_has_its_fault(
    error: httpx2.TransportError, fault: Fault
) -> None:
    assert fault_of(error) is fault


def test_a_header_that_was_not_liked_is_not_quoted() -> None:
    assert detail_of(httpx2.LocalProtocolError("bad b'Bearer abc'")) == "LocalProtocolError"


def test_network_settings_that_can_not_be_used_are_said_without_their_password(
    monkeypatch: pytest.MonkeyPatch, clock: Any
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "gopher://me:hunter2@proxy")
    config = TdxConfig("https://x.edu/TDWebApi", 46, 48, Token(SecretStr("abc")))
    with pytest.raises(ConfigError, match="network settings") as caught:
        TdxClient(config, clock=clock)
    assert "hunter2" not in str(caught.value)
