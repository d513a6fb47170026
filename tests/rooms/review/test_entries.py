"""What a report says became of each machine, from rows as the log keeps them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from ticket_queue_daemon.review.entries import Outcome, TicketEntry, entry_of
from ticket_queue_daemon.store.corrections import Correction, MatchedRow

AT = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
LOG_ID = UUID(int=1)


def mention(
    verdict: str,
    token: str = "LAB-1",  # noqa: S107  a word of the text
    asset_id: int | None = 7,
    **more: Any,
) -> dict[str, Any]:
    return {"verdict": verdict, "token": token, "asset_id": asset_id, "where": "title", **more}


def effect(asset_id: int = 7, state: str = "applied", **more: Any) -> dict[str, Any]:
    params = {"ticket_id": 1, "asset_id": asset_id, "name": f"NAME-{asset_id}"}
    return {"kind": "attach_asset", "params": params, "state": state, **more}


def row(
    *mentions: dict[str, Any],
    effects: tuple[dict[str, Any], ...] = (),
    message: str = "the message",
    error: str | None = None,
    **details: Any,
) -> MatchedRow:
    return MatchedRow(
        log_id=LOG_ID,
        ticket_id=1,
        action_id="add_asset:a:v1",
        status="completed",
        executed_at=AT,
        error_message=error,
        metadata={
            "message": message,
            "details": {"evidence": {"considered": list(mentions)}, **details},
        },
        plan={"effects": list(effects)} if effects else None,
    )


def correction(kind: Any, asset_id: int = 7, *, in_text: bool = True) -> Correction:
    return Correction(1, asset_id, kind, LOG_ID, "NAME", "tag", "tok", in_text, AT)


def the_one(entry: TicketEntry) -> tuple[Outcome, str]:
    [machine] = entry.machines
    return machine.outcome, machine.why


@pytest.mark.parametrize(
    ("of", "outcome", "why"),
    [
        (row(mention("taken", reason="its name"), effects=(effect(),)), "attached", "by its name"),
        (
            row(mention("taken"), effects=(effect(state="already_there", ours=True),)),
            "attached",
            "",
        ),
        (
            row(mention("taken"), effects=(effect(state="already_there"),)),
            "already there",
            "before we",
        ),
        (row(mention("taken"), effects=(effect(state="refused", error="404"),)), "refused", "404"),
        (
            row(mention("taken"), effects=(effect(state="sent"),), error="in doubt"),
            "refused",
            "in doubt",
        ),
        (row(mention("taken"), on_ticket=[7]), "already there", "when the daemon looked"),
        (
            row(mention("taken"), taken_off=[{"asset_id": 7, "name": "x"}]),
            "taken off",
            "not put back",
        ),
        (
            row(mention("taken"), not_added=[{"asset_id": 7, "name": "x"}]),
            "refused",
            "more computers",
        ),
        (row(mention("taken"), message="the ticket is closed"), "refused", "is closed"),
        (row(mention("ambiguous", reason="3 are")), "suggested", "3 are"),
        (row(mention("paused", reason="rests")), "suggested", "rests"),
        (row(mention("paused"), on_ticket=[7]), "already there", ""),
        (row(mention("ineligible", reason="retired")), "refused", "retired"),
        (row(mention("unknown", asset_id=None, reason="no asset")), "refused", "no asset"),
        (row(mention("a word of later versions", reason="odd")), "refused", "odd"),
        (row(effects=(effect(),), pattern="requestor's computer"), "attached", "just this one"),
        (row(suggested=[{"asset_id": 7, "name": "x"}]), "suggested", "the message"),
        (row(taken_off=[{"asset_id": 7, "name": "x"}]), "taken off", "the message"),
    ],
)
def test_each_outcome_and_why(of: MatchedRow, outcome: str, why: str) -> None:
    told, reason = the_one(entry_of([of], []))

    assert told.value == outcome
    assert why in reason


@pytest.mark.parametrize(
    ("kind", "in_text", "outcome"),
    [
        ("removed", True, Outcome.TAKEN_OFF),
        ("added", True, Outcome.MISSED),
        ("added", False, Outcome.ADDED),
    ],
)
@pytest.mark.parametrize("mentions", [(), (mention("taken"),)], ids=["unnamed", "named"])
def test_a_correction_has_the_last_word(
    kind: str, in_text: bool, outcome: Outcome, mentions: tuple[dict[str, Any], ...]
) -> None:
    entry = entry_of([row(*mentions, effects=())], [correction(kind, in_text=in_text)])

    assert the_one(entry)[0] is outcome


def test_a_miss_says_why_we_did_not_take_it() -> None:
    entry = entry_of([row(mention("ineligible", reason="retired"))], [correction("added")])

    assert the_one(entry)[1].endswith("it was refused: retired")


def test_mentions_of_one_machine_stand_together_and_what_counts_stands_first() -> None:
    entry = entry_of(
        [
            row(
                mention("unknown", "LAB-9", None),
                mention("taken", "LAB-1"),
                mention("duplicate", "lab 1"),
                mention("duplicate", "never seen", 99),
                effects=(effect(),),
            )
        ],
        [],
    )

    assert [one.outcome.value for one in entry.machines] == ["attached", "refused"]
    assert [one.token for one in entry.machines[0].mentions] == ["LAB-1", "lab 1"]
    assert entry.machines[0].name == "NAME-7"


def test_what_an_earlier_version_attached_stays_told() -> None:
    first = row(mention("taken"), effects=(effect(),))
    later = row(mention("taken"), mention("unknown", "LAB-9", None), on_ticket=[7])

    outcomes = [one.outcome.value for one in entry_of([first, later], []).machines]

    assert outcomes == ["attached", "refused"]


@pytest.mark.parametrize(
    "details",
    [
        {"evidence": []},
        {"evidence": None},
        {"evidence": {"considered": None}},
        {"evidence": [{"considered": [None, 3]}, "x"]},
        {"evidence": {}, "on_ticket": "x", "taken_off": [3, {"asset_id": "7"}]},
    ],
)
def test_a_row_of_another_version_is_read_as_far_as_it_goes(details: dict[str, Any]) -> None:
    odd = row()
    odd.metadata["details"] = details

    assert entry_of([odd], []).machines == []


def test_a_slip_is_told_with_what_may_be_meant() -> None:
    unknown = mention("unknown", "LAB-1O", None, reason="no asset is called this")
    slip = row(unknown)
    slip.metadata["details"]["evidence"]["suggestions"] = [
        {"token": "LAB-1O", "where": "title", "asset_id": 7, "value": "LAB-10", "why": "O for 0"},
        {"token": "LAB-1O", "where": "title", "asset_id": 8, "value": "LAB-1Q", "why": ""},
    ]

    outcome, why = the_one(entry_of([slip], []))

    assert outcome is Outcome.SUGGESTED
    assert why == "did you mean LAB-10? O for 0; did you mean LAB-1Q?"
