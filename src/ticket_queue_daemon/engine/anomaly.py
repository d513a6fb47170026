"""The third guard, below the blast radius: an action that meets far more tickets than it ever does.

What one run would newly execute is held against the action's own last runs. Far outside of them the
action is *held back*: nothing of it is sent, its tickets stay as they are for the next run, and a
person releases it or leaves it; the other actions go on.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from statistics import median
from typing import TYPE_CHECKING
from uuid import UUID

from ticket_queue_daemon.observe.events import ActionHeldBack, Note

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping, Sequence

    from ticket_queue_daemon.engine.queue import Queue
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.store.rows import Pending
    from ticket_queue_daemon.store.tracker import StateTracker

LEAST_TICKETS = 20
"""Fewer are never held back, however unusual: a Monday's backlog, a form that is in fashion."""
LEAST_RUNS = 10
"""With fewer runs in which it met a ticket anew, nobody knows what is usual."""
_NO_RUN = UUID(int=0)
_NEW = frozenset({"new", "rule"})
_MAD_TO_SIGMA = 1.4826
"""What makes the median absolute deviation of normal values their standard deviation."""


@dataclass(frozen=True, slots=True)
class Usual:
    """What an action's last runs were like.

    Attributes:
        middle: the median of the tickets that each met anew.
        most: a run may meet so many.
        runs: how many it is judged by.
    """

    middle: float
    most: float
    runs: int


def usual(counts: Sequence[int], factor: float) -> Usual | None:
    """What is usual; None with too little history.

    The spread is the median absolute deviation, which a few runs of any size don't move; at least
    the square root of the median (what chance alone does to a count), and at least 1.

    Args:
        counts: tickets of each run.
        factor: so many times the spread may be above the median; more than 0.
    """
    if len(counts) < LEAST_RUNS:
        return None
    middle = median(counts)
    deviation = _MAD_TO_SIGMA * median(abs(one - middle) for one in counts)
    most = middle + factor * max(deviation, middle**0.5, 1.0)
    return Usual(middle, max(most, LEAST_TICKETS - 1.0), len(counts))


@dataclass(frozen=True, slots=True)
class Sifted:
    """What is left of the pending pairs, and what was held back, in sentences and by action id."""

    pending: Sequence[Pending]
    notes: Sequence[str] = ()
    held: tuple[str, ...] = ()


class Watch:
    """Watches the sizes of one queue's runs.

    Args:
        tracker: keeps the sizes of the last runs.
        queue: its factor (see :func:`usual`) is 0 if nobody is to watch; what reaches further than
            its blast radius is the other guard's to refuse, as a whole.
    """

    def __init__(self, tracker: StateTracker, queue: Queue) -> None:
        self._tracker = tracker
        self._queue = queue
        self._sizes: dict[str, int] = {}
        self._held: tuple[str, ...] = ()

    def sift(
        self,
        pending: Sequence[Pending],
        observer: Observer,
        *,
        confirmed: Collection[str],
        dry_run: bool,
    ) -> Sifted:
        """Hold back what is far outside its own history; a dry run only says so.

        Costs a query only when an action meets at least ``LEAST_TICKETS`` tickets anew.
        """
        raw = Counter(one.action_id for one in pending if one.why in _NEW)
        limits = {bound.key.action_id: bound.rule.limit for bound in self._queue.actions}
        self._sizes = {
            action_id: min(count, limits.get(action_id) or count)
            for action_id, count in raw.items()
        }
        suspects = [
            action_id
            for action_id, count in self._sizes.items()
            if self._queue.anomaly_factor
            and count >= LEAST_TICKETS
            and raw[action_id] <= self._queue.max_new_tickets
            and action_id not in confirmed
        ]
        far = self._far_out(suspects) if suspects else {}
        notes = [self._note(one, far[one], observer, dry_run=dry_run) for one in far]
        if dry_run:
            return Sifted(pending, notes)
        before, self._held = self._held, tuple(far)
        if before and not pending:
            # With work it is noted at the end of the run.
            self._keep(_NO_RUN, {})
        return Sifted(self._left(pending) if far else pending, notes, self._held)

    def _far_out(self, suspects: Sequence[str]) -> dict[str, Usual]:
        far: dict[str, Usual] = {}
        for past in self._tracker.anomalies.past(self._queue.name, suspects):
            size, normal = (
                self._sizes[past.action_id],
                usual(past.counts, self._queue.anomaly_factor),
            )
            if normal is None or size <= normal.most:
                continue
            # Meanwhile a few more may have come.
            if past.released_for is None or size > past.released_for + normal.most:
                far[past.action_id] = normal
        return far

    def _note(self, action_id: str, normal: Usual, observer: Observer, *, dry_run: bool) -> str:
        size = self._sizes[action_id]
        why = (
            f"it would newly execute on {size} tickets; in its last {normal.runs} runs it was "
            f"{normal.middle:g} as a rule, and up to {normal.most:.0f} would pass"
        )
        if dry_run:
            text = f"A real run would hold back {action_id}: {why}."
        else:
            text = (
                f"{action_id} is held back: {why}. Nothing of it was sent. See what it would do: "
                f"--dry-run. If it is meant: ticket-queue-daemon release {action_id}"
            )
            news = self._tracker.anomalies.hold(
                self._queue.name,
                action_id,
                tickets=size,
                usual=normal.middle,
                most=normal.most,
                runs=normal.runs,
            )
            if news:
                observer.on_event(ActionHeldBack(action_id, size, why))
        observer.on_event(Note("warning", text))
        return text

    def _left(self, pending: Sequence[Pending]) -> list[Pending]:
        """Without the pairs that are held back, and those that one of these might stop."""
        stoppers = {bound.key.action_id: bound.stoppers for bound in self._queue.actions}
        waiting = {
            (one.ticket_id, one.action_id)
            for one in pending
            if one.why in _NEW and one.action_id in self._held
        }

        def waits(one: Pending) -> bool:
            before = (one.action_id, *stoppers.get(one.action_id, ()))
            return one.why in _NEW and any((one.ticket_id, name) in waiting for name in before)

        return [one for one in pending if not waits(one)]

    def record(self, run_id: UUID, of: Collection[str] | None = None) -> None:
        """The run has come to its end: remember what each action met anew; one statement.

        What was held back is not remembered: it would make itself usual.

        Args:
            run_id: the run.
            of: the actions that it was for; of the others it says nothing. None: all of the queue.
        """
        kept = {one: size for one, size in self._sizes.items() if one not in self._held}
        self._keep(run_id, kept, of)

    def _keep(
        self, run_id: UUID, sizes: Mapping[str, int], of: Collection[str] | None = None
    ) -> None:
        ids = [bound.key.action_id for bound in self._queue.actions]
        self._tracker.anomalies.note(
            self._queue.name,
            run_id,
            sizes,
            configured=[one for one in ids if of is None or one in of],
            held=self._held,
        )
