"""What the next run does with an action of a ticket, read from its row, in one sentence. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.engine.plan import is_under_way
from ticket_queue_daemon.store.undo import UNDO

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.store.rows import ActionKey


_TEENS = range(11, 14)


@dataclass(frozen=True, slots=True)
class Standing:
    """What comes next.

    Attributes:
        acts: the next run takes it up (a new one only if it finds the ticket in its report).
        sentence: what it does and why, without a full stop.
        stored: it goes on with the plan that is stored, and makes none anew.
    """

    acts: bool
    sentence: str
    stored: bool = False


def stand(
    row: Mapping[str, Any] | None,
    key: ActionKey,
    *,
    modified: datetime | None,
    now: datetime,
) -> Standing:
    """What the next run does with a configured action that tells no summary.

    Args:
        row: as the store has it; None: the action was not carried out on this ticket.
        key: the action.
        modified: the ticket's modified date; None: not known.
        now: the present.
    """
    if row is None:
        return Standing(True, "new: the next run that finds the ticket in its report does it")
    stored = is_under_way(row["plan"])
    match row["status"]:
        case "started":
            return _under_way(row, now, stored=stored)
        case "failed":
            return _undecided(row, key, modified) or _failed(row, now, stored=stored)
        case "needs_review":
            return Standing(
                False,
                "waits for a person: look at the ticket, then "
                f"`resolve {str(row['log_id'])[:8]} --done` or `--retry`",
                stored,
            )
        case "skipped":
            return _skipped(row, key, modified, now)
        case _:
            return _done(row, key, now)


def stand_summary(row: Mapping[str, Any] | None, lines: Sequence[str], now: datetime) -> Standing:
    """What the next run does with a summary; ``lines``: what is or will then be left to tell."""
    stored = row is not None and is_under_way(row["plan"])
    if row is not None and row["status"] == "started":
        return _under_way(row, now, stored=stored)
    if row is not None and row["status"] == "failed":
        return _failed(row, now, stored=stored)
    if row is not None and row["status"] == "needs_review":
        return Standing(False, "waits for a person, and so does what is to be told", stored)
    if lines:
        many = "1 line" if len(lines) == 1 else f"{len(lines)} lines"
        return Standing(True, f"there is something to tell: {many}")
    return Standing(False, "nothing: there is nothing to tell that was not told")


def _under_way(row: Mapping[str, Any], now: datetime, *, stored: bool) -> Standing:
    if row["lease_until"] > now:
        return Standing(
            False, f"{row['claimed_by']} is at work on it until {at(row['lease_until'])}", stored
        )
    return Standing(True, f"{row['claimed_by']} left it behind: the next run takes it up", stored)


def _failed(row: Mapping[str, Any], now: datetime, *, stored: bool) -> Standing:
    due = row["next_attempt_at"]
    if due is None:
        return Standing(
            False,
            f"failed for good, not tried again by itself: `retry --ticket {row['ticket_id']}`",
            stored,
        )
    when = "the next run" if due <= now else f"the first run after {at(due)}"
    how = "goes on with its stored plan" if stored else "tries it again"
    return Standing(True, f"{when} {how}", stored)


def _undecided(
    row: Mapping[str, Any], key: ActionKey, modified: datetime | None
) -> Standing | None:
    """Of an action that failed since its rule could not be decided."""
    if row["rule_hash"] is None:
        return None
    if row["rule_hash"] != key.rule_hash:
        return Standing(True, "its rule could not be decided and has changed: the next run asks it")
    seen = row["ticket_modified_at"]
    if key.on_update and seen is not None and modified is not None and modified > seen:
        return Standing(
            True, f"the ticket has changed since {at(seen)}: the next run asks its rule"
        )
    if row["next_attempt_at"] is None:
        return Standing(
            False,
            "its rule can't be decided; it is asked again when the ticket changes, the rule does, or "
            f"by `retry --ticket {row['ticket_id']}`",
        )
    return None


def _done(row: Mapping[str, Any], key: ActionKey, now: datetime) -> Standing:
    if settled := _by_a_person(row):
        return settled
    due = row["look_again_at"]
    if not key.repeats or due is None:
        return Standing(False, "nothing: it is done, and never done again")
    number = row["next_occurrence"] or row["occurrence"] + 1
    if due <= now:
        return Standing(True, f"the next run does it for the {_ordinal(number)} time")
    return Standing(False, f"done for the {_ordinal(number)} time after {at(due)}")


def _ordinal(number: int) -> str:
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10 if number % 100 not in _TEENS else 0, "th")
    return f"{number}{ending}"


def _skipped(
    row: Mapping[str, Any], key: ActionKey, modified: datetime | None, now: datetime
) -> Standing:
    if settled := _by_a_person(row):
        return settled
    seen = row["ticket_modified_at"]
    if key.on_update and seen is not None and modified is not None and modified > seen:
        return Standing(
            True, f"the ticket has changed since {at(seen)}: the next run looks at it again"
        )
    if waits := _turned_away(row, key, now):
        return waits
    if not key.on_update:
        return Standing(False, f"nothing: it was skipped, and {_why_never(row)}")
    if seen is None:
        return Standing(False, "nothing: it was skipped without the ticket's modified date")
    return Standing(False, f"looked at again when the ticket has changed since {at(seen)}")


def _by_a_person(row: Mapping[str, Any]) -> Standing | None:
    metadata = row["metadata"] or {}
    if "baseline" in metadata:
        return Standing(False, "nothing: a baseline left the ticket as it was")
    if undone := metadata.get("undone"):
        return Standing(False, f"nothing: undone by {undone['by']}, and not done again by itself")
    return None


def _why_never(row: Mapping[str, Any]) -> str:
    if row["rule_hash"] is not None:
        return "its rule is asked again only when the rule changes"
    return 'reevaluate is "never"'


def _turned_away(row: Mapping[str, Any], key: ActionKey, now: datetime) -> Standing | None:
    if row["rule_hash"] is not None and row["rule_hash"] != key.rule_hash:
        return Standing(True, "its rule has changed: the next run looks at it again")
    due = row["look_again_at"]
    if due is None:
        return None
    when = "the next run" if due <= now else f"the first run after {at(due)}"
    return Standing(True, f"it waits: {when} looks at it again")


def at(moment: datetime) -> str:
    """A moment as a person's clock shows it."""
    return f"{moment.astimezone():%Y-%m-%d %H:%M:%S}"


def stand_unknown(row: Mapping[str, Any]) -> Standing:
    """What the next run does with a row that no configured action is behind; an undo is one."""
    if row["action_type"] != UNDO:
        return Standing(False, "nothing: it is no longer configured")
    undoes = (row["metadata"] or {}).get("details", {}).get("undoes") or "an action"
    if row["status"] in {"completed", "skipped"}:
        return Standing(False, f"nothing: a person took back {undoes} by it")
    return Standing(False, f"give `undo {row['ticket_id']}` again: it takes back {undoes}")
