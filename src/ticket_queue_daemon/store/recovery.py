"""After a restore: the log does not know what was done since the backup, and TDX does."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.store.pool import Database

DAYS: Final = 30
"""A recovery ends by itself after so long: what was due in the lost span has come up by then."""


@dataclass(frozen=True, slots=True)
class Lost:
    """What may be missing from the log.

    Attributes:
        since: from when on, in the database's clock; generous.
        began_at: when it was noticed: a younger ticket has nothing of it.
        until: when the recovery ends by itself.
        noticed: it was noticed just now, by this very call.
    """

    since: datetime
    began_at: datetime
    until: datetime
    noticed: bool = False


class Recovery:
    """The books on what may be missing. Every method raises StoreError when the database is away."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def lost(self) -> Lost | None:
        """What may be missing, if anything; notices that the database is another copy than before.

        To be called before a run writes anything: by what it writes the log looks newer than it is.
        """
        given = {"since": None, "asked": False, "days": DAYS}
        for row in self._database.rows(sql("recovery_begin"), given):
            return Lost(**row, noticed=True)
        return self.state()

    def state(self) -> Lost | None:
        """What may be missing, if anything, as it was noticed; changes nothing."""
        found = self._database.rows(sql("recovery_state"))
        return Lost(**found[0]) if found else None

    def begin(self, since: datetime | None) -> Lost:
        """A person says that something may be missing; ``since`` None: since the end of the log."""
        given = {"since": since, "asked": True, "days": DAYS}
        return Lost(**self._database.rows(sql("recovery_begin"), given)[0], noticed=True)

    def end(self) -> bool:
        """A person says that nothing is; False if nothing was."""
        return bool(self._database.rows(sql("recovery_end")))
