"""Counting, the governor's gauges, and the signs of life, without a daemon around them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import pytest
from prometheus_client import CollectorRegistry

from ticket_queue_daemon.engine.report import RunReport
from ticket_queue_daemon.errors import BlastRadiusError, MigrationNeeded, StoreError, TdxError
from ticket_queue_daemon.observe.events import (
    STOPPED_ON_REQUEST,
    ActionFinished,
    CallEnded,
    Event,
    RunFailed,
    RunFinished,
    RunStarted,
)
from ticket_queue_daemon.observe.gauges import GovernorCollector
from ticket_queue_daemon.observe.health import STUCK_SECONDS, Pulse
from ticket_queue_daemon.observe.metrics import RESULTS, SUCCESSES, Meter
from ticket_queue_daemon.tdx.ratelimit import Governor
from ticket_queue_daemon.tdx.servertime import ServerTime

PREFIX = "ticket_queue_daemon_"
QUEUE = "report:1344"
KEY = "GET tickets/{id}"
ROUTE = {"method": "GET", "endpoint": "tickets/{id}"}


class Time:
    """A clock that a sleep moves; ``asleep`` is called while somebody sleeps."""

    def __init__(self) -> None:
        self.time = 1000.0
        self.asleep: Any = lambda: None

    def now(self) -> datetime:
        return datetime.fromtimestamp(self.time, UTC)

    def monotonic(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.asleep()
        self.time += seconds


def ended(**figures: Any) -> RunFinished:
    return RunFinished(RunReport(uuid4(), **{"dry_run": False, **figures}))


ENDS: list[tuple[Event, str]] = [
    (ended(executed=2, succeeded=2), "completed"),
    (ended(executed=2, failed=1), "some_failed"),
    (ended(executed=2, held=1), "some_failed"),
    (ended(dry_run=True), "dry_run"),
    (ended(failed=9, stopped="9 of 20 tickets failed"), "stopped"),
    (ended(stopped=STOPPED_ON_REQUEST), "interrupted"),
    (RunFailed(QUEUE, BlastRadiusError("too many")), "refused"),
    (RunFailed(QUEUE, MigrationNeeded("behind")), "refused"),
    (RunFailed(QUEUE, TdxError("away")), "tdx_error"),
    (RunFailed(QUEUE, StoreError("away")), "database_error"),
    (RunFailed(QUEUE, RuntimeError("a bug")), "error"),
]


@pytest.mark.parametrize(("event", "result"), ENDS)
def test_a_run_ends_in_one_of_the_results_and_a_success_ends_the_lag(
    event: Event, result: str
) -> None:
    time = Time()
    meter = Meter(QUEUE, time.monotonic)
    time.time += 100

    meter.on_event(event)

    def value(name: str, **labels: str) -> float | None:
        return meter.registry.get_sample_value(PREFIX + name, {"queue": QUEUE, **labels})

    counts = {one: value("runs_total", result=one) for one in RESULTS}
    assert counts == {**dict.fromkeys(RESULTS, 0), result: 1}
    assert value("queue_lag_seconds") == (0 if result in SUCCESSES else 100)


def test_every_result_is_one_that_a_run_can_have() -> None:
    assert {result for _, result in ENDS} == set(RESULTS)


@pytest.mark.parametrize(
    ("call", "kind", "timed"),
    [
        (CallEnded("GET", "tickets/{id}", 200, sent=True, seconds=0.3), "2xx", 1),
        (CallEnded("GET", "tickets/{id}", 304, sent=True, seconds=0.3), "3xx", 1),
        (CallEnded("GET", "tickets/{id}", None, sent=True, seconds=0.3), "no_answer", 1),
        (CallEnded("GET", "tickets/{id}", None, sent=False, seconds=0.3), "not_sent", None),
    ],
)
def test_a_call_is_counted_by_the_kind_of_its_answer(
    call: CallEnded, kind: str, timed: int | None
) -> None:
    meter = Meter(QUEUE, Time().monotonic)

    meter.on_event(call)

    value = meter.registry.get_sample_value
    assert value(f"{PREFIX}tdx_calls_total", {**ROUTE, "status": kind}) == 1
    assert value(f"{PREFIX}tdx_rate_limited_total", ROUTE) is None
    assert value(f"{PREFIX}tdx_call_duration_seconds_count", ROUTE) == timed
    if timed:
        assert value(f"{PREFIX}tdx_call_duration_seconds_sum", ROUTE) == 0.3
        assert value(f"{PREFIX}tdx_call_duration_seconds_bucket", {**ROUTE, "le": "0.25"}) == 0
        assert value(f"{PREFIX}tdx_call_duration_seconds_bucket", {**ROUTE, "le": "0.5"}) == 1


def test_work_that_another_daemon_took_has_no_action_and_still_counts() -> None:
    meter = Meter(QUEUE, Time().monotonic)

    meter.on_event(ActionFinished(1, "", "lease_lost"))

    labels = {"type": "unknown", "outcome": "lease_lost"}
    assert meter.registry.get_sample_value(f"{PREFIX}actions_total", labels) == 1


def test_a_call_that_waits_is_seen_waiting_and_its_seconds_are_counted_after() -> None:
    time = Time()
    governor = Governor(time, ServerTime(time))
    registry = CollectorRegistry()
    registry.register(GovernorCollector(governor.state))
    seen: dict[str, float | None] = {}

    def scrape() -> None:
        for name in ("limit_calls", "left_calls", "waiting_calls", "reset_seconds"):
            seen[name] = registry.get_sample_value(f"{PREFIX}tdx_rate_{name}", ROUTE)

    time.asleep = scrape
    for _ in range(61):
        with governor.place(KEY):
            pass
    waits = registry.get_sample_value(f"{PREFIX}tdx_rate_waits_total", ROUTE)
    waited = registry.get_sample_value(f"{PREFIX}tdx_rate_waited_seconds_total", ROUTE)

    assert seen == {
        "limit_calls": 60, "left_calls": 0, "waiting_calls": 1, "reset_seconds": time.time - 1000,
    }  # fmt: skip
    assert (waits, waited) == (1, time.time - 1000)


def test_a_run_may_be_silent_for_as_long_as_the_longest_wait_and_no_longer() -> None:
    time = Time()
    pulse = Pulse(time.monotonic, interval=300)
    pulse.on_event(RunStarted(uuid4(), QUEUE))

    time.time += STUCK_SECONDS
    assert pulse.alive().ok
    time.time += 1
    assert not pulse.alive().ok
    assert "a run is under way" in pulse.alive().reason
    pulse.on_event(CallEnded("GET", "tickets/{id}", 200, sent=True, seconds=0.1))
    assert pulse.alive().ok


def test_a_run_that_never_could_begin_is_a_run_that_waits_for_its_time() -> None:
    pulse = Pulse(Time().monotonic, interval=300)
    assert not pulse.begun().ok

    pulse.on_event(RunFailed(QUEUE, StoreError("away")))

    assert pulse.begun().ok
