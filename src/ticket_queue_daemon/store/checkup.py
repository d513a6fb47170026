"""What ``doctor`` asks the database; every statement only reads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.store.privileges import missing_rights
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.store.pool import Database


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """Who we are at the server, and what it would refuse to anyone; ``now`` is its clock."""

    role: str
    superuser: bool
    standby: bool
    refuses_writes: bool
    encoding: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Bound:
    """The TDX instance that the database serves, and since when its tickets may be changed."""

    instance: str
    confirmed_at: datetime | None


@dataclass(frozen=True, slots=True)
class IndexFacts:
    """The asset index: how many assets, and when it was complete (None: never)."""

    assets: int
    complete_at: datetime | None


class DatabaseCheckup:
    """Questions about a database. Each raises StoreError when it can't be answered."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def server(self) -> ServerFacts:
        """The server and our part in it."""
        return ServerFacts(**self._database.rows(sql("server_facts"))[0])

    def version(self) -> str:
        """Such as ``18.4``."""
        return self._database.check()

    def missing_rights(self) -> list[str]:
        """What has to be granted; only for a schema that is up to date."""
        return missing_rights(self._database)

    def bound(self) -> Bound | None:
        """The instance; None before the first run."""
        for row in self._database.rows(sql("bound_instance")):
            return Bound(row["instance"], row["confirmed_at"])
        return None

    def index(self) -> IndexFacts:
        """The asset index."""
        state = self._database.rows(sql("asset_index_state"))[0]
        count = self._database.rows(sql("asset_index_count"))[0]
        return IndexFacts(count["assets"], state["complete_at"])
