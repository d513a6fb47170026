"""Short words for the tests of the store."""

from __future__ import annotations

import uuid
from typing import TYPE_CHECKING, Any

import psycopg

from ticket_queue_daemon.store.rows import ActionKey

if TYPE_CHECKING:
    from ticket_queue_daemon.store.rows import Claim, Pending
    from ticket_queue_daemon.store.tracker import StateTracker

QUEUE = "1344"
RUN = uuid.UUID(int=1)
TERMS: dict[str, Any] = {"queue": QUEUE, "run_id": RUN, "lease_seconds": 300}


def terms(**changed: Any) -> dict[str, Any]:
    """The usual terms of a claim by a run of its own."""
    return {**TERMS, "run_id": uuid.uuid4(), **changed}


def work(name: str = "comment", position: int = 0) -> ActionKey:
    return ActionKey(f"{name}:0123456789ab:v1", name, "0" * 64, "v1", {"text": name}, position)


def summary(name: str = "summary", *, skip_if_empty: bool = True) -> ActionKey:
    return ActionKey(
        f"{name}:0123456789ab:v1", name, "1" * 64, "v1", {}, 99,
        summarises=True, skip_if_empty=skip_if_empty,
    )  # fmt: skip


def plan(*states: str) -> dict[str, Any]:
    """A plan with effects in these states."""
    return {
        "format": 1,
        "effects": [
            {"kind": "feed_entry", "params": {"no": number}, "state": state}
            for number, state in enumerate(states)
        ],
    }


def claim_one(
    tracker: StateTracker, ticket_id: int = 1, action: ActionKey | None = None, **changed: Any
) -> Claim:
    claims = tracker.claim(ticket_id, [action or work()], **terms(**changed))
    assert len(claims) == 1
    return claims[0]


def fail(tracker: StateTracker, claim: Claim, **changed: Any) -> None:
    usual: dict[str, Any] = {
        "metadata": {}, "final": False, "retry_seconds": 60, "max_attempts": 5,
    }  # fmt: skip
    tracker.fail(claim, "TDX said no", **{**usual, **changed})


def finish(tracker: StateTracker, claim: Claim, *lines: str, **more: Any) -> None:
    tracker.finish(claim, "completed", message="done", metadata={}, lines=lines, **more)


def sql(url: str, statement: str, *params: object) -> list[tuple[Any, ...]]:
    """Look, or act, behind the tracker's back."""
    with psycopg.connect(url, autocommit=True) as connection:
        cursor = connection.execute(statement.encode(), params or None)
        return cursor.fetchall() if cursor.description else []


def let_leases_run_out(url: str) -> None:
    sql(
        url,
        "UPDATE meta.daemon_action_log SET lease_until = clock_timestamp() - interval '1 second'"
        " WHERE status = 'started'",
    )


def make_due(url: str) -> None:
    sql(
        url,
        "UPDATE meta.daemon_action_log SET next_attempt_at = clock_timestamp()"
        " WHERE next_attempt_at IS NOT NULL",
    )


def status_of(url: str, action: ActionKey | None = None, ticket_id: int = 1) -> str | None:
    found = sql(
        url,
        "SELECT status FROM meta.daemon_action_log WHERE ticket_id = %s AND action_id = %s",
        ticket_id,
        (action or work()).action_id,
    )
    return found[0][0] if found else None


def pairs(pending: list[Pending]) -> list[tuple[int, str, str]]:
    """(ticket, action type, why)."""
    return [(one.ticket_id, one.action_id.partition(":")[0], one.why) for one in pending]
