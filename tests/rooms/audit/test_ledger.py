"""The auditor's own reading of the history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from ticket_queue_daemon.audit.ledger import CLOCK_SLACK, Ledger, read
from ticket_queue_daemon.store.reports import AuditEvent, AuditRow

LOG_ID = UUID(int=7)
ACTION = "comment:0123456789ab:v1"
START = datetime(2026, 11, 24, 4, 0, tzinfo=UTC)
TDX_START = START + timedelta(hours=1)


def stored(text: str = "Hello", state: str = "planned", **more: Any) -> dict[str, Any]:
    return {"kind": "feed_entry", "params": {"comments": text}, "state": state, **more}


def plan(*effects: dict[str, Any]) -> dict[str, Any]:
    return {"format": 1, "effects": list(effects)}


def row(status: str = "completed", **more: Any) -> AuditRow:
    given = {
        "executed_at": START,
        "error_message": None,
        "plan": None,
        "in_hand": False,
    }
    return AuditRow(LOG_ID, ACTION, status, **{**given, **more})


def told(*happened: tuple[str, int | None, dict[str, Any]]) -> Ledger:
    """A ledger of these events, a minute apart."""
    events = [
        AuditEvent(LOG_ID, ACTION, START + timedelta(minutes=number), event, effect_no, detail)
        for number, (event, effect_no, detail) in enumerate(happened)
    ]
    return read([row()], events)


PLANNED = ("planned", None, plan(stored()))
SENT = ("effect_sent", 0, {"tdx_time": TDX_START.isoformat(), "sends": 1})


@pytest.mark.parametrize(
    ("last", "state", "entry_id"),
    [
        (("effect_applied", 0, {"answer": {"entry_id": 5}}), "applied", 5),
        (("effect_applied", 0, {"entry_id": 6}), "applied", 6),
        (("effect_already_there", 0, {"entry_id": 7}), "already_there", 7),
        (("effect_refused", 0, {"error": "no"}), "refused", None),
        (("effect_postponed", 0, {"error": "later"}), "planned", None),
        (("effect_in_doubt", 0, {"error": "lost"}), "sent", None),
        (("resolved", None, {"done": True}), "applied", None),
        (("resolved", None, {"done": False}), "planned", None),
    ],
)
def test_an_effect_stands_where_its_last_line_says(
    last: tuple[str, int | None, dict[str, Any]], state: str, entry_id: int | None
) -> None:
    [effect] = told(PLANNED, SENT, last).effects

    assert (effect.state, effect.entry_id) == (state, entry_id)
    assert effect.tdx_time == TDX_START


def test_the_window_begins_with_the_first_send_and_ends_when_it_was_settled() -> None:
    again = ("effect_sent", 0, {"tdx_time": TDX_START.isoformat(), "sends": 2})
    applied = ("effect_applied", 0, {"entry_id": 5})

    [open_one] = told(PLANNED, SENT, again).effects
    [settled] = told(PLANNED, SENT, again, applied).effects

    assert open_one.window() == (TDX_START - CLOCK_SLACK, None)
    # Sent a minute after it was planned, settled two minutes after that.
    assert settled.window() == (
        TDX_START - CLOCK_SLACK,
        TDX_START + timedelta(minutes=2) + CLOCK_SLACK,
    )


def test_each_occurrence_of_a_summary_is_kept() -> None:
    ledger = told(
        ("planned", None, plan(stored("first"))),
        SENT,
        ("effect_applied", 0, {"entry_id": 1}),
        ("planned", None, plan(stored("second"))),
        SENT,
        ("effect_applied", 0, {"entry_id": 2}),
    )

    assert [effect.entry_id for effect in ledger.effects] == [1, 2]


def test_a_plan_made_anew_takes_over_what_was_done() -> None:
    ledger = told(
        PLANNED,
        SENT,
        ("effect_applied", 0, {"entry_id": 1}),
        ("planned", None, plan(stored(state="applied", entry_id=1), stored("more"))),
    )

    assert [(one.state, one.entry_id) for one in ledger.effects] == [
        ("applied", 1),
        ("planned", None),
    ]


def test_a_row_that_the_history_does_not_know_is_read_from_its_plan() -> None:
    applied = stored(
        state="applied",
        answer={"entry_id": 9},
        tdx_time=TDX_START.isoformat(),
        sent_at=START.isoformat(),
        settled_at=(START + timedelta(seconds=3)).isoformat(),
    )

    ledger = read([row(plan=plan(applied))], [])

    [effect] = ledger.effects
    assert (effect.entry_id, effect.last_at) == (9, START + timedelta(seconds=3))
    assert ledger.by_hand == []


@pytest.mark.parametrize(("status", "by_hand"), [("completed", 1), ("skipped", 0), ("failed", 0)])
def test_a_completed_row_without_a_plan_was_made_by_hand(status: str, by_hand: int) -> None:
    assert len(read([row(status)], []).by_hand) == by_hand


@pytest.mark.parametrize(
    "odd",
    [
        {},
        {"effects": None},
        {"effects": ["x", 5, None]},
        {"effects": [{"kind": "from the future", "params": None, "state": None}]},
        {"effects": [{"params": {"comments": None, "ref": ""}, "tdx_time": "soon"}]},
    ],
)
def test_a_plan_of_another_version_is_read_as_far_as_it_goes(odd: dict[str, Any]) -> None:
    ledger = told(("planned", None, odd), ("effect_applied", 9, {"entry_id": True}), SENT)

    assert all(isinstance(effect.describe(), str) for effect in ledger.effects)


@pytest.mark.parametrize(
    ("kind", "params", "words"),
    [
        (
            "feed_entry",
            {"comments": "<p>Hello\n you</p>", "is_rich_html": True},
            "comment: Hello you",
        ),
        ("feed_entry", {"comments": "<b>"}, "comment: <b>"),
        ("attach_asset", {"asset_id": 5, "name": "IC-A"}, "asset IC-A"),
        ("attach_asset", {"asset_id": 5, "name": ""}, "asset 5"),
        ("link_item", {"item_id": 6}, "configuration item 6"),
        ("contact", {"person_uid": "u"}, "contact u"),
        ("patch_ticket", {"changes": {"StatusID": 117}}, "StatusID = 117"),
        ("tags", {"tags": ["a", "b"]}, "tags a, b"),
        ("from_the_future", {}, "from the future"),
    ],
)
def test_an_effect_in_a_few_words(kind: str, params: dict[str, Any], words: str) -> None:
    ledger = told(("planned", None, plan({"kind": kind, "params": params, "state": "planned"})))

    assert ledger.effects[0].describe() == words
