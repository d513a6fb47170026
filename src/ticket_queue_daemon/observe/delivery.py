"""Alerts leave the house, by Apprise: one thread for each address, and none that holds up the work.

What can't be delivered is kept (the newest fifty), tried again after a minute and with the next
alert, and given up when the process ends. An address that hangs delays no other.
"""

from __future__ import annotations

import logging
import re
import threading
import time
import warnings
from collections import deque
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Protocol

from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from pydantic import SecretStr

    from ticket_queue_daemon.observe.alert_words import Alert
    from ticket_queue_daemon.observe.scrub import Scrubber

FLUSH_SECONDS = 10.0
"""How long the end of the process may wait for what is still to be delivered."""
MOST_WAITING = 50
"""A day without network must not fill the memory; the oldest goes first."""
RETRY_SECONDS = 60.0

_LOG = logging.getLogger(__name__)


class Door(Protocol):
    """One address, as far as a courier needs to know it."""

    @property
    def name(self) -> str:
        """``number 2 (Slack)``: the address itself is a secret."""
        ...

    def send(self, alert: Alert) -> str:
        """Deliver; returns why it could not be delivered, or "". Never raises an ``Exception``."""
        ...


class AppriseDoor:
    """An address that Apprise knows how to reach.

    Raises:
        ValueError: Apprise knows no such address.
    """

    def __init__(self, number: int, url: SecretStr) -> None:
        # Imported only now: most commands send nothing, and it takes as long as all of --help.
        import apprise  # noqa: PLC0415

        self._apprise = apprise.Apprise(
            asset=apprise.AppriseAsset(
                app_id="ticket-queue-daemon",
                app_desc="Ticket Queue Daemon",
                # No pictures: they would be fetched from somewhere else.
                image_url_mask="",
                image_url_logo="",
                async_mode=False,
                # Its own limit would send in a pool of threads that Python waits for at its end.
                service_timeout=0,
            )
        )
        with _apprise_unheard(), warnings.catch_warnings():
            # It loads all its services now; what they import is their business.
            warnings.simplefilter("ignore", DeprecationWarning)
            known = self._apprise.add(url.get_secret_value())
        if not known or len(self._apprise) != 1:
            raise ValueError(f"alert URL number {number} is unknown to Apprise")
        self._form = _form(getattr(self._apprise[0], "notify_format", None))
        kind = str(getattr(self._apprise[0], "service_name", "") or "unnamed service")
        self.name = f"number {number} ({kind})"
        self._types = {
            "failure": apprise.NotifyType.FAILURE,
            "warning": apprise.NotifyType.WARNING,
            "success": apprise.NotifyType.SUCCESS,
        }

    def __repr__(self) -> str:
        """Without the address."""
        return f"<{type(self).__name__} {self.name}>"

    def send(self, alert: Alert) -> str:
        """See ``Door``."""
        try:
            with _apprise_unheard() as said:
                delivered = self._apprise.notify(
                    title=alert.subject,
                    body=self._body(alert),
                    notify_type=self._types[alert.weight],
                    body_format=self._form,
                )
        except Exception as error:  # noqa: BLE001  its words may hold the address: only its kind is told
            return type(error).__name__
        return "" if delivered else _why(said)

    def _body(self, alert: Alert) -> str:
        match self._form:
            case "markdown":
                return alert.as_markdown()
            case "html":
                return alert.as_html()
            case _:
                return alert.body


def _form(native: object) -> str:
    """Plain text where the service takes it, else Markdown or HTML of our own.

    Apprise turns text into either as well, but breaks links and lines by it.
    """
    forms = [
        str(getattr(form, "value", form))
        for form in (native if isinstance(native, tuple) else (native,))
    ]
    return next((form for form in ("text", "markdown", "html") if form in forms), "text")


class _Unheard(logging.Handler):
    """Keeps what Apprise says in this thread, since it may hold the address, and tells nobody."""

    def __init__(self, said: list[str]) -> None:
        super().__init__(logging.WARNING)
        self._said = said
        self._thread = threading.get_ident()

    def emit(self, record: logging.LogRecord) -> None:
        if record.thread == self._thread:
            self._said.append(record.getMessage())


@contextmanager
def _apprise_unheard() -> Iterator[list[str]]:
    said: list[str] = []
    logger, handler = logging.getLogger("apprise"), _Unheard(said)
    logger.propagate = False
    logger.addHandler(handler)
    try:
        yield said
    finally:
        logger.removeHandler(handler)


def _why(said: Sequence[str]) -> str:
    """The status out of Apprise's words; the words themselves may hold the address."""
    for words in said:
        if found := re.search(r"\berror=(\d{3})\b", words):
            return f"it answered with status {found[1]}"
    return "it could not be reached, or it refused"


class Courier:
    """Brings alerts to one door, in order, in a thread of its own."""

    def __init__(self, door: Door, *, retry_seconds: float = RETRY_SECONDS) -> None:
        self._door = door
        self._retry_seconds = retry_seconds
        self._changed = threading.Condition()
        self._waiting: deque[Alert] = deque(maxlen=MOST_WAITING)
        self._fresh = False
        self._closing = False
        self._told = False
        self._thread: threading.Thread | None = None

    def take(self, alert: Alert) -> None:
        """Put it with what is to be delivered; returns at once."""
        with self._changed:
            self._waiting.append(alert)
            self._fresh = True
            if self._thread is None:
                # A daemon thread: an address that hangs must not keep the process alive.
                self._thread = threading.Thread(target=self._work, name="alerts", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def close(self) -> None:
        """No more will come: what waits is tried once more, and the thread ends."""
        with self._changed:
            self._closing = self._fresh = True
            self._changed.notify_all()

    def join(self, seconds: float) -> int:
        """Wait for the end of the thread; returns how many alerts are undelivered."""
        if self._thread is not None:
            self._thread.join(max(0.0, seconds))
        with self._changed:
            return len(self._waiting)

    def _work(self) -> None:
        while True:
            with self._changed:
                if not self._fresh:
                    # What waits now could not be delivered a moment ago.
                    self._changed.wait(self._retry_seconds if self._waiting else None)
                closing, self._fresh = self._closing, False
            self._deliver()
            if closing:
                return

    def _deliver(self) -> None:
        """All that waits, up to the first that can't be delivered."""
        while True:
            with self._changed:
                if not self._waiting:
                    return
                alert = self._waiting[0]
            why = self._door.send(alert)
            self._tell(why)
            if why:
                return
            with self._changed:
                # While it was sent, newer ones may have pushed it out.
                if self._waiting and self._waiting[0] is alert:
                    self._waiting.popleft()

    def _tell(self, why: str) -> None:
        """Say once that the address can't be reached, and once that it can again."""
        if why and not self._told:
            _LOG.warning("alerts can't be delivered to %s: %s", self._door.name, why)
        elif self._told and not why:
            _LOG.info("alerts are delivered to %s again", self._door.name)
        self._told = bool(why)


class Delivery:
    """All the addresses."""

    def __init__(
        self,
        doors: Sequence[Door],
        scrubber: Scrubber,
        *,
        flush_seconds: float = FLUSH_SECONDS,
        retry_seconds: float = RETRY_SECONDS,
    ) -> None:
        self._couriers = [Courier(door, retry_seconds=retry_seconds) for door in doors]
        self._scrubber = scrubber
        self._flush_seconds = flush_seconds

    def send(self, alert: Alert) -> None:
        """To everyone, without secrets; returns at once."""
        text = self._scrubber.text
        clean = replace(alert, subject=text(alert.subject), body=text(alert.body))
        for courier in self._couriers:
            courier.take(clean)

    def close(self) -> None:
        """Deliver what is left; what is not delivered after the bound is given up, and said."""
        end = time.monotonic() + self._flush_seconds
        for courier in self._couriers:
            courier.close()
        left = sum(courier.join(end - time.monotonic()) for courier in self._couriers)
        if left:
            _LOG.warning(
                "%d alerts were not delivered; what needs a person: ticket-queue-daemon status",
                left,
            )


def open_doors(urls: Sequence[SecretStr]) -> list[AppriseDoor]:
    """A door for each address.

    Raises:
        ConfigError: Apprise does not know some of them; says which by their numbers.
    """
    doors, unknown = [], []
    for number, url in enumerate(urls, start=1):
        try:
            doors.append(AppriseDoor(number, url))
        except ValueError:
            unknown.append(str(number))
    if unknown:
        raise ConfigError(
            f"DAEMON_ALERT_URLS number {', '.join(unknown)} can't be used: Apprise knows no such "
            "address.",
            "The forms of all services: https://appriseit.com/services/. Then try it: "
            "ticket-queue-daemon alerts test",
        )
    return doors
