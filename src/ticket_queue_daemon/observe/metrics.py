"""What a run does, counted for Prometheus: an observer and its counters.

Every label is one of a few words: routes are templates, never paths; no label holds a ticket's id or
its words. ``docs/monitoring.md`` has every metric with its meaning.
"""

from __future__ import annotations

import platform
import threading
from typing import TYPE_CHECKING

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
)

from ticket_queue_daemon import __version__
from ticket_queue_daemon.observe.events import (
    ActionFinished,
    CallEnded,
    EffectSettled,
    Event,
    ReportRead,
    RulesMended,
    RulesRejected,
    RunFailed,
    RunFinished,
    TicketFinished,
    TicketsPending,
)
from ticket_queue_daemon.observe.results import (
    RESULTS,
    SUCCESSES,
    kind_of_answer,
    result_of,
    result_of_error,
    type_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.observe.events import Observer

PREFIX = "ticket_queue_daemon_"

# TDX answers most calls in a fraction of a second, a report in up to 90 s.
_CALL_BUCKETS = (0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 60.0, 120.0)
# A pass that waits for TDX's limits takes minutes.
_RUN_BUCKETS = (0.5, 1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0)
_TOO_MANY = 429


class Meter:
    """Counts the events of queues into a registry of its own.

    Args:
        queue: as events name it, such as ``report:1344``; for further ones see :meth:`of`.
        now: monotonic seconds.
    """

    def __init__(self, queue: str, now: Callable[[], float]) -> None:
        # For OpenMetrics it would add a time of creation to every counter.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # it has no annotations
        self.registry = CollectorRegistry()
        self._queue = queue
        self._now = now
        self._lock = threading.Lock()
        self._last_success: dict[str, float] = {}
        self._make_run_metrics()
        self._make_call_metrics()
        ProcessCollector(registry=self.registry)
        build = self._gauge("build_info", "The program's version; always 1", "version", "python")
        build.labels(__version__, platform.python_version()).set(1)
        self._lags = self._gauge(
            "queue_lag_seconds", "Since the last successful run ended", "queue"
        )
        self._rejected = self._gauge(
            "rules_rejected", "Whether changed rules are wrong, so that the old ones stay in force"
        )
        self.of(queue)

    def of(self, queue: str) -> Observer:
        """Who counts the events of one queue of several."""
        with self._lock:
            if queue not in self._last_success:
                self._last_success[queue] = self._now()
                self._lags.labels(queue).set_function(lambda: self._lag(queue))
                # What the first run has yet to show is 0 and not absent: a rate needs a beginning.
                self._seen.labels(queue)
                self._worked.labels(queue)
                for result in RESULTS:
                    self._runs.labels(queue, result)
        return _Counting(self, queue)

    def _make_run_metrics(self) -> None:
        self._runs = self._counter("runs", "Runs that ended", "queue", "result")
        self._run_seconds = Histogram(
            f"{PREFIX}run_duration_seconds",
            "How long runs took",
            ["queue"],
            buckets=_RUN_BUCKETS,
            registry=self.registry,
        )
        self._seen = self._counter("tickets_seen", "Tickets in the reports read", "queue")
        self._worked = self._counter("tickets_worked", "Tickets that were worked on", "queue")
        self._pending = self._gauge(
            "pending_tickets", "Tickets with work at the last poll", "queue"
        )
        self._actions = self._counter("actions", "Actions on tickets that ended", "type", "outcome")
        self._effects = self._counter("effects", "Effects by TDX's answer", "kind", "answer")

    def _make_call_metrics(self) -> None:
        route = ("method", "endpoint")
        self._calls = self._counter("tdx_calls", "Calls to TDX by kind of answer", *route, "status")
        self._refused = self._counter("tdx_rate_limited", "Answers 429", *route)
        self._call_seconds = Histogram(
            f"{PREFIX}tdx_call_duration_seconds",
            "From a call's sending to the end of its answer",
            route,
            buckets=_CALL_BUCKETS,
            registry=self.registry,
        )

    def _counter(self, name: str, text: str, *labels: str) -> Counter:
        return Counter(PREFIX + name, text, labels, registry=self.registry)

    def _gauge(self, name: str, text: str, *labels: str) -> Gauge:
        return Gauge(PREFIX + name, text, labels, registry=self.registry)

    def on_event(self, event: Event) -> None:
        """Count one event of the first queue, or of none; called from any worker's thread."""
        if isinstance(event, RulesRejected | RulesMended):
            self._rejected.set(isinstance(event, RulesRejected))
        else:
            self.count(self._queue, event)

    def count(self, queue: str, event: Event) -> None:
        """Count one event of a queue, or a call of any."""
        match event:
            case ReportRead():
                self._seen.labels(queue).inc(event.found)
            case TicketsPending():
                self._pending.labels(queue).set(event.total)
            case TicketFinished():
                self._worked.labels(queue).inc()
            case ActionFinished():
                self._actions.labels(type_of(event.action_id), event.outcome).inc()
            case EffectSettled():
                self._effects.labels(event.kind, event.answer).inc()
            case CallEnded():
                self._count_call(event)
            case RunFinished():
                self._run_seconds.labels(queue).observe(event.report.seconds)
                self._run_ended(queue, result_of(event.report))
            case RunFailed():
                self._run_ended(queue, result_of_error(event.error))
            case _:
                pass

    def _run_ended(self, queue: str, result: str) -> None:
        self._runs.labels(queue, result).inc()
        if result in SUCCESSES:
            with self._lock:
                self._last_success[queue] = self._now()

    def _count_call(self, call: CallEnded) -> None:
        route = (call.verb, call.route)
        self._calls.labels(*route, kind_of_answer(call)).inc()
        if call.sent:
            self._call_seconds.labels(*route).observe(call.seconds)
        if call.status == _TOO_MANY:
            self._refused.labels(*route).inc()

    def _lag(self, queue: str) -> float:
        with self._lock:
            return max(0.0, self._now() - self._last_success[queue])


class _Counting:
    """Counts what happens to one queue."""

    def __init__(self, meter: Meter, queue: str) -> None:
        self._meter = meter
        self._queue = queue

    def on_event(self, event: Event) -> None:
        """Count it."""
        self._meter.count(self._queue, event)
