"""Read the tickets again and write down what people corrected: one call a ticket, rarely more.

An asset of ours that is gone was taken off. One that is there, was not there when we looked, and is
not ours was added by a person: a miss if the words that we read name it, by whatever rule we did
not take it; else we could not have known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from ticket_queue_daemon.assets.finder import FinderRules, TextPart, find_in_text
from ticket_queue_daemon.store.corrections import Correction, taken_off
from ticket_queue_daemon.tdx.errors import TdxDenied, TdxNotFound, TdxRejected

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.assets.catalog import AssetCatalog
    from ticket_queue_daemon.assets.evidence import Evidence, Finding
    from ticket_queue_daemon.store.corrections import Corrections, MatchedRow
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.models import FeedEntry, FeedReply, TicketItem

LIFTED: Final = FinderRules(
    form_ids=None,
    active_status_ids=None,
    count_inside=frozenset({"url", "email", "path"}),
    most_of_one_name=1_000_000,
)
"""No restriction: whatever the text names counts as named."""
_READ_FIRST: Final = frozenset({"title", "description"})


@dataclass(frozen=True, slots=True)
class Checked:
    """One ticket, looked at again; ``unreadable`` says why it could not be."""

    ticket_id: int
    unreadable: str = ""


class Checker:
    """Compares what we decided with what the tickets hold now.

    Args:
        tdx: a client that was opened read-only.
        corrections: the books.
        catalog: gives the asset catalogue; asked only when a person has added something.
        settled: what we attached after this moment may not show yet.
    """

    def __init__(
        self,
        tdx: TdxClient,
        corrections: Corrections,
        catalog: Callable[[], AssetCatalog],
        *,
        settled: datetime,
    ) -> None:
        self._tdx = tdx
        self._corrections = corrections
        self._catalog = catalog
        self._settled = settled

    def check(self, tickets: Mapping[int, Sequence[MatchedRow]]) -> Iterator[Checked]:
        """Look at each ticket, given what was decided on it, and write down what is corrected.

        Raises:
            StoreError: the database did not answer.
            TdxError: TDX as a whole did not; a single ticket that can't be read is told.
        """
        for ticket_id, rows in tickets.items():
            try:
                self._check(ticket_id, rows)
            except (TdxNotFound, TdxDenied, TdxRejected) as error:
                yield Checked(ticket_id, error.message)
            else:
                yield Checked(ticket_id)

    def _check(self, ticket_id: int, rows: Sequence[MatchedRow]) -> None:
        ours = self._corrections.ours(ticket_id)
        items = {
            item.asset_id: item
            for item in self._tdx.tickets.items(ticket_id)
            if item.asset_id is not None
        }
        found = [
            one for one in taken_off(ticket_id, ours, items) if one.decided_at <= self._settled
        ]
        found += self._added(ticket_id, rows, items, {one.asset_id for one in ours})
        self._corrections.note(ticket_id, items.keys(), found)

    def _added(
        self,
        ticket_id: int,
        rows: Sequence[MatchedRow],
        items: Mapping[int, TicketItem],
        ours: Collection[int],
    ) -> list[Correction]:
        first = next((row for row in rows if on_ticket(row) is not None), None)
        if first is None:
            return []
        known = {
            one.asset_id for one in self._corrections.of_tickets([ticket_id]) if one.kind == "added"
        }
        explained = {*ours, *(on_ticket(first) or ()), *known, *_planned(rows)}
        added = [asset_id for asset_id in items if asset_id not in explained]
        stood = self._stood(ticket_id, first, rows, added) if added else {}
        return [
            Correction(
                ticket_id=ticket_id,
                asset_id=asset_id,
                kind="added",
                log_id=first.log_id,
                name=items[asset_id].name or "",
                pattern=stood[asset_id].pattern if asset_id in stood else "",
                token=stood[asset_id].token if asset_id in stood else "",
                in_text=asset_id in stood,
                decided_at=first.executed_at,
            )
            for asset_id in added
        ]

    def _stood(
        self,
        ticket_id: int,
        first: MatchedRow,
        rows: Sequence[MatchedRow],
        added: Sequence[int],
    ) -> dict[int, Evidence]:
        """Which of them the words that we read name, and how."""
        ticket = self._tdx.tickets.get(ticket_id)
        parts = [
            TextPart("title", ticket.title),
            TextPart("description", ticket.description, ticket.is_rich_html),
        ]
        stood = _named(find_in_text(parts, self._catalog(), LIFTED), added)
        if len(stood) < len(added) and any(read_conversation(row) for row in rows):
            said = self._said(ticket_id, first.executed_at)
            stood = {**_named(find_in_text(said, self._catalog(), LIFTED), added), **stood}
        return stood

    def _said(self, ticket_id: int, until: datetime) -> list[TextPart]:
        """What others had said when we looked."""
        own, parts = self._tdx.me().uid, []
        for entry in self._tdx.tickets.feed(ticket_id):
            replies = self._tdx.feed.entry(entry.id).replies if entry.replies_count else ()
            told: list[FeedEntry | FeedReply] = [entry, *replies]
            for said in told:
                at = said.created_date
                if (own is None or said.created_uid != own) and (at is None or at <= until):
                    parts.append(TextPart("conversation", said.body, is_html=True))
        return parts


def evidence_of(row: MatchedRow) -> list[dict[str, Any]]:
    """Each reading's evidence: one for each phase that was come to."""
    found = _details(row).get("evidence")
    return [one for one in (found if isinstance(found, list) else [found]) if isinstance(one, dict)]


def considered(row: MatchedRow) -> list[dict[str, Any]]:
    """Everything that the action weighed, in order."""
    return [
        mention
        for reading in evidence_of(row)
        for mention in reading.get("considered") or []
        if isinstance(mention, dict)
    ]


def on_ticket(row: MatchedRow) -> list[int] | None:
    """The assets that were on the ticket when the action looked; None of a row that did not note it."""
    found = _details(row).get("on_ticket")
    return [one for one in found if isinstance(one, int)] if isinstance(found, list) else None


def read_conversation(row: MatchedRow) -> bool:
    """Whether the action came to the conversation."""
    return len(evidence_of(row)) > 1 or any(
        mention.get("where") not in _READ_FIRST for mention in considered(row)
    )


def _details(row: MatchedRow) -> Mapping[str, Any]:
    found = row.metadata.get("details")
    return found if isinstance(found, dict) else {}


def _planned(rows: Iterable[MatchedRow]) -> set[int]:
    """Assets that a plan of ours names: applied, in doubt, or overtaken by a person."""
    return {
        effect["params"]["asset_id"]
        for row in rows
        for effect in (row.plan or {}).get("effects", ())
        if effect.get("kind") == "attach_asset"
    }


def _named(finding: Finding, wanted: Sequence[int]) -> dict[int, Evidence]:
    """The first mention of each of these assets; one name of several assets names each."""
    shared = {one.token: {asset.id for asset in one.assets} for one in finding.ambiguous}
    named: dict[int, Evidence] = {}
    for mention in finding.evidence:
        meant = {mention.asset_id}
        if mention.verdict == "ambiguous":
            meant |= shared.get(mention.token, set())
        for asset_id in wanted:
            if asset_id in meant:
                named.setdefault(asset_id, mention)
    return named
