"""The data hub's bronze layer, read only: the newest version of each TDX asset."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from ticket_queue_daemon.store.pool import Database

_PAGE = 2_000


class BronzeAssets:
    """TDX assets in ``bronze.raw_entities``, where a data hub shares the database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def available(self) -> bool:
        """Whether the table is here and holds TDX assets."""
        found = self._database.rows(sql("bronze_table"))[0]["found"]
        return bool(found and self._database.rows(sql("bronze_has_assets"))[0]["found"])

    def assets(self) -> Iterator[dict[str, Any]]:
        """The newest ``raw_data`` of each asset, streamed; a transaction is open until it ends.

        Raises:
            StoreError: PostgreSQL failed on the way; what came before is not the whole.
        """
        with (
            self._database.transaction() as connection,
            connection.cursor("bronze_assets") as cursor,
        ):
            cursor.itersize = _PAGE
            cursor.execute(sql("bronze_assets"))
            for row in cursor:
                if isinstance(row["raw_data"], dict):
                    yield row["raw_data"]

    def newest(self) -> datetime | None:
        """When the newest asset came in; None if there is none."""
        if not self.available():
            return None
        found: datetime | None = self._database.rows(sql("bronze_newest"))[0]["newest"]
        return found
