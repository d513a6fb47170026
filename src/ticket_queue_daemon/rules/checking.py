"""A condition held against the vocabulary before any ticket is seen: names, types, and what it reads.

The engine knows no types until it evaluates. So this is where a misspelt field or a time compared
with a text becomes an error at loading. Where it can't know (the columns of a report) it lets pass.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules import calls
from ticket_queue_daemon.rules import vocabulary as words
from ticket_queue_daemon.rules.checked import Checked
from ticket_queue_daemon.rules.expression import Node, NotReadable
from ticket_queue_daemon.rules.reading import Read
from ticket_queue_daemon.rules.vocabulary import near

if TYPE_CHECKING:
    from collections.abc import Collection

MOST_NESTED: Final = 2
"""How deep loops (``exists``, ``all`` ...) may stand in each other: 500 assets squared are enough."""
_LOOP_PARTS: Final = 3
_NUMBERS: Final = {words.NUMBER, words.DECIMAL}
_ORDERED: Final = {words.TEXT, words.NUMBER, words.DECIMAL, words.TIME, words.DURATION, words.FLAG}
_SUMS: Final = {
    ("+", words.TIME, words.DURATION): words.TIME,
    ("-", words.TIME, words.DURATION): words.TIME,
    ("-", words.TIME, words.TIME): words.DURATION,
    ("+", words.DURATION, words.DURATION): words.DURATION,
    ("-", words.DURATION, words.DURATION): words.DURATION,
    ("+", words.TEXT, words.TEXT): words.TEXT,
    **{(sign, words.NUMBER, words.NUMBER): words.NUMBER for sign in "+-*/%"},
    **{(sign, words.DECIMAL, words.DECIMAL): words.DECIMAL for sign in "+-*/"},
}


class Checker:
    """Walks a condition once.

    Args:
        text: the condition.
        attributes: the names of the custom attributes that there are; None: any.
        columns: the columns that the report has; None: any.
    """

    def __init__(
        self,
        text: str,
        attributes: Collection[str] | None = None,
        columns: Collection[str] | None = None,
    ) -> None:
        self.text = text
        self.found = Checked()
        self._attributes = attributes
        self._columns = columns
        self._bound: dict[str, str] = {}

    def decides(self, node: Node) -> None:
        """Raise NotReadable unless the whole is true or false."""
        self.flag(node, "the condition")

    def flag(self, node: Node, what: str) -> None:
        """Raise NotReadable unless this is true or false."""
        kind = self.type_of(node)
        if kind not in {words.FLAG, words.ANY}:
            raise NotReadable(
                node.start,
                f"{what} must be true or false, and {self.said(node)} is a {kind}",
                "Compare it with something.",
            )

    def said(self, node: Node) -> str:
        """The piece as it was written."""
        return f"`{self.text[node.start : node.end]}`"

    def type_of(self, node: Node) -> str:
        """The type of a piece; notes what it reads.

        Raises:
            NotReadable: it can't work.
        """
        kind: str = getattr(self, f"_{node.kind}")(node)
        return kind

    def read(self, at: int, read: Read) -> None:
        """Note something that is read."""
        self.found.reads.append((at, read))

    # -- each kind of piece -----------------------------------------------------------------------

    def _literal(self, node: Node) -> str:
        kinds = {str: words.TEXT, bool: words.FLAG, int: words.NUMBER, float: words.DECIMAL}
        return kinds.get(type(node.value), words.NULL)

    def _list(self, node: Node) -> str:
        kinds = {self.type_of(part) for part in node.parts} - {words.ANY}
        if len(kinds) > 1:
            raise NotReadable(node.start, f"a list of {' and '.join(sorted(kinds))} together")
        return words.LIST_OF + (kinds.pop() if kinds else words.ANY)

    def _name(self, node: Node) -> str:
        name = node.name
        if name in self._bound:
            return self._bound[name]
        if name not in words.VARIABLES:
            advice = near(name, [*words.VARIABLES, *self._bound], "There are")
            raise NotReadable(node.start, f"there is no variable {name!r}", advice)
        kind = words.VARIABLES[name][0]
        if name in words.RECORDS or name == "row":
            example = (
                "row.TicketID" if name == "row" else f"{name}.{next(iter(words.RECORDS[name]))}"
            )
            raise NotReadable(
                node.start,
                f"{name} as a whole has no value",
                f"Name a part of it, as in {example}.",
            )
        self.read(node.start, Read(name))
        return kind

    def _member(self, node: Node) -> str:
        owner = node.parts[0]
        if _is_variable(owner, "row") and "row" not in self._bound:
            return self.column(owner, node.name, node.name_at)
        record = self._record(owner)
        table = words.RECORDS.get(record)
        if table is None:
            raise NotReadable(
                node.name_at, f"{self.said(owner)} is a {record} and has no {node.name!r}"
            )
        if node.name not in table:
            whose = "an asset" if record == words.ASSET else owner.name
            problem = f"{whose} has no {node.name!r}"
            raise NotReadable(node.name_at, problem, near(node.name, table, "There are"))
        if record == words.ASSET:
            self.found.asset_fields.add(node.name)
        elif table[node.name].type != "attributes":
            self.read(node.start, Read(record, node.name))
        return table[node.name].type

    def _record(self, owner: Node) -> str:
        if owner.kind == "name" and owner.name not in self._bound and owner.name in words.RECORDS:
            return owner.name
        return self.type_of(owner)

    def column(self, owner: Node, name: str, at: int) -> str:
        """A column of the report."""
        if self._columns is not None and name not in self._columns:
            problem = f"the report has no column {name!r}"
            raise NotReadable(at, problem, near(name, self._columns, "It has"))
        self.read(owner.start, Read("row", key=name))
        return words.ANY

    def _index(self, node: Node) -> str:
        owner, key = node.parts
        if _is_variable(owner, "row") and "row" not in self._bound:
            return self.column(owner, self._written(key, "a column"), key.start)
        kind = self.type_of(owner)
        if kind == "attributes":
            name = self._written(key, "a custom attribute")
            known = self._attributes
            if known is not None and name.casefold() not in {one.casefold() for one in known}:
                problem = f"there is no custom attribute {name!r}"
                raise NotReadable(key.start, problem, near(name, known, "There are"))
            self.read(owner.start, Read("ticket", "attributes", name))
            return words.TEXT
        if not kind.startswith(words.LIST_OF):
            problem = f"{self.said(owner)} is a {kind}, and has no members by number or name"
            raise NotReadable(node.start, problem)
        if self.type_of(key) != words.NUMBER:
            raise NotReadable(key.start, "a member of a list is asked for by number")
        return kind.removeprefix(words.LIST_OF)

    def _written(self, key: Node, what: str) -> str:
        if key.kind != "literal" or not isinstance(key.value, str):
            problem = f"{what} must be named by a text that is written out"
            raise NotReadable(key.start, problem)
        return key.value

    def _unary(self, node: Node) -> str:
        part = node.parts[0]
        if node.name == "!":
            self.flag(part, "what ! denies")
            return words.FLAG
        kind = self.type_of(part)
        if kind not in _NUMBERS | {words.ANY}:
            raise NotReadable(node.start, f"- before a {kind}")
        return kind

    def _logic(self, node: Node) -> str:
        sign = {"and": "&&", "or": "||"}[node.kind]
        for part in node.parts:
            self.flag(part, f"each side of {sign}")
        return words.FLAG

    _and = _logic
    _or = _logic

    def _choice(self, node: Node) -> str:
        self.flag(node.parts[0], "what stands before ?")
        yes, no = (self.type_of(part) for part in node.parts[1:])
        if yes != no and words.ANY not in {yes, no}:
            problem = f"one side of : is a {yes}, the other a {no}"
            raise NotReadable(node.parts[1].start, problem)
        return no if yes == words.ANY else yes

    def _binary(self, node: Node) -> str:
        if node.name == "in":
            return self._in(node)
        left, right = (self.type_of(part) for part in node.parts)
        if node.name in {"==", "!="}:
            self._comparable(node, left, right)
            return words.FLAG
        if node.name in {"<", "<=", ">", ">="}:
            self._comparable(node, left, right)
            if not {left, right} <= _ORDERED | {words.ANY}:
                raise NotReadable(node.name_at, f"{node.name} does not go with a {left}")
            return words.FLAG
        if words.ANY in {left, right}:
            return words.ANY
        kind = _SUMS.get((node.name, left, right))
        if kind is None:
            mixed = {left, right} == _NUMBERS
            advice = "Write the whole number as a decimal, as in 2.0." if mixed else _SLIP
            problem = f"{node.name} does not go with a {left} and a {right}"
            raise NotReadable(node.name_at, problem, advice)
        return kind

    def _comparable(self, node: Node, left: str, right: str) -> None:
        if words.ANY in {left, right} or left == right or {left, right} == _NUMBERS:
            return
        if words.NULL in {left, right}:
            other = left if right == words.NULL else right
            if other == words.TIME and node.name in {"==", "!="}:
                return
            unset = {words.TEXT: '""', words.NUMBER: "0", words.DECIMAL: "0.0"}.get(other, "false")
            advice = f"A {other} that is not set is {unset}; only times can be null."
            raise NotReadable(node.name_at, f"a {other} is compared with null", advice)
        if left.startswith(words.LIST_OF) and right.startswith(words.LIST_OF):
            self._comparable(
                node, left.removeprefix(words.LIST_OF), right.removeprefix(words.LIST_OF)
            )
            return
        problem = f"a {left} is compared with a {right}"
        raise NotReadable(node.name_at, problem, calls.advice_for(left, right) or _SLIP)

    def _in(self, node: Node) -> str:
        one, many = node.parts
        if _is_variable(many, "row") and "row" not in self._bound:
            self.column(many, self._written(one, "a column"), one.start)
            return words.FLAG
        kind, of = self.type_of(one), self.type_of(many)
        if not of.startswith(words.LIST_OF):
            advice = 'For a part of a text: mentions(text, "part").'
            raise NotReadable(many.start, f"`in` wants a list, and this is a {of}", advice)
        self._comparable(node, kind, of.removeprefix(words.LIST_OF))
        return words.FLAG

    def _call(self, node: Node) -> str:
        if node.is_method and node.name in words.MACROS:
            return self._loop(node)
        return calls.call(self, node)

    def _loop(self, node: Node) -> str:
        if len(self._bound) >= MOST_NESTED:
            raise NotReadable(node.start, "loops are nested too deeply", f"{MOST_NESTED} at most.")
        owner = node.parts[0]
        kind = self.type_of(owner)
        if not kind.startswith(words.LIST_OF):
            problem = f"{node.name} wants a list, and {self.said(owner)} is a {kind}"
            raise NotReadable(owner.start, problem)
        if len(node.parts) != _LOOP_PARTS or node.parts[1].kind != "name":
            form = f"{self.text[owner.start : owner.end]}.{node.name}(one, ...)"
            raise NotReadable(node.name_at, f"{node.name} takes a name and what is asked", form)
        name = node.parts[1].name
        if name in {*words.VARIABLES, *self._bound}:
            raise NotReadable(node.parts[1].start, f"{name!r} has a meaning already")
        self._bound[name] = kind.removeprefix(words.LIST_OF)
        try:
            if node.name == "map":
                return words.LIST_OF + self.type_of(node.parts[2])
            self.flag(node.parts[2], f"what {node.name} asks")
        finally:
            del self._bound[name]
        return kind if node.name == "filter" else words.FLAG

    @property
    def is_in_loop(self) -> bool:
        """Whether the piece in hand stands inside of ``exists`` or alike."""
        return bool(self._bound)


_SLIP: Final = "Look for a slip, or turn one into the other: int(...), double(...), string(...)."


def refused(error: NotReadable, text: str, where: str) -> ConfigError:
    """The error with its place, as a person counts."""
    before = text[: error.at]
    line, column = before.count("\n") + 1, error.at - (before.rfind("\n") + 1) + 1
    return ConfigError(f"{where}, line {line}, column {column}: {error.problem}.", error.advice)


def _is_variable(node: Node, name: str) -> bool:
    return node.kind == "name" and node.name == name
