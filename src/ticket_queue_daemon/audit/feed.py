"""The feed against the ledger: each comment of ours once, and none that nobody planned. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.audit.findings import Finding, Kind
from ticket_queue_daemon.audit.ledger import CLOCK_SLACK, DONE
from ticket_queue_daemon.audit.wording import preview, reference_in, squeezed, visible

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from ticket_queue_daemon.audit.findings import Lens
    from ticket_queue_daemon.audit.ledger import Ledger, LoggedEffect
    from ticket_queue_daemon.tdx.models import FeedEntry

    Window = tuple[datetime, datetime | None]

COMMENT = 1
STATUS_CHANGE = 2
BY_HAND = timedelta(minutes=5)
"""A row without a plan was written right after its comment; two hosts' clocks lie between them."""


@dataclass(slots=True)
class FeedCheck:
    """One ticket's feed beside its ledger.

    Attributes:
        entries: the whole feed.
        cascades: when comments on the parent ticket passed a status down to this one, or a restored log
            has lost what was done.
    """

    lens: Lens
    ledger: Ledger
    entries: Sequence[FeedEntry]
    cascades: Sequence[Window] = ()
    _found: dict[int, LoggedEffect] = field(default_factory=dict)
    """The effect that each entry is, by the entry's id."""

    def findings(self) -> list[Finding]:
        """All that is to be said of the feed."""
        posts = self.ledger.of_kind("feed_entry")
        entries = sorted(self.entries, key=lambda entry: entry.id)
        own = [entry for entry in entries if self.lens.is_ours(entry)]
        matched = self._match(posts, entries, own)
        told = [
            self._post(effect, matched.get(id(effect)))
            for effect in posts
            if effect.state in DONE and self.lens.covers(effect.last_at)
        ]
        rest = [entry for entry in own if entry.id not in self._found]
        return [*told, *self._leftovers(rest, posts)]

    def entry_of(self, effect: LoggedEffect) -> int | None:
        """The entry that an effect was found to be; after :meth:`findings`."""
        return next((number for number, one in self._found.items() if one is effect), None)

    def _match(
        self, posts: Sequence[LoggedEffect], entries: Sequence[FeedEntry], own: Sequence[FeedEntry]
    ) -> dict[int, FeedEntry]:
        """Each effect with one entry of its own: by the id that the log names, else by its words."""
        by_id = {entry.id: entry for entry in entries}
        matched: dict[int, FeedEntry] = {}
        for effect in posts:
            entry = by_id.get(effect.entry_id or 0)
            if effect.state in DONE and entry is not None and entry.id not in self._found:
                self._found[entry.id], matched[id(effect)] = effect, entry
        for effect in posts:
            if effect.state not in {*DONE, "sent"} or id(effect) in matched:
                continue
            for entry in own:
                if (
                    entry.id not in self._found
                    and _carries(entry, effect)
                    and _after(entry, effect)
                ):
                    self._found[entry.id], matched[id(effect)] = effect, entry
                    break
        return matched

    def _post(self, effect: LoggedEffect, entry: FeedEntry | None) -> Finding:
        kind, why = Kind.POSTED, ""
        if entry is None:
            kind = Kind.MISSING
            why = "not in the feed now; a person may have deleted it"
            if effect.last_at is not None and effect.last_at >= self.lens.settled_by:
                kind, why = Kind.UNCHECKED, "recorded a moment ago; TDX may show it late"
            elif effect.pruned and effect.entry_id is None and effect.reference is None:
                kind, why = Kind.UNCHECKED, "its words are pruned, and TDX gave no id for it"
        return Finding(
            kind,
            self.lens.ticket_id,
            effect.describe(),
            why,
            effect.action_id,
            effect.log_id,
            effect.last_at,
            () if entry is None else (entry.id,),
        )

    def _leftovers(self, rest: Sequence[FeedEntry], posts: Sequence[LoggedEffect]) -> list[Finding]:
        """Entries by our account that are no effect's own."""
        told: list[Finding] = []
        by_hand = list(self.ledger.by_hand)
        seen: list[FeedEntry] = []
        pruned = self.ledger.pruned_entry_ids
        windows = [*_traces(self.ledger), *self.cascades]
        for entry in rest:
            alike = [one for one in posts if _carries(entry, one)]
            posted = next((one for one in alike if self.entry_of(one) is not None), None)
            if posted is not None:
                told += self._again(entry, posted)
                continue
            if entry.update_type != COMMENT and any(_within(entry, one) for one in windows):
                continue
            row = next((one for one in by_hand if _about(entry, one.executed_at)), None)
            if row is not None:
                if entry.update_type == COMMENT:
                    by_hand.remove(row)
                continue
            twin = next((one for one in seen if _same(one, entry)), None)
            seen.append(entry)
            if not self.lens.covers(entry.created_date) or entry.id in pruned:
                continue
            told.append(self._unknown(entry, alike[0] if alike else None, twin))
        return told

    def _again(self, entry: FeedEntry, effect: LoggedEffect) -> list[Finding]:
        """The words or the reference of an effect that has its entry already."""
        first = self.entry_of(effect)
        if not self.lens.covers(entry.created_date, effect.last_at):
            return []
        by = f"reference {effect.reference}" if effect.reference else "same text"
        return [
            Finding(
                Kind.DOUBLE,
                self.lens.ticket_id,
                effect.describe(),
                f"in the feed once more than the log accounts for ({by})",
                effect.action_id,
                effect.log_id,
                entry.created_date,
                (entry.id,) if first is None else (first, entry.id),
            )
        ]

    def _unknown(
        self, entry: FeedEntry, effect: LoggedEffect | None, twin: FeedEntry | None
    ) -> Finding:
        kind, why = Kind.UNEXPLAINED, "by our account, and not in the log"
        if self._is_pruned(entry):
            kind, why = (
                Kind.UNCHECKED,
                "by our account, when the log is pruned; it can't tell any more",
            )
        elif twin is not None:
            kind, why = Kind.DOUBLE, "twice by our account, and not in the log"
        elif effect is not None:
            why = f"by our account; {_NOT_DONE.get(effect.state, 'older than what the log sent')}"
        return Finding(
            kind,
            self.lens.ticket_id,
            f"{'comment' if entry.update_type == COMMENT else 'entry'}: {preview(_text(entry))}",
            why,
            None if effect is None else effect.action_id,
            None if effect is None else effect.log_id,
            entry.created_date,
            (entry.id,) if twin is None else (twin.id, entry.id),
        )

    def _is_pruned(self, entry: FeedEntry) -> bool:
        """Whether it is from a time of which the log no longer tells everything."""
        until, made = self.ledger.pruned_to, entry.created_date
        return until is not None and made is not None and made <= until + CLOCK_SLACK


_NOT_DONE = {
    "refused": "the log says that TDX refused it",
    "planned": "the log says that it was not sent",
}


def cascades(ledger: Ledger) -> list[Window]:
    """When comments of this ticket passed its status down to its children."""
    passed = [
        effect.window()
        for effect in ledger.of_kind("feed_entry")
        if effect.params.get("cascade_status") and effect.params.get("new_status_id")
    ]
    return [window for window in passed if window is not None]


def _traces(ledger: Ledger) -> list[Window]:
    """When other effects were sent: TDX itself writes of them in the feed, in our name."""
    sent = [
        effect.window()
        for effect in ledger.effects
        if effect.kind != "feed_entry" or effect.params.get("new_status_id")
    ]
    return [window for window in sent if window is not None]


def _text(entry: FeedEntry) -> str:
    # A stored body is HTML whatever was sent: plain text comes back encoded.
    return visible(entry.body, is_html=True)


def _carries(entry: FeedEntry, effect: LoggedEffect) -> bool:
    """Whether it is this effect's text: by its reference, or without one letter by letter."""
    text = _text(entry)
    if effect.reference is not None:
        return reference_in(text) == effect.reference
    words, stored = effect.words, squeezed(text)
    if not words:
        return False
    # TDX puts a sentence in front when the comment changed the status.
    return stored.endswith(words) if entry.update_type == STATUS_CHANGE else stored == words


def _after(entry: FeedEntry, effect: LoggedEffect) -> bool:
    return (
        entry.created_date is None
        or effect.tdx_time is None
        or entry.created_date >= effect.tdx_time - CLOCK_SLACK
    )


def _within(entry: FeedEntry, window: Window) -> bool:
    start, end = window
    made = entry.created_date
    return made is not None and start <= made and (end is None or made <= end)


def _about(entry: FeedEntry, moment: datetime | None) -> bool:
    made = entry.created_date
    return made is not None and moment is not None and abs(made - moment) <= BY_HAND


def _same(one: FeedEntry, other: FeedEntry) -> bool:
    first, second = _text(one), _text(other)
    reference = reference_in(first)
    if reference is not None and reference == reference_in(second):
        return True
    return one.update_type == other.update_type == COMMENT and squeezed(first) == squeezed(second)
