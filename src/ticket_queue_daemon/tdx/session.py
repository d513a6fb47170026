"""The one function that sends. Reads are repeated within bounds; a write goes out once.

A write is repeated only when TDX certainly did not take it: no connection came about, the rate
limit held (429), or the token had run out (one 401). Everything else is raised with its delivery.
"""

from __future__ import annotations

import random
import threading
from collections import Counter
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from pydantic import TypeAdapter, ValidationError

from ticket_queue_daemon.tdx.auth import Authenticator
from ticket_queue_daemon.tdx.config import AdminKey, Login
from ticket_queue_daemon.tdx.decipher import decipher
from ticket_queue_daemon.tdx.errors import (
    Delivery,
    ReadOnlyRefused,
    TdxInDoubt,
    TdxMalformed,
    TdxRejected,
)
from ticket_queue_daemon.tdx.ratelimit import Governor
from ticket_queue_daemon.tdx.servertime import ServerTime
from ticket_queue_daemon.tdx.transport import Transport
from ticket_queue_daemon.tdx.turns import current_party
from ticket_queue_daemon.tdx.wire import (
    UNAUTHORIZED,
    Answer,
    TransportFault,
    classify,
    encoded,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping
    from datetime import datetime

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.tdx.config import TdxConfig
    from ticket_queue_daemon.tdx.wire import Call, Outcome

Model = TypeVar("Model")

Listener: TypeAlias = "Callable[[Call, Outcome, float], None]"
"""Is told of each try of a call: what came of it, and after how many seconds. Must not raise."""

# A call that meets 429 again after each wait is given up after this many.
RATE_LIMIT_TRIES = 6
LONGEST_PAUSE = 60.0
MOST_BYTES = 4 * 1024 * 1024
_TOO_MANY = 429
_PART = 1_000
_SERVER = 500
_TIMEOUT = 408


class Session:
    """Sends calls for all endpoint groups of one client; safe for any number of threads.

    Args:
        config: times, bounds, credentials.
        base_url: normalised.
        read_only: refuse every write before it is sent.
    """

    def __init__(
        self, config: TdxConfig, base_url: str, *, clock: Clock, read_only: bool = False
    ) -> None:
        self._config = config
        self._clock = clock
        self._read_only = read_only
        self._transport = Transport(config, base_url, clock)
        self._jitter = random.Random()  # noqa: S311  spreads retries, guards nothing
        self._counts: Counter[tuple[str, str]] = Counter()
        self._counting = threading.Lock()
        self._guards = threading.local()
        self._listeners: tuple[Listener, ...] = ()
        self.server_time = ServerTime(clock)
        self.governor = Governor(clock, self.server_time, patience=config.rate_patience)
        self._auth = Authenticator(
            config, base_url, clock=clock, server_time=self.server_time, ask=self._ask
        )

    # -- what endpoint groups use ---------------------------------------------------------------

    def send(self, call: Call) -> Any:
        """Send a call and give its data: JSON, text, or None where no body is due.

        Raises:
            TdxCallError: the leaf that fits; see ``tdx/errors.py``.
        """
        self._refuse(call)
        attempt = _Attempt(call, self._clock)
        while True:
            bearer = self._auth.bearer()
            outcome = self._once(call, bearer.text)
            if _is_unauthorized(outcome) and not attempt.renewed:
                attempt.renewed = True
                attempt.tries += 1
                bearer = self._auth.refused(bearer)
                outcome = self._once(call, bearer.text)
                if isinstance(outcome, Answer) and _is_unauthorized(outcome):
                    outcome = replace(outcome, fresh_token=self._auth.is_good(bearer))
            if not self._again(attempt, outcome):
                return self._result(call, outcome, attempt)

    def is_answered(self, call: Call) -> bool:
        """Whether one single try of a read is answered as it should be.

        Raises:
            TdxCallError: no token, or no place under the rate limit, is to be had.
        """
        outcome = self._once(call, self._auth.bearer().text)
        return classify(outcome, call) is Delivery.APPLIED

    def fetch(self, call: Call, kind: type[Model]) -> Model:
        """Send a call whose answer is one object.

        Raises:
            TdxMalformed: a member is not what it should be (a read).
            TdxInDoubt: likewise, for a write: it was taken, but the answer proves nothing.
        """
        return self._validated(call, TypeAdapter(kind), self.send(call))

    def fetch_list(self, call: Call, kind: type[Model]) -> list[Model]:
        """Send a call whose answer is a list of objects; raises as :meth:`fetch` does."""
        adapter: TypeAdapter[list[Model]] = TypeAdapter(list[kind])  # type: ignore[valid-type]  # built at run time
        data: list[Any] = self.send(call)
        found: list[Model] = []
        # Part by part, each let go once it is read: 40,000 assets twice in memory are felt.
        for start in range(0, len(data), _PART):
            part = data[start : start + _PART]
            data[start : start + _PART] = [None] * len(part)
            read: list[Model] = self._validated(call, adapter, part)
            found += read
        return found

    @contextmanager
    def guarding(self, check: Callable[[], None]) -> Iterator[None]:
        """Run ``check`` in this thread right before each write leaves, after every wait."""
        guards: list[Callable[[], None]] = self._guards.__dict__.setdefault("checks", [])
        guards.append(check)
        try:
            yield
        finally:
            guards.remove(check)

    def listen(self, listener: Listener) -> None:
        """Tell ``listener`` of every try from now on, in the thread that made it."""
        self._listeners += (listener,)

    @property
    def signed_in(self) -> bool:
        """Whether a token is held that has not run out."""
        return self._auth.signed_in

    @property
    def token_expires(self) -> datetime | None:
        """When the token that is held runs out; None if there is none, or it does not say."""
        return self._auth.expires

    def counts(self, party: str | None = None) -> Mapping[str, int]:
        """Requests that were sent, by verb and route: on behalf of a party, or all."""
        counts: Counter[str] = Counter()
        with self._counting:
            for (its, key), number in self._counts.items():
                if party is None or its == party:
                    counts[key] += number
        return dict(counts)

    def close(self) -> None:
        """Close every connection."""
        self._transport.close()

    # -- inside ---------------------------------------------------------------------------------

    def _refuse(self, call: Call) -> None:
        if not call.writes:
            return
        if self._read_only:
            raise ReadOnlyRefused(
                f"{call.key} was not sent: this client only reads.", route=call.key
            )
        size = 0 if call.body is None else len(encoded(call.body))
        if size > MOST_BYTES:
            raise TdxRejected(
                f"{call.key} was not sent: {size} bytes, and TDX takes at most {MOST_BYTES}.",
                "Shorten what the action sends.",
                route=call.key,
            )

    def _ask(self, call: Call, bearer: str | None) -> Any:
        """Send a login, or a probe of a given token: no signing, no renewal, bounded retries."""
        attempt = _Attempt(call, self._clock)
        while True:
            outcome = self._once(call, bearer)
            if not self._again(attempt, outcome):
                return self._result(call, outcome, attempt)

    def _once(self, call: Call, bearer: str | None) -> Outcome:
        with self.governor.place(call.key) as place:
            if call.writes:
                for check in getattr(self._guards, "checks", ()):
                    check()
            sent = self._clock.monotonic()
            outcome = self._transport.send(call, bearer=bearer)
            received = self._clock.monotonic()
            if isinstance(outcome, Answer):
                self.server_time.learn(outcome.headers.get("date"), sent, received)
                place.answered(outcome.status, outcome.headers)
        if isinstance(outcome, Answer) or classify(outcome, call) is Delivery.IN_DOUBT:
            with self._counting:
                self._counts[current_party(), call.key] += 1
        for listener in self._listeners:
            listener(call, outcome, received - sent)
        return outcome

    def _again(self, attempt: _Attempt, outcome: Outcome) -> bool:
        """Whether to send once more; waits first. The governor waits for rate limits."""
        attempt.tries += 1
        if isinstance(outcome, Answer) and outcome.status == _TOO_MANY:
            attempt.limited += 1
            return attempt.limited < RATE_LIMIT_TRIES
        if not _is_safe_to_repeat(outcome, attempt.call):
            return False
        attempt.failures += 1
        if attempt.failures >= self._config.attempts:
            return False
        pause = min(LONGEST_PAUSE, self._config.retry_seconds * 2.0 ** (attempt.failures - 1))
        pause *= self._jitter.uniform(0.75, 1.25)
        before = self._clock.monotonic()
        self._clock.sleep(pause)
        # A sleep that was cut short: the daemon is going down, and nobody wants the answer.
        slept: float = self._clock.monotonic() - before
        return slept >= pause / 2

    def _result(self, call: Call, outcome: Outcome, attempt: _Attempt) -> Any:
        if isinstance(outcome, Answer) and classify(outcome, call) is not Delivery.APPLIED:
            outcome = replace(outcome, body=self._without_secrets(outcome.body))
        return decipher(outcome, call, trail=attempt.trail())

    def _without_secrets(self, body: bytes) -> bytes:
        """TDX may quote what it was sent; messages quote TDX."""
        credentials = self._config.credentials
        if isinstance(credentials, AdminKey):
            secrets = [credentials.beid, credentials.web_services_key]
        elif isinstance(credentials, Login):
            secrets = [credentials.password]
        else:
            secrets = [credentials.token]
        for secret in secrets:
            value = secret.get_secret_value().strip().encode()
            if value:
                body = body.replace(value, b"[secret]")
        return body

    def _validated(self, call: Call, adapter: TypeAdapter[Model], data: Any) -> Model:
        try:
            return adapter.validate_python(data)
        except ValidationError as error:
            first = error.errors(include_url=False, include_context=False, include_input=False)[0]
            field = _place(first["loc"])
            others = f" (and {error.error_count() - 1} more)" if error.error_count() > 1 else ""
            wrong = f"{call.key} answered with a wrong {field}: {first['msg']}{others}"
        if call.writes:
            raise TdxInDoubt(
                wrong, "It was taken, it seems: look before it is sent again.", route=call.key
            )
        raise TdxMalformed(
            wrong,
            "Nothing is concluded from it. If it stays, TDX has changed its answers.",
            field=field,
            route=call.key,
        )


class _Attempt:
    """How often and how long one call has been tried."""

    def __init__(self, call: Call, clock: Clock) -> None:
        self.call = call
        self.tries = 0
        self.failures = 0
        self.limited = 0
        self.renewed = False
        self._clock = clock
        self._began = clock.monotonic()

    def trail(self) -> str:
        seconds = self._clock.monotonic() - self._began
        tries = "1 try" if self.tries == 1 else f"{self.tries} tries"
        return f"{tries} in {seconds:.1f} s"


def _is_unauthorized(outcome: Outcome) -> bool:
    return isinstance(outcome, Answer) and outcome.status == UNAUTHORIZED


def _is_safe_to_repeat(outcome: Outcome, call: Call) -> bool:
    if isinstance(outcome, TransportFault):
        return not call.writes or classify(outcome, call) is Delivery.LATER
    if call.writes:
        return False
    return outcome.status >= _SERVER or outcome.status == _TIMEOUT or outcome.cut


def _place(location: tuple[int | str, ...]) -> str:
    """``(3, "CreatedDate")`` as ``[3].CreatedDate``."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".") or "body"
