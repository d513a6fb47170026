"""A name that the index does not know: TDX is asked for it once, and what it says is remembered.

An asset may be newer than the last sync. So a token of an identifier's shape is searched for, by
itself, and TDX's answer compared on our side. "Unknown" is remembered in the database for a time
(``DAEMON_UNKNOWN_ASSET_AGE``), so that fifty tickets with the same token cost one search; a sync that
brings the asset makes it known in any case.
"""

from __future__ import annotations

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from ticket_queue_daemon.assets.catalog import AssetCatalog
from ticket_queue_daemon.assets.identifiers import fold
from ticket_queue_daemon.assets.patterns import looks_like_serial
from ticket_queue_daemon.assets.records import record_of_asset
from ticket_queue_daemon.assets.sync import indexed
from ticket_queue_daemon.errors import DaemonError, TdxError
from ticket_queue_daemon.tdx.errors import SharedReadFailed, is_away, may_be_one_tickets

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ticket_queue_daemon.assets.catalog import AssetRecord
    from ticket_queue_daemon.assets.keeper import AssetKeeper

MOST_RESULTS = 50
"""More than this many assets for one name: TDX did not understand what it was asked for."""

NOT_IN_TDX = "TDX does not know it either"
TICKET_LIMIT = "TDX was not asked for it: the most look-ups for one ticket were made"
RUN_LIMIT = "TDX was not asked for it: the most look-ups for one run were made"
TOO_MANY = "TDX's answer had too many assets to tell"


@dataclass(frozen=True, slots=True)
class LookUp:
    """What came of asking for names.

    Attributes:
        found: assets that are called so and that the catalogue has by now.
        remarks: for each other name what is known of it, for the evidence.
    """

    found: tuple[AssetRecord, ...] = ()
    remarks: dict[str, str] = field(default_factory=dict)


class RunAssets:
    """The assets as one run sees them; shared by its workers.

    Args:
        keeper: keeps the index.
        dry_run: look and write nothing down; what is found is known to this run only.
        stopping: the daemon is going down; a sync under way is not brought to its end.
    """

    def __init__(
        self, keeper: AssetKeeper, *, dry_run: bool, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        self._keeper = keeper
        self._stopping = stopping
        self._dry_run = dry_run
        self._lock = threading.Lock()
        self._asking = threading.Lock()
        self._catalog: AssetCatalog | None = None
        self._failed: DaemonError | None = None
        self._unknown: set[str] = set()
        self._asked: Counter[int] = Counter()

    def catalog(self) -> AssetCatalog:
        """The catalogue, read when it is first asked for; later asks get what was found since.

        Raises:
            DaemonError: it can't be read, for everybody who asks in this run.
        """
        with self._lock:
            if self._failed is not None:
                raise self._failed
            if self._catalog is None:
                try:
                    self._catalog = (
                        self._keeper.untouched()
                        if self._dry_run
                        else self._keeper.fresh(self._stopping)
                    )
                except DaemonError as error:
                    self._failed = _of_all(error)
                    if self._failed is error:
                        raise
                    raise self._failed from error
            return self._catalog

    def look_up(self, ticket_id: int, tokens: Sequence[str]) -> LookUp:
        """Ask TDX for names that the catalogue does not know.

        Raises:
            TdxError: TDX did not answer; nothing is concluded.
        """
        found: list[AssetRecord] = []
        remarks: dict[str, str] = {}
        with self._asking:
            folded = {fold(token): token for token in tokens}
            remembered = self._keeper.index.unknown(folded, self._keeper.rules.unknown_age)
            for name, token in folded.items():
                known = _called(self.catalog(), name)
                if known:
                    found += known
                    continue
                if name in remembered or name in self._unknown:
                    remarks[token] = NOT_IN_TDX
                    continue
                limit = self._limit(ticket_id)
                if limit:
                    remarks[token] = limit
                    continue
                self._asked[ticket_id] += 1
                new, remark = self._ask(token, name)
                found += new
                if remark:
                    remarks[token] = remark
        return LookUp(tuple(found), remarks)

    def _limit(self, ticket_id: int) -> str:
        rules = self._keeper.rules
        if self._asked[ticket_id] >= rules.lookups_per_ticket:
            return TICKET_LIMIT
        return RUN_LIMIT if self._asked.total() >= rules.lookups_per_run else ""

    def _ask(self, token: str, name: str) -> tuple[list[AssetRecord], str]:
        """One search. A serial number by itself is looked for as such: full text may not find it."""
        answer = self._keeper.tdx.called(
            token, as_serial=looks_like_serial(name), max_results=MOST_RESULTS
        )
        records = _called(AssetCatalog(map(record_of_asset, answer)), name)
        if records:
            ids = {record.id for record in records}
            with self._lock:
                if self._dry_run:
                    base = self._catalog or AssetCatalog(())
                    self._catalog = base.updated(records, origin=base.origin)
                else:
                    self._keeper.put(indexed(one for one in answer if one.id in ids))
                    self._catalog = self._keeper.current()
            return records, ""
        if len(answer) >= MOST_RESULTS:
            return [], TOO_MANY
        self._unknown.add(name)
        if not self._dry_run:
            self._keeper.index.remember_unknown([name])
        return [], NOT_IN_TDX


def _of_all(error: DaemonError) -> DaemonError:
    """The same words as an error that fails no single ticket: nobody's can be told without the list."""
    if not isinstance(error, TdxError) or (is_away(error) and not may_be_one_tickets(error)):
        return error
    return SharedReadFailed(error.message, error.advice)


def _called(catalog: AssetCatalog, name: str) -> list[AssetRecord]:
    hits = catalog.exact(name) or catalog.broken(name)
    return list(dict.fromkeys(hit.asset for hit in hits))
