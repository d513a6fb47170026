"""Posts to receivers by their names: once, signed, without following anybody anywhere."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import httpx2

from ticket_queue_daemon import __version__
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.outside.answers import PostFailed, classify, failure, rest_asked
from ticket_queue_daemon.outside.signing import signed_headers
from ticket_queue_daemon.tdx.errors import Delivery
from ticket_queue_daemon.tdx.transport import detail_of, fault_of
from ticket_queue_daemon.tdx.wire import Answer, TransportFault

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.outside.receiver import Receiver
    from ticket_queue_daemon.tdx.wire import Outcome

CONNECT_SECONDS: Final = 5.0
MOST_READ: Final = 65_536
"""Bytes of an answer; nothing is decided by it."""
_HERE: Final = ("localhost", "127.0.0.1", "[::1]")
# An answer that drips for ever would outlive every lease.
_TIMEOUTS_PER_ANSWER: Final = 3


class Outside:
    """The receivers of this process, for any number of threads; close it.

    Proxies and a CA bundle come from the usual variables; certificates are always checked.

    Args:
        receivers: those of the configured actions; the same one may come several times.
        clock: tells the time.

    Raises:
        ConfigError: two different receivers have one name.
    """

    def __init__(self, receivers: Iterable[Receiver], clock: Clock) -> None:
        self._clock = clock
        self._known: dict[str, Receiver] = {}
        self._rests: dict[str, float] = {}
        self._lock = threading.Lock()
        self._client: httpx2.Client | None = None
        for one in receivers:
            if self._known.setdefault(one.name, one) != one:
                raise ConfigError(
                    f"Two webhooks are to go to {one.name}, by different url, secret or options.",
                    "Give each a name of its own, as in WebhookAction(name=...).",
                )

    def post(self, name: str, body: str, key: str, *, before: Callable[[], None]) -> int:
        """Send a body to a receiver, once. Returns the status of its good answer.

        Args:
            name: the receiver's.
            body: JSON.
            key: its ``Idempotency-Key``.
            before: called right before it leaves; what it raises stops it, unsent.

        Raises:
            PostFailed: with its delivery.
        """
        receiver = self._known.get(name)
        if receiver is None:
            raise PostFailed(
                f"No configured webhook goes to {name!r} any more, so its address is not known.",
                "Put the action back, or settle it: `resolve`.",
                delivery=Delivery.LATER,
            )
        self._check_rest(name)
        client = self._open()
        before()
        outcome = self._send(client, receiver, body, key)
        delivery = classify(outcome)
        if delivery is Delivery.APPLIED and isinstance(outcome, Answer):
            return outcome.status
        if delivery is Delivery.LATER and isinstance(outcome, Answer):
            rest = rest_asked(outcome, self._clock.now())
            self._rests[name] = self._clock.monotonic() + rest
        raise failure(outcome, delivery, receiver)

    def _check_rest(self, name: str) -> None:
        """Leave a receiver alone that has asked for it, whichever ticket is next."""
        left = self._rests.get(name, 0.0) - self._clock.monotonic()
        if left > 0:
            raise PostFailed(
                f"{name} asked to be left alone for {left:.0f} more seconds; nothing was sent.",
                "It is tried again by itself.",
                delivery=Delivery.LATER,
            )

    def _send(self, client: httpx2.Client, receiver: Receiver, body: str, key: str) -> Outcome:
        headers = {
            **{name: value.get_secret_value() for name, value in receiver.headers.items()},
            "Content-Type": "application/json; charset=utf-8",
            **signed_headers(
                receiver.secret.get_secret_value(),
                key=key,
                body=body,
                timestamp=int(self._clock.now().timestamp()),
            ),
        }
        request = client.build_request(
            "POST",
            receiver.url.get_secret_value(),
            content=body.encode(),
            headers=headers,
            timeout=httpx2.Timeout(receiver.timeout, connect=CONNECT_SECONDS),
        )
        try:
            response = client.send(request, stream=True)
        except httpx2.TransportError as error:
            return TransportFault(fault_of(error), detail_of(error))
        return self._read(response, receiver.timeout)

    def _read(self, response: httpx2.Response, timeout: float) -> Answer:
        """Status and headers count, whatever becomes of the body."""
        answer = Answer(
            response.status_code,
            {name.lower(): value for name, value in response.headers.items()},
        )
        began, body = self._clock.monotonic(), bytearray()
        try:
            for part in response.iter_raw(4096):
                body += part
                late = self._clock.monotonic() - began > timeout * _TIMEOUTS_PER_ANSWER
                if late or len(body) >= MOST_READ:
                    break
        except httpx2.TransportError:
            return replace(answer, cut=True)
        finally:
            response.close()
        return replace(answer, body=bytes(body[:MOST_READ]))

    def _open(self) -> httpx2.Client:
        with self._lock:
            if self._client is None:
                self._client = _client()
            return self._client

    def close(self) -> None:
        """Close every connection."""
        with self._lock:
            if self._client is not None:
                self._client.close()


def _client() -> httpx2.Client:
    try:
        return httpx2.Client(
            headers={
                "User-Agent": f"ticket-queue-daemon/{__version__}",
                "Accept": "application/json",
                # What is not unpacked can't grow.
                "Accept-Encoding": "identity",
            },
            follow_redirects=False,
            # What is posted over http stays on this machine, whatever proxy there is.
            mounts={f"all://{host}": None for host in _HERE},
        )
    except (ValueError, ImportError, OSError, httpx2.InvalidURL) as error:
        # The text of these may hold a proxy's password: only their kind is told.
        raise PostFailed(
            f"The network settings of the environment can't be used ({type(error).__name__}).",
            "Check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY, NO_PROXY, SSL_CERT_FILE, SSL_CERT_DIR.",
            delivery=Delivery.LATER,
        ) from None
