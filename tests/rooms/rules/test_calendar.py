"""Business time: what the clock on the wall shows, measured in real hours, over both edges."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.calendar import ALWAYS, Calendar, NoBusinessTime
from ticket_queue_daemon.rules.schedule import Schedule
from ticket_queue_daemon.rules.week import parse_week

DETROIT = ZoneInfo("America/Detroit")
OFFICE = Calendar("Mon-Fri 08:00-17:00", "America/Detroit", [date(2026, 11, 26)])
# 2026-03-08 02:00 becomes 03:00, 2026-11-01 02:00 becomes 01:00.
NIGHT = Calendar("daily 00:00-06:00", "America/Detroit")
ODD = Calendar(
    [
        "Mon-Fri 08:00-12:00",
        "Mon-Thu 13:00-17:30",
        "Sat 22:00-03:30",
        "Sun 01:15-02:30, Sun 02:45-05:00",
    ],
    "America/Detroit",
    [date(2026, 3, 9), date(2026, 11, 2)],
)
LORD_HOWE = Calendar("daily 01:30-02:15", "Australia/Lord_Howe")
CALENDARS = st.sampled_from([OFFICE, NIGHT, ODD, LORD_HOWE, ALWAYS])
MOMENTS = st.one_of(
    st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2027-12-31")),
    st.datetimes(datetime.fromisoformat("2026-03-07"), datetime.fromisoformat("2026-03-10")),
    st.datetimes(datetime.fromisoformat("2026-10-31"), datetime.fromisoformat("2026-11-03")),
).map(lambda moment: moment.replace(tzinfo=UTC))
LENGTHS = st.one_of(
    st.timedeltas(timedelta(), timedelta(hours=300)),
    st.integers(0, 300).map(lambda hours: timedelta(hours=hours)),
)


def at(text: str, fold: int = 0) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=DETROIT, fold=fold)


def hours(calendar: Calendar, start: datetime, end: datetime) -> float:
    return calendar.between(start, end) / timedelta(hours=1)


@pytest.mark.parametrize(
    ("start", "end", "expected"),
    [
        ("2026-11-23 09:00", "2026-11-23 12:30", 3.5),
        ("2026-11-20 16:00", "2026-11-23 09:00", 2),
        ("2026-11-25 16:00", "2026-11-27 09:00", 2),
        ("2026-11-21 09:00", "2026-11-22 12:00", 0),
        ("2026-11-23 00:00", "2026-11-28 00:00", 36),
        ("2026-03-06 08:00", "2026-03-09 17:00", 18),
        ("2026-11-23 12:00", "2026-11-23 09:00", -3),
    ],
)
def test_business_hours_between(start: str, end: str, expected: float) -> None:
    assert hours(OFFICE, at(start), at(end)) == expected


def test_the_night_when_the_clock_goes_forward_is_an_hour_shorter() -> None:
    assert hours(NIGHT, at("2026-03-08 00:00"), at("2026-03-08 12:00")) == 5
    assert hours(NIGHT, at("2026-03-08 01:30"), at("2026-03-08 03:30")) == 1


def test_the_night_when_the_clock_goes_back_is_an_hour_longer() -> None:
    assert hours(NIGHT, at("2026-11-01 00:00"), at("2026-11-01 12:00")) == 7
    assert hours(NIGHT, at("2026-11-01 01:30"), at("2026-11-01 01:30", fold=1)) == 1


def test_a_window_inside_of_the_gap_is_not_open_at_all() -> None:
    gap = Calendar("daily 02:15-02:45", "America/Detroit")

    assert hours(gap, at("2026-03-08 00:00"), at("2026-03-09 00:00")) == 0
    assert hours(gap, at("2026-03-08 00:00"), at("2026-03-10 00:00")) == 0.5


def test_a_window_inside_of_the_hour_that_comes_twice_is_open_from_its_first_to_its_second_end() -> (
    None
):
    twice = Calendar("daily 01:15-01:45", "America/Detroit")

    assert hours(twice, at("2026-11-01 00:00"), at("2026-11-01 12:00")) == 1.5


def test_windows_that_cross_in_that_hour_do_not_count_twice() -> None:
    crossing = Calendar("daily 00:00-01:30, daily 01:40-03:00", "America/Detroit")

    assert hours(crossing, at("2026-11-01 00:00"), at("2026-11-01 12:00")) == 4


@pytest.mark.parametrize(
    ("start", "length", "expected"),
    [
        ("2026-11-23 09:00", 3, "2026-11-23 12:00"),
        ("2026-11-23 16:00", 1, "2026-11-23 17:00"),
        ("2026-11-23 16:00", 2, "2026-11-24 09:00"),
        ("2026-11-25 16:00", 2, "2026-11-27 09:00"),
        ("2026-11-21 12:00", 1, "2026-11-23 09:00"),
        ("2026-11-21 12:00", 0, "2026-11-21 12:00"),
    ],
)
def test_adding_business_hours(start: str, length: int, expected: str) -> None:
    assert OFFICE.add(at(start), timedelta(hours=length)) == at(expected)


@pytest.mark.parametrize(
    ("start", "days", "expected"),
    [
        ("2026-11-23 09:00", 2, "2026-11-25 09:00"),
        ("2026-11-24 09:00", 2, "2026-11-27 09:00"),
        ("2026-11-20 16:59", 1, "2026-11-23 16:59"),
        ("2026-11-21 12:00", 1, "2026-11-24 08:00"),
        ("2026-11-20 18:00", 1, "2026-11-24 08:00"),
        ("2026-03-06 09:00", 1, "2026-03-09 09:00"),
        ("2026-10-30 09:00", 1, "2026-11-02 09:00"),
    ],
)
def test_adding_business_days_keeps_the_time_of_day(start: str, days: int, expected: str) -> None:
    assert OFFICE.add_days(at(start), days) == at(expected)


def test_a_business_day_that_ends_earlier_goes_on_at_the_next_opening() -> None:
    # Thursday 16:00; on Friday only the morning is open.
    assert ODD.add_days(at("2026-11-19 16:00"), 1) == at("2026-11-21 22:00")


def test_next_open() -> None:
    assert OFFICE.next_open(at("2026-11-21 12:00")) == at("2026-11-23 08:00")
    assert OFFICE.next_open(at("2026-11-23 08:00")) == at("2026-11-23 08:00")
    assert OFFICE.next_open(at("2026-11-25 17:00")) == at("2026-11-27 08:00")


@settings(max_examples=60, deadline=None)
@given(CALENDARS, MOMENTS, LENGTHS)
def test_adding_then_measuring_gives_it_back(
    calendar: Calendar, start: datetime, length: timedelta
) -> None:
    assert calendar.between(start, calendar.add(start, length)) == length


@settings(max_examples=50, deadline=None)
@given(CALENDARS, MOMENTS, MOMENTS, LENGTHS, st.integers(0, 10))
def test_later_begun_is_never_sooner_done(
    calendar: Calendar, one: datetime, other: datetime, length: timedelta, days: int
) -> None:
    first, second = sorted((one, other))

    assert calendar.add(first, length) <= calendar.add(second, length)
    assert calendar.next_open(first) <= calendar.next_open(second)
    if calendar is OFFICE:
        assert calendar.add_days(first, days) <= calendar.add_days(second, days)


@settings(max_examples=50, deadline=None)
@given(CALENDARS, MOMENTS, MOMENTS, MOMENTS)
def test_parts_add_up_and_never_are_more_than_the_clock(
    calendar: Calendar, one: datetime, other: datetime, third: datetime
) -> None:
    first, second, last = sorted((one, other, third))

    whole = calendar.between(first, last)
    assert calendar.between(first, second) + calendar.between(second, last) == whole
    assert calendar.between(last, first) == -whole
    assert timedelta() <= whole <= last - first


@settings(max_examples=50, deadline=None)
@given(CALENDARS, MOMENTS)
def test_what_is_open_is_measured_and_what_is_closed_is_not(
    calendar: Calendar, moment: datetime
) -> None:
    instant = timedelta(microseconds=1)

    assert calendar.between(moment, moment + instant) == (
        instant if calendar.is_open(moment) else timedelta()
    )
    assert calendar.is_open(calendar.next_open(moment))
    assert calendar.is_open(moment) == (calendar.next_open(moment) == moment)


@settings(max_examples=60, deadline=None)
@given(
    st.datetimes(datetime.fromisoformat("2026-04-01"), datetime.fromisoformat("2026-09-30")),
    st.datetimes(datetime.fromisoformat("2026-04-01"), datetime.fromisoformat("2026-09-30")),
)
def test_where_no_clock_changes_it_is_the_naive_count(one: datetime, other: datetime) -> None:
    start, end = sorted((one.replace(microsecond=0), other.replace(microsecond=0)))
    naive, day = timedelta(), datetime.combine(start.date(), datetime.min.time())
    while day <= end:
        opens, closes = day + timedelta(hours=8), day + timedelta(hours=17)
        if day.weekday() < 5:
            naive += max(timedelta(), min(closes, end) - max(opens, start))
        day += timedelta(days=1)

    measured = OFFICE.between(start.replace(tzinfo=DETROIT), end.replace(tzinfo=DETROIT))
    assert measured == naive


@pytest.mark.parametrize(
    ("text", "day", "expected"),
    [
        ("Mon-Fri 08:00-17:00", 0, ((480, 1020),)),
        ("fri - mon 8:00 - 9:30", 6, ((480, 570),)),
        ("Monday 08:00-12:00; Mon 12:00-13:00", 0, ((480, 780),)),
        ("weekends 10:00-14:00", 5, ((600, 840),)),
        ("Sat & Sun 10:00-14:00", 6, ((600, 840),)),
        ("Tue, Thu 10:00-14:00", 3, None),
        ("22:00-06:00", 2, ((0, 360), (1320, 1440))),
        ("Fri 22:00-24:00", 4, ((1320, 1440),)),
        ("Sun 22:00-02:00", 0, ((0, 120),)),
        ("Thurs 08:00-09:00", 3, ((480, 540),)),
    ],
)
def test_hours_of_a_week_are_read(
    text: str, day: int, expected: tuple[tuple[int, int], ...] | None
) -> None:
    if expected is None:
        with pytest.raises(ConfigError, match="'Tue' names no hours"):
            parse_week(text, where="hours")
        return
    assert parse_week(text, where="hours").days[day] == expected


@pytest.mark.parametrize(
    ("text", "problem", "advice"),
    [
        ("", "there are no hours", "Mon-Fri 08:00-17:00"),
        ("Mon-Fri", "'Mon-Fri' names no hours", "Mon-Fri 08:00-17:00"),
        ("Mon 08:00-17:00 or so", "names no hours", ""),
        ("Mnday 08:00-17:00", "'mnday' is no day", "Mon"),
        ("Mon 08:00-25:00", "a time that no clock shows", "24:00"),
        ("Mon 08:60-17:00", "a time that no clock shows", "24:00"),
        ("Mon 08:00-08:00", "begins where it ends", "00:00-24:00"),
        ("7 08:00-09:00", "names no days", ""),
    ],
)
def test_hours_that_can_not_be_read_are_told(text: str, problem: str, advice: str) -> None:
    with pytest.raises(ConfigError) as told:
        Calendar(text, where="queue, hours")

    assert told.value.message.startswith("queue, hours: ")
    assert problem in told.value.message
    assert advice in told.value.advice


@pytest.mark.parametrize(
    ("zone", "advice"),
    [("America/Detriot", "America/Detroit"), ("../etc/passwd", "IANA"), ("", "IANA")],
)
def test_a_zone_that_there_is_not_is_told_with_what_may_be_meant(zone: str, advice: str) -> None:
    with pytest.raises(ConfigError) as told:
        Calendar(zone=zone)

    assert advice in told.value.advice


def test_a_calendar_that_never_opens_again_says_so() -> None:
    closed = Calendar(
        "Mon 08:00-09:00", holidays=[date(2026, 1, 5) + timedelta(7 * n) for n in range(600)]
    )

    for ask in (
        closed.next_open,
        lambda t: closed.add(t, timedelta(hours=1)),
        lambda t: closed.add_days(t, 1),
    ):
        with pytest.raises(NoBusinessTime):
            ask(datetime(2026, 1, 1, tzinfo=UTC))


def test_at_the_end_of_all_days_the_calendar_says_so() -> None:
    with pytest.raises(NoBusinessTime):
        OFFICE.add(datetime(9999, 12, 30, tzinfo=UTC), timedelta(hours=100))


def test_business_time_is_not_taken_away() -> None:
    with pytest.raises(ValueError, match="not taken away"):
        OFFICE.add(at("2026-11-23 09:00"), -timedelta(hours=1))


def test_times_a_century_apart_are_not_measured() -> None:
    with pytest.raises(NoBusinessTime, match="more than a century"):
        OFFICE.between(datetime(1, 1, 2, tzinfo=UTC), datetime(2026, 1, 1, tzinfo=UTC))


def test_a_schedule_tells_when_a_rule_may_act() -> None:
    nights = Schedule(["Mon-Thu 22:00-06:00"], "America/Detroit", [date(2026, 11, 26)])

    assert nights.is_open(at("2026-11-25 05:00"))
    assert not nights.is_open(at("2026-11-26 05:00"))
    assert nights.next_open(at("2026-11-25 12:00")) == at("2026-11-25 22:00")
    assert nights.next_open(at("2026-11-26 12:00")) == at("2026-11-27 00:00")
