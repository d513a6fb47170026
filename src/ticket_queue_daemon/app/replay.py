"""Replay what was recorded against other rules; needs the database only."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.parts import queue_name
from ticket_queue_daemon.assets.catalog import AssetCatalog
from ticket_queue_daemon.assets.records import record_of_index
from ticket_queue_daemon.engine.judging import Holders
from ticket_queue_daemon.engine.keys import bind
from ticket_queue_daemon.engine.recorded import Recording
from ticket_queue_daemon.engine.replaying import Replayer
from ticket_queue_daemon.engine.verdicts import Replayed
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.assets import AssetIndex
from ticket_queue_daemon.store.corrections import Corrections
from ticket_queue_daemon.store.recordings import Recordings

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from datetime import datetime

    from ticket_queue_daemon.app.rules import ConfiguredQueue
    from ticket_queue_daemon.config.settings import Settings
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.recordings import KeptRecording

BY_THE_RUN = (
    "Limits (limit, max_new_tickets) are of a run, not of a ticket: a replay does not count them."
)


@contextmanager
def _unwatched(total: int) -> Iterator[Callable[[], None]]:
    del total
    yield lambda: None


class TodaysAssets:
    """The asset index as it is, read when it is first asked for."""

    def __init__(self, database: Database) -> None:
        self._index = AssetIndex(database)
        self._read = False
        self._catalog: AssetCatalog | None = None

    def __call__(self) -> AssetCatalog | None:
        """The whole list; None if it was never complete."""
        if not self._read:
            self._read = True
            if self._index.state().complete_at is not None:
                self._catalog = AssetCatalog(map(record_of_index, self._index.all()))
        return self._catalog


def replay(
    database: Database,
    settings: Settings,
    rules: ConfiguredQueue,
    since: Callable[[datetime], datetime],
    *,
    watched: Callable[[int], AbstractContextManager[Callable[[], None]]] = _unwatched,
) -> Replayed:
    """Put what was recorded before the new rules.

    Args:
        database: read, never written.
        settings: the new rules' own among them.
        rules: the new rules; those whose names are still names are left out, and it is said.
        since: gives the beginning, told the database's present.
        watched: shows how far it is: told how many recordings there are, it gives what is called
            after each.

    Raises:
        ConfigError: no action can be replayed.
        StoreError: the database is away.
    """
    kept = Recordings(database)
    held = kept.held()
    begin = since(held.now)
    queue = queue_name(settings)
    replayer = _replayer(database, settings, rules, Holders(kept.once_taken(), begin))
    found = Replayed(begin, held.now, held.oldest)
    found.notes += _notes(rules)
    tickets: set[int] = set()
    with watched(kept.count(begin, queue)) as one_more:
        for batch in kept.since(begin, queue=queue):
            ids = [one.ticket_id for one in batch]
            events = kept.decided(ids, [one.run_id for one in batch])
            settled = kept.settled(ids)
            for recording in _readable(batch, found):
                replayer.replay(recording, events, settled)
                tickets.add(recording.ticket_id)
                one_more()
    found.tickets, found.groups = len(tickets), replayer.groups()
    if found.unreadable:
        found.notes.append(f"{found.unreadable} recordings of another version can't be read.")
    return found


def _replayer(
    database: Database, settings: Settings, rules: ConfiguredQueue, holders: Holders
) -> Replayer:
    if not any(one.action_id for one in rules.in_force):
        raise ConfigError(
            "Not one action of these rules can be replayed: all have names that only TDX can tell.",
            "Write ids instead of names, or let TDX be asked: leave --no-check away and set TDX_*.",
        )
    return Replayer(
        bind([one.action for one in rules.in_force if one.action_id]),
        unsettled=[(one.word, one.action.label) for one in rules.unsettled],
        bots=settings.bots,
        today=TodaysAssets(database),
        ours=Corrections(database).ours,
        holders=holders,
    )


def _readable(batch: Sequence[KeptRecording], found: Replayed) -> Iterator[Recording]:
    for one in batch:
        try:
            recording = Recording.of(one)
        except ValueError:
            found.unreadable += 1
            continue
        found.recordings += 1
        yield recording


def _notes(rules: ConfiguredQueue) -> list[str]:
    notes = [
        f"{one.label} is left out: it has names, and TDX was not asked for their ids."
        for one in rules.unsettled
    ]
    if any(one.action.rule.limit for one in rules.in_force):
        notes.append(BY_THE_RUN)
    return notes
