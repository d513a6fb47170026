"""What needs a person though no run has failed: silence, a token that ends, a stale index, a long pause.

Each is told once, and once that it is over where that is good to know. It is looked at after a run, and
from time to time by whoever calls :meth:`Attention.look`.
"""

from __future__ import annotations

import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.observe import alert_words as words
from ticket_queue_daemon.observe.events import (
    Event,
    Paused,
    RunFinished,
    RunStarted,
    StandingBy,
    TicketFinished,
    Trouble,
    TroubleOver,
)

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from ticket_queue_daemon.observe.alert_words import Alert

TOKEN_SPAN = timedelta(hours=4)
"""A token that can't be renewed is told of when it has no longer than this."""
LEAST_SILENCE = 900.0
"""Seconds: the longest lawful wait for TDX's rate limits."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """From when on something is worth an alert.

    Attributes:
        silence: seconds without anything processed; 0: never.
        pause: how long a queue may be paused; zero: for ever.
    """

    silence: float
    pause: timedelta


@dataclass(frozen=True, slots=True)
class Looks:
    """Where to look; each may raise, which then disturbs nothing.

    Attributes:
        now, monotonic: the clock.
        token_ends: when a token ends that can't be renewed; None: it is renewed, or not known.
        index_age: seconds, of an asset index that a run had to use though it is too old; else 0.
        pause: since when the queue is paused, and the sentence that says so; None: it is not.
    """

    now: Callable[[], datetime]
    monotonic: Callable[[], float]
    token_ends: Callable[[], datetime | None]
    index_age: Callable[[], float]
    pause: Callable[[], tuple[datetime, str] | None]


class Attention:
    """An observer of one queue's runs."""

    def __init__(
        self, send: Callable[[Alert], None], looks: Looks, bounds: Bounds, queue: str
    ) -> None:
        self._send = send
        self._looks = looks
        self._bounds = bounds
        self._queue = queue
        self._lock = threading.RLock()
        self._sign = looks.monotonic()
        self._away = self._waits = False
        self._told: set[str] = set()

    def on_event(self, event: Event) -> None:
        """Take notice; called from any worker's thread."""
        with self._lock:
            match event:
                case RunStarted():
                    if self._waits:
                        self._sign = self._looks.monotonic()
                    self._waits = False
                case RunFinished():
                    self._sign_of_work()
                    self._look_at_index()
                case TicketFinished():
                    self._sign_of_work()
                case Trouble():
                    self._away = True
                case TroubleOver():
                    self._away = False
                case StandingBy():
                    self._waits = True
                case Paused():
                    self._waits = True
                    self._look_at_pause()
                case _:
                    pass

    def look(self) -> None:
        """Look at what comes about by time alone."""
        with self._lock:
            self._look_at_silence()
            self._look_at_token()

    def _sign_of_work(self) -> None:
        self._sign = self._looks.monotonic()
        self._told.discard("pause")
        if self._is_over("silence"):
            self._send(words.processed_again(self._queue))

    def _look_at_silence(self) -> None:
        # An outage and a pause are told in words of their own.
        if not self._bounds.silence or self._away or self._waits:
            return
        silence = self._looks.monotonic() - self._sign
        if silence >= max(self._bounds.silence, LEAST_SILENCE) and self._is_new("silence"):
            self._send(words.nothing_processed(round(silence / 60), self._queue))

    def _look_at_token(self) -> None:
        ends = self._looks.token_ends()
        if ends is not None and ends - self._looks.now() <= TOKEN_SPAN and self._is_new("token"):
            self._send(words.token_ends(ends))

    def _look_at_index(self) -> None:
        age = self._looks.index_age()
        if age and self._is_new("index"):
            self._send(words.index_stale(round(age / 3600), self._queue))
        elif not age and self._is_over("index"):
            self._send(words.index_fresh(self._queue))

    def _look_at_pause(self) -> None:
        if not self._bounds.pause or "pause" in self._told:
            return
        pause = self._looks.pause()
        if pause is not None and self._looks.now() - pause[0] >= self._bounds.pause:
            self._told.add("pause")
            hours = round((self._looks.now() - pause[0]).total_seconds() / 3600)
            self._send(words.paused_long(pause[1], hours, self._queue))

    def _is_new(self, what: str) -> bool:
        if what in self._told:
            return False
        self._told.add(what)
        return True

    def _is_over(self, what: str) -> bool:
        if what not in self._told:
            return False
        self._told.discard(what)
        return True
