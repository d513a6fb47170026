"""The one door to the network: a call goes out once, and an answer or a fault comes back.

A connection serves one call at a time, also where HTTP/2 could mix several: the library compresses
headers without a lock, so that threads that share a connection may send each other's paths.
"""

from __future__ import annotations

import importlib.util
import queue
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx2

from ticket_queue_daemon import __version__
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.wire import Answer, Fault, Patience, TransportFault, encoded

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.tdx.config import TdxConfig
    from ticket_queue_daemon.tdx.wire import Call, Outcome

# The most specific first: each of httpx's errors is looked up in this order.
_FAULTS: tuple[tuple[type[httpx2.TransportError], Fault], ...] = (
    (httpx2.ConnectTimeout, Fault.CONNECT_TIMEOUT),
    (httpx2.PoolTimeout, Fault.POOL_TIMEOUT),
    (httpx2.WriteTimeout, Fault.WRITE_TIMEOUT),
    (httpx2.ReadTimeout, Fault.READ_TIMEOUT),
    (httpx2.ConnectError, Fault.UNREACHABLE),
    (httpx2.UnsupportedProtocol, Fault.UNREACHABLE),
    (httpx2.ProxyError, Fault.PROXY),
    (httpx2.NetworkError, Fault.RESET),
    (httpx2.ProtocolError, Fault.PROTOCOL),
)
# An answer that drips for ever would outlive every lease; this many read time-outs are the end.
_READ_TIMEOUTS_PER_ANSWER = 5


class Transport:
    """Sends calls over kept connections; follows no redirect and repeats nothing.

    Proxies and a CA bundle come from the usual variables; certificates are always checked.
    """

    def __init__(self, config: TdxConfig, base_url: str, clock: Clock) -> None:
        self._config = config
        self._base_url = base_url
        self._clock = clock
        self._idle: queue.LifoQueue[httpx2.Client] = queue.LifoQueue()
        try:
            self._tls = httpx2.create_ssl_context()
            self._idle.put(self._make())
        except (ValueError, ImportError, OSError, httpx2.InvalidURL) as error:
            # The text of these may hold a proxy's password: only their kind is told.
            raise ConfigError(
                f"The network settings of the environment can't be used ({type(error).__name__}).",
                "Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR.",
            ) from None

    def send(self, call: Call, *, bearer: str | None = None) -> Outcome:
        """Send one call, once. Never raises for what the network does."""
        headers = {} if bearer is None else {"Authorization": f"Bearer {bearer}"}
        if call.body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        timeout = self._timeout(call)
        with self._lent() as client:
            return self._send(client, call, headers, timeout)

    @contextmanager
    def _lent(self) -> Iterator[httpx2.Client]:
        """A client, and so a connection, for one call alone; one that was used before if there is any."""
        try:
            client = self._idle.get_nowait()
        except queue.Empty:
            client = self._make()
        try:
            yield client
        finally:
            self._idle.put(client)

    def _send(
        self,
        client: httpx2.Client,
        call: Call,
        headers: dict[str, str],
        timeout: httpx2.Timeout,
    ) -> Outcome:
        request = client.build_request(
            call.verb,
            f"{self._base_url}/{call.path}",
            params=dict(call.query) or None,
            content=None if call.body is None else encoded(call.body),
            headers=headers,
            timeout=timeout,
        )
        try:
            response = client.send(request, stream=True)
        except httpx2.TransportError as error:
            return TransportFault(fault_of(error), detail_of(error))
        return self._read(response, self._clock.monotonic(), timeout.read or 0.0)

    def _read(self, response: httpx2.Response, began: float, timeout: float) -> Answer:
        """The body may end early; status and headers are known even then, and they count."""
        answer = Answer(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
        )
        body = bytearray()
        try:
            for part in response.iter_bytes():
                body += part
                if self._clock.monotonic() - began > timeout * _READ_TIMEOUTS_PER_ANSWER:
                    return replace(answer, body=bytes(body), cut=True)
        except (httpx2.TransportError, httpx2.DecodingError):
            return replace(answer, body=bytes(body), cut=True)
        finally:
            response.close()
        return replace(answer, body=bytes(body))

    def _timeout(self, call: Call) -> httpx2.Timeout:
        config = self._config
        patient = call.patience is Patience.REPORT
        return httpx2.Timeout(
            connect=config.connect_timeout,
            read=config.report_timeout if patient else config.read_timeout,
            write=config.write_timeout,
            pool=config.pool_timeout,
        )

    def close(self) -> None:
        """Close every connection that is not in use."""
        while not self._idle.empty():
            self._idle.get_nowait().close()

    def _make(self) -> httpx2.Client:
        return httpx2.Client(
            headers={
                "User-Agent": f"ticket-queue-daemon/{__version__}",
                "Accept": "application/json",
                "Accept-Encoding": "gzip, deflate",
            },
            http2=importlib.util.find_spec("h2") is not None,
            verify=self._tls,
            limits=httpx2.Limits(max_connections=1, max_keepalive_connections=1),
            follow_redirects=False,
        )


def fault_of(error: httpx2.TransportError) -> Fault:
    """Which fault an error of the transport is; one that is unknown counts as after sending."""
    for kind, fault in _FAULTS:
        if isinstance(error, kind):
            return fault
    return Fault.RESET


def detail_of(error: httpx2.TransportError) -> str:
    """The network's own words, which name hosts and errno."""
    if isinstance(error, httpx2.LocalProtocolError):
        # It quotes the header that it did not like, which may be the token.
        return type(error).__name__
    return " ".join(str(error).split())[:200] or type(error).__name__
