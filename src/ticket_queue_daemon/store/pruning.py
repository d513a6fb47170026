"""Forgetting what is old, in small batches; never what keeps an action from being done twice.

A settled pair (completed or skipped, not waiting for anything) keeps its row for ever: status, hashes,
occurrence, times, and of its plan the kinds, states, ids and references of the effects. It loses its
texts, its evidence and its history. Whatever has not come to its end is left as it is.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.store.pool import fetch
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import datetime, timedelta

    from ticket_queue_daemon.store.pool import Database, Row

    Export = Callable[[Sequence["Pruned"]], None]

_OWN: Final = ("prune_settled", "prune_corrections", "prune_asset_syncs", "prune_rate_windows")


@dataclass(frozen=True, slots=True)
class Pruned:
    """A row as it was, JSON as PostgreSQL writes it; ``table`` with its schema."""

    table: str
    row: str


@dataclass(frozen=True, slots=True)
class Volume:
    """A table's rows (as the statistics have them, or counted) and bytes."""

    table: str
    rows: int
    bytes: int


class Pruner:
    """Forgets what is older than a moment.

    Args:
        database: the database.
        before: the moment, in the database's clock.
        batch: settled pairs, or rows of another table, in one transaction.
    """

    def __init__(self, database: Database, before: datetime, *, batch: int = 500) -> None:
        self._database = database
        self._before = before
        self._batch = batch

    @staticmethod
    def beginning(database: Database, age: timedelta) -> datetime:
        """The moment so long ago, in the database's clock.

        Raises:
            StoreError: the database did not answer.
        """
        now: datetime = database.rows(sql("reports_now"))[0]["now"]
        return now - age

    def counts(self) -> list[Volume]:
        """What :meth:`batches` would forget, by table, and the room that it takes; changes nothing.

        Of ``meta.daemon_action_log`` the rows stay; its bytes are what they lose.

        Raises:
            StoreError: the database did not answer.
        """
        given = {"before": self._before}
        with self._database.transaction() as connection:
            fetch(connection, sql("be_patient"))
            found = fetch(connection, sql("prune_counts"), given)
            if self.prunes_bronze():
                found += fetch(connection, sql("prune_counts_bronze"), given)
        return [Volume(row["name"], row["rows"], row["bytes"]) for row in found]

    def batches(self, export: Export, *, bronze: bool = True) -> Iterator[Counter[str]]:
        """Forget batch after batch, each in a transaction of its own; the rows of each, by table.

        A batch may be empty: then old history was walked, and all of it stays.

        Stopped between two batches, or killed in one, the next call goes on: what is forgotten is not
        met again.

        Args:
            export: is given the rows of a batch before their end is committed; what it raises leaves
                them as they were.
            bronze: versions of assets that we wrote to the data hub's table too.

        Raises:
            StoreError: the database did not answer; of a batch all is forgotten or nothing.
        """
        for name in _OWN:
            yield from self._repeat(name, export)
        yield from self._released(export)
        if bronze and self.prunes_bronze():
            yield from self._repeat("prune_bronze", export)

    def prunes_bronze(self) -> bool:
        """Whether the hub's table is here as we know it, and rows may be deleted from it."""
        known = self._database.rows(sql("bronze_rights"))[0]["writable"]
        return bool(known and self._database.rows(sql("bronze_prunable"))[0]["deletable"])

    def _repeat(self, name: str, export: Export) -> Iterator[Counter[str]]:
        while rows := self._one(name, export):
            yield _counted(rows)

    def _released(self, export: Export) -> Iterator[Counter[str]]:
        after: int | None = 0
        while after is not None:
            rows = self._one("prune_released", export, after=after)
            after = next((row["walked_to"] for row in rows if not row["name"]), None)
            # Even if nothing of it went: who does a little at a time has done a little.
            yield _counted(rows)

    def _one(self, name: str, export: Export, **more: object) -> list[Row]:
        given = {"before": self._before, "most": self._batch, **more}
        with self._database.transaction() as connection:
            rows = fetch(connection, sql(name), given)
            if gone := [Pruned(row["name"], row["row"]) for row in rows if row["name"]]:
                export(gone)
        return rows


def _counted(rows: Sequence[Row]) -> Counter[str]:
    return Counter(row["name"] for row in rows if row["name"])


def table_sizes(database: Database) -> list[Volume]:
    """Every table of ours, the largest first; bytes with its indexes.

    Raises:
        StoreError: the database did not answer.
    """
    found = database.rows(sql("table_sizes"))
    return [Volume(row["name"], row["rows"], row["bytes"]) for row in found]
