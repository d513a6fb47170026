"""The auditor: reads TDX and the log, ticket by ticket, and compares. It changes nothing.

The feed is read before the log: what the feed shows was marked in the log before it was sent, so a
daemon at work at the same time is never taken for a fault.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.audit.feed import COMMENT, FeedCheck, cascades
from ticket_queue_daemon.audit.findings import Finding, Kind, Lens
from ticket_queue_daemon.audit.ledger import DONE, Ledger, read
from ticket_queue_daemon.audit.things import (
    CONTACT_KINDS,
    FIELD_KIND,
    ITEM_KINDS,
    TASK_KIND,
    Things,
    check_pending,
    check_things,
)
from ticket_queue_daemon.tdx.errors import TdxDenied, TdxNotFound, TdxRejected
from ticket_queue_daemon.tdx.models import TicketSearch

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime, timedelta

    from ticket_queue_daemon.store.reports import Reports
    from ticket_queue_daemon.tdx.client import TdxClient
    from ticket_queue_daemon.tdx.models import FeedEntry


class Auditor:
    """Compares TDX with the log.

    Args:
        tdx: a client that was opened read-only.
        reports: the log, read-only.
        settling: how long TDX may take to show what it applied; until then nothing is missing.
    """

    def __init__(self, tdx: TdxClient, reports: Reports, *, settling: timedelta) -> None:
        self._tdx = tdx
        self._reports = reports
        self._settling = settling

    def tickets(self, since: datetime) -> list[int]:
        """The tickets to look at for a span: those of the log, and those that we changed last.

        The latter (one search) finds what a lost or older database no longer knows of.

        Raises:
            StoreError, TdxError: the database or TDX did not answer.
        """
        known = self._reports.tickets_since(since)
        own_uid = self._own_uid()
        if own_uid is None:
            return known
        changed = self._tdx.tickets.search(TicketSearch(modified_date_from=since))
        return sorted({*known, *(one.id for one in changed if one.modified_uid == own_uid)})

    def audit(
        self, ticket_ids: Sequence[int], since: datetime | None = None
    ) -> Iterator[list[Finding]]:
        """The findings of each ticket, in turn.

        Args:
            ticket_ids: the tickets.
            since: leave out what is older.

        Raises:
            StoreError: the database did not answer.
            TdxError: TDX as a whole did not; a single ticket that can't be read is a finding.
        """
        for ticket_id in ticket_ids:
            lens = Lens(ticket_id, self._own_uid(), since, self._reports.now() - self._settling)
            try:
                entries = self._tdx.tickets.feed(ticket_id)
                ledger = self._ledger(ticket_id)
                yield self._compare(lens, ledger, entries)
            except (TdxNotFound, TdxDenied, TdxRejected) as error:
                yield _unreadable(lens, self._ledger(ticket_id), error.message)

    def _own_uid(self) -> str | None:
        return self._tdx.me().uid

    def _ledger(self, ticket_id: int) -> Ledger:
        return read(*self._reports.of_ticket(ticket_id))

    def _compare(self, lens: Lens, ledger: Ledger, entries: Sequence[FeedEntry]) -> list[Finding]:
        # What TDX wrote in our name of what a restored log has lost; comments are never explained by it.
        lost = self._reports.lost_span()
        feed = FeedCheck(lens, ledger, entries, lost)
        told = feed.findings()
        if any(_may_be_passed_down(finding, entries) for finding in told):
            parent = self._tdx.tickets.get(lens.ticket_id).parent_id
            if parent:
                feed = FeedCheck(lens, ledger, entries, [*lost, *cascades(self._ledger(parent))])
                told = feed.findings()
        things = self._things(lens, ledger)
        told += check_things(lens, ledger, things, entries)
        return told + check_pending(lens, ledger, feed)

    def _things(self, lens: Lens, ledger: Ledger) -> Things:
        """Only what is needed: each read is a call."""
        kinds = {
            effect.kind
            for effect in ledger.effects
            if effect.state in DONE and lens.covers(effect.last_at)
        }

        tickets, ticket_id = self._tdx.tickets, lens.ticket_id
        return Things(
            items=tickets.items(ticket_id) if kinds & ITEM_KINDS else None,
            ticket=tickets.get(ticket_id) if FIELD_KIND in kinds else None,
            contacts=tickets.contacts(ticket_id) if kinds & CONTACT_KINDS else None,
            tasks=self._tdx.tasks.list(ticket_id) if TASK_KIND in kinds else None,
        )


def _may_be_passed_down(finding: Finding, entries: Sequence[FeedEntry]) -> bool:
    """An entry that nobody planned here, and that TDX may have made for the parent's sake."""
    return finding.kind is Kind.UNEXPLAINED and any(
        entry.id in finding.entry_ids and entry.update_type != COMMENT for entry in entries
    )


def _unreadable(lens: Lens, ledger: Ledger, why: str) -> list[Finding]:
    done = [one for one in ledger.effects if one.state in DONE and lens.covers(one.last_at)]
    told = check_pending(lens, ledger, None)
    if done:
        newest = max((one.last_at for one in done if one.last_at), default=None)
        what = f"the ticket with {len(done)} change{'s' if len(done) > 1 else ''} of ours"
        told.append(Finding(Kind.MISSING, lens.ticket_id, what, why, at=newest))
    return told
