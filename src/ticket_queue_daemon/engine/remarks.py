"""What a run says of the report or search that it read, in sentences; it works on what is good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.observe.events import Note

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.engine.queue import Queue
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.tdx.reportrows import TicketIds

ODD_ROWS_SHOWN = 3


def said(notes: Sequence[str], observer: Observer) -> Sequence[str]:
    """The notes, once they have been told."""
    for note in notes:
        observer.on_event(Note("warning", note))
    return notes


def blind(queue: Queue, found: TicketIds) -> list[str]:
    """What to say when an action asks to look again, and the report can't tell when."""
    if found.modified is not None or not any(key.on_update for key in queue.keys):
        return []
    note = (
        f"{queue.source} has no modified date, so no ticket that was skipped is "
        'looked at again (reevaluate="on_update"). Add the column Modified to the report.'
    )
    return [note]


def odd_rows(found: TicketIds) -> list[str]:
    """What is wrong with the report's rows, in sentences; the good rows are worked on."""
    notes = []
    if found.bad_rows:
        some = "; ".join(
            f"row {bad.index + 1}: {bad.reason}" for bad in found.bad_rows[:ODD_ROWS_SHOWN]
        )
        notes.append(f"{len(found.bad_rows)} rows name no ticket and were left out ({some}).")
    if found.duplicates:
        notes.append(f"{found.duplicates} rows name a ticket again; each ticket counts once.")
    return notes
