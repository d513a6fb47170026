"""The dead-man's switch: a ping for each run, which never disturbs one."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from pydantic import SecretStr

from receiver import TOKEN, Receiver, receiver
from ticket_queue_daemon.app.running import Loop, run_forever
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.engine.report import RunReport
from ticket_queue_daemon.observe import pinging
from ticket_queue_daemon.observe.events import Event, PassFailed, Paused, RunFinished, RunStarted
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.observe.pinging import Pinger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from desk import Desk

__all__ = ["receiver"]

RUN = UUID(int=1)


def finished(stopped: str = "") -> RunFinished:
    return RunFinished(RunReport(RUN, dry_run=False, stopped=stopped))


@contextmanager
def pinger(url: str, *, start: bool = False) -> Iterator[Pinger]:
    made = Pinger(SecretStr(url), start=start)
    yield made
    made.ended(None)


@pytest.mark.parametrize(
    ("event", "pings"),
    [
        (finished(), [""]),
        (finished("stopped on request"), [""]),
        (finished("9 of 10 tickets failed"), ["/fail"]),
        (PassFailed("TdxUnavailable"), ["/fail"]),
        (Paused("warning", "paused by alice"), [""]),
        (RunStarted(RUN, "report:1344"), []),
    ],
    ids=["good", "stopped by a person", "stopped by failures", "failed", "paused", "begun"],
)
def test_the_end_of_each_run_is_told(receiver: Receiver, event: Event, pings: list[str]) -> None:
    with pinger(receiver.page) as one:
        one.on_event(event)

    assert receiver.pings == pings


def test_the_beginning_is_told_if_asked_and_a_query_stays_behind_the_path(
    receiver: Receiver,
) -> None:
    with pinger(f"{receiver.page}/?create=1", start=True) as one:
        one.on_event(RunStarted(RUN, "report:1344"))
        one.on_event(finished())

    assert receiver.pings == ["/start?create=1", "?create=1"]


def test_a_page_that_fails_is_told_once_without_its_address(
    receiver: Receiver, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO", "ticket_queue_daemon.observe.pinging")
    receiver.status = 503
    with pinger(receiver.page) as one:
        one.on_event(finished())
        one.on_event(finished())
    with pinger(f"http://127.0.0.1:1/{TOKEN}") as one:
        one.on_event(finished())

    assert [record.getMessage().partition("pinged: ")[2] for record in caplog.records] == [
        "it answered with status 503. The work goes on",
        "it could not be reached (ConnectionRefusedError). The work goes on",
    ]


def test_a_page_that_hangs_holds_up_neither_the_run_nor_the_end(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pinging, "FLUSH_SECONDS", 0.01)
    receiver.gate.clear()
    with pinger(receiver.page) as one:
        for _ in range(10):
            one.on_event(finished())

    assert one._waiting.qsize() <= pinging._MOST_WAITING + 1


def test_a_daemon_tells_of_every_pass_that_does_not_come_through(
    desk: Desk, receiver: Receiver
) -> None:
    rule = desk.simulator.faults.add("status_before", route="reports", status=503)
    stop = threading.Event()

    class Ends:
        failures = 0

        def on_event(self, event: Event) -> None:
            if isinstance(event, PassFailed):
                self.failures += 1
                if self.failures == 2:
                    desk.simulator.faults.remove(rule)
            elif isinstance(event, RunFinished):
                stop.set()

    with pinger(receiver.page) as one:
        observer = Hooks([one, Ends()])
        run_forever(desk.app(), Loop(stop, dry_run=False, interval=0.01, observer=observer))

    assert receiver.pings == ["/fail", "/fail", ""]


def test_the_command_pings_and_its_address_is_in_no_line(
    desk: Desk,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    environment = {**desk.simulator.env(), "DATABASE_URL": desk.database_url}
    for name, value in {**environment, "DAEMON_PING_URL": receiver.page}.items():
        monkeypatch.setenv(name, value)
    log = tmp_path / "run.log"
    run: Callable[..., int] = lambda *args: main([*args, "--log", str(log), "--log-level", "DEBUG"])  # noqa: E731

    assert run() == 0
    assert run("--dry-run") == 0
    assert run("--report-id", "987654") == 2
    receiver.status = 500
    assert run() == 0

    said = log.read_text() + "".join(capfd.readouterr())
    assert receiver.pings == ["", "/fail"]
    assert "it answered with status 500" in said
    assert TOKEN not in said
