"""Quiet hours: only what is critical wakes anyone, and nothing is lost until morning."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.observe.alert_words import Alert
from ticket_queue_daemon.observe.quiet import MOST_HELD, Quiet, QuietHours

DETROIT = ZoneInfo("America/Detroit")
NIGHT = QuietHours(22 * 60, 7 * 60, DETROIT)
LATE = datetime(2026, 11, 24, 23, 30, tzinfo=DETROIT)
MORNING = datetime(2026, 11, 25, 7, 0, tzinfo=DETROIT)


def alert(subject: str = "x", *, critical: bool = False) -> Alert:
    return Alert(subject, f"{subject}, and more", "warning", critical=critical)


class Desk:
    def __init__(self, hours: QuietHours | None = NIGHT) -> None:
        self.now = LATE
        self.sent: list[Alert] = []
        self.quiet = Quiet(self.sent.append, hours, lambda: self.now)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [
        ("2026-11-24 21:59", False),
        ("2026-11-24 22:00", True),
        ("2026-11-25 00:00", True),
        ("2026-11-25 06:59", True),
        ("2026-11-25 07:00", False),
        # Both edges of daylight saving go by the clock on the wall.
        ("2026-03-08 06:59", True),
        ("2026-11-01 07:00", False),
    ],
)
def test_a_night_goes_over_midnight_by_the_clock_on_the_wall(moment: str, quiet: bool) -> None:
    here = datetime.fromisoformat(moment).replace(tzinfo=DETROIT)

    assert NIGHT.at(here.astimezone(UTC)) is quiet


def test_a_span_within_a_day() -> None:
    noon = QuietHours(12 * 60, 13 * 60, UTC)

    assert [noon.at(datetime(2026, 1, 1, hour, tzinfo=UTC)) for hour in (11, 12, 13)] == [
        False,
        True,
        False,
    ]


def test_what_is_critical_passes_and_the_rest_is_told_in_one_message_after() -> None:
    desk = Desk()

    desk.quiet.send(alert("one"))
    desk.quiet.send(alert("two", critical=True))
    desk.quiet.send(alert("three"))
    desk.quiet.tell_held()
    assert [one.subject for one in desk.sent] == ["two"]
    desk.now = MORNING
    desk.quiet.tell_held()
    desk.quiet.tell_held()

    [_, told] = desk.sent
    assert told.subject == "Ticket Queue Daemon: 2 alerts of the quiet hours"
    assert told.body.index("one, and more") < told.body.index("three, and more")
    assert told.weight == "warning"


def test_a_later_alert_does_not_overtake_what_was_held_back() -> None:
    desk = Desk()
    desk.quiet.send(alert("old"))

    desk.now = MORNING
    desk.quiet.send(alert("new"))

    assert [one.subject for one in desk.sent] == [
        "Ticket Queue Daemon: 1 alert of the quiet hours",
        "new",
    ]


def test_without_quiet_hours_all_passes() -> None:
    desk = Desk(hours=None)

    desk.quiet.send(alert("one"))

    assert [one.subject for one in desk.sent] == ["one"]


def test_a_night_of_alerts_does_not_fill_the_memory() -> None:
    desk = Desk()
    for number in range(MOST_HELD + 5):
        desk.quiet.send(alert(f"number {number}."))

    desk.now = MORNING
    desk.quiet.tell_held()

    [told] = desk.sent
    assert f"{MOST_HELD} alerts" in told.subject
    assert f"number {MOST_HELD + 4}." in told.body
    assert "before these: ticket-queue-daemon status" in told.body


def test_what_nobody_could_keep_is_sent_at_the_end_rather_than_lost() -> None:
    desk = Desk()
    desk.quiet.send(alert("one"))

    desk.quiet.close()

    assert "1 alert of the quiet hours" in desk.sent[0].subject


@given(st.lists(st.tuples(st.integers(0, 3 * 24 * 60), st.booleans()), max_size=30))
def test_each_alert_is_told_exactly_once(sent: list[tuple[int, bool]]) -> None:
    desk = Desk()
    for number, (minutes, critical) in enumerate(sent):
        desk.now = LATE + timedelta(minutes=minutes)
        desk.quiet.send(alert(f"<{number}>", critical=critical))
    desk.now = MORNING + timedelta(days=9)
    desk.quiet.tell_held()

    told = "\n".join(f"{one.body}" for one in desk.sent)
    assert [told.count(f"<{number}>, and more") for number in range(len(sent))] == [1] * len(sent)
