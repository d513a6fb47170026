"""``when:`` is decided for a ticket, says why, and is wrong at loading where that can be known."""

from __future__ import annotations

import contextlib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import cel
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rooms.rules.sample import CALENDAR, FACTS, with_ticket
from ticket_queue_daemon.errors import ConfigError, TdxError
from ticket_queue_daemon.rules.conditions import Condition, ConditionFailed
from ticket_queue_daemon.rules.expression import MOST_CHARACTERS, MOST_DEPTH
from ticket_queue_daemon.rules.facts import AssetFact
from ticket_queue_daemon.rules.reading import MOST_ASSETS
from ticket_queue_daemon.rules.vocabulary import FUNCTIONS, VARIABLES


def when(text: str, **options: Any) -> Condition:
    return Condition(text, where="rule remind, when", calendar=CALENDAR, **options)


class Watched:
    """Facts that note what they are asked for."""

    def __init__(self, **failing: Exception) -> None:
        self.asked: list[str] = []
        self._failing = failing

    def __getattr__(self, name: str) -> Any:
        if name not in VARIABLES:
            raise AttributeError(name)
        self.asked.append(name)
        if name in self._failing:
            raise self._failing[name]
        return getattr(FACTS, name)


@pytest.mark.parametrize(
    ("text", "holds", "because"),
    [
        (
            'ticket.StatusName == "Closed"',
            False,
            'ticket.StatusName == "Closed" is false: ticket.StatusName is "In Process"',
        ),
        (
            'ticket.StatusID == 117 && ticket.PriorityName == "Low" && feed.count > 0',
            False,
            'ticket.PriorityName == "Low" is false: ticket.PriorityName is "High"',
        ),
        (
            "ticket.StatusID == 1 || size(assets) == 2 || feed.count == 9",
            True,
            'size(assets) == 2 is true: assets is [(name "IC-EHLB760-F16"), (name "IC-EHLB761-F12")]',
        ),
        (
            "ticket.StatusID == 1 || ticket.DaysOld > 5",
            False,
            (
                "ticket.StatusID == 1 is false: ticket.StatusID is 117; "
                "ticket.DaysOld > 5 is false: ticket.DaysOld is 3"
            ),
        ),
        ("!(ticket.IsOnHold)", True, "ticket.IsOnHold is false"),
        (
            'ticket.SlaName == "Gold" ? feed.count > 5 : true',
            False,
            (
                'ticket.SlaName == "Gold" is true: ticket.SlaName is "Gold"; '
                "feed.count > 5 is false: feed.count is 2"
            ),
        ),
        (
            'age(ticket)\n  > duration("3d 12h")',
            False,
            (
                'age(ticket) > duration("3d 12h") is false: age(ticket) is 3 days 1 hour, '
                "now is 2026-11-26 15:00 UTC, ticket.CreatedDate is 2026-11-23 14:00 UTC"
            ),
        ),
        (
            "ticket.CompletedDate == null",
            True,
            "ticket.CompletedDate == null is true: ticket.CompletedDate is not set",
        ),
        (
            'row["Days Old"] == "3" && row.Room == null',
            True,
            (
                'row["Days Old"] == "3" is true: row["Days Old"] is "3"; '
                "row.Room == null is true: row.Room is not set"
            ),
        ),
        (
            'assets.exists(a, a.status == "Retired" && a.id in [106895])',
            True,
            (
                'assets.exists(a, a.status == "Retired" && a.id in [106895]) is true: assets is '
                '[(name "IC-EHLB760-F16", id 106894, status "Active"), '
                '(name "IC-EHLB761-F12", id 106895, status "Retired")]'
            ),
        ),
        ("true", True, "true is true"),
    ],
)
def test_it_is_decided_and_says_which_part_did(text: str, holds: bool, because: str) -> None:
    verdict = when(text).decide(FACTS)

    assert (verdict.holds, verdict.because) == (holds, because)


@pytest.mark.parametrize(
    "text",
    [
        "ticket.ID == 9291804 && ticket.PriorityOrder == 2.0 && ticket.PriorityOrder > 1",
        'ticket.SlaName == "Gold" && !ticket.IsSlaViolated',
        "ticket.RespondByDate < now && ticket.ResolveByDate == null",
        'ticket.attributes["Building"] == "East Hall" && ticket.attributes["room NUMBER"] == "1100"',
        'ticket.attributes["No such"] == "" && ticket.ServiceName == "" && ticket.ServiceID == 0',
        '"vip" in ticket.Tags && ticket.Tags.size() == 2 && ticket.Tags[0] == "vip"',
        'requestor.Title == "Professor" && requestor.IsEmployee && requestor.PrimaryEmail == ""',
        'queue.name.startsWith("Desktop") && queue.id == 1344',
        "row.TicketID == 9291804 && row.Open && has(row.Room) && !has(row.Nope)",
        '"Days Old" in row && !("Nope" in row)',
        'assets.map(a, a.serial) == ["D30H6J3", "D30H6J4"] && assets.all(one, one.id > 0)',
        'assets.filter(a, a.name.endsWith("F12"))[0].status == "Retired"',
        'assets.exists_one(a, same(a.status, "ACTIVE "))',
        "feed.last_requestor_reply < feed.last_technician_reply && !feed.last_reply_is_requestor",
        "feed.last_activity - feed.last_requestor_reply > duration('1 day')",
        "age(feed.last_reply) < duration('1d') && age((ticket.CreatedDate)) > duration('3 days')",
        "idle(feed) == idle(ticket) && idle(ticket) == now - ticket.ModifiedDate",
        'ticket.Title.matches("jam") && matches(lower(ticket.Title), r"room\\s\\d{4}$")',
        'one_of(ticket.StatusID, [1, 117]) && !one_of(ticket.StatusName, ["new"])',
        'size("é") == 1 && "a\\tb" != r"a\\tb" && 0x10 == 16 && -ticket.DaysOld < 0',
        "!is_business_time(now) && is_business_time(ticket.CreatedDate)",
        "hour(ticket.CreatedDate) == 9 && weekday(ticket.CreatedDate) == 'Mon'",
        "business_hours_between(ticket.CreatedDate, now) == 26.0",
        'timestamp("2026-11-26T10:00:00-05:00") == now // in Detroit',
        "(ticket.ID > 5 ? ticket.DaysOld : 0) + 1 == 4",
        'string(ticket.ID) + "-" + row["Days Old"] == "9291804-3"',
    ],
)
def test_it_holds_of_the_sample(text: str) -> None:
    assert when(text).decide(FACTS).holds


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_example_of_each_function_holds_of_the_sample(name: str) -> None:
    assert name in FUNCTIONS[name].example
    assert when(FUNCTIONS[name].example).decide(FACTS).holds


@pytest.mark.parametrize(
    ("text", "place", "problem", "advice"),
    [
        ("ticket.StatusNmae == 'x'", "1, column 8", "ticket has no 'StatusNmae'", "StatusName"),
        ("tikcet.ID == 1", "1, column 1", "no variable 'tikcet'", "ticket"),
        ("true &&\n  feed.cuont > 1", "2, column 8", "feed has no 'cuont'", "count"),
        ("assets.exists(a, a.stauts == '')", "1, column 20", "an asset has no 'stauts'", "status"),
        ("ticket.ID == '7'", "1, column 11", "a number is compared with a text", "string(...)"),
        ("ticket.CreatedDate < 'x'", "1, column 20", "a time is compared with a text", "timestamp"),
        ("age(ticket) > 3", "1, column 13", "a duration is compared with a number", "duration("),
        ("age(ticket) > '3d'", "1, column 13", "a duration is compared with a text", "duration("),
        ("ticket.StatusName == null", "1, column 19", "a text is compared with null", '""'),
        ("ticket.CreatedDate < null", "1, column 20", "a time is compared with null", "times"),
        ("ticket.StatusID", "1, column 1", "must be true or false", "Compare"),
        ("ticket.ID == 1 && ticket.Title", "1, column 19", "each side of &&", "Compare"),
        ("!ticket.ID", "1, column 2", "what ! denies must be true or false", "Compare"),
        ("ticket == 1", "1, column 1", "ticket as a whole has no value", "ticket.ID"),
        ("row == 1", "1, column 1", "row as a whole has no value", "row.TicketID"),
        ("ticket.ID = 1", "1, column 11", "'=' has no meaning here", "=="),
        ("ticket.ID == 1 and true", "1, column 16", "'and' is not expected", "&&"),
        ("not true", "1, column 1", "'not' is not expected", "!"),
        ("ticket.Title == 'x", "1, column 17", "a text is not closed", ""),
        ("(ticket.ID == 1", "1, column 16", "')' is missing", ""),
        ("ticket.ID ==", "1, column 13", "something is missing at the end", ""),
        ("", "1, column 1", "something is missing", ""),
        ("ticket.ID + 1.5 > 2.0", "1, column 11", "+ does not go with a number and a dec", "2.0"),
        ("ticket.Title - 'x' == ''", "1, column 14", "- does not go with a text and a text", ""),
        ("-ticket.Title == ''", "1, column 1", "- before a text", ""),
        ("shout(ticket.Title)", "1, column 1", "no function 'shout'", "hour"),
        ("ticket.age() > duration('3d')", "1, column 8", "not written behind a dot", "age("),
        ("startsWith(ticket.Title, 'x')", "1, column 1", "stands behind a dot", "text.starts"),
        ("same(ticket.Title)", "1, column 1", "same takes 2 values, not 1", "same(text, text)"),
        ("same(ticket.Title, 5)", "1, column 20", "same takes a text, and `5` is a number", ""),
        ("age(ticket.Title) > duration('3d')", "1, column 5", "age takes a time", ""),
        ("idle(now) > duration('3d')", "1, column 6", "idle takes ticket or feed", "age(time)"),
        ("matches(ticket.Title, '(')", "1, column 23", "no RE2 pattern: missing )", "RE2"),
        ("matches(ticket.Title, ticket.Title)", "1, column 23", "must be written out", ""),
        ("one_of(ticket.ID, ['a'])", "1, column 19", "a number is never one of a list of text", ""),
        ("one_of(ticket.ID, ticket.Tags)", "1, column 19", "wants a list that is written out", ""),
        (
            "age(ticket) > duration('3 dayz')",
            "1, column 24",
            "'dayz' in '3 dayz' is no unit",
            "days",
        ),
        (
            "age(ticket) > duration('2 business days')",
            "1, column 24",
            "is business time",
            "between",
        ),
        ("age(ticket) > duration(ticket.Title)", "1, column 24", "must be written out", ""),
        ("now > timestamp('2026-11-24')", "1, column 17", "'2026-11-24' is no time", "zone"),
        ("now > timestamp('2026-13-24T00:00:00Z')", "1, column 17", "is no time", "zone"),
        ("has(ticket.Title)", "1, column 1", "has() is for columns", "null"),
        ("'a' in ticket.Title", "1, column 8", "`in` wants a list", "mentions"),
        ("1 in ticket.Tags", "1, column 3", "a number is compared with a text", ""),
        ("[1, 'a'] == [1]", "1, column 1", "a list of number and text together", ""),
        ("ticket.Tags < ticket.Tags", "1, column 13", "< does not go with a list of text", ""),
        ("ticket.Title[0] == 'x'", "1, column 1", "no members by number or name", ""),
        ("assets['x'].id == 1", "1, column 8", "asked for by number", ""),
        ("ticket.Title.Name == 'x'", "1, column 14", "is a text and has no 'Name'", ""),
        ("ticket.attributes[ticket.Title] == ''", "1, column 19", "that is written out", ""),
        ("ticket.attributes['Bulding'] == ''", "1, column 19", "no custom attribute", "Building"),
        ("row.Dyas == 1", "1, column 5", "the report has no column 'Dyas'", "Days"),
        ("row['Nope'] == 1", "1, column 5", "the report has no column 'Nope'", "It has"),
        ("'Nope' in row", "1, column 1", "the report has no column 'Nope'", "It has"),
        ("ticket.Title.exists(a, true)", "1, column 1", "exists wants a list", ""),
        ("assets.exists(a)", "1, column 8", "takes a name and what is asked", "assets.exists(one"),
        ("assets.exists(ticket, true)", "1, column 15", "'ticket' has a meaning already", ""),
        (
            "assets.exists(a, assets.exists(b, assets.exists(c, true)))",
            "1, column 35",
            "loops are nested too deeply",
            "2",
        ),
        ("true ? 1 : 2", "1, column 1", "must be true or false, and", "Compare"),
        ("(true ? 1 : 'a') == 1", "1, column 9", "one side of : is a number, the other a text", ""),
        ("9223372036854775808 > 1", "1, column 1", "is too large", ""),
        ("'\\q' == 'a'", "1, column 1", "a backslash has no meaning here", 'r"'),
        ("{'a': 1} == 1", "1, column 1", "'{' has no meaning here", "Maps"),
        ("!-1 == 1", "1, column 2", "! and - stand together", "parentheses"),
        ("a" * (MOST_CHARACTERS + 1), "1, column 4001", "longer than 4000", "Split"),
        ("(" * 500 + "true" + ")" * 500, "1, column 31", "nested too deeply", "Split"),
        ("!" * 500 + "true", "1, column 1", "nested too deeply", "Split"),
        ("1" + " + 1" * 500 + " == 1", "1, column 1", "nested too deeply", "Split"),
        ("ticket" + ".a" * 500, "1, column 1", "nested too deeply", "Split"),
    ],
)
def test_what_is_wrong_is_told_at_loading_with_its_place(
    text: str, place: str, problem: str, advice: str
) -> None:
    known = {"attributes": ["Building"], "columns": ["TicketID", "Days"]}

    with pytest.raises(ConfigError) as told:
        when(text, **known)

    assert told.value.message.startswith(f"rule remind, when, line {place}: ")
    assert problem in told.value.message
    assert advice in told.value.advice


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("ticket.CompletedDate < now", "ticket.CompletedDate is not set"),
        ("age(ticket.CompletedDate) > duration('1d')", "ticket.CompletedDate is not set"),
        ("weekday(ticket.CompletedDate) == 'Mon'", "ticket.CompletedDate is not set"),
        ("row.Nope == 1", "the report's row has no column 'Nope'"),
        ("row.Room > 1", "row.Room is not set"),
        ("row['Days Old'] > 5", 'these values do not go together (row["Days Old"] is "3")'),
        ("mentions(row.TicketID, 'x')", "mentions is asked about a value of a wrong kind"),
        ("row.TicketID", "it must be true or false, and is 9291804"),
        ("assets[5].name == ''", "the list has no such member"),
        ("ticket.DaysOld / 0 == 1", "it divides by zero"),
        ("ticket.ID * 9000000000000000000 > 1", "a number or time is out of bounds"),
        ("int(ticket.Title) == 3", "a value can't be read as what is asked"),
        (
            "business_hours_between(timestamp('1700-01-01T00:00:00Z'), now) > 1.0",
            "business_hours_between: From 1700-01-01 to 2026-11-26 is more than a century",
        ),
    ],
)
def test_what_can_not_be_decided_for_this_ticket_says_what_and_why(text: str, reason: str) -> None:
    with pytest.raises(ConditionFailed) as told:
        when(text).decide(FACTS)

    assert told.value.message.startswith("rule remind, when: ")
    assert reason in told.value.message
    assert told.value.advice


def test_a_part_that_can_not_be_decided_does_not_matter_when_another_decides() -> None:
    assert not when("row.Nope == 1 && ticket.ID == 1").decide(FACTS).holds
    assert when("row.Nope == 1 || ticket.ID == 9291804").decide(FACTS).holds
    with pytest.raises(ConditionFailed, match="Nope"):
        when("row.Nope == 1 && ticket.ID == 9291804").decide(FACTS)


@pytest.mark.parametrize(
    ("text", "needs"),
    [
        ("true", set()),
        ("ticket.ID == 1", {"ticket"}),
        ("age(ticket) > duration('1d')", {"ticket", "now"}),
        ("idle(feed) > duration('1d')", {"ticket", "feed", "now"}),
        ("row.X == 1 || requestor.UID == ''", {"row", "requestor"}),
        ("size(assets) == 0 && queue.id == 1 && feed.count == 0", {"assets", "queue", "feed"}),
    ],
)
def test_what_no_condition_names_is_never_asked_for(text: str, needs: set[str]) -> None:
    facts = Watched()

    with contextlib.suppress(ConditionFailed):
        when(text).decide(facts)

    assert when(text).needs == needs
    assert set(facts.asked) <= needs


def test_what_comes_after_the_deciding_part_is_not_asked_for() -> None:
    facts = Watched()

    when("ticket.ID == 1 && feed.count > 1 || queue.id == 1344 || size(assets) > 1").decide(facts)

    assert facts.asked == ["ticket", "queue"]


def test_the_fields_of_assets_that_it_reads_are_known() -> None:
    assert when("size(assets) == 1").asset_fields == set()
    assert when("assets.all(a, a.status == '' || a.id == 1)").asset_fields == {"status", "id"}


def test_a_fact_that_can_not_be_fetched_is_no_answer() -> None:
    facts = Watched(feed=TdxError("TDX is away."))

    with pytest.raises(TdxError, match="away"):
        when("feed.count == 1 || true").decide(facts)


def test_a_ticket_without_requestor_has_an_empty_one() -> None:
    facts = replace(FACTS, of_requestor=None)

    assert when('requestor.UID == "" && !requestor.IsActive').decide(facts).holds


def test_our_own_changes_do_not_end_idleness() -> None:
    ours = with_ticket(
        ModifiedUid="0000abcd-0000-0000-0000-0000000000DD", ModifiedDate="2026-11-26T14:59:00Z"
    )

    assert when('idle(ticket) > duration("18h")').decide(ours).holds


@pytest.mark.parametrize(
    ("value", "text", "reason"),
    [
        (2.5, "row.X == 2.5", None),
        (float("nan"), "row.X == row.X || true", None),
        ("2026-11-26T10:00:00-05:00", "timestamp(row.X) == now", None),
        ("yesterday", "timestamp(row.X) == now", "a value can't be read as what is asked"),
        (["a"], "row.X == 1", "column 'X' holds a list"),
        (2**63, "row.X > 1", "9223372036854775808 is too large a number"),
        (1e300, "row.X > 1.0", "is too large a number"),
        (["a"], "weekday(row.X) == 'Mon'", "column 'X' holds a list"),
        (7, "weekday(row.X) == 'Mon'", "weekday is asked about a value of a wrong kind"),
    ],
)
def test_whatever_a_report_holds_is_read_or_refused(
    value: Any, text: str, reason: str | None, caplog: pytest.LogCaptureFixture
) -> None:
    facts = replace(FACTS, of_row={"X": value})

    if reason is None:
        assert when(text).decide(facts).holds
    else:
        with pytest.raises(ConditionFailed, match=reason):
            when(text).decide(facts)
    assert caplog.text == ""


def test_a_date_of_tdx_that_is_none_can_not_be_decided() -> None:
    with pytest.raises(ConditionFailed, match="'soon' is no time"):
        when("ticket.ResolveByDate < now").decide(with_ticket(ResolveByDate="soon"))


def test_the_last_day_that_there_is_is_later_than_now() -> None:
    last = with_ticket(ResolveByDate="9999-12-31T23:00:00-05:00")

    assert when("ticket.ResolveByDate > now").decide(last).holds


def test_many_threads_decide_with_one_condition() -> None:
    condition = when("ticket.ID % 2 == 0 && business_hours_between(ticket.CreatedDate, now) > 1.0")
    tickets = [with_ticket(ID=number) for number in range(40)]

    with ThreadPoolExecutor(4) as pool:
        verdicts = list(pool.map(condition.decide, tickets * 5))

    assert [verdict.holds for verdict in verdicts] == [number % 2 == 0 for number in range(40)] * 5


def test_more_assets_than_anybody_has_are_refused() -> None:
    facts = replace(FACTS, of_assets=[AssetFact(number) for number in range(MOST_ASSETS + 1)])

    with pytest.raises(ConditionFailed, match="501 assets"):
        when("assets.all(a, assets.all(b, true))").decide(facts)


def test_long_values_are_cut_and_kept_on_one_line_without_a_terminals_signs() -> None:
    facts = with_ticket(Description="\x1ba\n" * 5_000)

    because = when(" || ".join(["ticket.Description == 'x'"] * 100)).decide(facts).because

    assert len(because) == 2_000
    assert "\n" not in because
    assert f'"{"a " * 39}a…"' in because


LEAVES = st.sampled_from(
    [
        "true",
        "false",
        "ticket.ID == 9291804",
        "ticket.DaysOld > 5",
        "row.Nope == 1",
        "1 / 0 == 1",
        "ticket.Tags.exists(t, t == 'vip')",
    ]
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.builds("({} && {})".format, inner, inner),
        st.builds("({} || {})".format, inner, inner),
        st.builds("!({})".format, inner),
        st.builds("({} ? {} : {})".format, inner, inner, inner),
        st.builds("{} || {} && {}".format, LEAVES, LEAVES, LEAVES),
    ),
    max_leaves=8,
)


@settings(max_examples=50, deadline=None)
@given(TREES)
def test_taken_apart_it_decides_as_the_engine_decides_the_whole(text: str) -> None:
    given_whole = {
        "ticket": {"ID": 9291804, "DaysOld": 3, "Tags": ["vip", "printing"]},
        "row": {},
    }
    try:
        whole: bool | None = cel.compile(text).execute(given_whole)
    except (KeyError, ZeroDivisionError):
        whole = None

    try:
        ours: bool | None = when(text).decide(FACTS).holds
    except ConditionFailed:
        ours = None
    assert ours is whole


@settings(max_examples=50, deadline=None)
@given(st.text(alphabet="ticket.ID=1!&|()[]?:'\"\\ r,+-<>in", max_size=40))
def test_nothing_but_an_error_with_its_place_comes_of_any_text(text: str) -> None:
    told = ""
    try:
        when(text)
    except ConfigError as error:
        told = error.message

    assert not told or told.startswith("rule remind, when, line ")


def test_the_depth_that_is_allowed_is_one_that_the_engine_takes() -> None:
    deep = MOST_DEPTH - 2

    assert when("(" * deep + "true" + ")" * deep).decide(FACTS).holds
    assert when("!" * deep + "true").decide(FACTS).holds is (deep % 2 == 0)
    assert when("true ? true : " * (deep - 2) + "true").decide(FACTS).holds
