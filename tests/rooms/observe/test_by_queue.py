"""Several queues in one process: whoever watches hears of each, and no good one hides a bad one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from pydantic import SecretStr

from ticket_queue_daemon.engine.report import RunReport
from ticket_queue_daemon.observe.events import (
    Event,
    PassFailed,
    RunFailed,
    RunFinished,
    RunStarted,
    Waiting,
)
from ticket_queue_daemon.observe.gauges import DatabaseCollector, Remembered
from ticket_queue_daemon.observe.health import STUCK_SECONDS, Health, Pulses
from ticket_queue_daemon.observe.hooks import ByQueue
from ticket_queue_daemon.observe.metrics import PREFIX, Meter
from ticket_queue_daemon.observe.pinging import Pinger
from ticket_queue_daemon.observe.scrub import Scrubber
from ticket_queue_daemon.observe.systemd import HUNG_SECONDS, ServiceManager, ServiceObserver
from ticket_queue_daemon.store.reports import StateFigures

if TYPE_CHECKING:
    import pytest

RUN = UUID(int=7)
DONE = RunFinished(RunReport(RUN, dry_run=False))


def test_each_queue_has_its_own_observers_made_once() -> None:
    told: list[tuple[str, Event]] = []

    class Hears:
        def __init__(self, queue: str) -> None:
            self.queue = queue

        def on_event(self, event: Event) -> None:
            told.append((self.queue, event))

    by_queue = ByQueue([Hears])
    by_queue.of("desk").on_event(DONE)
    by_queue.of("lab").on_event(DONE)

    assert told == [("desk", DONE), ("lab", DONE)]
    assert by_queue.of("desk") is by_queue.of("desk")


def test_a_good_run_of_one_queue_pings_nobody_while_another_fails(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(Pinger, "_put", lambda _, suffix: sent.append(suffix))
    pinger = Pinger(SecretStr("http://127.0.0.1:1/x"))
    desk, lab = pinger.of("desk"), pinger.of("lab")

    for one, event in (
        (desk, DONE),
        (lab, PassFailed("ReportError")),
        (desk, DONE),
        (lab, DONE),
        (desk, DONE),
    ):
        one.on_event(event)
    assert sent == ["", "/fail", "", ""]

    lab.on_event(PassFailed("ReportError"))
    pinger.gone("lab")
    desk.on_event(DONE)
    assert sent[-1] == ""
    pinger.ended(None)


def test_metrics_have_a_label_for_each_queue() -> None:
    meter = Meter("desk", lambda: 0.0)
    meter.of("lab").on_event(RunFailed("lab", RuntimeError("a bug")))
    meter.of("desk").on_event(DONE)

    def figures(pending: float) -> Remembered:
        state = StateFigures(
            in_doubt=1, needs_review=2, oldest_pending=pending, index_age=None, circuit_open=False
        )
        return Remembered(lambda: state, lambda: 0.0)

    collector = DatabaseCollector(figures(5), "desk")
    collector.add(figures(7), "lab")
    meter.registry.register(collector)

    def value(name: str, **labels: str) -> float | None:
        return meter.registry.get_sample_value(PREFIX + name, labels)

    assert value("runs_total", queue="lab", result="error") == 1
    assert value("runs_total", queue="desk", result="completed") == 1
    assert value("runs_total", queue="desk", result="error") == 0
    assert [value("oldest_pending_seconds", queue=one) for one in ("desk", "lab")] == [5, 7]
    assert value("needs_review_actions") == 2


def test_one_queue_that_hangs_is_seen_though_another_goes_on() -> None:
    now = 0.0
    pulses = Pulses(lambda: now)
    health = Health(pulses, lambda: True, lambda: True)
    desk, lab = pulses.of("desk", 300), pulses.of("lab", 300)
    for one in (desk, lab):
        one.on_event(RunStarted(RUN, "any"))
    now += STUCK_SECONDS - 1
    desk.on_event(DONE)
    now += 2

    assert {one.name: one.ok for one in health.healthz()} == {
        "loop of desk": True,
        "loop of lab": False,
    }
    pulses.beat(DONE, None)
    assert all(one.ok for one in health.healthz())
    pulses.gone("lab")
    assert [one.name for one in health.healthz()] == ["loop"]


def test_systemd_is_told_of_each_queue_and_not_fed_while_one_hangs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, said = 0.0, []
    monkeypatch.setattr("ticket_queue_daemon.observe.systemd.time.monotonic", lambda: now)
    manager = ServiceManager({}, Scrubber())
    monkeypatch.setattr(manager, "status", said.append)
    calls = {"desk": 0, "lab": 0}
    service = ServiceObserver(manager, lambda queue: calls[queue])
    desk, lab = service.of("desk"), service.of("lab")

    until = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    lab.on_event(RunStarted(RUN, "lab"))
    desk.on_event(Waiting(until))
    at = f"{until.astimezone():%H:%M:%S}"
    assert said[-1] == f"desk: Waits until {at}. lab: A run is under way on lab."
    assert service.is_alive()
    now += HUNG_SECONDS - 1
    calls["desk"] += 1
    assert service.is_alive()
    now += 2
    assert not service.is_alive()
    service.gone("lab")
    assert service.is_alive()
