"""``when:`` of a rule: CEL over the facts of a ticket, checked at loading, explained at deciding.

The words are in ``vocabulary.py`` and in ``docs/conditions.md``. A condition can't loop for long: its
text, its depth and its loops are bounded, patterns are RE2, and it changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.rules.calendar import ALWAYS
from ticket_queue_daemon.rules.checking import Checker, refused
from ticket_queue_daemon.rules.expression import NotReadable, read
from ticket_queue_daemon.rules.parts import ConditionFailed, Source

if TYPE_CHECKING:
    from collections.abc import Collection

    from ticket_queue_daemon.rules.calendar import Calendar
    from ticket_queue_daemon.rules.facts import Facts

__all__ = ["Condition", "ConditionFailed", "Verdict"]

MOST_REASONS: Final = 2_000
"""How many characters a reason has at most."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a condition.

    Attributes:
        holds: it is true of the ticket.
        because: the parts that decided, as they were written, each with the values that it read.
    """

    holds: bool
    because: str


class Condition:
    """One condition, compiled once; any number of threads may decide with it.

    Args:
        text: CEL.
        where: which option of which rule it stands in, for errors.
        attributes: the names of the custom attributes that there are; None: any name passes.
        columns: the columns of the report, if they are known; None: any passes.
        calendar: for business time and the time of day; by default open always, UTC.

    Attributes:
        needs: which facts it may ask for: ``ticket``, ``row``, ``requestor``, ``assets``, ``feed``,
            ``now``, ``queue``.
        drifts: whether its answer may become another while the ticket stays as it is, by the clock
            or by the report's columns.
        asset_fields: which fields of the assets it reads; what is not among them need not be fetched.

    Raises:
        ConfigError: it can't be read, names what there is not, or compares what can't be compared;
            with line and column.
    """

    def __init__(
        self,
        text: str,
        *,
        where: str,
        attributes: Collection[str] | None = None,
        columns: Collection[str] | None = None,
        calendar: Calendar = ALWAYS,
    ) -> None:
        self.text = text
        checker = Checker(text, attributes, columns)
        try:
            tree = read(text)
            checker.decides(tree)
            self._whole = Source(text, where, checker.found, calendar).cut(tree)
        except NotReadable as error:
            raise refused(error, text, where) from error
        self.needs = checker.found.needs
        self.drifts = checker.found.drifts
        self.asset_fields = frozenset(checker.found.asset_fields)

    def decide(self, facts: Facts) -> Verdict:
        """Whether it holds for a ticket, from left to right; what is not needed is not asked for.

        Raises:
            ConditionFailed: it can't be decided for this ticket.
            DaemonError: what the facts raise when they can't be fetched.
        """
        holds, because = self._whole.decide(facts)
        if len(because) > MOST_REASONS:
            because = f"{because[: MOST_REASONS - 1]}…"
        return Verdict(holds, because)

    def __repr__(self) -> str:
        return f"Condition({self.text!r})"
