"""A dead-man's switch, healthchecks style: a page is asked for after each run, and its silence alarms.

One try for each run, with a short timeout, in a thread of its own: a ping that does not come through
holds nothing up. The address is a secret; only what kind of failure it was is told.
"""

from __future__ import annotations

import logging
import queue
import threading
import urllib.error
import urllib.request
from typing import TYPE_CHECKING
from urllib.parse import urlsplit, urlunsplit

from ticket_queue_daemon.observe.events import (
    STOPPED_ON_REQUEST,
    Event,
    PassFailed,
    Paused,
    RunFinished,
    RunStarted,
)

if TYPE_CHECKING:
    from pydantic import SecretStr

    from ticket_queue_daemon.observe.events import Observer

TIMEOUT_SECONDS = 5.0
FLUSH_SECONDS = 6.0
"""How long the end of the process may wait for the last ping."""
_MOST_WAITING = 4

_LOG = logging.getLogger(__name__)


class Pinger:
    """Turns the end of each run into a ping: an observer.

    Args:
        url: what is asked for after a good run; ``/fail`` and ``/start`` are put behind its path.
        start: whether the beginning of a run is told too.
    """

    def __init__(self, url: SecretStr, *, start: bool = False) -> None:
        self._url = url
        self._start = start
        self._waiting: queue.Queue[str | None] = queue.Queue()
        self._told = False
        self._failing: set[str] = set()
        self._lock = threading.Lock()
        # A daemon thread: a page that hangs must not keep the process alive.
        self._thread = threading.Thread(target=self._work, name="ping", daemon=True)
        self._thread.start()

    def of(self, queue: str) -> Observer:
        """Who hears the events of one queue of several: no good run hides that another's failed."""
        return _Listener(self, queue)

    def on_event(self, event: Event) -> None:
        """Put a ping with what is to be sent; returns at once."""
        self.heard("", event)

    def heard(self, queue: str, event: Event) -> None:
        """As ``on_event``, of one queue."""
        match event:
            case RunStarted() if self._start:
                self._put("/start")
            case RunFinished():
                stopped = event.report.stopped
                self._ended(queue, good=not stopped or stopped == STOPPED_ON_REQUEST)
            case PassFailed():
                self._ended(queue, good=False)
            case Paused():
                # The daemon lives and does what it is told; status tells of a forgotten pause.
                self._ended(queue, good=True)
            case _:
                pass

    def gone(self, queue: str) -> None:
        """The queue is watched no more."""
        with self._lock:
            self._failing.discard(queue)

    def _ended(self, queue: str, *, good: bool) -> None:
        with self._lock:
            if not good:
                self._failing.add(queue)
                self._put("/fail")
                return
            self._failing.discard(queue)
            if not self._failing:
                self._put("")

    def ended(self, error: BaseException | None) -> None:
        """The process is about to end, by this error if there is one; waits a little for the last."""
        if isinstance(error, Exception):
            self._put("/fail")
        self._waiting.put(None)
        self._thread.join(FLUSH_SECONDS)

    def _put(self, suffix: str) -> None:
        if self._waiting.qsize() < _MOST_WAITING:
            self._waiting.put(suffix)

    def _work(self) -> None:
        while (suffix := self._waiting.get()) is not None:
            self._tell(self._ping(suffix))

    def _ping(self, suffix: str) -> str:
        """Ask for the page; why it did not come, or ""."""
        parts = urlsplit(self._url.get_secret_value())
        url = urlunsplit(parts._replace(path=parts.path.rstrip("/") + suffix))
        try:
            request = urllib.request.Request(url, headers={"User-Agent": "ticket-queue-daemon"})  # noqa: S310  the settings let only http and https through
            with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS):  # noqa: S310  likewise
                return ""
        except urllib.error.HTTPError as error:
            error.close()
            return f"it answered with status {error.code}"
        except Exception as error:  # noqa: BLE001  its words may hold the address: only its kind is told
            reason = getattr(error, "reason", None)
            kind = reason if isinstance(reason, Exception) else error
            return f"it could not be reached ({type(kind).__name__})"

    def _tell(self, why: str) -> None:
        """Say once that it does not come through, and once that it does again."""
        if why and not self._told:
            _LOG.warning("DAEMON_PING_URL can't be pinged: %s. The work goes on", why)
        elif self._told and not why:
            _LOG.info("DAEMON_PING_URL is pinged again")
        self._told = bool(why)


class _Listener:
    """Hears one queue."""

    def __init__(self, pinger: Pinger, queue: str) -> None:
        self._pinger = pinger
        self._queue = queue

    def on_event(self, event: Event) -> None:
        """Pass it on."""
        self._pinger.heard(self._queue, event)
