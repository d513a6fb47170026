"""``docs/conditions.md``: its tables are the vocabulary, and each of its examples is run."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from rooms.rules.sample import CALENDAR, FACTS, SENT
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules import tables
from ticket_queue_daemon.rules.calendar import Calendar
from ticket_queue_daemon.rules.checking import MOST_NESTED
from ticket_queue_daemon.rules.conditions import Condition, ConditionFailed
from ticket_queue_daemon.rules.expression import MOST_CHARACTERS, MOST_DEPTH
from ticket_queue_daemon.rules.reading import MOST_ASSETS
from ticket_queue_daemon.rules.timing import CATCH_UP, SINCE, Repeat, Timing
from ticket_queue_daemon.rules.vocabulary import RECORDS

PAGE = (Path(__file__).parents[2] / "docs" / "conditions.md").read_text(encoding="utf-8")
EXAMPLES = [
    re.fullmatch(r"(.*?)\s+// (true|false|can't be decided)(?:: (.*))?", line)
    for block in re.findall(r"```cel\n(.*?)```", PAGE, re.DOTALL)
    for line in block.splitlines()
]


def rows(heading: str) -> list[list[str]]:
    """The cells of the table under a heading row, without their backticks."""
    table = PAGE.partition(f"| {heading} |")[2].partition("\n\n")[0].splitlines()[2:]
    assert table, heading
    # One pair of backticks around a whole cell is its dress; those within are its text.
    cells = [[cell.strip() for cell in row.strip("|").split(" | ")] for row in table]
    return [[re.sub(r"^`([^`]*)`$", r"\1", cell) for cell in row] for row in cells]


@pytest.mark.parametrize("record", RECORDS)
def test_the_tables_of_fields_are_the_vocabulary(record: str) -> None:
    assert tables.fields_table(record) in PAGE


def test_the_tables_of_variables_and_functions_are_the_vocabulary() -> None:
    assert tables.variables_table() in PAGE
    assert tables.functions_table() in PAGE


def test_the_ticket_that_is_shown_is_the_one_that_is_judged() -> None:
    shown = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])

    assert {name: SENT[name] for name in shown} == shown


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda found: found and found[1])
def test_each_example_is_what_the_page_says(example: re.Match[str] | None) -> None:
    assert example is not None, "an example without // true, // false or // can't be decided"
    text, said, why = example.groups()
    condition = Condition(text, where="example", calendar=CALENDAR)
    if said == "can't be decided":
        with pytest.raises(ConditionFailed, match=re.escape(why)):
            condition.decide(FACTS)
        return
    assert condition.decide(FACTS).holds is (said == "true")


@pytest.mark.parametrize(("condition", "said"), rows("condition | error"))
def test_each_error_is_told_as_the_page_says(condition: str, said: str) -> None:
    with pytest.raises(ConfigError) as told:
        Condition(condition, where="when")

    assert f"{told.value.message} {told.value.advice}" == f"when, line 1, {said}"


@pytest.mark.parametrize(("hours", "said"), rows("hours | open"))
def test_each_calendar_is_open_as_long_as_the_page_says(hours: str, said: str) -> None:
    monday = datetime(2026, 6, 1, tzinfo=UTC)

    week = Calendar(hours).between(monday, monday + timedelta(days=7))
    assert f"{week / timedelta(hours=1):g} hours a week" == said


@pytest.mark.parametrize(
    ("hours", "start", "end", "said"),
    rows("hours, in America/Detroit | from | to | business hours"),
)
def test_each_span_of_business_time_is_as_long_as_the_page_says(
    hours: str, start: str, end: str, said: str
) -> None:
    detroit = ZoneInfo("America/Detroit")
    moments = (datetime.fromisoformat(one).replace(tzinfo=detroit) for one in (start, end))

    length = Calendar(hours, "America/Detroit").between(*moments)
    assert f"{length / timedelta(hours=1):g}" == said


@pytest.mark.parametrize(("after", "since", "due"), rows("after | since | due (UTC)"))
def test_each_due_time_is_what_the_page_says(after: str, since: str, due: str) -> None:
    timing = Timing.parse(after, since, CALENDAR, where="example")

    assert f"{timing.due(FACTS):%Y-%m-%d %H:%M}" == due


def test_each_moment_and_each_way_to_catch_up_is_told() -> None:
    assert tuple(row[0] for row in rows("since | counted from")) == SINCE
    assert tuple(row[0] for row in rows("catch_up | next | what")) == CATCH_UP


@pytest.mark.parametrize(("catch_up", "number", "_why"), rows("catch_up | next | what"))
def test_each_way_to_catch_up_does_what_the_page_says(
    catch_up: str, number: str, _why: str
) -> None:
    repeat = Repeat.parse("7d", 5, catch_up, where="example")

    coming = repeat.next(
        datetime(2026, 11, 2, tzinfo=UTC), datetime(2026, 11, 25, tzinfo=UTC), last=1
    )
    assert coming is not None
    assert coming.number == int(number)


def test_the_bounds_are_told() -> None:
    assert f"{MOST_CHARACTERS:,} characters and {MOST_DEPTH} levels" in PAGE
    assert f"at most {MOST_ASSETS} assets" in PAGE
    assert MOST_NESTED == 2
