"""What the log says was done to a ticket: read from the history's lines, one after the other. Pure.

The history is appended to and never rewritten, and it keeps the plans of every occurrence of a
summary; the row keeps the last one only. A row that the history does not know (adopted with a plan)
is read from its own plan.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.audit.wording import preview, squeezed, visible

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from uuid import UUID

    from ticket_queue_daemon.store.reports import AuditEvent, AuditRow

DONE = frozenset({"applied", "already_there"})
CLOCK_SLACK = timedelta(seconds=10)
"""TDX's clock is known to the second, and an answer takes its time."""
WORDY = {"feed_entry": "comment", "patch_ticket": "changed values", "create_task": "task"}
"""What nothing is known of but ids and references once its row is pruned."""
_NAMED = {
    "attach_asset": ("asset", "asset_id"),
    "link_item": ("configuration item", "item_id"),
    "contact": ("contact", "person_uid"),
    "detach_asset": ("asset taken off", "asset_id"),
    "create_task": ("task", "title"),
    "webhook": ("webhook to", "receiver"),
    "unlink_item": ("configuration item taken off", "item_id"),
    "remove_contact": ("contact removed", "person_uid"),
}
_STATES = {
    "effect_applied": "applied",
    "effect_already_there": "already_there",
    "effect_refused": "refused",
    "effect_postponed": "planned",
    "effect_in_doubt": "sent",
}


@dataclass(slots=True)
class LoggedEffect:
    """An effect as the log tells of it.

    Attributes:
        state: ``planned``, ``sent``, ``applied``, ``already_there``, ``refused``.
        entry_id: the feed entry that the log names.
        tdx_time: when it was first sent, in TDX's clock.
        sent_at, last_at: first sent and last told of, in the database's clock.
        pruned: its words and values are pruned; kind, ids, reference and times are left.
    """

    log_id: UUID
    action_id: str
    kind: str
    params: Mapping[str, Any]
    state: str = "planned"
    entry_id: int | None = None
    tdx_time: datetime | None = None
    sent_at: datetime | None = None
    last_at: datetime | None = None
    pruned: bool = False

    @property
    def reference(self) -> str | None:
        """The short reference that its text carries, in capitals."""
        given = self.params.get("ref")
        return str(given).upper() if given else None

    @property
    def words(self) -> str:
        """The text that it posts, squeezed; the reference is not part of it."""
        is_html = bool(self.params.get("is_rich_html"))
        return squeezed(visible(str(self.params.get("comments") or ""), is_html=is_html))

    def window(self) -> tuple[datetime, datetime | None] | None:
        """From when to when TDX may have made it, in TDX's clock; an end of None is open."""
        if self.tdx_time is None or self.sent_at is None or self.last_at is None:
            return None
        start = self.tdx_time - CLOCK_SLACK
        if self.state == "sent":
            return start, None
        return start, self.tdx_time + (self.last_at - self.sent_at) + CLOCK_SLACK

    def describe(self) -> str:
        """In a few words."""
        if self.pruned and self.kind in WORDY:
            return f"{WORDY[self.kind]} (its words are pruned)"
        if self.kind == "feed_entry":
            text = str(self.params.get("comments") or "")
            return (
                f"comment: {preview(visible(text, is_html=bool(self.params.get('is_rich_html'))))}"
            )
        changes, tags = self.params.get("changes"), self.params.get("tags")
        if isinstance(changes, dict):
            return ", ".join(f"{member} = {value!r}" for member, value in changes.items())
        if isinstance(tags, list):
            return f"tags {', '.join(map(str, tags))}"
        word, number = _NAMED.get(self.kind, (self.kind.replace("_", " "), ""))
        return f"{word} {self.params.get('name') or self.params.get(number) or ''}".rstrip()


@dataclass(slots=True)
class Ledger:
    """All that the log says of one ticket.

    Attributes:
        rows: how each action stands.
        effects: of every plan that was not thrown away, in order.
        by_hand: completed rows without any plan: marked by hand, or the original daemon's.
    """

    rows: Sequence[AuditRow]
    effects: list[LoggedEffect] = field(default_factory=list)
    by_hand: list[AuditRow] = field(default_factory=list)

    @property
    def pruned_to(self) -> datetime | None:
        """Until when the ticket's history may be pruned; None: it is whole."""
        return max((row.pruned_to for row in self.rows if row.pruned_to), default=None)

    @property
    def pruned_entry_ids(self) -> set[int]:
        """Feed entries that a pruned history knew as ours."""
        return {entry_id for row in self.rows for entry_id in row.pruned_entry_ids}

    def of_kind(self, *kinds: str) -> list[LoggedEffect]:
        """The effects of these kinds."""
        return [effect for effect in self.effects if effect.kind in kinds]

    def row(self, log_id: UUID) -> AuditRow | None:
        """The row, if it is still there."""
        return next((row for row in self.rows if row.log_id == log_id), None)


def read(rows: Sequence[AuditRow], events: Sequence[AuditEvent]) -> Ledger:
    """The ledger of one ticket."""
    ledger = Ledger(rows)
    current: dict[UUID, list[LoggedEffect]] = {}
    for event in events:
        if event.event == "planned":
            past = current.get(event.log_id, [])
            plan = _planned(event.log_id, event.action_id, event.detail)
            kept = [effect for effect in plan if effect.state != "planned"]
            # A plan made anew takes over what was done of the one before, and stands in its place.
            ledger.effects = [
                effect
                for effect in ledger.effects
                if not any(effect is old and _same(old, kept) for old in past)
            ]
            current[event.log_id] = plan
            ledger.effects += plan
        else:
            _tell(current.get(event.log_id, []), event)
    for row in rows:
        if row.log_id in current:
            continue
        if row.plan is not None:
            effects = _planned(row.log_id, row.action_id, row.plan)
            for effect in effects:
                effect.pruned = row.pruned_to is not None
            ledger.effects += effects
        elif row.status == "completed":
            ledger.by_hand.append(row)
    return ledger


def _same(old: LoggedEffect, kept: Sequence[LoggedEffect]) -> bool:
    return any(old.kind == new.kind and old.params == new.params for new in kept)


def _planned(log_id: UUID, action_id: str, plan: Mapping[str, Any]) -> list[LoggedEffect]:
    found = plan.get("effects")
    return [
        LoggedEffect(
            log_id,
            action_id,
            kind=str(stored.get("kind")),
            params=_mapping(stored.get("params")),
            state=str(stored.get("state")),
            entry_id=_entry_id(stored),
            tdx_time=_moment(stored.get("tdx_time")),
            sent_at=_moment(stored.get("sent_at")),
            last_at=_moment(stored.get("settled_at")) or _moment(stored.get("sent_at")),
        )
        for stored in (found if isinstance(found, list) else [])
        if isinstance(stored, dict)
    ]


def _tell(effects: list[LoggedEffect], event: AuditEvent) -> None:
    """One line of the history, told to the effects that it is about."""
    if event.event == "resolved":
        state = "applied" if event.detail.get("done") else "planned"
        for effect in effects:
            if effect.state == "sent":
                effect.state, effect.last_at = state, event.at
        return
    if event.effect_no is None or not 0 <= event.effect_no < len(effects):
        return
    effect = effects[event.effect_no]
    effect.last_at = event.at
    if event.event == "effect_sent":
        effect.state = "sent"
        if effect.tdx_time is None:
            effect.sent_at, effect.tdx_time = event.at, _moment(event.detail.get("tdx_time"))
        return
    effect.state = _STATES[event.event]
    if effect.state in DONE:
        effect.entry_id = _entry_id(event.detail)


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _entry_id(detail: Mapping[str, Any]) -> int | None:
    found = detail.get("entry_id", _mapping(detail.get("answer")).get("entry_id"))
    return found if isinstance(found, int) and not isinstance(found, bool) else None


def _moment(value: object) -> datetime | None:
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
