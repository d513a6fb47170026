"""TLS is always checked, proxies and a CA bundle come from the usual variables, answers may be packed."""

from __future__ import annotations

import importlib.util
import ssl
from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import pytest
import trustme
from pydantic import SecretStr

from rooms.tdx.network import account_server, http2_server, proxy
from ticket_queue_daemon.config.settings import Settings
from ticket_queue_daemon.tdx.config import TdxConfig, Token
from ticket_queue_daemon.tdx.errors import TdxUnreachable
from ticket_queue_daemon.tdx.transport import Transport
from ticket_queue_daemon.tdx.wire import Call, Due, Patience

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ticket_queue_daemon.simulator.server import SimulatorServer
    from ticket_queue_daemon.tdx.client import TdxClient


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


def serving(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """``SSL_CERT_FILE`` names the authority of our servers."""
    bundle = tmp_path / "campus.pem"
    authority.cert_pem.write_to_path(bundle)
    monkeypatch.setenv("SSL_CERT_FILE", str(bundle))


def base(port: int) -> str:
    return f"https://127.0.0.1:{port}/TDWebApi/api"


def test_a_certificate_that_nobody_vouches_for_is_refused(
    connect: Callable[..., TdxClient], authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    # What other programs take for "don't check" is no such thing here.
    for name in ("PYTHONHTTPSVERIFY", "CURL_CA_BUNDLE", "REQUESTS_CA_BUNDLE", "SSL_VERIFY"):
        monkeypatch.setenv(name, "0")
    with (
        account_server(serving(authority, "127.0.0.1")) as (port, seen),
        pytest.raises(TdxUnreachable, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        connect("token", url=base(port), attempts=1).me()
    assert seen == []


def test_no_setting_switches_the_check_off() -> None:
    named = {field.name for field in fields(TdxConfig)} | set(Settings.model_fields)
    suspicious = ("verify_tls", "verify_ssl", "tls", "ssl", "insecure", "certificate")
    assert [name for name in named if any(word in name for word in suspicious)] == []


@pytest.mark.usefixtures("trusted")
def test_a_ca_bundle_of_ones_own_is_used(
    connect: Callable[..., TdxClient], authority: trustme.CA
) -> None:
    with account_server(serving(authority, "127.0.0.1")) as (port, seen):
        assert connect("token", url=base(port)).me().full_name == "Pat Doe"
    assert seen == ["/TDWebApi/api/auth/getuser"]


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_host_is_refused(
    connect: Callable[..., TdxClient], authority: trustme.CA
) -> None:
    with (
        account_server(serving(authority, "tdx.example.edu")) as (port, seen),
        pytest.raises(TdxUnreachable, match="CERTIFICATE_VERIFY_FAILED"),
    ):
        connect("token", url=base(port), attempts=1).me()
    assert seen == []


@pytest.mark.usefixtures("trusted")
def test_https_goes_through_the_proxy_as_a_tunnel(
    connect: Callable[..., TdxClient], authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    with account_server(serving(authority, "127.0.0.1")) as (port, _), proxy() as (door, asked):
        monkeypatch.setenv("HTTPS_PROXY", f"http://127.0.0.1:{door}")
        assert connect("token", url=base(port)).me().full_name == "Pat Doe"
        assert asked == [f"CONNECT 127.0.0.1:{port}"]
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        connect("token", url=base(port)).me()
        assert len(asked) == 1


def test_http_goes_through_its_proxy(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    with proxy() as (door, asked):
        monkeypatch.setenv("HTTP_PROXY", f"http://127.0.0.1:{door}")
        client = connect("token")
        assert client.me().uid
        client.close()
    assert asked == [f"GET {simulator.url}/auth/getuser"]


def test_a_proxy_that_is_not_there_means_nothing_was_sent(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with pytest.raises(TdxUnreachable):
        connect("token", attempts=1).me()
    assert simulator.requests.count() == 0


def test_one_connection_serves_many_calls(connect: Callable[..., TdxClient]) -> None:
    with account_server(most_connections=1) as (port, seen):
        client = connect("token", url=base(port).replace("https", "http"))
        for number in range(20):
            client.people.get(f"person{number}@x.edu")
        client.close()
    assert len(seen) == 20


def test_each_phase_of_a_call_has_its_own_time_out(clock: Any) -> None:
    config = TdxConfig(
        "https://x.edu/TDWebApi",
        46,
        48,
        Token(SecretStr("abc")),
        connect_timeout=1,
        read_timeout=2,
        report_timeout=120,
        write_timeout=3,
        pool_timeout=4,
    )
    transport = Transport(config, "https://x.edu/TDWebApi/api", clock)
    usual = transport._timeout(Call("GET", "feed/{id}", "feed/1", Due.OBJECT))
    assert (usual.connect, usual.read, usual.write, usual.pool) == (1, 2, 3, 4)
    patient = Call("GET", "reports/{id}", "reports/1", Due.OBJECT, patience=Patience.REPORT)
    assert transport._timeout(patient).read == 120
    transport.close()


def test_a_packed_answer_is_unpacked(connect: Callable[..., TdxClient]) -> None:
    with account_server(packs=True) as (port, _):
        url = base(port).replace("https", "http")
        assert connect("token", url=url).me().full_name == "Pat Doe"


@pytest.mark.usefixtures("trusted")
def test_http2_is_spoken_where_it_is_offered(
    connect: Callable[..., TdxClient], authority: trustme.CA
) -> None:
    with http2_server(serving(authority, "127.0.0.1")) as (port, agreed):
        client = connect("token", url=base(port))
        assert client.me().full_name == "Pat Doe"
        client.close()
    assert agreed == ["h2"]


@pytest.mark.usefixtures("trusted")
def test_threads_never_share_an_http2_connection_at_a_time(
    connect: Callable[..., TdxClient], authority: trustme.CA
) -> None:
    """A connection that waits for the others would never be answered."""
    with http2_server(serving(authority, "127.0.0.1"), together=8) as (port, agreed):
        client = connect("token", url=base(port))
        with ThreadPoolExecutor(8) as pool:
            for _ in range(4):
                people = list(pool.map(client.people.get, [f"person{n}@x.edu" for n in range(8)]))
                assert {person.full_name for person in people} == {"Pat Doe"}
        client.close()
    assert agreed == ["h2"] * 8


@pytest.mark.usefixtures("trusted")
def test_without_the_extra_it_is_http_1(
    connect: Callable[..., TdxClient], authority: trustme.CA, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec

    def without_h2(name: str, *more: Any) -> Any:
        return None if name == "h2" else found(name, *more)

    monkeypatch.setattr(importlib.util, "find_spec", without_h2)
    context = serving(authority, "127.0.0.1")
    # The server would rather speak HTTP/2, and can't.
    context.set_alpn_protocols(["h2", "http/1.1"])
    with account_server(context) as (port, seen):
        assert connect("token", url=base(port)).me().full_name == "Pat Doe"
    assert len(seen) == 1
