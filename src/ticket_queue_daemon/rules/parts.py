"""A condition taken apart at its &&, ||, ! and ?:, so that the deciding part can be named.

Each part that is none of these is evaluated by the CEL engine. What stands between them follows
CEL: a part that can't be evaluated does not matter when another part decides without it.
"""

from __future__ import annotations

import logging
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, Protocol

from ticket_queue_daemon.errors import ConfigError, DaemonError
from ticket_queue_daemon.rules.durations import say_duration
from ticket_queue_daemon.rules.functions import functions
from ticket_queue_daemon.rules.reading import Gatherer, Unreadable

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ticket_queue_daemon.rules.calendar import Calendar
    from ticket_queue_daemon.rules.checked import Checked
    from ticket_queue_daemon.rules.expression import Node
    from ticket_queue_daemon.rules.facts import Facts

# The binding logs what a function of ours raises, with the ticket's values; we tell it ourselves.
logging.getLogger("cel").setLevel(logging.CRITICAL)

_MOST_SHOWN: Final = 80
_MOST_MEMBERS: Final = 5
_WHY: Final = {
    "KeyError": "there is no such column or member",
    "IndexError": "the list has no such member",
    "ZeroDivisionError": "it divides by zero",
    "OverflowError": "a number or time is out of bounds",
    "TypeError": "these values do not go together",
    "RuntimeError": "a value can't be read as what is asked",
    "ValueError": "a value can't be used",
    "NoBusinessTime": "the calendar has no answer",
    "PanicException": "the engine gave up on these values",
}


class ConditionFailed(DaemonError):  # noqa: N818  the name says what happened
    """A condition can't be decided for this ticket: a value is missing or of a wrong kind."""


class Part(Protocol):
    """A piece of a condition that is true or false."""

    def decide(self, facts: Facts) -> tuple[bool, str]:
        """Whether it holds, and why.

        Raises:
            ConditionFailed: it can't be decided.
        """
        ...


class Source:
    """A condition that was checked, to cut parts from."""

    def __init__(self, text: str, where: str, checked: Checked, calendar: Calendar) -> None:
        self.text = text
        self.where = where
        self.checked = checked
        self.calendar = calendar

    def cut(self, node: Node) -> Part:
        """The part that a piece of the tree is."""
        if node.kind == "and":
            return Together([self.cut(part) for part in node.parts], decided_by=False)
        if node.kind == "or":
            return Together([self.cut(part) for part in node.parts], decided_by=True)
        if node.kind == "unary" and node.name == "!":
            return Not(self.cut(node.parts[0]))
        if node.kind == "choice":
            return Choice(*(self.cut(part) for part in node.parts))
        return Leaf(self, node)

    def compiled(self, node: Node) -> Any:
        """The piece as a program of the engine."""
        # The binding brings a command line of its own with it, which takes its time to load.
        import cel  # noqa: PLC0415

        text, at = "", node.start
        for start, end, instead in sorted(self.checked.edits):
            if node.start <= start and end <= node.end:
                text += self.text[at:start] + instead
                at = end
        try:
            return cel.compile(text + self.text[at : node.end])
        except ValueError as error:  # what we read and the engine does not
            raise ConfigError(
                f"{self.where}: the engine can't read {self.said(node)}.", "Write it more plainly."
            ) from error

    def said(self, node: Node) -> str:
        """The piece as it was written, on one line."""
        return " ".join(self.text[node.start : node.end].split())


class Leaf:
    """A part that the engine decides."""

    def __init__(self, source: Source, node: Node) -> None:
        checked = source.checked
        self._source = source
        self._said = source.said(node)
        self._program = source.compiled(node)
        within = range(node.start, node.end)
        reads = [read for at, read in checked.reads if at in within]
        self._gatherer = Gatherer(reads, sorted(checked.asset_fields))
        self._names = sorted({name for at, name in checked.functions if at in within})
        self._telling = [
            (source.said(call), source.compiled(call))
            for call in checked.telling
            if call.start in within and call.end <= node.end
        ]

    def decide(self, facts: Facts) -> tuple[bool, str]:
        """Whether it holds, and what it read."""
        try:
            gathered = self._gatherer.gather(facts)
        except Unreadable as error:
            raise self._failed(str(error)) from error
        trouble: list[str] = []
        given = gathered
        if self._names:
            given = {**gathered, **functions(self._names, self._source.calendar, trouble)}
        value = self._run(self._program, given, gathered, trouble)
        if not isinstance(value, bool):
            raise self._failed(f"it must be true or false, and is {show(value)}")
        if not self._telling and [read.label for read in self._gatherer.reads] == [self._said]:
            return value, f"{self._said} is {show(value)}"
        told = [(said, self._run(call, given, gathered, trouble)) for said, call in self._telling]
        read = [f"{label} is {show(one)}" for label, one in told + self._gatherer.shown(gathered)]
        why = f"{self._said} is {'true' if value else 'false'}"
        return value, f"{why}: {', '.join(read)}" if read else why

    def _run(
        self, program: Any, given: dict[str, Any], gathered: dict[str, Any], trouble: list[str]
    ) -> Any:
        try:
            return program.execute(given)
        except BaseException as error:
            reason = _WHY.get(type(error).__name__)
            if reason is None:
                raise
            read = self._gatherer.shown(gathered)
            unset = [label for label, value in read if value is None]
            absent = self._gatherer.absent(gathered)
            if absent:
                reason = f"the report's row has no column {' or '.join(map(repr, absent))}"
            if trouble:
                reason = trouble[0]
            if unset:
                reason = f"{' and '.join(unset)} {'are' if len(unset) > 1 else 'is'} not set"
                advice = f"Ask first, as in {unset[0]} != null && ..."
                raise self._failed(reason, advice) from error
            values = ", ".join(f"{label} is {show(value)}" for label, value in read)
            raise self._failed(f"{reason} ({values})" if values else reason) from error

    def _failed(self, reason: str, advice: str = "Mend the condition.") -> ConditionFailed:
        return ConditionFailed(
            f"{self._source.where}: {self._said} can't be decided: {reason}.", advice
        )


class Together:
    """Parts of which one decides for all: false among &&, true among ||."""

    def __init__(self, parts: Sequence[Part], *, decided_by: bool) -> None:
        self._parts = parts
        self._decided_by = decided_by

    def decide(self, facts: Facts) -> tuple[bool, str]:
        """By the first part that decides alone, else by all of them."""
        reasons, failure = [], None
        for part in self._parts:
            try:
                holds, why = part.decide(facts)
            except ConditionFailed as error:
                failure = failure or error
                continue
            if holds is self._decided_by:
                return holds, why
            reasons.append(why)
        if failure is not None:
            raise failure
        return not self._decided_by, "; ".join(reasons)


class Not:
    """A part that is denied."""

    def __init__(self, part: Part) -> None:
        self._part = part

    def decide(self, facts: Facts) -> tuple[bool, str]:
        """The contrary, for the same reason."""
        holds, why = self._part.decide(facts)
        return not holds, why


class Choice:
    """One of two parts, as a third one says."""

    def __init__(self, asked: Part, yes: Part, no: Part) -> None:
        self._asked = asked
        self._sides = (no, yes)

    def decide(self, facts: Facts) -> tuple[bool, str]:
        """By the part that was chosen, and why it was."""
        chosen, first = self._asked.decide(facts)
        holds, why = self._sides[chosen].decide(facts)
        return holds, f"{first}; {why}"


def show(value: Any) -> str:
    """A value for a person: short, on one line, times in UTC."""
    for kind, said in _SHOWN:
        if isinstance(value, kind):
            return said(value)
    return str(value)


def _show_text(value: str) -> str:
    printable = "".join(one if one.isprintable() else " " for one in value[: 4 * _MOST_SHOWN])
    line = " ".join(printable.split())
    return f'"{line}"' if len(line) <= _MOST_SHOWN else f'"{line[: _MOST_SHOWN - 1]}…"'


def _show_list(value: list[Any]) -> str:
    shown = [f"({show(one)})" if isinstance(one, dict) else show(one) for one in value]
    more = ["…"] if len(shown) > _MOST_MEMBERS else []
    return f"[{', '.join(shown[:_MOST_MEMBERS] + more)}]"


def _show_members(value: dict[str, Any]) -> str:
    return ", ".join(f"{name} {show(one)}" for name, one in value.items())


def _show_time(value: datetime) -> str:
    return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


_SHOWN: Final[tuple[tuple[type, Callable[[Any], str]], ...]] = (
    (type(None), lambda _: "not set"),
    (bool, lambda value: "true" if value else "false"),
    (str, _show_text),
    (datetime, _show_time),
    (timedelta, say_duration),
    (float, lambda value: f"{value:.6g}"),
    (dict, _show_members),
    (list, _show_list),
)
