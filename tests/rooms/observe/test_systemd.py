"""What systemd hears, at a real datagram socket."""

from __future__ import annotations

import os
import socket
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from ticket_queue_daemon.engine.report import RunReport
from ticket_queue_daemon.observe import systemd
from ticket_queue_daemon.observe.events import (
    RunFinished,
    RunStarted,
    StandingBy,
    Trouble,
    TroubleOver,
    Waiting,
)
from ticket_queue_daemon.observe.scrub import Scrubber
from ticket_queue_daemon.observe.systemd import HUNG_SECONDS, ServiceManager, ServiceObserver

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

RUN = UUID(int=1)
PATIENCE = 20.0


class Systemd:
    """The other end of the socket."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(path)
        self._socket.settimeout(PATIENCE)

    def hears(self) -> list[str]:
        return self._socket.recv(4096).decode().splitlines()

    def close(self) -> None:
        self._socket.close()


@pytest.fixture
def manager(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Systemd]:
    monkeypatch.chdir(tmp_path)
    one = Systemd(str(tmp_path / "notify"))
    yield one
    one.close()


def told(manager: Systemd, **more: str) -> ServiceManager:
    return ServiceManager({"NOTIFY_SOCKET": manager.path, **more}, Scrubber(["s3cret-value"]))


def test_readiness_reload_and_stop_are_told(manager: Systemd) -> None:
    us = told(manager)
    us.ready()
    us.reloading()
    us.stopping()

    assert manager.hears() == ["READY=1"]
    reloading, stamp = manager.hears()
    assert reloading == "RELOADING=1"
    assert 0 < int(stamp.removeprefix("MONOTONIC_USEC=")) <= time.monotonic_ns() // 1000
    assert manager.hears()[0] == "STOPPING=1"


def test_the_status_line_follows_the_daemon(manager: Systemd) -> None:
    until = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)
    at = f"{until.astimezone():%H:%M:%S}"
    report = RunReport(RUN, dry_run=False, found=4, succeeded=3, failed=1)
    with ServiceObserver(told(manager), lambda _: 0) as service:
        observer = service.of("report:1344")
        for event in (
            RunStarted(RUN, "report:1344"),
            RunFinished(report),
            Waiting(until),
            Trouble("error", "TDX says s3cret-value\nREADY=1"),
            Waiting(until),
            TroubleOver("info", ""),
            Waiting(until),
            StandingBy("info", "Another daemon leads."),
        ):
            observer.on_event(event)

    last_run = f"STATUS=Waits until {at}. Last run: 4 tickets, 3 done, 1 failed, 0 held for review."
    assert [manager.hears() for _ in range(6)] == [
        ["READY=1"],
        ["STATUS=A run is under way on report:1344."],
        [last_run],
        [f"STATUS=Waits until {at}. No run comes through: TDX says ***\\nREADY=1"],
        [last_run],
        ["STATUS=Another daemon leads."],
    ]


def test_an_abstract_socket_is_reached() -> None:
    name = f"ticket-queue-daemon-{os.getpid()}"
    abstract = Systemd(f"\0{name}")
    ServiceManager({"NOTIFY_SOCKET": f"@{name}"}, Scrubber()).ready()

    assert abstract.hears() == ["READY=1"]
    abstract.close()


@pytest.mark.parametrize("address", ["", "vsock:2:1234", "/nowhere/at/all"])
def test_where_nobody_listens_nothing_is_said_and_nothing_fails(address: str) -> None:
    ServiceManager({"NOTIFY_SOCKET": address}, Scrubber()).ready()


def test_the_watchdog_is_fed(manager: Systemd) -> None:
    us = told(manager, WATCHDOG_USEC="20000", WATCHDOG_PID=str(os.getpid()))
    with ServiceObserver(us, lambda _: 0):
        assert [manager.hears() for _ in range(3)] == [["READY=1"], ["WATCHDOG=1"], ["WATCHDOG=1"]]


@pytest.mark.parametrize(
    ("given", "seconds"),
    [
        ({"WATCHDOG_USEC": "60000000"}, 60),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, 0),
        ({"WATCHDOG_USEC": "often"}, 0),
        ({}, 0),
    ],
)
def test_only_a_watchdog_that_watches_us_is_fed(given: dict[str, str], seconds: float) -> None:
    assert ServiceManager(given, Scrubber()).watchdog_seconds == seconds


def test_a_daemon_that_hangs_shows_no_sign_of_life(monkeypatch: pytest.MonkeyPatch) -> None:
    now, calls = 0.0, 0
    monkeypatch.setattr(systemd.time, "monotonic", lambda: now)
    service = ServiceObserver(ServiceManager({}, Scrubber()), lambda _: calls)
    observer = service.of("report:1344")

    observer.on_event(RunStarted(RUN, "report:1344"))
    now += HUNG_SECONDS - 1
    assert service.is_alive()
    calls += 1  # a long sync of the assets tells of nothing, but it calls TDX
    now += 1
    assert service.is_alive()
    now += HUNG_SECONDS
    assert not service.is_alive()

    observer.on_event(Waiting(datetime.now(UTC) + timedelta(days=7)))
    now += 6 * 86_400
    assert service.is_alive()
    now += 2 * 86_400
    assert not service.is_alive()

    observer.on_event(StandingBy("info", ""))
    now += 365 * 86_400
    assert service.is_alive()
