"""Fixed points in time: no drift, no overlap, no crowd after a long pass."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.engine.bell import Bell, Ring
from ticket_queue_daemon.engine.daemon import Daemon
from ticket_queue_daemon.engine.report import RunReport
from ticket_queue_daemon.engine.schedule import CronTable, Schedule
from ticket_queue_daemon.errors import QueuePaused, StoreError
from ticket_queue_daemon.observe.events import (
    Event,
    Note,
    PassFailed,
    Paused,
    StandingBy,
    Trouble,
    Waiting,
)

if TYPE_CHECKING:
    from collections.abc import Callable


@given(
    st.floats(0.5, 1000),
    st.floats(0, 0.5),
    st.lists(st.floats(0, 3), min_size=1, max_size=30),
    st.text(max_size=5),
)
def test_every_pass_begins_in_the_jitter_behind_its_point(
    interval: float, jitter: float, lengths: list[float], seed: str
) -> None:
    schedule = Schedule(100.0, interval, jitter, seed)
    now, left_out = 100.0, 0
    for done, length in enumerate(lengths, start=1):
        schedule.begins()
        now += length * interval
        at, missed = schedule.next_after(now)
        left_out += missed
        number = done + left_out
        assert at > now
        assert missed <= length + 1
        assert -1e-6 <= at - schedule.begin - number * interval <= jitter * interval + 1e-6
        now = at


def test_the_dice_are_those_of_the_seed() -> None:
    def points(seed: str) -> list[float]:
        return [Schedule(0.0, 100.0, 0.1, seed).point(number) for number in range(4)]

    assert points("a") == points("a")
    assert points("a") != points("b")
    assert points("a")[0] == 0.0


class Time:
    """A clock, and a bell that makes time pass instead of waiting."""

    def __init__(self, daemon_ends_at: float) -> None:
        self.at = 0.0
        self.stop = threading.Event()
        self.ends_at = daemon_ends_at
        self.rings: dict[float, Ring] = {}
        self.told: list[Event] = []
        self.begun: list[float] = []
        self.leads = True

    def now(self) -> datetime:
        return datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=self.at)

    def monotonic(self) -> float:
        return self.at

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")

    def wait(self, seconds: float | None) -> Ring:
        until = self.ends_at if seconds is None else self.at + seconds
        first = min((at for at in self.rings if at <= until), default=None)
        if first is not None:
            self.at = max(self.at, first)
            return self.rings.pop(first)
        self.at = until
        if self.at >= self.ends_at:
            self.stop.set()
        return Ring.NEWS

    def ring(self, why: Ring = Ring.NEWS) -> None:
        raise AssertionError("nobody rings here")

    def on_event(self, event: Event) -> None:
        self.told.append(event)

    def daemon(self, one_pass: Callable[[], None], **more: object) -> None:
        def timed() -> RunReport:
            self.begun.append(self.at)
            one_pass()
            return RunReport(uuid4(), dry_run=False)

        given = {"clock": self, "observer": self, "interval": 10.0, "stop": self.stop, "bell": self}
        Daemon(one_pass=timed, leads=lambda: self.leads, **{**given, **more}).run()  # type: ignore[arg-type]


@pytest.fixture
def time() -> Time:
    return Time(daemon_ends_at=60)


def takes(time: Time, *seconds: float) -> Callable[[], None]:
    """Passes that take so long, one after the other; those after the last take nothing."""
    left = list(seconds)

    def one_pass() -> None:
        time.at += left.pop(0) if left else 0.0

    return one_pass


def test_a_pass_that_takes_time_moves_no_later_one(time: Time) -> None:
    time.daemon(takes(time, 3, 9.5, 0.1))

    assert time.begun == [0, 10, 20, 30, 40, 50]


def test_what_a_long_pass_left_no_room_for_is_left_out_counted_and_said(time: Time) -> None:
    time.daemon(takes(time, 1, 25))

    assert time.begun == [0, 10, 40, 50]
    notes = [one for one in time.told if type(one) is Note]
    assert [(one.level, one.fields["missed"]) for one in notes] == [("warning", 2)]
    assert [one.missed for one in time.told if isinstance(one, Waiting)] == [0, 2, 0, 0]


def test_a_run_that_is_asked_for_moves_no_point(time: Time) -> None:
    time.rings = {13.0: Ring.RUN}

    time.daemon(takes(time))

    assert time.begun == [0, 10, 13, 20, 30, 40, 50]


def test_a_daemon_that_is_replaced_leaves_between_two_passes(time: Time) -> None:
    time.rings = {13.0: Ring.NEWS}

    time.daemon(takes(time), retires=lambda: time.at >= 13)

    assert time.begun == [0, 10]
    assert not time.stop.is_set()


def test_a_standby_waits_for_the_lead_and_begins_at_once_when_it_has_it(time: Time) -> None:
    time.leads = False
    time.rings = {17.0: Ring.NEWS}
    real = time.wait

    def wait(seconds: float | None) -> Ring:
        asked = real(seconds)
        time.leads = time.at >= 17
        return asked

    time.wait = wait  # type: ignore[method-assign]

    time.daemon(takes(time))

    assert time.begun == [17, 27, 37, 47, 57]
    assert isinstance(time.told[0], StandingBy)


def test_a_daemon_that_loses_the_lead_runs_no_more(time: Time) -> None:
    def one_pass() -> None:
        time.leads = len(time.begun) < 2

    time.daemon(one_pass)

    assert time.begun == [0, 10]
    assert time.stop.is_set()


def test_each_failed_pass_is_an_event_and_a_trouble_is_told_once(time: Time) -> None:
    def one_pass() -> None:
        raise StoreError("away")

    time.daemon(one_pass)

    assert [one.error for one in time.told if isinstance(one, PassFailed)] == ["StoreError"] * 6
    assert len([one for one in time.told if isinstance(one, Trouble)]) == 1


def test_a_paused_pass_is_told_in_a_line_each_and_is_no_trouble(time: Time) -> None:
    def one_pass() -> None:
        raise QueuePaused("paused by alice")

    time.daemon(one_pass)

    assert [one.text for one in time.told if isinstance(one, Paused)] == ["paused by alice"] * 6
    assert not [one for one in time.told if isinstance(one, Trouble | PassFailed)]


def test_the_bell_keeps_what_rang_while_nobody_listened() -> None:
    bell = Bell()
    bell.ring(Ring.RUN)
    bell.ring(Ring.RELOAD)

    assert bell.wait(None) == Ring.RUN | Ring.RELOAD
    assert bell.wait(0) == Ring.NEWS


DETROIT = ZoneInfo("America/Detroit")


def by_cron(expression: str, *passed: datetime) -> list[tuple[datetime, int]]:
    """What a table answers at each of these moments, and how many points it left out before."""
    present = list(passed)
    table = CronTable(expression, DETROIT, lambda: present[0])
    told = []
    while present:
        at, missed = table.next_after(1000.0)
        told.append((present[0] + timedelta(seconds=at - 1000.0), missed))
        present.pop(0)
    return [(at.astimezone(DETROIT), missed) for at, missed in told]


def detroit(*parts: int, fold: int = 0) -> datetime:
    return datetime(*parts, tzinfo=DETROIT, fold=fold).astimezone(UTC)  # type: ignore[arg-type, misc]


def test_cron_goes_by_the_clock_on_the_wall_of_its_zone() -> None:
    friday = detroit(2026, 11, 27, 17, 53)

    [(first, _), (second, missed)] = by_cron(
        "*/5 8-17 * * Mon-Fri", friday, friday + timedelta(minutes=2)
    )

    assert f"{first:%a %H:%M}" == "Fri 17:55"
    assert (f"{second:%a %H:%M}", missed) == ("Mon 08:00", 0)


def test_what_cron_called_for_during_a_pass_is_left_out_and_counted() -> None:
    begin = detroit(2026, 11, 25, 9, 0)

    told = by_cron("*/5 * * * *", begin, begin + timedelta(minutes=17))

    assert [(f"{at:%H:%M}", missed) for at, missed in told] == [("09:05", 0), ("09:20", 2)]


@pytest.mark.parametrize(
    ("begin", "runs"),
    [
        # The clock leaps from 2:00 to 3:00: what falls into the gap comes right after it.
        (detroit(2026, 3, 7, 12), ["Sun 03:00", "Mon 02:30"]),
        # The hour from 1:00 comes twice; 2:30 does not.
        (detroit(2026, 10, 31, 12), ["Sun 02:30", "Mon 02:30"]),
    ],
)
def test_cron_on_the_days_when_the_clock_is_changed(begin: datetime, runs: list[str]) -> None:
    told = by_cron("30 2 * * *", begin, begin + timedelta(days=1))

    assert [f"{at:%a %H:%M}" for at, _ in told] == runs


def test_a_point_in_the_hour_that_comes_twice_comes_once() -> None:
    before = detroit(2026, 11, 1, 0, 30)
    after = detroit(2026, 11, 1, 1, 30) + timedelta(seconds=1)

    told = by_cron("30 1 * * *", before, after)

    assert [f"{at:%a %H:%M %Z}" for at, _ in told] == ["Sun 01:30 EDT", "Mon 01:30 EST"]


def test_a_daemon_by_cron_begins_at_its_points_alone(time: Time) -> None:
    time.ends_at = 600
    time.rings = {30.0: Ring.RUN}

    time.daemon(takes(time), cron=CronTable("*/3 * * * *", UTC, time.now))

    assert [int(at) for at in time.begun] == [30, 180, 360, 540]
