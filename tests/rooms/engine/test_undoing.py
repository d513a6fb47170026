"""What takes a deed back: last first, all of ours is gone; what we went on from since stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, cast

from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.effects import encode
from ticket_queue_daemon.effects.detach import DetachAssetEffect
from ticket_queue_daemon.effects.link import AttachAssetEffect
from ticket_queue_daemon.effects.patch import PatchTicketEffect
from ticket_queue_daemon.engine.deeds import deeds
from ticket_queue_daemon.engine.undoing import Item, Now, take_back

if TYPE_CHECKING:
    from ticket_queue_daemon.actions.base import TicketFacade
    from ticket_queue_daemon.effects import Effect

BEGAN = datetime(2026, 11, 25, 9, tzinfo=UTC)
TITLE = ("member", "title")
Move = tuple[str, Any]
moves = st.lists(
    st.one_of(
        st.tuples(st.just("asset"), st.integers(1, 3)),
        st.tuples(st.just("title"), st.sampled_from(["a", "b", "c"])),
    ),
    max_size=12,
)


def history(steps: list[Move]) -> tuple[list[dict[str, Any]], dict[Any, Any]]:
    """A row for each step that changed something, and how the ticket is then.

    ``("asset", 2)`` attaches asset 2 if it is not there, and takes it off if it is.
    """
    state: dict[Any, Any] = {**beginning()}
    rows = []
    for number, (what, value) in enumerate(steps):
        effect: Effect
        if what == "asset":
            subject = ("asset", value)
            effect = (DetachAssetEffect if state[subject] else AttachAssetEffect)(1, value)
            state[subject] = not state[subject]
        elif state[TITLE] == value:
            continue
        else:
            effect = PatchTicketEffect(1, {"Title": value}, {"Title": state[TITLE]})
            state[TITLE] = value
        settled = (BEGAN + timedelta(minutes=number)).isoformat()
        stored = {**encode(effect), "state": "applied", "settled_at": settled}
        plan = {"effects": [stored]}
        rows.append({"log_id": str(number), "action_type": "did", "plan": plan})
    return rows, state


def beginning() -> dict[Any, Any]:
    return {TITLE: "before", **{("asset", number): False for number in (1, 2, 3)}}


def undo(rows: list[dict[str, Any]], log_ids: list[str], now: Now) -> list[Item]:
    every = deeds(rows)
    told = []
    for log_id in log_ids:
        [deed] = [one for one in every if one.log_id == log_id]
        effects, items = take_back(deed, every, now)
        now.think(log_id, effects)
        told += items
    return told


def ticket(state: dict[Any, Any]) -> Now:
    """A ticket that is read from nowhere: all that is asked of it is known."""
    return Now(cast("TicketFacade", None), 1, would=dict(state))


@given(moves)
def test_all_of_ours_last_first_leaves_the_ticket_as_it_was(steps: list[Move]) -> None:
    rows, state = history(steps)
    now = ticket(state)

    undo(rows, [row["log_id"] for row in reversed(rows)], now)

    assert now.would == beginning()


@given(moves, st.data())
def test_what_we_went_on_from_since_is_left_alone(steps: list[Move], data: st.DataObject) -> None:
    """One thing, whose last change is none of those that are taken back, is as it was."""
    rows, state = history(steps)
    now = ticket(state)
    chosen = [row["log_id"] for row in rows if data.draw(st.booleans())]
    last = {what_of(row): row["log_id"] for row in rows}

    undo(rows, chosen[::-1], now)

    for what, log_id in last.items():
        if log_id not in chosen:
            assert now.would[what] == state[what]


def what_of(row: dict[str, Any]) -> Any:
    params = row["plan"]["effects"][0]["params"]
    return ("asset", params["asset_id"]) if "asset_id" in params else TITLE


@given(moves, st.data())
def test_what_a_person_did_since_is_left_alone(steps: list[Move], data: st.DataObject) -> None:
    rows, state = history(steps)
    theirs = data.draw(st.sampled_from(list(beginning())))
    state[theirs] = "theirs" if theirs == TITLE else not state[theirs]
    touched = [row["log_id"] for row in rows if what_of(row) == theirs]
    now = ticket(state)

    told = undo(rows, touched[-1:], now)

    assert now.would == state
    assert all(one.then.endswith("left alone") for one in told)
