"""A ticket with its label, and the register of the ways in which people write."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Callable

    from corpus.machines import Machine
    from corpus.pen import Pen

Says = Literal["", "ambiguous", "ineligible"]


@dataclass(frozen=True, slots=True)
class Draft:
    """What a way of writing gives.

    Args:
        title: plain text.
        body: the description, ``None`` when there is none.
        is_html: whether the body is HTML.
        expected: the machines to attach, no more and no fewer.
        also: machines that occur on purpose and must not be attached.
        near: machines that a longer word contains on purpose (a slip that doubles a character).
    """

    title: str
    body: str | None
    is_html: bool = False
    expected: tuple[Machine, ...] = ()
    also: tuple[Machine, ...] = ()
    near: tuple[Machine, ...] = ()


@dataclass(frozen=True, slots=True)
class Ticket:
    """A draft whose label was checked."""

    number: int
    way: str
    title: str
    body: str | None
    is_html: bool
    expected: frozenset[int]


@dataclass(frozen=True, slots=True)
class Way:
    """One named way of writing; ``rule`` says what is right, ``says`` what must be told of it."""

    name: str
    write: Callable[[Pen], Draft]
    says: Says = ""

    @property
    def rule(self) -> str:
        """The docstring of its function."""
        return (self.write.__doc__ or "").strip()


WAYS: dict[str, Way] = {}


def way(says: Says = "") -> Callable[[Callable[[Pen], Draft]], Callable[[Pen], Draft]]:
    """Enter a function into the register under its own name."""

    def enter(write: Callable[[Pen], Draft]) -> Callable[[Pen], Draft]:
        name = write.__name__.strip("_")
        WAYS[name] = Way(name, write, says)
        return write

    return enter
