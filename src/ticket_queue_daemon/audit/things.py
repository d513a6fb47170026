"""What is on the ticket against the ledger: assets, items, contacts, values. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.audit.findings import Finding, Kind
from ticket_queue_daemon.audit.ledger import DONE
from ticket_queue_daemon.audit.wording import reference_in, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.audit.feed import FeedCheck
    from ticket_queue_daemon.audit.findings import Lens
    from ticket_queue_daemon.audit.ledger import Ledger, LoggedEffect
    from ticket_queue_daemon.store.reports import AuditRow
    from ticket_queue_daemon.tdx.models import FeedEntry, Person, Ticket, TicketItem
    from ticket_queue_daemon.tdx.tasks import TicketTask

ITEM_KINDS = frozenset({"attach_asset", "link_item", "detach_asset", "unlink_item"})
FIELD_KIND = "patch_ticket"
CONTACT_KINDS = frozenset({"contact", "remove_contact"})
TASK_KIND = "create_task"
_ASSET = 27
_EDITS = frozenset({2, 3})
"""Entries that tell of a changed value: a status, or any other."""
_NOTHING = {"", "none", "null", "0", "0.0", "00000000-0000-0000-0000-000000000000"}


@dataclass(slots=True)
class Things:
    """What was read of the ticket beside its feed; None for what was not needed."""

    items: Sequence[TicketItem] | None = None
    ticket: Ticket | None = None
    contacts: Sequence[Person] | None = None
    tasks: Sequence[TicketTask] | None = None


def check_things(
    lens: Lens, ledger: Ledger, things: Things, entries: Sequence[FeedEntry]
) -> list[Finding]:
    """A finding for each effect, other than comments, that the log says was done in the span."""
    told: list[Finding] = []
    for effect in ledger.effects:
        if effect.kind == "feed_entry" or effect.state not in DONE:
            continue
        if not lens.covers(effect.last_at):
            continue
        kind, why = _look(lens, effect, ledger, things, entries)
        fresh = effect.last_at is not None and effect.last_at >= lens.settled_by
        if kind is Kind.MISSING and fresh:
            kind, why = Kind.UNCHECKED, "recorded a moment ago; TDX may show it late"
        told.append(_finding(kind, lens, effect, why))
    return told


def check_pending(lens: Lens, ledger: Ledger, feed: FeedCheck | None) -> list[Finding]:
    """What the log itself does not know, or holds for a person."""
    told: list[Finding] = []
    doubtful = set()
    for effect in ledger.effects:
        row = ledger.row(effect.log_id)
        if effect.state != "sent" or row is None or not lens.covers(effect.last_at):
            continue
        doubtful.add(row.log_id)
        if row.in_hand:
            told.append(_finding(Kind.UNCHECKED, lens, effect, "a daemon is at work on it"))
            continue
        entry = feed.entry_of(effect) if feed else None
        why = f"{_standing(row)}{'' if entry is None else '; the feed has it'}"
        told.append(_finding(Kind.PENDING, lens, effect, why, entry))
    told += [
        Finding(
            Kind.PENDING,
            lens.ticket_id,
            "action",
            _standing(row),
            row.action_id,
            row.log_id,
            row.executed_at,
        )
        for row in ledger.rows
        if row.status == "needs_review"
        and row.log_id not in doubtful
        and lens.covers(row.executed_at)
    ]
    return told


def _finding(
    kind: Kind, lens: Lens, effect: LoggedEffect, why: str, entry: int | None = None
) -> Finding:
    return Finding(
        kind,
        lens.ticket_id,
        effect.describe(),
        why,
        effect.action_id,
        effect.log_id,
        effect.last_at,
        () if entry is None else (entry,),
    )


def _standing(row: AuditRow) -> str:
    match row.status:
        case "needs_review":
            return f"held for review: {row.error_message or 'no reason is given'}"
        case "started":
            return "in doubt; its daemon is gone, the next run takes it up"
        case _:
            return f"in doubt: {row.error_message or 'the answer was lost'}"


_UNSEEN = {
    "tags": "TDX's API does not give tags",
    "webhook": "another system can't be asked whether it has it",
}


def _look(
    lens: Lens,
    effect: LoggedEffect,
    ledger: Ledger,
    things: Things,
    entries: Sequence[FeedEntry],
) -> tuple[Kind, str]:
    match effect.kind:
        case "attach_asset" | "detach_asset" | "link_item" | "unlink_item" if (
            things.items is not None
        ):
            return _set_like(_is_on(things.items, effect), effect, ledger)
        case "contact" | "remove_contact" if things.contacts is not None:
            uid = str(effect.params.get("person_uid")).lower()
            there = any((one.uid or "").lower() == uid for one in things.contacts)
            return _set_like(there, effect, ledger)
        case "patch_ticket" if things.ticket is not None:
            return _values(lens, effect, ledger, things.ticket, entries)
        case "create_task" if things.tasks is not None:
            return _task(things.tasks, effect)
        case "tags" | "webhook":
            return Kind.UNCHECKED, _UNSEEN[effect.kind]
        case _:
            return Kind.UNCHECKED, "this version does not know how to check it"


_OPPOSITES = {
    "attach_asset": ("detach_asset", "asset_id"),
    "detach_asset": ("attach_asset", "asset_id"),
    "link_item": ("unlink_item", "item_id"),
    "unlink_item": ("link_item", "item_id"),
    "contact": ("remove_contact", "person_uid"),
    "remove_contact": ("contact", "person_uid"),
}
_REMOVING = frozenset({"detach_asset", "unlink_item", "remove_contact"})


def _is_on(items: Sequence[TicketItem], effect: LoggedEffect) -> bool:
    if effect.kind in {"link_item", "unlink_item"}:
        return any(item.id == effect.params.get("item_id") for item in items)
    return any(
        item.backing_item_type == _ASSET and item.backing_item_id == effect.params.get("asset_id")
        for item in items
    )


def _set_like(there: bool, effect: LoggedEffect, ledger: Ledger) -> tuple[Kind, str]:
    """Of what is on the ticket or is not: as the log has it, or the other way round, and by whom."""
    removed = effect.kind in _REMOVING
    if there is not removed:
        return Kind.POSTED, ""
    if _is_overtaken(ledger, effect):
        return Kind.CHANGED, "we attached it again" if removed else "we took it off again"
    if removed:
        return Kind.MISSING, "on the ticket now; a person may have put it back"
    return Kind.MISSING, "not on the ticket now; a person may have taken it off"


def _is_overtaken(ledger: Ledger, effect: LoggedEffect) -> bool:
    """Whether we did the opposite afterwards."""
    kind, word = _OPPOSITES[effect.kind]
    return any(
        one.kind == kind
        and one.state in {*DONE, "sent"}
        and one.params.get(word) == effect.params.get(word)
        for one in ledger.effects[ledger.effects.index(effect) + 1 :]
    )


def _task(tasks: Sequence[TicketTask], effect: LoggedEffect) -> tuple[Kind, str]:
    found = [
        task
        for task in tasks
        if reference_in(visible(task.description, is_html=True)) == effect.reference
    ]
    if len(found) > 1:
        return Kind.DOUBLE, f"{len(found)} tasks carry its reference"
    if found:
        return Kind.POSTED, ""
    if any(not task.description for task in tasks):
        return Kind.UNCHECKED, "TDX's list of tasks does not show every description"
    return Kind.MISSING, "not among the tasks now; a person may have deleted it"


def _values(
    lens: Lens, effect: LoggedEffect, ledger: Ledger, ticket: Ticket, entries: Sequence[FeedEntry]
) -> tuple[Kind, str]:
    """Values are there to be changed: another one is a warning only if nobody changed it."""
    if effect.pruned:
        return Kind.UNCHECKED, "its values are pruned"
    changes: dict[str, Any] = dict(effect.params.get("changes") or {})
    now = {member: _value(ticket, member) for member in changes}
    other = [member for member, wanted in changes.items() if _plain(now[member]) != _plain(wanted)]
    if not other:
        return Kind.POSTED, ""
    why = ", ".join(f"{member} is {now[member]!r} now" for member in other)
    later = ledger.effects[ledger.effects.index(effect) + 1 :]
    by_us = any(
        one.state in DONE and (one.kind == FIELD_KIND or one.params.get("new_status_id"))
        for one in later
    )
    sent = effect.tdx_time or effect.last_at
    by_others = any(
        not lens.is_ours(entry)
        and entry.update_type in _EDITS
        and sent is not None
        and (entry.created_date is None or entry.created_date >= sent)
        for entry in entries
    ) or (ticket.modified_uid is not None and ticket.modified_uid != lens.own_uid)
    return (Kind.CHANGED if by_us or by_others else Kind.MISSING), why


def _value(ticket: Ticket, member: str) -> Any:
    first, _, number = member.strip("/").partition("/")
    if first.lower() == "attributes" and number.isdecimal():
        return ticket.attribute(int(number))
    return next((v for name, v in ticket.raw().items() if name.lower() == first.lower()), None)


def _plain(value: object) -> str | None:
    """One form of what TDX writes in several; all its words for nothing are None."""
    if isinstance(value, list | tuple):
        value = ",".join(map(str, value))
    text = str(value).strip().lower()
    if text in _NOTHING or text.startswith("0001-01-01"):
        return None
    return text.removesuffix(".0")
