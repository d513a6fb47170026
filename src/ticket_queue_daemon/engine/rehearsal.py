"""What the tickets of a dry run would leave each other, told by reading and by memory alone."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.once import held, subject_of
from ticket_queue_daemon.engine.planning import Declined, Turn
from ticket_queue_daemon.engine.share import Share

if TYPE_CHECKING:
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.plan import Plan
    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.store.tracker import StateTracker


class Rehearsal:
    """One for a dry run, for any number of threads. Nothing is written.

    Args:
        tracker: is asked what real runs have left.
    """

    def __init__(self, tracker: StateTracker) -> None:
        self.share = Share()
        self._tracker = tracker
        self._lock = threading.Lock()
        self._taken: dict[tuple[str, str], int] = {}

    def turn(self, bound: BoundAction, ticket_id: int) -> Turn:
        """Which occurrence is next; only of an action that repeats, the database is asked."""
        if not bound.key.repeats:
            return Turn()
        for row in self._tracker.get_ticket_actions(ticket_id):
            if row["action_id"] == bound.key.action_id:
                done = row["status"] == "completed"
                number = row["next_occurrence"] or row["occurrence"] + done
                return Turn(number, row["look_again_at"], done or row["done_before"] is not None)
        return Turn()

    def once(self, bound: BoundAction, reader: TicketReader, plan: Plan) -> Plan | Declined:
        """The plan, unless another ticket has or would get what its action does once."""
        subject = subject_of(bound.rule, reader)
        if isinstance(subject, Declined) or not subject:
            return subject or plan
        name, ticket_id = bound.key.action_id, reader.ticket_id
        holder = self._tracker.holds_once(name, subject)
        if holder is None:
            with self._lock:
                holder = self._taken.setdefault((name, subject), ticket_id)
        return plan if holder == ticket_id else held(bound.rule, holder)
