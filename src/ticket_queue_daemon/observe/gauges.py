"""What is asked at each scrape: the rate governor's own state, and the database's figures.

A database that is away breaks no scrape: its figures are absent, and two metrics tell of it.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Protocol

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.observe.metrics import PREFIX

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from prometheus_client.core import Metric

KEEP_SECONDS = 5.0
"""So long an answer of the database is good for; probes and scrapes together ask it once."""


class RateWindow(Protocol):
    """What is told of one route's window; the client's ``WindowState`` has all of it."""

    @property
    def key(self) -> str: ...  # noqa: D102  the client's state says what each of them means
    @property
    def limit(self) -> int | None: ...  # noqa: D102
    @property
    def left(self) -> int | None: ...  # noqa: D102
    @property
    def resets_in(self) -> float | None: ...  # noqa: D102
    @property
    def waiting(self) -> int: ...  # noqa: D102
    @property
    def waits(self) -> int: ...  # noqa: D102
    @property
    def waited(self) -> float: ...  # noqa: D102


class StateFigures(Protocol):
    """What is told of the database; the store's ``StateFigures`` has all of it."""

    @property
    def in_doubt(self) -> int: ...  # noqa: D102  the store's figures say what each of them means
    @property
    def needs_review(self) -> int: ...  # noqa: D102
    @property
    def oldest_pending(self) -> float: ...  # noqa: D102
    @property
    def index_age(self) -> float | None: ...  # noqa: D102
    @property
    def circuit_open(self) -> bool: ...  # noqa: D102


class Remembered:
    """The database's figures, asked for at most once in ``KEEP_SECONDS``, a failure included.

    Args:
        read: one query; raises StoreError.
        now: monotonic seconds.
    """

    def __init__(self, read: Callable[[], StateFigures], now: Callable[[], float]) -> None:
        self._read = read
        self._now = now
        self._lock = threading.Lock()
        self._asked_at = float("-inf")
        self._figures: StateFigures | None = None
        self.errors = 0

    def figures(self) -> StateFigures | None:
        """The figures, some seconds old at the most; None: the database does not answer."""
        with self._lock:
            if self._now() - self._asked_at >= KEEP_SECONDS:
                try:
                    self._figures = self._read()
                except StoreError:
                    self._figures = None
                    self.errors += 1
                self._asked_at = self._now()
            return self._figures


class DatabaseCollector:
    """The database's figures as gauges; those that are not known are absent."""

    def __init__(self, state: Remembered, queue: str) -> None:
        self._state = state
        self._states = {queue: state}

    def add(self, state: Remembered, queue: str) -> None:
        """Tell of one more queue."""
        self._states.setdefault(queue, state)

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked of the database at registration."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every figure."""
        found = self._state.figures()
        yield GaugeMetricFamily(
            f"{PREFIX}database_up", "Whether the database answers", value=float(found is not None)
        )
        errors = f"{PREFIX}database_scrape_errors"
        yield CounterMetricFamily(
            errors, "Times that the database gave no figures", value=self._state.errors
        )
        for name, text, value, of_queue in _OF_THE_STATE:
            family = GaugeMetricFamily(PREFIX + name, text, labels=["queue"] if of_queue else [])
            told = dict(self._states) if of_queue else {"": self._state}
            for queue, state in told.items():
                figures = state.figures()
                if figures is not None and (known := value(figures)) is not None:
                    family.add_metric([queue] if of_queue else [], float(known))
            yield family


_OF_THE_STATE: tuple[tuple[str, str, Callable[[StateFigures], float | None], bool], ...] = (
    (
        "in_doubt_actions",
        "Actions with an effect that was sent and whose answer is not known",
        lambda state: state.in_doubt,
        False,
    ),
    (
        "needs_review_actions",
        "Actions that wait for a person",
        lambda state: state.needs_review,
        False,
    ),
    (
        "asset_index_age_seconds",
        "Since the asset index was complete",
        lambda state: state.index_age,
        False,
    ),
    (
        "oldest_pending_seconds",
        "For how long the oldest unfinished work has been due",
        lambda state: state.oldest_pending,
        True,
    ),
    (
        "circuit_open",
        "Whether the last run was stopped by its failures",
        lambda state: state.circuit_open,
        True,
    ),
)


class GovernorCollector:
    """The rate governor's state of each route that was called, as it is at the scrape."""

    def __init__(self, windows: Callable[[], Sequence[RateWindow]]) -> None:
        self._windows = windows

    def describe(self) -> Iterable[Metric]:
        """The names depend on nothing that is to be asked for."""
        return []

    def collect(self) -> Iterator[Metric]:
        """Every family; a route without a limit, or without an open window, has no such sample."""
        windows = self._windows()
        for name, text, value in _OF_A_ROUTE:
            kind = CounterMetricFamily if name in _COUNTED else GaugeMetricFamily
            family = kind(f"{PREFIX}tdx_rate_{name}", text, labels=["method", "endpoint"])
            for window in windows:
                if (known := value(window)) is not None:
                    family.add_metric(window.key.split(" ", 1), float(known))
            yield family


_COUNTED = frozenset({"waits", "waited_seconds"})
_OF_A_ROUTE: tuple[tuple[str, str, Callable[[RateWindow], float | None]], ...] = (
    ("limit_calls", "Calls that TDX allows in a window", lambda window: window.limit),
    ("left_calls", "Calls that are left in the open window", lambda window: window.left),
    ("reset_seconds", "Until the open window is over", lambda window: window.resets_in),
    ("waiting_calls", "Calls that wait for a place now", lambda window: window.waiting),
    ("waits", "Calls that had to wait for a place", lambda window: window.waits),
    ("waited_seconds", "For how long calls waited, together", lambda window: window.waited),
)
