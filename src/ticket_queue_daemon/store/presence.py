"""A daemon's own session: by it others see that the daemon lives, and it hears what is asked for.

The session holds two advisory locks, which PostgreSQL takes away with it: one on the process, the
sign of life, and one on the queue. A standby wants that one alone and works only while it has it; a
daemon that shares the work holds it beside others. A session that was lost is opened anew; what a
standby held is then somebody else's, until it has it again.
"""

from __future__ import annotations

import logging
import select
import socket
import threading
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psycopg
from psycopg import errors as pg

from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.store.orders import QueuePause
from ticket_queue_daemon.store.pool import fetch
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime
    from typing import Self

    from psycopg import Connection

    from ticket_queue_daemon.store.pool import Database, Row

LONGEST_BEAT = 5.0
SHORTEST_BEAT = 0.1
_BEATS_A_LEASE = 4

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Bearing:
    """Who is present, and as what.

    Attributes:
        worker, queue, program: as status shows them; ``program`` is the version.
        interval: seconds between two passes.
        lease_seconds: within it a standby takes over.
        standby: works only while it leads.
        unseen: hears, and neither is seen nor leads: a dry run, which writes nothing.
    """

    worker: str
    queue: str
    program: str
    interval: float
    lease_seconds: float
    standby: bool = False
    unseen: bool = False

    @property
    def beat(self) -> float:
        """Seconds between two signs of life; each is also a look whether the lead is free."""
        return min(LONGEST_BEAT, max(SHORTEST_BEAT, self.lease_seconds / _BEATS_A_LEASE))


class Presence:
    """A daemon at its database, for the length of a ``with`` block.

    Args:
        news: called from another thread, and has to return at once: ``True`` if a run is asked for,
            ``False`` if a pause or the lead has changed.
        rejected: since when changed rules are rejected, and the first mistake in them; for status.

    Attributes:
        next_run_at: what status shows; None while at work.
    """

    def __init__(
        self,
        database: Database,
        bearing: Bearing,
        news: Callable[[bool], None],
        rejected: Callable[[], tuple[datetime | None, str | None]] = lambda: (None, None),
    ) -> None:
        self._database = database
        self._bearing = bearing
        self._news = news
        self._rejected = rejected
        self._pauses: Sequence[QueuePause] = []
        self._session: Connection[Row] | None = None
        self._process_id: int | None = None
        self._holds = False
        self._told = False
        self._over = threading.Event()
        self._here, self._there = socket.socketpair()
        self._thread = threading.Thread(target=self._work, name="presence", daemon=True)
        self.next_run_at: datetime | None = None

    @property
    def leads(self) -> bool:
        """Whether the work is this daemon's; always, if it is no standby."""
        return self._holds or self._bearing.unseen or not self._bearing.standby

    @property
    def paused(self) -> QueuePause | None:
        """The pause of the queue, as far as was heard; the run itself asks again."""
        return next(iter(self._pauses), None)

    def __enter__(self) -> Self:
        # The first beat is waited for: a standby that is alone leads from its start.
        self._try_to_beat()
        self._thread.start()
        return self

    def nudge(self) -> None:
        """Give a sign of life at once: there is something new for status."""
        with suppress(OSError):
            self._there.send(b".")

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._there.send(b".")
        self._thread.join()
        self._here.close()
        self._there.close()

    def _work(self) -> None:
        while not self._over.is_set():
            ears = [self._here.fileno()]
            if self._session is not None:
                ears.append(self._session.fileno())
            heard, _, _ = select.select(ears, [], [], self._bearing.beat)
            if ears[0] in heard:
                self._here.recv(64)
            if not self._over.is_set():
                self._try_to_beat()
        self._leave()

    def _try_to_beat(self) -> None:
        """One beat, and what was heard before it; a failure costs the session and nothing else."""
        try:
            for word in self._hear():
                if word == f"run {self._bearing.queue}":
                    self._news(True)
            self._beat()
        except (psycopg.Error, StoreError, OSError) as error:
            self._lose(error)
            return
        if self._told:
            _LOG.info("the daemon's own session at the database is back")
            self._told = False

    def _hear(self) -> list[str]:
        if self._session is None:
            self._session = self._database.own_session()
            self._do("configure_presence", lease=int(self._bearing.lease_seconds))
            self._session.execute(sql("hear"))
            if not self._bearing.unseen:
                self._register()
        return [one.payload for one in self._session.notifies(timeout=0)]

    def _register(self) -> None:
        one = self._bearing
        [row] = self._do(
            "register_process",
            worker=one.worker,
            queue=one.queue,
            program=one.program,
            standby=one.standby,
            interval=one.interval,
        )
        self._process_id = row["process_id"]
        self._do("lock_process", process_id=self._process_id)

    def _beat(self) -> None:
        pauses = [QueuePause(**row) for row in self._do("pauses", queue=self._bearing.queue)]
        changed = pauses != self._pauses
        self._pauses = pauses
        if not self._bearing.unseen:
            rejected_at, mistake = self._rejected()
            seen = {
                "process_id": self._process_id,
                "next_run_at": self.next_run_at,
                "rejected_at": rejected_at,
                "mistake": mistake,
            }
            if not self._do("process_seen", **seen):
                self._register()
            if not self._holds:
                self._holds = self._take_the_lead()
                changed |= self._holds
        if changed:
            self._news(False)

    def _take_the_lead(self) -> bool:
        queue, lease = self._bearing.queue, float(self._bearing.lease_seconds)
        if not self._bearing.standby:
            return bool(self._do("lead_beside_others", queue=queue)[0]["ours"])
        if self._do("lead_alone", queue=queue)[0]["ours"]:
            return True
        try:
            silent = self._do("end_silent_leaders", queue=queue, lease=lease)
        except pg.InsufficientPrivilege:
            _LOG.warning(
                "a daemon of another database user leads %s and gives no sign of life; only that "
                "user may end its session",
                queue,
            )
            return False
        for row in silent:
            _LOG.warning(
                "%s leads %s and gave no sign of life for a lease; its session is ended",
                row["worker"],
                queue,
            )
        return False

    def _lose(self, error: Exception) -> None:
        led = self._holds and self._bearing.standby
        self._holds = False
        session, self._session = self._session, None
        if session is not None:
            session.close()
        if not self._told:
            self._told = True
            _LOG.warning(
                "the daemon's own session at the database is lost (%s); %s until it is back",
                type(error).__name__,
                "this standby does not lead" if self._bearing.standby else "run-now is not heard",
            )
        if led:
            self._news(False)

    def _leave(self) -> None:
        if self._session is None:
            return
        try:
            if self._process_id is not None:
                self._do("process_leaves", process_id=self._process_id, queue=self._bearing.queue)
        except psycopg.Error:
            _LOG.debug("leaving without a word", exc_info=True)
        self._session.close()

    def _do(self, name: str, **given: Any) -> list[Row]:
        if self._session is None:
            raise StoreError("The daemon has no session of its own at the database.")
        return fetch(self._session, sql(name), given)
