"""Signing in: by admin key, by login, or with a token as it is; renewed by one thread at a time."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.tdx.config import AdminKey, Login, Token, is_sandbox
from ticket_queue_daemon.tdx.errors import (
    Delivery,
    TdxAuthError,
    TdxCallError,
    TdxDenied,
    TdxNotFound,
    TdxRejected,
)
from ticket_queue_daemon.tdx.tokens import clean_token, expiry_of
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.tdx.config import TdxConfig
    from ticket_queue_daemon.tdx.servertime import ServerTime

# Renewed this long before it runs out, so that no call under way meets the end (19 #28).
RENEW_BEFORE = timedelta(minutes=5)
# For a token that does not say: TDX's last a day.
ASSUMED_LIFE = timedelta(hours=23)
# A refused login is not repeated sooner: a loop of them locks accounts.
REFUSAL_SECONDS = 300.0
# A token that TDX took for us this recently is good: its 401 means "not permitted".
PROBE_SECONDS = 30.0

GET_USER = Call("GET", "auth/getuser", "auth/getuser", Due.OBJECT)


@dataclass(frozen=True, slots=True)
class Bearer:
    """A token in use; ``expires`` is None if it does not say."""

    text: str
    expires: datetime | None
    renew_at: datetime | None

    def __repr__(self) -> str:
        return f"Bearer(expires={self.expires})"


class Authenticator:
    """Holds the bearer token of one client.

    Args:
        config: the credentials.
        base_url: normalised; for messages, and to tell production from sandbox.
        ask: sends a call outside of the usual signing, with bounded retries; takes a bearer.
    """

    def __init__(
        self,
        config: TdxConfig,
        base_url: str,
        *,
        clock: Clock,
        server_time: ServerTime,
        ask: Callable[[Call, str | None], Any],
    ) -> None:
        self._credentials = config.credentials
        self._base_url = base_url
        self._clock = clock
        self._server_time = server_time
        self._ask = ask
        self._lock = threading.Lock()
        self._bearer: Bearer | None = None
        self._refusal: tuple[float, TdxAuthError] | None = None
        self._found_good = ("", 0.0)

    def bearer(self) -> Bearer:
        """A token that is good for minutes; signs in, or renews, if need be.

        Raises:
            TdxAuthError: the login is refused, or a token that can't be renewed has run out.
            TdxCallError: signing in failed otherwise; the call it was for was not sent.
        """
        bearer = self._bearer
        if bearer is not None and not self._is_due(bearer):
            return bearer
        with self._lock:
            bearer = self._bearer
            if bearer is None or self._is_due(bearer):
                bearer = self._bearer = self._obtain()
            return bearer

    @property
    def signed_in(self) -> bool:
        """Whether a token is held that has not run out; asks nobody."""
        bearer = self._bearer
        return bearer is not None and (
            bearer.expires is None or self._server_time.now() < bearer.expires
        )

    def refused(self, stale: Bearer) -> Bearer:
        """What to try once more with after a 401: a renewed token, or the same if TDX takes it.

        Threads that met the same 401 share one renewal.

        Raises:
            TdxAuthError: no token can be had, or TDX takes this one for no call at all.
        """
        with self._lock:
            if self._bearer is not None and self._bearer.text != stale.text:
                return self._bearer
            if isinstance(self._credentials, Token):
                self._prove(stale)
            else:
                self._bearer = self._obtain()
            return self._bearer or stale

    @property
    def expires(self) -> datetime | None:
        """When the token that is held runs out; None if there is none, or it does not say."""
        bearer = self._bearer
        return None if bearer is None else bearer.expires

    def is_good(self, bearer: Bearer) -> bool:
        """Whether TDX takes this token for our own account: then a 401 was about permission.

        A renewed token may have run out as well by the time of its 401; that must not be taken
        for a refusal of what was asked.

        Raises:
            TdxCallError: TDX does not say; the call that met the 401 is left for later.
        """
        with self._lock:
            if isinstance(self._credentials, Token) and self._is_proved(bearer):
                return True
            try:
                self._ask(GET_USER, bearer.text)
            except TdxDenied:
                return False
            except TdxCallError as error:
                error.delivery = Delivery.LATER
                raise
            return True

    def _is_proved(self, bearer: Bearer) -> bool:
        good, since = self._found_good
        return good == bearer.text and self._clock.monotonic() - since < PROBE_SECONDS

    def _is_due(self, bearer: Bearer) -> bool:
        return bearer.renew_at is not None and self._server_time.now() >= bearer.renew_at

    def _obtain(self) -> Bearer:
        if isinstance(self._credentials, Token):
            return self._given(self._credentials)
        if self._refusal is not None:
            since, error = self._refusal
            if self._clock.monotonic() - since < REFUSAL_SECONDS:
                # A new object: one that is raised again would collect the tracebacks of all.
                raise TdxAuthError(
                    error.message,
                    error.advice,
                    status=error.status,
                    route=error.route,
                    answer=error.answer,
                )
        self._refusal = None
        call = _login_call(self._credentials)
        try:
            text = self._ask(call, None)
        except TdxCallError as error:
            refusal = self._login_failed(call, error)
            if isinstance(refusal, TdxAuthError):
                self._refusal = (self._clock.monotonic(), refusal)
            raise refusal from None
        token = clean_token(text)
        if token is None:
            raise TdxAuthError(
                f"{call.key} answered with something that is no token.",
                "Check TDX_BASE_URL; TDX may also be in its maintenance window.",
                route=call.key,
            )
        now = self._server_time.now()
        expires = expiry_of(token)
        # A short-lived token is renewed in its last quarter, or every call would renew it.
        margin = RENEW_BEFORE if expires is None else min(RENEW_BEFORE, (expires - now) / 4)
        return Bearer(token, expires, now + ASSUMED_LIFE if expires is None else expires - margin)

    def _given(self, credentials: Token) -> Bearer:
        token = clean_token(credentials.token.get_secret_value())
        if token is None:
            raise TdxAuthError(
                "TDX_API_TOKEN is empty or no token.",
                f"Get one from {self._base_url}/auth/loginsso and set it again.",
            )
        expires = expiry_of(token)
        # Our own clock is no judge: only by TDX's time is a token refused before TDX has seen it.
        if expires is not None and self._server_time.known and self._server_time.now() >= expires:
            raise self._expired(expires)
        return Bearer(token, expires, expires)

    def _login_failed(self, call: Call, error: TdxCallError) -> TdxCallError:
        """The call that waits for the login was not sent, whatever became of the login."""
        error.delivery = Delivery.LATER
        if not isinstance(error, TdxDenied | TdxNotFound | TdxRejected):
            return error
        by_key = isinstance(self._credentials, AdminKey)
        what = "the admin key" if by_key else "the user name or password"
        names = "TDX_BEID and TDX_WEB_SERVICES_KEY" if by_key else "TDX_USERNAME and TDX_PASSWORD"
        said = f': "{error.answer}"' if error.answer else ""
        return TdxAuthError(
            f"TDX refused {what}: {call.key} at {self._base_url} answered {error.status}{said}",
            f"Check {names}, that the account is active, and that TDX_BASE_URL is the environment "
            "they are for; accounts of single sign-on can't sign in this way.",
            status=error.status,
            route=call.key,
            answer=error.answer,
        )

    def _prove(self, bearer: Bearer) -> None:
        """Ask for our own account: if TDX takes the token there, the 401 was about permission."""
        if bearer.expires is not None and self._server_time.now() >= bearer.expires:
            raise self._expired(bearer.expires)
        if self._is_proved(bearer):
            return
        try:
            self._ask(GET_USER, bearer.text)
        except TdxDenied as error:
            raise self._foreign(bearer, error) from None
        except TdxCallError as error:
            error.delivery = Delivery.LATER
            raise
        self._found_good = (bearer.text, self._clock.monotonic())

    def _expired(self, expires: datetime) -> TdxAuthError:
        return TdxAuthError(
            f"The token in TDX_API_TOKEN expired at {expires:%Y-%m-%d %H:%M} UTC; "
            "a token can't be renewed.",
            f"Get a new one from {self._base_url}/auth/loginsso, or use TDX_BEID with "
            "TDX_WEB_SERVICES_KEY, which the daemon renews by itself.",
            status=401,
        )

    def _foreign(self, bearer: Bearer, error: TdxCallError) -> TdxAuthError:
        here, there = "production", "the sandbox"
        if is_sandbox(self._base_url):
            here, there = "the sandbox", "production"
        kind = "which does not look like one of TDX's (a JWT)"
        if bearer.expires:
            kind = f"which by itself is valid until {bearer.expires:%Y-%m-%d %H:%M} UTC"
        said = f': "{error.answer}"' if error.answer else ""
        return TdxAuthError(
            f"TDX refuses the token in TDX_API_TOKEN, {kind}{said}. "
            f"The token may belong to the other environment: TDX_BASE_URL is {here} "
            f"({self._base_url}).",
            f"Use a token from {self._base_url}/auth/loginsso; if this one is of {there}, point "
            "TDX_BASE_URL there. It may also have been revoked.",
            status=error.status,
            route=error.route,
            answer=error.answer,
        )


def _login_call(credentials: AdminKey | Login) -> Call:
    if isinstance(credentials, AdminKey):
        route = "auth/loginadmin"
        body = {
            "BEID": credentials.beid.get_secret_value(),
            "WebServicesKey": credentials.web_services_key.get_secret_value(),
        }
    else:
        route = "auth"
        body = {
            "UserName": credentials.username,
            "Password": credentials.password.get_secret_value(),
        }
    return Call("POST", route, route, Due.TEXT, body=body, signed=False)
