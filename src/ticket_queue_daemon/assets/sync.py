"""``sync assets``: the asset index brought up to date from TDX itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from ticket_queue_daemon.assets.groups import AssetSearches, Walk
from ticket_queue_daemon.assets.records import content_hash, record_of_asset, row_of_record
from ticket_queue_daemon.store.assets import IndexedAsset
from ticket_queue_daemon.tdx.errors import TdxNotFound

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Sequence

    from ticket_queue_daemon.assets.groups import Group
    from ticket_queue_daemon.store.asset_syncs import AssetSyncs, SyncRun
    from ticket_queue_daemon.store.assets import AssetIndex
    from ticket_queue_daemon.tdx.models import Asset

MOST_CHECKS = 100
"""Assets that no group had are asked for one by one, at most so many in one sync."""
BY_SYNC = "TDX asset searches"


class AssetCalls(AssetSearches, Protocol):
    """What a sync asks of the TDX client."""

    def get(self, asset_id: int) -> Asset:
        """One asset."""
        ...


@dataclass(frozen=True, slots=True)
class SyncProgress:
    """How far a sync has come; ``groups`` is what is known of the number of groups so far."""

    group: str
    done: int
    groups: int
    assets: int


@dataclass(frozen=True, slots=True)
class SyncResult:
    """What a sync did.

    Attributes:
        assets: how many TDX has.
        created, changed, gone: what that changed in the index.
        unsettled: assets that no group had and that were not asked for; the next sync asks.
        resumed: groups that an earlier attempt had read.
        groups: how many groups there were.
        calls: requests that were sent.
    """

    assets: int
    created: int
    changed: int
    gone: int
    unsettled: int
    resumed: int
    groups: int
    calls: int

    def sentence(self) -> str:
        """In words."""
        changes = f"{self.created} new, {self.changed} changed, {self.gone} gone"
        text = f"{self.assets:,} assets: {changes}. {_count(self.groups, 'group')}, "
        text += f"{_count(self.calls, 'call')} to TDX"
        if self.resumed:
            text += f"; read before: {_count(self.resumed, 'group')}"
        if self.unsettled:
            text += f"; {self.unsettled} assets were in no group and are looked at by the next sync"
        return f"{text}."


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"


@dataclass(frozen=True, slots=True)
class AssetSync:
    """Brings the index up to date. Only one runs at a time, see ``AssetSyncs.exclusive``.

    Attributes:
        page_size: more assets than this are asked for in groups.
        form_ids, status_ids: ids that are asked for even if TDX's lists lack them.
        answered: called once TDX has answered.
    """

    tdx: AssetCalls
    index: AssetIndex
    syncs: AssetSyncs
    page_size: int
    form_ids: Collection[int] = ()
    status_ids: Collection[int] = ()
    answered: Callable[[], None] = lambda: None

    def run(
        self, *, full: bool = False, watch: Callable[[SyncProgress], None] = lambda _: None
    ) -> SyncResult:
        """One sync. The caller holds the lock.

        Args:
            full: begin anew, and ask for what no list of forms and statuses names.
            watch: is told after each group.

        Raises:
            TdxError, StoreError: it did not come to its end; the next one goes on from there, and
                nothing was taken for gone.
        """
        never = self.index.state().complete_at is None
        run = self.syncs.begin(anew=full, whole=full or never)
        try:
            return self._run(run, watch)
        except BaseException as error:
            # Whatever stopped it, Ctrl-C too; a connection that is away must not hide the reason.
            self._note_failure(run, error)
            raise

    def _note_failure(self, run: SyncRun, error: BaseException) -> None:
        words = getattr(error, "message", "") or type(error).__name__
        try:
            self.syncs.end(run, "failed", processed=self.syncs.seen(run), error=str(words))
        except Exception:  # noqa: BLE001  the first error is the one to tell
            return

    def _run(self, run: SyncRun, watch: Callable[[SyncProgress], None]) -> SyncResult:
        resumed, groups, assets = len(run.groups), [1], 0
        forms, statuses = self.index.kinds()
        walk = Walk(
            self.tdx,
            _Known(run),
            self.page_size,
            {*self.form_ids, *forms},
            {*self.status_ids, *statuses},
            run.whole,
            groups.append,
        )
        for group in walk.groups():
            self.answered()
            self._keep(run, group)
            # A group that is split is read again in its parts, and "rest" is everything.
            read = len(group.assets) if group.split_into is None else 0
            assets = max(assets, read) if group.key == "rest" else assets + read
            most = max(groups[-1], len(run.groups)) + len(group.split_into or ())
            groups.append(most)
            watch(SyncProgress(group.key, len(run.groups), most, assets))
        gone, unsettled, checks = self._settle(run)
        seen = self.syncs.seen(run)
        self.index.mark_complete(run.started_at, BY_SYNC)
        self.syncs.end(run, "completed", processed=seen, gone=gone)
        return SyncResult(
            assets=self.index.count(),
            created=run.created,
            changed=run.changed,
            gone=gone,
            unsettled=unsettled,
            resumed=resumed,
            groups=len(run.groups),
            calls=walk.calls + checks,
        )

    def _keep(self, run: SyncRun, group: Group) -> None:
        written = self.index.write(indexed(group.assets), source="sync", run_id=run.run_id)
        ids = sorted({asset.id for asset in group.assets})
        self.syncs.group_done(run, group.key, ids, written, group.split_into)

    def _settle(self, run: SyncRun) -> tuple[int, int, int]:
        """Ask for each asset that no group had: it may have moved from one to another meanwhile."""
        unseen = self.syncs.unseen(run)
        gone: list[int] = []
        there: list[Asset] = []
        for asset_id in unseen[:MOST_CHECKS]:
            try:
                there.append(self.tdx.get(asset_id))
            except TdxNotFound:
                gone.append(asset_id)
        self.index.write(indexed(there), source="sync", run_id=run.run_id)
        many = self.index.mark_gone(gone, run.run_id)
        return many, max(0, len(unseen) - MOST_CHECKS), min(len(unseen), MOST_CHECKS)


@dataclass(frozen=True, slots=True)
class _Known:
    """The groups of a run, as the walk asks for them."""

    run: SyncRun

    def splits(self, key: str) -> Sequence[int] | None:
        group = self.run.groups.get(key)
        return None if group is None else group.split_into

    def is_read(self, key: str) -> bool:
        return key in self.run.groups


def indexed(assets: Iterable[Asset]) -> Iterator[IndexedAsset]:
    """What the index keeps of assets that TDX gave."""
    for asset in assets:
        raw: dict[str, Any] = asset.raw()
        yield IndexedAsset(row_of_record(record_of_asset(asset)), content_hash(raw), raw)
