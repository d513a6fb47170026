"""Syncs of the asset index: one at a time, and one that was killed goes on where it was."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal

from ticket_queue_daemon.errors import DatabaseUnreachable, StoreError
from ticket_queue_daemon.store.pool import fetch
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.store.assets import Written
    from ticket_queue_daemon.store.pool import Database

RESUME_SECONDS = 6 * 3600.0
"""What was read longer ago than this is read anew."""

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class ReadGroup:
    """A group of assets that a sync has read; ``split_into`` when it was too large for one answer."""

    found: int
    split_into: tuple[int, ...] | None = None


@dataclass(slots=True)
class SyncRun:
    """A sync under way.

    Attributes:
        whole: it ends with a search for everything.
        run_id: its row in ``meta.ingestion_runs``; None where the hub's table did not take one.
        groups: what is read already.
        created, changed: what it brought so far, earlier attempts included.
    """

    sync_id: UUID
    started_at: datetime
    whole: bool
    created: int
    changed: int
    run_id: UUID | None = None
    groups: dict[str, ReadGroup] = field(default_factory=dict)


class AssetSyncs:
    """The list of syncs, and the lock that keeps them apart."""

    def __init__(self, database: Database) -> None:
        self._database = database

    @contextmanager
    def exclusive(self) -> Iterator[bool]:
        """Hold the lock for the length of the block; gives False when another process has it.

        It belongs to the connection, so it ends with the process however that ends.
        """
        with self._database.connection() as connection:
            ours = bool(fetch(connection, sql("asset_sync_try_lock"))[0]["ours"])
            try:
                yield ours
            finally:
                if ours and not connection.closed:
                    fetch(connection, sql("asset_sync_unlock"))

    def begin(self, *, anew: bool, whole: bool) -> SyncRun:
        """Take up the sync that was left unfinished, unless ``anew``; else begin a new one."""
        given = {"all": anew, "resume_seconds": RESUME_SECONDS}
        for row in self._database.rows(sql("asset_sync_abandon"), given):
            self._end_run(row["sync_id"], "failed", 0, 0, 0, "given up for a new sync")
        rows = [] if anew else self._database.rows(sql("asset_sync_resume"), given)
        rows = rows or self._database.rows(sql("asset_sync_begin"), {"whole": whole})
        run = SyncRun(**rows[0])
        run.run_id = self._begin_run(run.sync_id)
        found = self._database.rows(sql("asset_sync_groups"), {"sync_id": run.sync_id})
        run.groups = {
            row["group_key"]: ReadGroup(
                row["found"], None if row["split_into"] is None else tuple(row["split_into"])
            )
            for row in found
        }
        return run

    def group_done(
        self,
        run: SyncRun,
        key: str,
        asset_ids: Sequence[int],
        written: Written,
        split_into: Sequence[int] | None = None,
    ) -> None:
        """A group is read and its assets are in the index."""
        with self._database.transaction() as connection:
            fetch(
                connection,
                sql("asset_sync_group_done"),
                {
                    "sync_id": run.sync_id,
                    "group_key": key,
                    "split_into": None if split_into is None else list(split_into),
                    "asset_ids": list(asset_ids),
                },
            )
            fetch(
                connection,
                sql("asset_sync_count"),
                {
                    "sync_id": run.sync_id,
                    "created": written.created,
                    "changed": written.changed,
                },
            )
        run.created += written.created
        run.changed += written.changed
        run.groups[key] = ReadGroup(
            len(asset_ids), None if split_into is None else tuple(split_into)
        )

    def unseen(self, run: SyncRun) -> list[int]:
        """Assets of the index that no group had."""
        rows = self._database.rows(sql("asset_sync_unseen"), {"sync_id": run.sync_id})
        return [row["asset_id"] for row in rows]

    def seen(self, run: SyncRun) -> int:
        """How many different assets were read."""
        return int(self._database.rows(sql("asset_sync_seen"), {"sync_id": run.sync_id})[0]["seen"])

    def end(
        self,
        run: SyncRun,
        status: Literal["completed", "failed"],
        *,
        processed: int = 0,
        gone: int = 0,
        error: str | None = None,
    ) -> None:
        """It is over; a failed one may be taken up again."""
        given = {"sync_id": run.sync_id, "status": status, "gone": gone, "error_message": error}
        self._database.rows(sql("asset_sync_end"), given)
        if run.run_id is not None:
            self._end_run(run.run_id, status, processed, run.created, run.changed + gone, error)
        if status == "completed":
            self._database.rows(sql("asset_sync_tidy"))

    def _begin_run(self, run_id: UUID) -> UUID | None:
        try:
            self._database.rows(sql("ingestion_run_begin"), {"run_id": run_id})
        except DatabaseUnreachable:
            raise
        except StoreError as error:
            # A hub's table may have columns that we don't know; the sync does not hang on it.
            _LOG.info("meta.ingestion_runs has no row of this sync: %s", error.message)
            return None
        return run_id

    def _end_run(
        self,
        run_id: UUID,
        status: str,
        processed: int,
        created: int,
        updated: int,
        error: str | None,
    ) -> None:
        try:
            self._database.rows(
                sql("ingestion_run_end"),
                {
                    "run_id": run_id,
                    "status": status,
                    "processed": processed,
                    "created": created,
                    "updated": updated,
                    "error": error,
                },
            )
        except DatabaseUnreachable:
            raise
        except StoreError as refused:
            _LOG.info("meta.ingestion_runs was not brought up to date: %s", refused.message)
