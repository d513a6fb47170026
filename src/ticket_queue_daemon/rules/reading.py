"""From what a condition names to the values that it is given: no more than it names."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from ticket_queue_daemon.rules import vocabulary as words
from ticket_queue_daemon.rules.facts import last_doing

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from ticket_queue_daemon.rules.facts import Facts
    from ticket_queue_daemon.rules.vocabulary import Field

MOST_ASSETS: Final = 500
IDLE_SINCE: Final = "idle_since"
"""A variable that no person can write: what ``idle(...)`` is counted from."""
NEEDS: Final = {IDLE_SINCE: ("ticket", "feed")}


class Unreadable(Exception):  # noqa: N818  the name says what happened
    """A fact is not such that a condition could use it; the message says how."""


@dataclass(frozen=True, slots=True)
class Read:
    """Something that a condition reads: a variable, its field, and the name below that.

    ``row`` has its column in ``key``, ``ticket.attributes`` the attribute's name.
    """

    variable: str
    field: str = ""
    key: str = ""

    @property
    def label(self) -> str:
        """As a person would write it."""
        if self.variable == IDLE_SINCE:
            return "last done by others"
        path = f"{self.variable}.{self.field}" if self.field else self.variable
        if not self.key:
            return path
        return (
            f"{path}.{self.key}"
            if self.key.isidentifier() and self.variable == "row"
            else (f'{path}["{self.key}"]')
        )


class Gatherer:
    """Takes from the facts of a ticket what one part of a condition reads.

    Args:
        reads: what it reads.
        asset_fields: the fields of assets that it names.
    """

    def __init__(self, reads: Iterable[Read], asset_fields: Iterable[str]) -> None:
        self.reads = tuple(dict.fromkeys(reads))
        self._asset_fields = tuple(dict.fromkeys(("name", *asset_fields)))
        by_variable: dict[str, list[Read]] = {}
        for read in self.reads:
            by_variable.setdefault(read.variable, []).append(read)
        self._steps = [(name, self._step(name, reads)) for name, reads in by_variable.items()]

    def gather(self, facts: Facts) -> dict[str, Any]:
        """The variables, for the engine.

        Raises:
            Unreadable: a value can't be used.
        """
        return {name: step(facts) for name, step in self._steps}

    def shown(self, gathered: dict[str, Any]) -> list[tuple[str, Any]]:
        """What was read, by name; columns that the row does not have are left out."""
        return [
            (read.label, value)
            for read in self.reads
            if (value := _look_up(gathered, read)) is not _ABSENT
        ]

    def absent(self, gathered: dict[str, Any]) -> list[str]:
        """The columns that it reads and the row does not have."""
        row = gathered.get("row", {})
        return [read.key for read in self.reads if read.variable == "row" and read.key not in row]

    def _step(self, name: str, reads: Sequence[Read]) -> Callable[[Facts], Any]:
        if name in {"ticket", "requestor", "feed", "queue"}:
            return _record_step(name, reads)
        if name == "row":
            columns = tuple(read.key for read in reads)
            return lambda facts: _columns(facts.row(), columns)
        if name == "assets":
            return lambda facts: _assets(facts.assets(), self._asset_fields)
        return {"now": lambda facts: as_time(facts.now), IDLE_SINCE: last_doing}[name]


_ABSENT: Final = object()


def _look_up(gathered: dict[str, Any], read: Read) -> Any:
    value = gathered[read.variable]
    if read.variable == "row":
        return value.get(read.key, _ABSENT)
    if read.field:
        value = value[read.field]
    return value[read.key] if read.key else value


def _record_step(name: str, reads: Sequence[Read]) -> Callable[[Facts], Any]:
    table = words.RECORDS[name]
    fetch: dict[str, Callable[[Facts], Any]] = {
        "ticket": lambda facts: facts.ticket(),
        "requestor": lambda facts: facts.requestor(),
        "feed": lambda facts: facts.feed(),
        "queue": lambda facts: facts.queue,
    }
    get = fetch[name]
    plain = [
        (read.field, table[read.field].attribute, _AS[table[read.field].type])
        for read in reads
        if not read.key
    ]
    keys = tuple(read.key for read in reads if read.key)

    def step(facts: Facts) -> dict[str, Any]:
        record = get(facts)
        values = {field: turn(getattr(record, attribute, None)) for field, attribute, turn in plain}
        if keys:
            values["attributes"] = _attributes(record, keys)
        return values

    return step


def _text(value: Any) -> str:
    return "" if value is None else str(value)


def _number(value: Any) -> int:
    number = int(value or 0)
    if not -(2**63) <= number < 2**63:
        raise Unreadable(f"{number} is too large a number")
    return number


def _decimal(value: Any) -> float:
    return float(value or 0.0)


def as_time(value: Any) -> datetime | None:
    """Aware, UTC; TDX's words for "never" (null, blank, year 1) are None."""
    if isinstance(value, str):
        try:
            value = datetime.fromisoformat(value) if value.strip() else None
        except ValueError as error:
            raise Unreadable(f"{value!r} is no time") from error
    if value is None or value.year <= 1:
        return None
    moment: datetime = value.replace(tzinfo=UTC) if value.tzinfo is None else value
    try:
        return moment.astimezone(UTC)
    except OverflowError:  # the last day that Python has, west of Greenwich
        return moment.replace(tzinfo=UTC)


def _texts(value: Any) -> list[str]:
    return [str(one) for one in value or ()]


_AS: Final[dict[str, Callable[[Any], Any]]] = {
    words.TEXT: _text,
    words.NUMBER: _number,
    words.DECIMAL: _decimal,
    words.FLAG: bool,
    words.TIME: as_time,
    words.TEXTS: _texts,
}


def _attributes(record: Any, names: Iterable[str]) -> dict[str, str]:
    """The text that a person sees for each custom attribute; empty if it is unset."""
    there = {one.name.strip().casefold(): one for one in reversed(record.attributes or ())}
    values = {}
    for name in names:
        one = there.get(name.strip().casefold())
        values[name] = "" if one is None else one.choices_text or one.value_text or one.value or ""
    return values


def _columns(row: Any, columns: Iterable[str]) -> dict[str, Any]:
    return {column: _cell(column, row[column]) for column in columns if column in row}


def _cell(column: str, value: Any) -> Any:
    """TDX sends text, numbers, flags and null; a decimal that is whole is a whole number."""
    if isinstance(value, float) and math.isfinite(value) and value.is_integer():
        return _number(value)
    if value is None or isinstance(value, str | bool | float):
        return value
    if isinstance(value, int):
        return _number(value)
    raise Unreadable(f"column {column!r} holds a {type(value).__name__}")


def _assets(assets: Sequence[Any], names: Sequence[str]) -> list[dict[str, Any]]:
    if len(assets) > MOST_ASSETS:
        raise Unreadable(f"the ticket has {len(assets)} assets; {MOST_ASSETS} are the most")
    fields: list[tuple[str, Field]] = [(name, words.ASSET_FIELDS[name]) for name in names]
    return [
        {name: _AS[field.type](getattr(asset, field.attribute, None)) for name, field in fields}
        for asset in assets
    ]
