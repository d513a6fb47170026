"""Holidays come as dates or from an iCalendar file; what can't be read is told."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.holidays import LAST, parse_dates, read_holidays

if TYPE_CHECKING:
    from pathlib import Path

HEAD = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:-//campus//EN\r\n"


def event(*lines: str) -> str:
    return "\r\n".join(
        ["BEGIN:VEVENT", "UID:x", "DTSTAMP:20260101T000000Z", *lines, "END:VEVENT", ""]
    )


def days(tmp_path: Path, *events: str) -> list[str]:
    file = tmp_path / "holidays.ics"
    file.write_text(HEAD + "".join(events) + "END:VCALENDAR\r\n")
    return [str(day) for day in sorted(read_holidays(file, where="holidays"))]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["DTSTART;VALUE=DATE:20261126"], ["2026-11-26"]),
        (
            ["DTSTART;VALUE=DATE:20261224", "DTEND;VALUE=DATE:20261227"],
            ["2026-12-24", "2026-12-25", "2026-12-26"],
        ),
        (["DTSTART;VALUE=DATE:20261224", "DURATION:P2D"], ["2026-12-24", "2026-12-25"]),
        (
            ["DTSTART;VALUE=DATE:20260704", "RRULE:FREQ=YEARLY;COUNT=2"],
            ["2026-07-04", "2027-07-04"],
        ),
        (
            [
                "DTSTART;VALUE=DATE:20251127",
                "RRULE:FREQ=YEARLY;BYMONTH=11;BYDAY=4TH;UNTIL=20271231",
            ],
            ["2025-11-27", "2026-11-26", "2027-11-25"],
        ),
        (
            [
                "DTSTART;VALUE=DATE:20260704",
                "RRULE:FREQ=YEARLY;COUNT=3",
                "EXDATE;VALUE=DATE:20270704",
                "RDATE;VALUE=DATE:20270705",
            ],
            ["2026-07-04", "2027-07-05", "2028-07-04"],
        ),
    ],
)
def test_whole_days_are_holidays(tmp_path: Path, lines: list[str], expected: list[str]) -> None:
    assert days(tmp_path, event(*lines)) == expected


def test_one_that_comes_again_without_end_is_known_for_the_century(tmp_path: Path) -> None:
    read = days(tmp_path, event("DTSTART;VALUE=DATE:19700101", "RRULE:FREQ=YEARLY"))

    assert (read[0], read[-1]) == ("2000-01-01", f"{LAST.year}-01-01")


def test_events_at_a_time_of_day_and_cancelled_ones_close_nothing(tmp_path: Path) -> None:
    read = days(
        tmp_path,
        event("DTSTART:20261126T090000Z"),
        event("DTSTART;VALUE=DATE:20261127", "STATUS:CANCELLED"),
        event("DTSTART;VALUE=DATE:20261225"),
    )

    assert read == ["2026-12-25"]


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("no calendar", "is no iCalendar file"),
        (HEAD + event("DTSTART:20261126T090000Z") + "END:VCALENDAR\r\n", "no whole day is in"),
        (
            HEAD
            + event("DTSTART;VALUE=DATE:20261126", "RRULE:FREQ=SECONDLY")
            + "END:VCALENDAR\r\n",
            "is no recurrence of days",
        ),
    ],
)
def test_a_file_that_is_no_calendar_is_told(tmp_path: Path, content: str, problem: str) -> None:
    file = tmp_path / "holidays.ics"
    file.write_text(content)

    with pytest.raises(ConfigError, match=problem):
        read_holidays(file, where="queue, holidays")


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="can't be read: No such file"):
        read_holidays(tmp_path / "none.ics", where="queue, holidays")


def test_dates_are_read_one_by_one_and_from_to() -> None:
    read = parse_dates(["2026-11-26", "2026-12-31..2027-01-01", date(2026, 7, 3)], where="holidays")

    assert sorted(map(str, read)) == ["2026-07-03", "2026-11-26", "2026-12-31", "2027-01-01"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("26.11.2026", "is no date"),
        ("2026-13-01", "is no date"),
        ("2026-12-02..2026-12-01", "ends before it begins"),
        ("2026-12-02..2036-12-01", "or after a year"),
    ],
)
def test_what_is_no_date_is_told(text: str, problem: str) -> None:
    with pytest.raises(ConfigError, match=problem):
        parse_dates([text], where="holidays")
