"""CEL read into a tree with places, so that it can be checked and taken apart.

The engine that evaluates CEL keeps its tree to itself. This reader takes the part of the language
that conditions use, and refuses the rest with its place; what it takes, the engine takes too (a
test holds them together).
"""

from __future__ import annotations

import ast
import re
from dataclasses import dataclass
from typing import Any, Final, NamedTuple

MOST_CHARACTERS: Final = 4_000
MOST_DEPTH: Final = 30
"""How deep a condition may nest; the engine itself allows less than a hundred."""

_TOKEN: Final = re.compile(
    r"""(?P<space>(?:\s+|//[^\n]*)+)
    |(?P<decimal>\d+\.\d+(?:[eE][+-]?\d+)?|\d+[eE][+-]?\d+)
    |(?P<number>0x[0-9a-fA-F]+|\d+)
    |(?P<text>[rR](?:"[^"\n]*"|'[^'\n]*')|"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*')
    |(?P<word>[A-Za-z_]\w*)
    |(?P<sign>&&|\|\||[=!<>]=|[-+*/%!<>?:.,()\[\]])""",
    re.VERBOSE | re.ASCII,
)
_RELATIONS: Final = frozenset({"==", "!=", "<", "<=", ">", ">=", "in"})
_INSTEAD: Final = {
    "=": "Write == to compare.",
    "&": "Write && for and.",
    "|": "Write || for or.",
    "{": "Maps can't be written in a condition.",
    "`": 'Write names with spaces as in row["Days Old"].',
}
_WORDS_INSTEAD: Final = {
    "and": "Write && for and.",
    "or": "Write || for or.",
    "not": "Write ! for not.",
    "is": "Write == to compare.",
}
_CONSTANTS: Final = {"true": True, "false": False, "null": None}
_ESCAPES: Final = re.compile(r"\\(?:[abfnrtv\\'\"]|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4})")


class NotReadable(Exception):  # noqa: N818  the name says what happened
    """A condition that can't be read, and where.

    Args:
        at: offset in the text.
        problem: what is wrong, a phrase.
        advice: what to write instead.
    """

    def __init__(self, at: int, problem: str, advice: str = "Mend the condition.") -> None:
        super().__init__(problem)
        self.at = at
        self.problem = problem
        self.advice = advice


class Token(NamedTuple):
    """A word, sign or literal at its place."""

    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True, eq=False)
class Node:
    """A piece of a condition.

    Attributes:
        kind: literal, list, name, member, index, call, unary, binary, and, or, choice.
        start: where it begins in the text.
        end: where it ends.
        name: the name, the member, the function or the operator.
        parts: its pieces; of a call the target first if there is one.
        value: of a literal.
        is_method: the call is written behind its target.
        name_at: where ``name`` stands.
        depth: how deep it nests.
    """

    kind: str
    start: int
    end: int
    name: str = ""
    parts: tuple[Node, ...] = ()
    value: Any = None
    is_method: bool = False
    name_at: int = 0
    depth: int = 1


def read(text: str) -> Node:
    """The tree of a condition.

    Raises:
        NotReadable: it is no condition, too long, or nested too deeply.
    """
    if len(text) > MOST_CHARACTERS:
        raise NotReadable(
            MOST_CHARACTERS, f"it is longer than {MOST_CHARACTERS} characters", "Split the rule."
        )
    return _Reader(text).whole()


def _tokens(text: str) -> list[Token]:
    found, at = [], 0
    while at < len(text):
        match = _TOKEN.match(text, at)
        if match is None:
            sign = text[at]
            problem = "a text is not closed" if sign in "\"'" else f"{sign!r} has no meaning here"
            raise NotReadable(at, problem, _INSTEAD.get(sign, "Mend the condition."))
        if match.lastgroup != "space":
            found.append(Token(str(match.lastgroup), match[0], at))
        at = match.end()
    return [*found, Token("end", "", len(text))]


class _Reader:
    def __init__(self, text: str) -> None:
        self._tokens = _tokens(text)
        self._next = 0
        self._open = 0

    @property
    def _now(self) -> Token:
        return self._tokens[self._next]

    def _take(self, *texts: str) -> Token | None:
        token = self._now
        if token.kind in {"sign", "word"} and token.text in texts:
            self._next += 1
            return token
        return None

    def _must(self, text: str) -> Token:
        token = self._take(text)
        if token is None:
            raise self._unexpected(f"{text!r} is missing")
        return token

    def _unexpected(self, problem: str = "") -> NotReadable:
        token = self._now
        advice = _WORDS_INSTEAD.get(token.text, "Mend the condition.")
        if token.kind == "end":
            return NotReadable(token.at, problem or "something is missing at the end", advice)
        before = f"{problem} before " if problem else ""
        return NotReadable(
            token.at,
            f"{before}{token.text!r}" + ("" if problem else " is not expected here"),
            advice,
        )

    def whole(self) -> Node:
        node = self._choice()
        if self._now.kind != "end":
            raise self._unexpected()
        return node

    def _made(self, kind: str, start: int, parts: tuple[Node, ...], **more: Any) -> Node:
        depth = 1 + max((part.depth for part in parts), default=0)
        if depth > MOST_DEPTH:
            raise NotReadable(start, "it is nested too deeply", "Split the rule.")
        end = self._tokens[self._next - 1]
        return Node(kind, start, end.at + len(end.text), parts=parts, depth=depth, **more)

    def _choice(self) -> Node:
        self._open += 1
        if self._open > MOST_DEPTH:
            raise NotReadable(self._now.at, "it is nested too deeply", "Split the rule.")
        start = self._now.at
        node = self._logic(0)
        if self._take("?"):
            yes = self._logic(0)
            self._must(":")
            node = self._made("choice", start, (node, yes, self._choice()))
        self._open -= 1
        return node

    def _logic(self, level: int) -> Node:
        kind, sign = (("or", "||"), ("and", "&&"))[level]
        deeper = self._relation if level else lambda: self._logic(1)
        start = self._now.at
        parts = [deeper()]
        while self._take(sign):
            parts.append(deeper())
        return parts[0] if len(parts) == 1 else self._made(kind, start, tuple(parts))

    def _relation(self) -> Node:
        start = self._now.at
        node = self._sum()
        while (sign := self._take(*_RELATIONS)) is not None:
            made = (node, self._sum())
            node = self._made("binary", start, made, name=sign.text, name_at=sign.at)
        return node

    def _sum(self) -> Node:
        start = self._now.at
        node = self._product()
        while (sign := self._take("+", "-")) is not None:
            made = (node, self._product())
            node = self._made("binary", start, made, name=sign.text, name_at=sign.at)
        return node

    def _product(self) -> Node:
        start = self._now.at
        node = self._unary()
        while (sign := self._take("*", "/", "%")) is not None:
            made = (node, self._unary())
            node = self._made("binary", start, made, name=sign.text, name_at=sign.at)
        return node

    def _unary(self) -> Node:
        start = self._now.at
        signs: list[Token] = []
        while (sign := self._take("!", "-")) is not None:
            signs.append(sign)
        if len(signs) > MOST_DEPTH:
            raise NotReadable(start, "it is nested too deeply", "Split the rule.")
        if signs and any(sign.text != signs[0].text for sign in signs):
            raise NotReadable(signs[1].at, "! and - stand together", "Use parentheses.")
        node = self._member()
        for sign in reversed(signs):
            node = self._made("unary", sign.at, (node,), name=sign.text, name_at=sign.at)
        return node

    def _member(self) -> Node:
        start = self._now.at
        node = self._primary()
        while True:
            if self._take("."):
                word = self._now
                if word.kind != "word":
                    raise self._unexpected("a name is missing")
                self._next += 1
                if self._take("("):
                    arguments = (node, *self._list(")"))
                    more = {"name": word.text, "name_at": word.at, "is_method": True}
                    node = self._made("call", start, arguments, **more)
                else:
                    node = self._made("member", start, (node,), name=word.text, name_at=word.at)
            elif self._take("["):
                key = self._choice()
                self._must("]")
                node = self._made("index", start, (node, key))
            else:
                return node

    def _list(self, close: str) -> tuple[Node, ...]:
        if self._take(close):
            return ()
        parts = [self._choice()]
        while self._take(","):
            parts.append(self._choice())
        self._must(close)
        return tuple(parts)

    def _primary(self) -> Node:
        token = self._now
        if self._take("("):
            node = self._choice()
            self._must(")")
            return node
        if self._take("["):
            return self._made("list", token.at, self._list("]"))
        if token.kind == "word" and token.text not in {"in", *_WORDS_INSTEAD}:
            self._next += 1
            if token.text in _CONSTANTS:
                return self._made("literal", token.at, (), value=_CONSTANTS[token.text])
            if self._take("("):
                more = {"name": token.text, "name_at": token.at}
                return self._made("call", token.at, self._list(")"), **more)
            return self._made("name", token.at, (), name=token.text, name_at=token.at)
        if token.kind in {"number", "decimal", "text"}:
            self._next += 1
            return self._made("literal", token.at, (), value=_literal(token))
        raise self._unexpected()


def _literal(token: Token) -> str | int | float:
    if token.kind == "number":
        number = int(token.text, 0 if token.text.startswith("0x") else 10)
        if number >= 2**63:
            raise NotReadable(token.at, f"the number {token.text} is too large")
        return number
    if token.kind == "decimal":
        return float(token.text)
    if token.text[0] in "rR":
        return token.text[2:-1]
    if "\\" in _ESCAPES.sub("", token.text):
        advice = 'Double it, or write r"..." around the text.'
        raise NotReadable(token.at, "a backslash has no meaning here", advice)
    read_text: str = ast.literal_eval(token.text)
    return read_text
