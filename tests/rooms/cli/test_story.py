"""A ticket's history, told."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.cli.story import _SENTENCES, tell
from ticket_queue_daemon.store.migrate import script

if TYPE_CHECKING:
    from collections.abc import Mapping

START = datetime(2026, 11, 24, 4, 12, 7, tzinfo=UTC)
CHECKED = re.search(r"CHECK \(event IN \((.*?)\)\)", script(), re.DOTALL)
EVENTS = [
    *re.findall(r"'(\w+)'", CHECKED[1] if CHECKED else ""),
    # Those that later migrations add to the check.
    *re.findall(r"CHECK \(event = ''(\w+)'' OR", script()),
]


@dataclass(frozen=True)
class Row:
    event: str
    effect_no: int | None = None
    detail: dict[str, Any] = field(default_factory=dict)
    log_id: str = "one"
    action_id: str = "add_asset:7a8b9c0d1e2f:v1"
    worker: str | None = "host:1:abc"
    attempt: int = 1
    at: datetime = START


PLAN = {"effects": [{"kind": "attach_asset", "name": "IC-EHLB760-F16"}]}


def words(effect: Mapping[str, Any]) -> str:
    return f"attach asset {effect['name']}"


def told(*rows: Row) -> list[str]:
    return [sentence for _, sentence in tell(rows, {}, words)]


def test_a_ticket_that_went_well() -> None:
    assert told(
        Row("claimed"),
        Row("planned", detail=PLAN),
        Row("effect_sent", 0),
        Row("effect_applied", 0),
        Row("completed", detail={"message": "Added 1 asset"}),
    ) == [
        "claimed: add_asset:7a8b9c0d1e2f:v1, by host:1:abc",
        "planned: attach asset IC-EHLB760-F16",
        "sent: attach asset IC-EHLB760-F16",
        "done: attach asset IC-EHLB760-F16",
        "completed: add_asset:7a8b9c0d1e2f:v1: Added 1 asset",
    ]


def test_a_lost_answer_is_told_in_one_breath() -> None:
    later = START + timedelta(seconds=2)

    story = tell(
        [
            Row("planned", detail=PLAN),
            Row("effect_in_doubt", 0),
            Row("effect_looked_up", 0, {"seen": "not there"}),
            Row("effect_looked_up", 0, {"seen": "there"}, at=later),
            Row("effect_already_there", 0, at=later),
            Row("completed", at=later),
        ],
        {},
        words,
    )

    assert story[1] == (
        START,
        "answer lost: attach asset IC-EHLB760-F16; looked: not found; looked: found, done",
    )
    assert len(story) == 3


def test_a_lost_answer_that_was_never_settled_is_told_too() -> None:
    assert told(Row("planned", detail=PLAN), Row("effect_in_doubt", 0))[-1] == (
        "answer lost: attach asset IC-EHLB760-F16"
    )


def test_the_stored_plan_helps_where_the_history_names_no_effects() -> None:
    assert tell([Row("effect_sent", 0)], {"one": PLAN}, words)[0][1] == (
        "sent: attach asset IC-EHLB760-F16"
    )
    assert told(Row("effect_sent", 0)) == ["sent: effect 1"]


def test_a_failure_says_when_it_is_due() -> None:
    due = {"error": "TDX refused", "next_attempt_at": "2026-11-24T04:13:07+00:00"}

    assert told(Row("failed", detail=due))[0].startswith(
        "failed: add_asset:7a8b9c0d1e2f:v1: TDX refused; due again at 2026-11-"
    )
    assert told(Row("failed", detail={"next_attempt_at": None}))[0].endswith(
        "; not tried again by itself"
    )


def test_every_event_that_the_table_allows_has_a_sentence() -> None:
    assert set(EVENTS) == _SENTENCES.keys()


@pytest.mark.parametrize("event", EVENTS)
def test_every_event_has_a_sentence_of_its_own(event: str) -> None:
    assert told(Row(event, 0 if event.startswith("effect") else None))[0]
    assert "_" not in told(Row(event, action_id="comment:1:v1"))[0]


@given(st.lists(st.builds(Row, st.sampled_from(EVENTS), st.none() | st.integers(0, 2))))
def test_no_order_of_events_is_too_odd_to_tell(rows: list[Row]) -> None:
    assert len(told(*rows)) <= len(rows)


@given(st.text(), st.dictionaries(st.text(), st.text()))
def test_no_text_in_a_row_breaks_its_sentence(text: str, detail: dict[str, str]) -> None:
    detail.pop("next_attempt_at", None)

    assert text in told(Row("skipped", action_id=text, detail=detail))[0]


def second_look(minutes: int, log_id: str = "one") -> Row:
    at = START + timedelta(minutes=minutes)
    return Row("claimed", detail={"ticket_modified_at": at.isoformat()}, log_id=log_id, at=at)


def test_second_looks_of_which_nothing_came_are_told_once() -> None:
    rows = [
        Row("claimed"),
        Row("skipped", detail={"message": "no computer is named"}),
        *(second_look(minutes, log_id) for minutes in (1, 2, 3) for log_id in ("one", "two")),
        Row("planned", detail=PLAN, log_id="two"),
        second_look(4),
    ]

    story = tell(rows, {}, words)

    assert [sentence for _, sentence in story[2:]] == [
        "looked at again 3 times, since the ticket has changed: add_asset:7a8b9c0d1e2f:v1",
        "planned: attach asset IC-EHLB760-F16",
        "looked at again 4 times, since the ticket has changed: add_asset:7a8b9c0d1e2f:v1",
    ]
    assert story[-1][0] == START + timedelta(minutes=4)


def test_a_second_look_of_which_something_came() -> None:
    assert told(second_look(1), Row("planned", detail=PLAN), Row("completed"), second_look(2)) == [
        "looked at again, since the ticket has changed: add_asset:7a8b9c0d1e2f:v1",
        "planned: attach asset IC-EHLB760-F16",
        "completed: add_asset:7a8b9c0d1e2f:v1",
        "looked at again, since the ticket has changed: add_asset:7a8b9c0d1e2f:v1",
    ]


def test_what_is_held_is_told_with_its_reason_and_not_as_if_it_were_done() -> None:
    detail = {"message": "Comment: hello", "reason": "can't tell whether TDX applied it"}

    assert told(Row("parked", detail=detail)) == [
        "held for review: add_asset:7a8b9c0d1e2f:v1: can't tell whether TDX applied it"
    ]
