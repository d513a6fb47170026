"""A plan's parts in words, for every form that it is shown in."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.engine.admission import moment

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.assets.considered import Considered
    from ticket_queue_daemon.engine.costs import Cost
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.proposal import Entry, Proposal

_IDS_SHOWN: Final = 8
_MINUTE: Final = 60


def made_at(made: Proposal) -> str:
    """When, as a person's clock shows it."""
    return moment(made.at)


def heading(made: Proposal, bound: BoundAction) -> str:
    """``3 now, 2 later, 1 never, 40 done already``; what would fail is told if anything would."""
    action_id = bound.key.action_id
    counts = [f"{len(made.of(action_id, when))} {when}" for when in ("now", "later", "never")]
    if failing := len(made.of(action_id, "fails")):
        counts.append(f"{failing} would fail")
    if done := made.done.get(action_id, 0):
        counts.append(f"{done} done already")
    return ", ".join(counts)


def caution(bound: BoundAction) -> str:
    """What of an action's rule a plan can't settle beforehand; "" for nothing."""
    if bound.rule.once_per == "ticket":
        return ""
    return (
        f"Once per {bound.rule.once_per}: of several tickets only the first gets it, so fewer may "
        "be changed."
    )


def why(entry: Entry) -> str:
    """The reason, with the words that were matched and the part of the condition that decided."""
    parts = [entry.reason]
    parts += [place(one) for one in entry.evidence]
    if entry.condition:
        parts.append(f"condition: {entry.condition}")
    return " · ".join(part for part in parts if part)


def place(one: Considered) -> str:
    """``title: My [IC-EHLB760-F16] is slow``."""
    cut = "…" if one.start > len(one.before) else ""
    return f"{one.where}: {cut}{one.before}[{one.token}]{one.after}"


def due(entry: Entry) -> str:
    """When it is looked at."""
    return "the next run" if entry.due is None else moment(entry.due)


def grouped(entries: Sequence[Entry]) -> list[tuple[str, str]]:
    """Tickets by reason: ``("3: 9291804, 9291805, 9291806", why)``, the most frequent first."""
    by_reason: dict[str, list[int]] = {}
    for one in entries:
        by_reason.setdefault(why(one), []).append(one.ticket_id)
    ordered = sorted(by_reason.items(), key=lambda item: -len(item[1]))
    return [(tickets(ids), reason) for reason, ids in ordered]


def tickets(ids: Sequence[int]) -> str:
    """``9291804, 9291805`` and, past a few, how many more."""
    shown = ", ".join(map(str, ids[:_IDS_SHOWN]))
    more = len(ids) - _IDS_SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


def limit(cost: Cost) -> str:
    """``60 a minute``."""
    return "none" if cost.limit is None else f"{cost.limit} a minute"


def span(seconds: float) -> str:
    """``< 1 min``, ``3 min``."""
    minutes = round(seconds / _MINUTE)
    return f"{minutes} min" if minutes else "< 1 min"


def cost(made: Proposal) -> str:
    """What applying costs, in one sentence."""
    calls = sum(one.calls for one in made.costs)
    takes = "under a minute"
    if made.seconds:
        takes = f"{span(made.seconds)} or more, by the limit of {made.costs[0].endpoint}"
    return f"Applying costs about {calls} calls to TDX and takes {takes}."
