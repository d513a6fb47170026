"""Keeps the list of assets: fresh in the database, and in memory as far as it was asked for.

A data hub's rows are used while they are fresh; else the index is brought up to date from TDX, by
one process at a time. An old index that was complete once is used, with a warning, when that fails;
an index that never was complete is not: "no such machine" is never concluded from a part.
"""

from __future__ import annotations

import logging
import threading
from dataclasses import dataclass, replace
from datetime import UTC, timedelta
from typing import TYPE_CHECKING, Self

from ticket_queue_daemon.assets.catalog import AssetCatalog
from ticket_queue_daemon.assets.records import (
    content_hash,
    record_of_asset,
    record_of_index,
    record_of_row,
    row_of_record,
)
from ticket_queue_daemon.assets.sync import AssetSync, SyncResult
from ticket_queue_daemon.errors import StoreError, TdxError
from ticket_queue_daemon.store.asset_syncs import AssetSyncs
from ticket_queue_daemon.store.assets import AssetIndex, IndexedAsset
from ticket_queue_daemon.tdx.errors import SharedReadFailed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from datetime import datetime

    from ticket_queue_daemon.assets.records import AssetRecord
    from ticket_queue_daemon.assets.sync import SyncProgress
    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.config.matching_settings import MatchingSettings
    from ticket_queue_daemon.store.assets import IndexState
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.tdx.assets import AssetsApi

BY_HUB = "bronze.raw_entities of a data hub"
OVERLAP = timedelta(hours=1)
"""A hub's transaction may take so long from the time in its rows to their being seen."""
ANY_AGE = timedelta(days=365 * 30)
WAIT_SECONDS = 2.0
MOST_WAITS = 300
"""For another process that is filling an index that cannot be used yet."""

NO_BRONZE = (
    "Old versions of assets are not kept, since this database user can't write to bronze.raw_entities:"
    " let a DBA make it (`ticket-queue-daemon db sql` has it) and grant INSERT; all else works without."
)

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class KeeperRules:
    """The settings that concern the index; each is explained there."""

    max_age: float = 86_400
    page_size: int = 10_000
    lookups_per_ticket: int = 3
    lookups_per_run: int = 30
    unknown_age: float = 7 * 86_400
    form_ids: tuple[int, ...] = ()
    status_ids: tuple[int, ...] = ()

    @classmethod
    def of(cls, settings: MatchingSettings) -> Self:
        """Those of the settings."""
        return cls(
            max_age=settings.asset_max_age,
            page_size=settings.asset_page_size,
            lookups_per_ticket=settings.asset_lookups_per_ticket,
            lookups_per_run=settings.asset_lookups_per_run,
            unknown_age=settings.unknown_asset_age,
            form_ids=settings.computer_form_ids,
            status_ids=settings.active_asset_status_ids,
        )


class AssetKeeper:
    """The index and its catalogue in memory, for any number of threads.

    Args:
        tdx: where assets come from without a hub.
        database: where the index is.
        clock: waits for another process's sync.
        rules: how old is too old, and the like.
        answered: called in a sync once TDX has answered.
    """

    def __init__(
        self,
        tdx: AssetsApi,
        database: Database,
        clock: Clock,
        rules: KeeperRules,
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        self.tdx = tdx
        self.rules = rules
        self.index = AssetIndex(database)
        self._syncs = AssetSyncs(database)
        self._clock = clock
        self._answered = answered
        self._lock = threading.RLock()
        self._catalog: AssetCatalog | None = None
        self._change_no = 0
        self.stale_seconds = 0.0
        """The age of an index that had to be used though it is too old; 0 as soon as it is fresh."""

    def fresh(self, stopping: Callable[[], bool] = lambda: False) -> AssetCatalog:
        """The catalogue, with the index brought up to date before if it is too old.

        A sync may take minutes: it ends after the group in hand once ``stopping`` says so.

        Raises:
            TdxError, StoreError: there is none that could be used. One that can't be read is never
                an empty one.
        """
        with self._lock:
            self.stale_seconds = 0.0
            state = self.index.state()
            if not self._feed(state, fresh_only=True) and self._is_old(state):
                self._bring_up_to_date(state, stopping)
            return self.current()

    def current(self) -> AssetCatalog:
        """The catalogue as the index is now; reads what has changed since it was last read."""
        with self._lock:
            state = self.index.state()
            origin = f"asset index, {_when(state.complete_at)} from {state.source}"
            if self._catalog is None:
                self._change_no = self.index.last_change()
                records = map(record_of_index, self.index.all())
                self._catalog = AssetCatalog(records, origin)
            else:
                changes = self.index.changes(self._change_no)
                self._change_no = changes.change_no
                records = map(record_of_index, changes.rows)
                self._catalog = self._catalog.updated(records, changes.gone, origin)
            return self._catalog

    def untouched(self) -> AssetCatalog:
        """The catalogue for a dry run: nothing is written to the database for it.

        Raises:
            TdxError, StoreError: there is none that could be used.
        """
        with self._lock:
            state = self.index.state()
            since = state.now - timedelta(seconds=self.rules.max_age)
            hub_at = self.index.bronze.newest_of_hub(since)
            if state.complete_at is not None:
                catalog = self.current()
                if hub_at is not None and hub_at > state.complete_at:
                    fed = self._hub_records(_overlapping(state.hub_read_to))
                    return catalog.updated(fed, origin=f"{catalog.origin} and {BY_HUB}")
                if self._is_old(state):
                    self._warn(state, "a real run would bring it up to date first")
                return catalog
            if hub_at is not None:
                return AssetCatalog(self._hub_records(None), f"{BY_HUB}, {_when(hub_at)}")
            records = map(record_of_asset, self.tdx.all())
            return AssetCatalog(records, f"TDX asset search, {_when(self._clock.now())}")

    def sync(
        self, *, full: bool = False, watch: Callable[[SyncProgress], None] = lambda _: None
    ) -> SyncResult | None:
        """Bring the index up to date from TDX; None if another process is at it.

        Raises:
            TdxError, StoreError: it did not come to its end; the next one goes on from there.
        """
        with self._syncs.exclusive() as ours:
            if not ours:
                return None
            if not self.index.bronze.rights().writable:
                _LOG.warning(NO_BRONZE)
            sync = AssetSync(
                self.tdx,
                self.index,
                self._syncs,
                self.rules.page_size,
                self.rules.form_ids,
                self.rules.status_ids,
                self._answered,
            )
            result = sync.run(full=full, watch=watch)
            self.index.forget_unknown(self.rules.unknown_age)
            _LOG.info("Asset index brought up to date: %s", result.sentence())
            return result

    def put(self, assets: Iterable[IndexedAsset]) -> None:
        """Add what a search of a single name found; a hub that does its work needs no row of ours."""
        if self.index.state().source == BY_HUB:
            assets = (replace(asset, raw=None) for asset in assets)
        self.index.write(assets, source="search")

    def _is_old(self, state: IndexState) -> bool:
        age = state.age_seconds
        return age is None or age > self.rules.max_age

    def _feed(self, state: IndexState, *, fresh_only: bool) -> bool:
        """Take what a data hub has brought; whether the hub keeps its rows fresh."""
        age = timedelta(seconds=self.rules.max_age) if fresh_only else ANY_AGE
        # Our own rows don't count: a sync that was stopped leaves only some of the assets there.
        newest = self.index.bronze.newest_of_hub(state.now - age)
        if newest is None:
            return False
        if state.hub_read_to is None or newest > state.hub_read_to:
            self.index.write(self._hub_assets(_overlapping(state.hub_read_to)), source="hub")
            if not self.index.count():
                return False
            self.index.forget_unknown(self.rules.unknown_age)
        self.index.mark_complete(newest, BY_HUB, newest)
        return True

    def _hub_assets(self, since: datetime | None) -> Iterator[IndexedAsset]:
        for raw, seen_at in self.index.bronze.versions(since):
            record = record_of_row(raw)
            if record is not None:
                yield IndexedAsset(row_of_record(record), content_hash(raw), None, seen_at)

    def _hub_records(self, since: datetime | None) -> Iterator[AssetRecord]:
        for raw, _ in self.index.bronze.versions(since):
            record = record_of_row(raw)
            if record is not None:
                yield record

    def _bring_up_to_date(self, state: IndexState, stopping: Callable[[], bool]) -> None:
        """A sync; or what is there, if it was complete once, when that can't be done now."""

        def go_on(progress: SyncProgress) -> None:
            if stopping():
                raise SharedReadFailed(
                    f"Told to stop while the asset index was read ({progress.done} groups done).",
                    "The next run goes on from there.",
                )

        for _ in range(MOST_WAITS):
            try:
                if self.sync(watch=go_on) is not None:
                    return
            except TdxError as error:
                if state.complete_at is None and not self._feed(state, fresh_only=False):
                    raise
                self._warn(self.index.state(), f"it could not be brought up to date: {error}")
                return
            state = self.index.state()
            if state.complete_at is not None:
                if self._is_old(state):
                    self._warn(state, "another process is bringing it up to date")
                return
            self._clock.sleep(WAIT_SECONDS)
            if not self._is_old(self.index.state()):
                return  # the other one has come to its end: what it did is not done again
        raise StoreError(
            "Another process has been filling the asset index for a long time, and until it is"
            " complete no ticket can be compared with it.",
            "Look at `ticket-queue-daemon status`; the next run tries again.",
        )

    def _warn(self, state: IndexState, why: str) -> None:
        self.stale_seconds = state.age_seconds or 0.0
        hours = self.stale_seconds / 3600
        _LOG.warning("The asset index is %.0f h old and used all the same; %s", hours, why)


def _overlapping(read_to: datetime | None) -> datetime | None:
    return None if read_to is None else read_to - OVERLAP


def _when(moment: datetime | None) -> str:
    return "never complete" if moment is None else f"{moment.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
