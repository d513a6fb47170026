"""The whole corpus: tickets spread evenly over the ways, each drawn until its label is true."""

from __future__ import annotations

from random import Random
from typing import TYPE_CHECKING

from corpus import (  # noqa: F401 -- importing them enters their ways into the register
    ways_cues,
    ways_decoys,
    ways_html,
    ways_lists,
    ways_mail,
    ways_places,
    ways_plain,
    ways_spelling,
    ways_traps,
)
from corpus.judge import is_true
from corpus.pen import Pen
from corpus.ticket import WAYS, Ticket

if TYPE_CHECKING:
    from corpus.campus import Campus
    from corpus.ticket import Way

_ATTEMPTS = 500


def corpus(
    campus: Campus, count: int = 5_000, seed: int | str = 1, *, checked: bool = True
) -> list[Ticket]:
    """So many labelled tickets; each way has dice of its own, so a new way changes no other.

    Without ``checked`` the labels may be wrong by accident, which does not matter for speed: on a
    very large campus most numbers are some machine's tag, and a log without one is hard to find.
    """
    ways = list(WAYS.values())
    tickets: list[Ticket] = []
    for place, way in enumerate(ways):
        share = count // len(ways) + (place < count % len(ways))
        pen = Pen(Random(f"{seed}/{way.name}"), campus)
        tickets += [
            _ticket(way, pen, len(tickets) + number, checked=checked) for number in range(share)
        ]
    return tickets


def _ticket(way: Way, pen: Pen, number: int, *, checked: bool) -> Ticket:
    for _ in range(_ATTEMPTS):
        draft = way.write(pen)
        if not checked or is_true(draft, pen.campus):
            expected = frozenset(machine.id for machine in draft.expected)
            return Ticket(number, way.name, draft.title, draft.body, draft.is_html, expected)
    raise RuntimeError(f"No true label in {_ATTEMPTS} drafts of {way.name}; its noise hits assets.")
