"""When something is due, how often it comes again, and what becomes of what was missed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.rules.sample import CALENDAR, FACTS, NOW, with_ticket
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.durations import Span, parse_duration, parse_span, say_duration
from ticket_queue_daemon.rules.facts import Feed
from ticket_queue_daemon.rules.timing import SINCE, Occurrence, Repeat, Timing

HOUR = timedelta(hours=1)
FIRST = datetime(2026, 11, 2, 14, tzinfo=UTC)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


# -- lengths of time ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "span", "again"),
    [
        ("3d", Span(timedelta(days=3)), "3d"),
        ("36h", Span(timedelta(hours=36)), "1d 12h"),
        ("2w", Span(timedelta(weeks=2)), "2w"),
        ("90m", Span(timedelta(minutes=90)), "1h 30m"),
        ("1 day, 12 hours", Span(timedelta(days=1, hours=12)), "1d 12h"),
        ("45 Sec", Span(timedelta(seconds=45)), "45s"),
        ("5 business days", Span(timedelta(), 5, is_business=True), "business 5d"),
        ("4 business hours", Span(4 * HOUR, is_business=True), "business 4h"),
        ("business 1d 26h", Span(26 * HOUR, 1, is_business=True), "business 1d 26h"),
    ],
)
def test_lengths_of_time_are_read_and_written(text: str, span: Span, again: str) -> None:
    assert parse_span(text, where="after") == span
    assert str(span) == again
    assert parse_span(again, where="after") == span


@pytest.mark.parametrize(
    ("text", "problem", "advice"),
    [
        ("", "'' is no length", "3d, 36h"),
        ("3", "'3' is no length", "3d, 36h"),
        ("-3d", "'-3d' is no length", "3d, 36h"),
        ("3 dyas", "'dyas' in '3 dyas' is no unit", "Did you mean days?"),
        ("3 x", "'x' in '3 x' is no unit", "Units are"),
        ("0d", "'0d' is no length", "3d, 36h"),
        ("20000d", "longer than ten years", ""),
        ("9999 business days", "longer than ten years", ""),
        ("2 business weeks", "counts business weeks", "5 business days"),
        ("business", "'business' is no length", "3d, 36h"),
    ],
)
def test_what_is_no_length_of_time_is_told(text: str, problem: str, advice: str) -> None:
    with pytest.raises(ConfigError) as told:
        parse_span(text, where="rule remind, after")

    assert told.value.message.startswith("rule remind, after: ")
    assert problem in told.value.message
    assert advice in told.value.advice


@pytest.mark.parametrize(
    ("length", "said"),
    [
        (timedelta(days=3, hours=4, minutes=5), "3 days 4 hours"),
        (timedelta(minutes=1), "1 minute"),
        (timedelta(), "no time"),
        (-HOUR, "minus 1 hour"),
    ],
)
def test_lengths_are_said_in_words(length: timedelta, said: str) -> None:
    assert say_duration(length) == said


@given(st.integers(1, 10**7))
def test_each_span_is_read_as_it_is_written(seconds: int) -> None:
    span = Span(timedelta(seconds=seconds))

    assert parse_span(str(span), where="after") == span
    assert parse_duration(str(span), where="after") == span.time


# -- due ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("after", "since", "due"),
    [
        ("3d", "created", "2026-11-26 14:00"),
        ("1h", "modified", "2026-11-25 22:00"),
        ("2d", "last_requestor_reply", "2026-11-26 16:00"),
        ("36h", "last_technician_reply", "2026-11-27 08:00"),
        ("1w", "status_change", "2026-12-01 15:00"),
        (None, "due", "2026-11-30 22:00"),
        # Monday 9:00 in Detroit; Thursday and Friday are holidays.
        ("3 business days", "created", "2026-11-30 14:00"),
        ("26 business hours", "created", "2026-11-25 22:00"),
        ("1 business day 2h", "last_technician_reply", "2026-11-30 22:00"),
    ],
)
def test_when_it_is_due(after: str | None, since: str, due: str) -> None:
    timing = Timing.parse(after, since, CALENDAR, where="rule")

    assert timing.due(FACTS) == at(due)


@pytest.mark.parametrize("since", ["last_requestor_reply", "last_technician_reply"])
def test_what_has_not_happened_is_never_due(since: str) -> None:
    silent = replace(FACTS, of_feed=Feed())

    assert Timing.parse("3d", since, where="rule").due(silent) is None


def test_a_ticket_without_due_date_has_that_of_its_sla_or_none() -> None:
    timing = Timing.parse(None, "due", where="rule")

    assert timing.due(with_ticket(EndDate=None)) is None
    sla = with_ticket(EndDate=None, ResolveByDate="2026-11-27T12:00:00Z")
    assert timing.due(sla) == at("2026-11-27 12:00")


def test_modified_by_ourselves_or_a_bot_is_not_modified() -> None:
    timing = Timing.parse("1h", "modified", where="rule")
    changed = {"ModifiedDate": "2026-11-26T14:00:00Z", "ModifiedFullName": "Nightly Bot"}

    by_us = with_ticket(**changed, ModifiedUid="0000abcd-0000-0000-0000-0000000000dd")
    by_bot = with_ticket(**changed)
    bots = replace(by_bot, of_feed=replace(FACTS.of_feed, ignored=frozenset({"nightly bot"})))
    silent = replace(by_us, of_feed=replace(FACTS.of_feed, last_activity=None))

    assert timing.due(by_bot) == at("2026-11-26 15:00")
    assert timing.due(by_us) == at("2026-11-25 21:00")
    assert timing.due(bots) == at("2026-11-25 21:00")
    assert timing.due(silent) == at("2026-11-23 15:00")


def test_a_status_change_that_the_feed_does_not_show_is_not_before_the_last_change_of_all() -> None:
    timing = Timing.parse("3d", "status_change", where="rule")

    assert timing.due(replace(FACTS, of_feed=Feed())) == at("2026-11-28 21:00")


@pytest.mark.parametrize("since", SINCE)
def test_it_asks_for_no_more_than_it_needs(since: str) -> None:
    asked: set[str] = set()

    class Watched:
        def __getattr__(self, name: str) -> Any:
            asked.add(name)
            return getattr(FACTS, name)

    timing = Timing.parse("3d", since, where="rule")
    timing.due(Watched())

    assert asked <= timing.needs


@pytest.mark.parametrize(
    ("make", "problem", "advice"),
    [
        (lambda: Timing.parse("3d", "craeted", where="rule"), "'craeted' is no moment", "created"),
        (lambda: Timing.parse("3 dyas", "created", where="rule"), "no unit", "days"),
        (
            lambda: Timing.parse("3 business days", "created", where="rule"),
            "business 3d needs business hours",
            "time zone",
        ),
        (lambda: Repeat.parse("1d", catch_up="al", where="rule"), "'al' is unknown", "There are"),
        (lambda: Repeat.parse("1d", 0, where="rule"), "at_most 0 is none", "1 or more"),
        (lambda: Repeat.parse("5s", where="rule"), "too often", "minute"),
        (lambda: Repeat.parse("1 business day", where="rule"), "needs business hours", ""),
    ],
)
def test_what_can_not_be_is_told_at_loading(make: Any, problem: str, advice: str) -> None:
    with pytest.raises(ConfigError) as told:
        make()

    assert told.value.message.startswith("rule: ")
    assert problem in told.value.message
    assert advice in told.value.advice


# -- again and again ------------------------------------------------------------------------------


def week(number: int) -> datetime:
    return FIRST + timedelta(weeks=number - 1)


@pytest.mark.parametrize(
    ("catch_up", "last", "now", "expected"),
    [
        ("once", 0, week(1) - HOUR, Occurrence(1, week(1))),
        ("once", 0, week(1), Occurrence(1, week(1))),
        ("once", 1, week(1) + HOUR, Occurrence(2, week(2))),
        ("once", 1, week(4) + HOUR, Occurrence(4, week(4), missed=2)),
        ("each", 1, week(4) + HOUR, Occurrence(2, week(2), missed=2)),
        ("skip", 1, week(4) + 2 * HOUR, Occurrence(5, week(5), missed=3)),
        ("skip", 1, week(4) + HOUR, Occurrence(4, week(4), missed=2)),
        ("skip", 0, week(1), Occurrence(1, week(1))),
        ("once", 5, week(9), None),
        ("once", 1, week(9), Occurrence(5, week(5), missed=3)),
        ("each", 4, week(9), Occurrence(5, week(5))),
        ("skip", 1, week(9), None),
    ],
)
def test_what_was_missed_is_caught_up_with_as_the_rule_says(
    catch_up: str, last: int, now: datetime, expected: Occurrence | None
) -> None:
    repeat = Repeat.parse("7d", 5, catch_up, where="rule")

    assert repeat.next(FIRST, now, last=last) == expected


def test_being_late_does_not_move_those_that_follow() -> None:
    repeat = Repeat.parse("7d", where="rule")

    first = repeat.next(FIRST, week(1) + timedelta(days=3))
    assert first == Occurrence(1, week(1))
    assert repeat.next(FIRST, week(1) + timedelta(days=3), last=1) == Occurrence(2, week(2))


def test_business_days_repeat_on_business_days() -> None:
    repeat = Repeat.parse("1 business day", calendar=CALENDAR, where="rule")
    monday = at("2026-11-23 14:00")

    assert repeat.next(monday, NOW, last=2) == Occurrence(3, at("2026-11-25 14:00"))
    assert repeat.next(monday, NOW, last=3) == Occurrence(4, at("2026-11-30 14:00"))
    assert repeat.next(monday, at("2026-12-02 00:00"), last=3) == Occurrence(
        5, at("2026-12-01 14:00"), missed=1
    )


@settings(max_examples=50, deadline=None)
@given(
    st.sampled_from(["once", "each", "skip"]),
    st.sampled_from([None, 1, 3, 10]),
    st.sampled_from(["1h", "1d", "3 business hours"]),
    st.lists(st.integers(1, 200).map(lambda n: n * 30), min_size=1, max_size=25),
)
def test_however_late_it_is_asked_each_comes_at_most_once_and_never_early(
    catch_up: str, at_most: int | None, every: str, pauses: list[int]
) -> None:
    repeat = Repeat.parse(every, at_most, catch_up, CALENDAR, where="rule")
    now, last, done = FIRST, 0, []
    for pause in pauses:
        now += timedelta(minutes=pause)
        coming = repeat.next(FIRST, now, last=last)
        if coming is None:
            break
        assert coming.number > last
        assert coming.missed >= 0
        if coming.due <= now:
            done.append(coming.number)
            last = coming.number

    assert done == sorted(set(done))
    assert at_most is None or all(number <= at_most for number in done)
    if catch_up == "each":
        assert done == list(range(1, len(done) + 1))
