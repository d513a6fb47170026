"""What a pass asks of TDX."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.tdx.client import TdxClient


class Traffic:
    """What a pass asks of TDX, from the moment that this is made.

    Calls are the queue's own; refusals and waits those of all queues that were at work meanwhile.
    """

    def __init__(self, tdx: TdxClient, queue: str) -> None:
        self._tdx = tdx
        self._queue = queue
        self._before = self._so_far()

    def figures(self) -> dict[str, Any]:
        """For the report: ``calls`` by route, ``refused`` (429), and ``waited`` for places, in seconds."""
        calls, refused, waited = self._so_far()
        before = self._before
        made = {route: count - before[0].get(route, 0) for route, count in calls.items()}
        return {
            "calls": {route: count for route, count in made.items() if count},
            "refused": refused - before[1],
            "waited": waited - before[2],
        }

    def _so_far(self) -> tuple[Mapping[str, int], int, float]:
        limits = self._tdx.rate_limits()
        return (
            self._tdx.call_counts(self._queue),
            sum(one.refused for one in limits),
            sum(one.waited for one in limits),
        )
