"""The data hub's bronze layer: the newest version of each TDX asset, and new versions of our own.

The hub owns the table where there is a hub: its columns are looked at before it is used, and never
changed. Our rows say in ``ingestion_metadata`` that they are ours.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ticket_queue_daemon.store.pool import Database

_PAGE = 2_000


@dataclass(frozen=True, slots=True)
class BronzeRights:
    """What this database user may do with ``bronze.raw_entities``; both False where there is none."""

    readable: bool
    writable: bool


class BronzeAssets:
    """TDX assets in ``bronze.raw_entities``."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def rights(self) -> BronzeRights:
        """Whether the table is here, has the columns we know, and may be read or written."""
        return BronzeRights(**self._database.rows(sql("bronze_rights"))[0])

    def versions(self, since: datetime | None) -> Iterator[tuple[dict[str, Any], datetime]]:
        """The newest ``raw_data`` of each asset with its time, streamed; a transaction is open meanwhile.

        Args:
            since: only of assets with a row after this time; None: of all.

        Raises:
            StoreError: PostgreSQL failed on the way; what came before is not the whole.
        """
        with (
            self._database.transaction() as connection,
            connection.cursor("bronze_assets") as cursor,
        ):
            cursor.itersize = _PAGE
            if since is None:
                cursor.execute(sql("bronze_assets"))
            else:
                cursor.execute(sql("bronze_assets_since"), {"since": since})
            for row in cursor:
                if isinstance(row["raw_data"], dict):
                    yield row["raw_data"], row["ingested_at"]

    def newest_of_hub(self, since: datetime) -> datetime | None:
        """When somebody else brought an asset, if that was after ``since``; None where there is no hub."""
        if not self.rights().readable:
            return None
        rows = self._database.rows(sql("bronze_newest_of_hub"), {"since": since})
        found: datetime | None = rows[0]["newest"]
        return found
