"""What a plan costs TDX: calls by endpoint, and how long the limits make them take. Pure."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.effects import foretold
from ticket_queue_daemon.tdx.windows import USUAL_SECONDS, default_limit

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from ticket_queue_daemon.effects.base import Effect
    from ticket_queue_daemon.tdx.ratelimit import WindowState

_SIGNING_IN = "auth/"


@dataclass(frozen=True, slots=True)
class Cost:
    """The calls to one endpoint.

    Attributes:
        endpoint: verb and route, as TDX's limits are counted.
        reads: of tickets, lists and assets, as many as looking took.
        writes: what sends the effects, and the looks right before.
        limit: calls a minute, as TDX told or else as it is documented; None: no limit.
        waits: the least seconds that the limit makes so many calls take.
    """

    endpoint: str
    reads: int
    writes: int
    limit: int | None
    waits: float

    @property
    def calls(self) -> int:
        """All of them."""
        return self.reads + self.writes


def costs(
    looked: Mapping[str, int], effects: Iterable[Effect], windows: Sequence[WindowState]
) -> list[Cost]:
    """What applying would cost, by endpoint, the busiest first.

    Applying plans anew, so it reads what looking has read; each effect is then looked at and sent
    as :func:`ticket_queue_daemon.effects.foretold.calls` has it. Not foretold: what is read again
    since an earlier change of the same ticket made it stale, and looks after lost answers.

    Args:
        looked: the calls that looking took.
        effects: what is to be sent.
        windows: what the client has learned of the limits.
    """
    reads = Counter({one: count for one, count in looked.items() if _SIGNING_IN not in one})
    writes = Counter(call for effect in effects for call in foretold.calls(effect))
    learned = {window.key: window.limit for window in windows}
    made = []
    for endpoint in reads.keys() | writes.keys():
        # What TDX has told of a route that was called, even that it has no limit, is the truth.
        limit = learned[endpoint] if endpoint in learned else default_limit(endpoint)
        calls = reads[endpoint] + writes[endpoint]
        waits = 0.0 if not limit else (calls - 1) // limit * USUAL_SECONDS
        made.append(Cost(endpoint, reads[endpoint], writes[endpoint], limit, waits))
    return sorted(made, key=lambda one: (-one.waits, -one.calls, one.endpoint))


def at_least(made: Sequence[Cost]) -> float:
    """The least seconds that all of it takes: endpoints are called side by side."""
    return max((one.waits for one in made), default=0.0)
