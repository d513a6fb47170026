"""The asset index: one row for each asset, with a number that grows at every change.

All writers take one lock, so that change numbers become visible in their order: who has read up to
N and asks for what is above N misses nothing.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from itertools import islice
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

from psycopg.rows import tuple_row

from ticket_queue_daemon.errors import DatabaseUnreachable, StoreError
from ticket_queue_daemon.store.bronze import BronzeAssets
from ticket_queue_daemon.store.pool import fetch
from ticket_queue_daemon.store.sql import sql
from ticket_queue_daemon.store.values import jsonb

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
    from datetime import datetime
    from uuid import UUID

    from ticket_queue_daemon.store.pool import Database

Source = Literal["hub", "sync", "search"]
AssetRow: TypeAlias = tuple[
    int, str | None, str | None, str | None, str | None, int | None, str | None, int | None, int | None,
    str | None,
]  # fmt: skip
"""Id, name, serial number, tag, owner, status and its name, form, configuration item, requestor."""

_PAGE = 5_000
_WRITE = 2_000
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class IndexedAsset:
    """An asset to put into the index.

    Attributes:
        row: what the index holds of it.
        content_hash: of everything that TDX said; decides whether it has changed.
        raw: what TDX said, for bronze; None when it comes from there.
        seen_at: when TDX said so; None: now.
    """

    row: AssetRow
    content_hash: str
    raw: Mapping[str, Any] | None = None
    seen_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """For the statement that writes it."""
        names = (
            "asset_id", "name", "serial_number", "tag", "owner_uid", "status_id", "status_name",
            "form_id", "ci_id", "requestor_uid",
        )  # fmt: skip
        seen_at = None if self.seen_at is None else self.seen_at.isoformat()
        return {
            **dict(zip(names, self.row, strict=True)),
            "content_hash": self.content_hash,
            "seen_at": seen_at,
        }


@dataclass(frozen=True, slots=True)
class IndexState:
    """How far the index is to be trusted.

    Attributes:
        complete_at: every asset that TDX had then is in it; None: never yet.
        source: where that is from, in words.
        hub_read_to: the newest row of the hub that is in it.
        now: the database's clock.
    """

    complete_at: datetime | None
    source: str | None
    hub_read_to: datetime | None
    now: datetime

    @property
    def age_seconds(self) -> float | None:
        """How old the index is; None if it was never complete."""
        if self.complete_at is None:
            return None
        return max(0.0, (self.now - self.complete_at).total_seconds())


@dataclass(frozen=True, slots=True)
class Written:
    """How many assets were new to the index, and how many had changed."""

    created: int = 0
    changed: int = 0

    def __add__(self, other: Written) -> Written:
        return Written(self.created + other.created, self.changed + other.changed)


@dataclass(frozen=True, slots=True)
class Changes:
    """What happened to the index since a change number."""

    rows: list[AssetRow]
    gone: list[int]
    change_no: int


class AssetIndex:
    """The index in the database. Every method raises StoreError when PostgreSQL fails."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.bronze = BronzeAssets(database)

    # reading

    def state(self) -> IndexState:
        """How old it is."""
        return IndexState(**self._database.rows(sql("asset_index_state"))[0])

    def count(self) -> int:
        """How many assets it has."""
        return int(self._database.rows(sql("asset_index_count"))[0]["assets"])

    def kinds(self) -> tuple[set[int], set[int]]:
        """The forms and the statuses that its assets have."""
        row = self._database.rows(sql("asset_index_kinds"))[0]
        return set(row["form_ids"] or ()), set(row["status_ids"] or ())

    def last_change(self) -> int:
        """The newest change number."""
        return int(self._database.rows(sql("assets_last_change"))[0]["change_no"])

    def all(self) -> Iterator[AssetRow]:
        """Every asset, streamed. Ask for :meth:`last_change` before, so that no change is missed."""
        with (
            self._database.transaction() as connection,
            connection.cursor("assets_all", row_factory=tuple_row) as cursor,
        ):
            cursor.itersize = _PAGE
            cursor.execute(sql("assets_all"))
            yield from cursor

    def changes(self, after: int) -> Changes:
        """What has changed since."""
        rows = self._database.rows(sql("assets_changed"), {"after": after})
        changed: list[AssetRow] = []
        gone: list[int] = []
        for row in rows:
            after = row.pop("change_no")
            if row.pop("is_gone"):
                gone.append(row["asset_id"])
            else:
                changed.append(tuple(row.values()))
        return Changes(changed, gone, after)

    # writing

    def write(
        self, assets: Iterable[IndexedAsset], *, source: Source, run_id: UUID | None = None
    ) -> Written:
        """Put assets in; new and changed ones get a new version in bronze, if they carry one.

        Unchanged assets are written nowhere. Where bronze refuses, the index alone is kept.
        """
        written, rest = Written(), iter(assets)
        while some := list(islice(rest, _WRITE)):
            written += self._write(some, source, run_id)
        return written

    def _write(
        self, assets: Sequence[IndexedAsset], source: Source, run_id: UUID | None
    ) -> Written:
        wants_bronze = any(asset.raw is not None for asset in assets)
        if wants_bronze and self.bronze.rights().writable:
            try:
                return self._write_once(assets, source, run_id, to_bronze=True)
            except DatabaseUnreachable:
                raise
            except StoreError as error:
                _LOG.warning(
                    "bronze.raw_entities takes no assets from this user (%s) The asset index is"
                    " kept without it.",
                    error.message,
                )
        return self._write_once(assets, source, run_id, to_bronze=False)

    def _write_once(
        self,
        assets: Sequence[IndexedAsset],
        source: Source,
        run_id: UUID | None,
        *,
        to_bronze: bool,
    ) -> Written:
        latest = {asset.row[0]: asset for asset in assets}
        given = {"assets": jsonb([one.as_json() for one in latest.values()]), "source": source}
        with self._database.transaction() as connection:
            fetch(connection, sql("asset_index_lock"))
            rows = fetch(connection, sql("assets_write"), given)
            versions = [
                {"external_id": str(row["asset_id"]), "raw_data": latest[row["asset_id"]].raw}
                for row in rows
                if latest[row["asset_id"]].raw is not None
            ]
            if to_bronze and versions:
                fetch(
                    connection,
                    sql("bronze_write"),
                    {"assets": jsonb(versions), "run_id": run_id},
                )
        created = sum(row["is_new"] for row in rows)
        return Written(created, len(rows) - created)

    def mark_gone(self, asset_ids: Collection[int], run_id: UUID | None = None) -> int:
        """TDX no longer has these; how many of them the index still had."""
        if not asset_ids:
            return 0
        with self._database.transaction() as connection:
            fetch(connection, sql("asset_index_lock"))
            rows = fetch(connection, sql("assets_gone"), {"asset_ids": list(asset_ids)})
        if self.bronze.rights().writable:
            ids = [str(row["asset_id"]) for row in rows]
            try:
                self._database.rows(
                    sql("bronze_write_gone"), {"external_ids": ids, "run_id": run_id}
                )
            except DatabaseUnreachable:
                raise
            except StoreError as error:
                _LOG.warning("bronze.raw_entities was not told what is gone: %s", error.message)
        return len(rows)

    def mark_complete(
        self, complete_at: datetime, source: str, hub_read_to: datetime | None = None
    ) -> None:
        """Every asset that TDX had at that time is in the index."""
        self._database.rows(
            sql("asset_index_complete"),
            {"complete_at": complete_at, "source": source, "hub_read_to": hub_read_to},
        )

    # names that TDX does not know

    def unknown(self, tokens: Collection[str], max_age: float) -> set[str]:
        """Which of these TDX did not know when it was asked, at most ``max_age`` seconds ago."""
        given = {"tokens": list(tokens), "max_age": float(max_age)}
        return {row["token"] for row in self._database.rows(sql("asset_unknown"), given)}

    def remember_unknown(self, tokens: Collection[str]) -> None:
        """TDX was asked for these just now, and does not know them."""
        self._database.rows(sql("asset_unknown_remember"), {"tokens": list(tokens)})

    def forget_unknown(self, max_age: float) -> None:
        """Drop what is older than that."""
        self._database.rows(sql("asset_unknown_forget"), {"max_age": float(max_age)})
