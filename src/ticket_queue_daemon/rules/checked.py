"""What the checker finds out about a condition, and what it offers to those who look at calls."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol

from ticket_queue_daemon.rules.reading import NEEDS
from ticket_queue_daemon.rules.vocabulary import BY_THE_CLOCK

if TYPE_CHECKING:
    from ticket_queue_daemon.rules.expression import Node
    from ticket_queue_daemon.rules.reading import Read


@dataclass
class Checked:
    """What is known of a condition, each with the place where it stands.

    Attributes:
        reads: what it reads.
        edits: what the engine is to be given instead of what stands there: start, end, text.
        functions: the functions of ours that it calls.
        telling: calls whose answer tells a person more than what they read.
        asset_fields: the fields of assets that it names.
    """

    reads: list[tuple[int, Read]] = field(default_factory=list)
    edits: list[tuple[int, int, str]] = field(default_factory=list)
    functions: list[tuple[int, str]] = field(default_factory=list)
    telling: list[Node] = field(default_factory=list)
    asset_fields: set[str] = field(default_factory=set)

    @property
    def needs(self) -> frozenset[str]:
        """The facts that it may ask for."""
        named = {read.variable for _, read in self.reads}
        return frozenset(need for name in named for need in NEEDS.get(name, (name,)))

    @property
    def drifts(self) -> bool:
        """Whether its answer may become another while the ticket stays as it is."""
        return any(
            read.variable in {"now", "row"}
            or (read.variable == "ticket" and read.field in BY_THE_CLOCK)
            for _, read in self.reads
        )


class Walk(Protocol):
    """The checker, as it walks through a condition."""

    found: Checked

    def type_of(self, node: Node) -> str:
        """The type of a piece; notes what it reads."""
        ...

    def said(self, node: Node) -> str:
        """The piece as it was written."""
        ...

    def read(self, at: int, read: Read) -> None:
        """Note something that is read."""
        ...

    def column(self, owner: Node, name: str, at: int) -> str:
        """Note a column of the report that is read, and give its type."""
        ...

    @property
    def is_in_loop(self) -> bool:
        """Whether the piece in hand stands inside of ``exists`` or alike."""
        ...
