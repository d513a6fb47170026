"""Keep the leases of work in hand, and know when one may be over.

The database's clock decides who owns a claim. Beside it each claim has a deadline on this
machine's own clock, which goes on while the process sleeps: it is asked just before every send, so
that a daemon that was paused past its lease sends nothing when it wakes.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Self

from ticket_queue_daemon.errors import StoreError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from types import TracebackType
    from uuid import UUID

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.store.rows import Claim
    from ticket_queue_daemon.store.tracker import StateTracker

RENEWALS_PER_LEASE = 3
MARGIN = 0.1
"""The share of a lease that is given away to clocks and latency."""


class LeaseKeeper:
    """Renews the watched claims in a thread of its own; a context manager.

    Args:
        tracker: where leases are renewed.
        clock: whose ``monotonic`` the deadlines are on.
        lease_seconds: the length of a lease.
    """

    def __init__(self, tracker: StateTracker, clock: Clock, lease_seconds: float) -> None:
        self._tracker = tracker
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._lock = threading.Lock()
        self._watched: dict[UUID, tuple[Claim, float]] = {}
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="leases", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._over.set()
        self._thread.join(timeout=self._lease_seconds)

    def watch(self, claims: Iterable[Claim], since: float) -> None:
        """Keep these claims alive.

        Args:
            claims: what was just claimed.
            since: ``clock.monotonic()`` from before they were claimed.
        """
        deadline = since + self._lease_seconds * (1 - MARGIN)
        with self._lock:
            self._watched.update({claim.log_id: (claim, deadline) for claim in claims})

    def forget(self, claims: Iterable[Claim]) -> None:
        """These are recorded or given back."""
        with self._lock:
            for claim in claims:
                self._watched.pop(claim.log_id, None)

    def deadline(self, claim: Claim) -> float:
        """The moment on ``clock.monotonic`` from which nothing may be sent under this claim."""
        with self._lock:
            watched = self._watched.get(claim.log_id)
        return watched[1] if watched else float("-inf")

    def renew(self) -> None:
        """Renew every watched claim once; one that is not ours any more is over at once."""
        with self._lock:
            claims = [claim for claim, _ in self._watched.values()]
        if not claims:
            return
        since = self._clock.monotonic()
        try:
            ours = self._tracker.renew(claims, self._lease_seconds)
        except StoreError:
            # The deadlines stand as they are: without the database no lease grows.
            return
        deadline = since + self._lease_seconds * (1 - MARGIN)
        with self._lock:
            for claim in claims:
                if claim.log_id in self._watched:
                    alive = deadline if claim.log_id in ours else float("-inf")
                    self._watched[claim.log_id] = (claim, alive)

    def _keep(self) -> None:
        while not self._over.wait(self._lease_seconds / RENEWALS_PER_LEASE):
            self.renew()
