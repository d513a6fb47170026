"""The two guards against a typo that changes a thousand tickets.

*Blast radius*: a run that would newly execute an action on more tickets than allowed is refused
before it touches any. *Circuit breaker*: a run of which too many tickets fail is stopped.
"""

from __future__ import annotations

import threading
from collections import Counter
from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.keys import differences
from ticket_queue_daemon.errors import BlastRadiusError

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.store.rows import ActionKey, Pending
    from ticket_queue_daemon.store.tracker import StateTracker

FAILURE_SHARE = 0.30
TICKETS_BEFORE_JUDGING = 20
WOULD_BE_REFUSED = "A real run would be refused. "
"""How a dry run begins to tell the guard's verdict."""


def check_blast_radius(
    pending: Sequence[Pending],
    actions: Sequence[BoundAction],
    tracker: StateTracker,
    *,
    max_new_tickets: int,
    confirmed: Collection[str],
) -> None:
    """Refuse a run that reaches too far.

    Args:
        pending: what the poll found.
        actions: the configured actions.
        tracker: knows the earlier configurations of each action.
        max_new_tickets: the most tickets on which an action may newly execute in one run.
        confirmed: action ids that a person has confirmed.

    Raises:
        BlastRadiusError: names each action, on how many tickets, what changed, and what to type.
    """
    counts = Counter(one.action_id for one in pending if one.why in {"new", "rule"})
    too_far = [
        bound.key
        for bound in actions
        if counts[bound.key.action_id] > max_new_tickets and bound.key.action_id not in confirmed
    ]
    if not too_far:
        return
    told = [
        f"{key.action_id} would newly execute on {counts[key.action_id]} tickets "
        f"({what_changed(key, tracker)})"
        for key in too_far
    ]
    flags = " ".join(f"--confirm {key.action_id}" for key in too_far)
    raise BlastRadiusError(
        f"Refused before touching any ticket: {'; '.join(told)}. At most {max_new_tickets} are "
        "allowed without a confirmation (DAEMON_MAX_NEW_TICKETS).",
        f"See what it would do: ticket-queue-daemon --dry-run. If it is meant: add {flags}. "
        "If the tickets now in the report are to be left as they are: "
        "ticket-queue-daemon baseline.",
    )


def what_changed(key: ActionKey, tracker: StateTracker) -> str:
    """How an action differs from the last one of its type that was carried out."""
    earlier = [
        row
        for row in tracker.previous_actions(key.action_type)
        if row["action_id"] != key.action_id
    ]
    if not earlier:
        return "an action that this database has not seen before"
    last = earlier[0]
    changes = differences(last["config"] or {}, key.config)
    if last["version"] != key.version:
        changes.append(f"version was {last['version']}, is {key.version}")
    return f"changed since {last['action_id']}: {', '.join(changes) or 'nothing in its config'}"


class CircuitBreaker:
    """Stops a run whose failures pass a share; the next run probes with a single ticket."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tickets = 0
        self._failed = 0
        self.is_open = False
        self.probing = False

    def begin_run(self, *, was_open: bool) -> None:
        """A new run: after one that was stopped, it is a probe until one ticket succeeds.

        Args:
            was_open: the last run of this queue, by whichever process, was stopped.
        """
        with self._lock:
            self.probing = was_open
            self._tickets = self._failed = 0
            self.is_open = False

    def count(self, *, failed: bool) -> None:
        """One ticket is done. Once open it stays so: what is still in hand may end well."""
        with self._lock:
            self._tickets += 1
            self._failed += failed
            if self.probing:
                self.is_open = failed
                self.probing = False
            elif self._tickets >= TICKETS_BEFORE_JUDGING:
                self.is_open |= self._failed > FAILURE_SHARE * self._tickets

    def story(self) -> str:
        """Why the run was stopped."""
        return (
            f"{self._failed} of {self._tickets} tickets failed, so the run was stopped; "
            "the next run tries one ticket first"
        )
