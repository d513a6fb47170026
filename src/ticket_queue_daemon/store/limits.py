"""The budget of TDX's rate limits, shared by the daemons at one database.

Keeps the promise of ``tdx/shared_budget.py``, which this floor does not know: an answer soon, or None.
No transaction outlives a method, and none is held while TDX is called.
"""

from __future__ import annotations

import json
import queue
import socket
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from ticket_queue_daemon.store.pool import Database

# A call to TDX waits for the ledger at most this long; a healthy database answers in milliseconds.
ANSWER_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Granted:
    """What the ledger gave.

    Attributes:
        number: the window that the places are of.
        places: calls that may go out; 0: come again after ``hold`` seconds.
        others: other processes at work.
    """

    number: int
    places: int
    hold: float
    others: int


class RateLedger:
    """One process at the ledger.

    Args:
        database: where it is kept.
        instance: the TDX instance, as the database is bound to it.
        client: this process.
        home: what stands for our address; by default this host. Daemons on other hosts have, as a
            rule, an address of their own, and so limits of their own.
        answer_seconds: how long an answer is waited for.
    """

    def __init__(
        self,
        database: Database,
        instance: str,
        client: str,
        *,
        home: str | None = None,
        answer_seconds: float = ANSWER_SECONDS,
    ) -> None:
        self._database = database
        self._home = f"host {home or socket.gethostname()}"
        self._who = {"instance": instance, "client": client, "home": self._home}
        self._answer_seconds = answer_seconds
        self._busy = threading.Semaphore(4)

    def take(self, ask: Mapping[str, Any]) -> Granted | None:
        """Places of one route's window; None if the database does not answer."""
        rows = self._ask("take_places", {**ask, "scope": self._scope(ask)})
        return Granted(**rows[0]) if rows else None

    def note(self, figures: Sequence[Mapping[str, Any]], *, goes: bool) -> int | None:
        """Say that we are at work, or go, and what we know; how many others are at work.

        None if the database does not answer.
        """
        told = [{**one, "scope": self._scope(one)} for one in figures]
        rows = self._ask("note_rates", {"goes": goes, "figures": json.dumps(told)})
        return int(rows[0]["others"]) if rows else None

    def _scope(self, facts: Mapping[str, Any]) -> str:
        # All daemons at one database are taken for one account: TDX counts reports by it.
        return "account" if facts["per_account"] else self._home

    def _ask(self, name: str, facts: Mapping[str, Any]) -> list[dict[str, Any]] | None:
        """Run a statement in a thread of its own, so that nothing here can hang for long."""

        def run() -> list[dict[str, Any]]:
            return self._database.rows(sql(name), {**facts, **self._who})

        if not self._busy.acquire(blocking=False):
            return None
        answers: queue.SimpleQueue[list[dict[str, Any]] | None] = queue.SimpleQueue()
        threading.Thread(
            target=_answer, args=(run, answers, self._busy), name="rate-ledger", daemon=True
        ).start()
        try:
            return answers.get(timeout=self._answer_seconds)
        except queue.Empty:
            return None


def _answer(
    run: Callable[[], list[dict[str, Any]]],
    answers: queue.SimpleQueue[list[dict[str, Any]] | None],
    busy: threading.Semaphore,
) -> None:
    answer = None
    try:
        answer = run()
    except StoreError:
        pass  # the caller paces by itself, and says so in what it does
    finally:
        busy.release()
        answers.put(answer)
