"""``failures``: what failed or is held for review, by cause, with what to type."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import Verdict
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.observe.causes import essence
from ticket_queue_daemon.store.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.store.runs import NotDone

MOST_TICKETS = 5
HELD, FOR_GOOD, AGAIN = "held for review", "failed for good", "failed, due again"
_ORDER = {HELD: 0, FOR_GOOD: 1, AGAIN: 2}
_STYLES = {HELD: "yellow", FOR_GOOD: "red", AGAIN: "dim"}


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause of any number of failures.

    Attributes:
        reason: that of the newest; the others differ in numbers and quoted words only.
        tickets: newest first, each once.
        due_at: when the first of them is tried again.
    """

    state: str
    action_type: str
    reason: str
    actions: int
    tickets: tuple[int, ...]
    newest: datetime | None
    due_at: datetime | None

    @property
    def advice(self) -> str:
        """What to type."""
        some = self.tickets[0]
        match self.state:
            case "held for review":
                return f"look at it in TDX; resolve {some} --done | --retry"
            case "failed for good":
                return f"ticket {some}; mend it; retry --ticket {some}, or retry --all"
            case _:
                return f"nothing yet; ticket {some} tells more"


def failures(session: Session) -> Verdict:
    """Show them.

    Raises:
        StoreError: the database is away.
    """
    with session.open_app(need_tdx=False) as app:
        causes = grouped(Runs(app.database).not_done())
    if session.args.json:
        session.terminal.json({"causes": [asdict(one) | {"advice": one.advice} for one in causes]})
    elif not causes:
        session.terminal.say("Nothing has failed, and nothing is held for review.")
    else:
        head = ("state", "number", "action", "cause", "tickets", "newest", "what to type")
        session.terminal.table(head, [_row(one) for one in causes])
    needs_person = any(one.state != AGAIN for one in causes)
    return Verdict.WARNING if needs_person else Verdict.FINE


def grouped(rows: Iterable[NotDone]) -> list[Cause]:
    """By state, type of action and cause: what needs a person first, the most frequent first.

    Args:
        rows: newest first.
    """
    groups: dict[tuple[str, str, str], list[NotDone]] = defaultdict(list)
    for row in rows:
        groups[_state(row), row.action_type, essence(row.reason or "")].append(row)
    causes = [_cause(state, kind, of) for (state, kind, _), of in groups.items()]
    return sorted(causes, key=lambda one: (_ORDER[one.state], -one.actions, one.action_type))


def _cause(state: str, kind: str, rows: list[NotDone]) -> Cause:
    return Cause(
        state,
        kind,
        rows[0].reason or "no reason was recorded",
        len(rows),
        tuple(dict.fromkeys(row.ticket_id for row in rows)),
        rows[0].since,
        min((row.due_at for row in rows if row.due_at is not None), default=None),
    )


def _state(row: NotDone) -> str:
    if row.status == "needs_review":
        return HELD
    return FOR_GOOD if row.due_at is None else AGAIN


def _row(cause: Cause) -> tuple[object, ...]:
    shown = ", ".join(map(str, cause.tickets[:MOST_TICKETS]))
    more = (
        f" and {len(cause.tickets) - MOST_TICKETS} more"
        if len(cause.tickets) > MOST_TICKETS
        else ""
    )
    newest = "" if cause.newest is None else f"{cause.newest.astimezone():%Y-%m-%d %H:%M}"
    return (
        safe(cause.state, style=_STYLES[cause.state]),
        cause.actions,
        cause.action_type,
        cause.reason,
        f"{shown}{more}",
        newest,
        cause.advice,
    )
