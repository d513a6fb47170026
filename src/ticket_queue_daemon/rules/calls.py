"""How the checker looks at calls: who takes what, and which of them the engine gets in other words."""

from __future__ import annotations

import re
from datetime import datetime
from typing import TYPE_CHECKING, Final

import re2

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules import vocabulary as words
from ticket_queue_daemon.rules.durations import parse_duration
from ticket_queue_daemon.rules.expression import Node, NotReadable
from ticket_queue_daemon.rules.reading import IDLE_SINCE, Read

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.rules.checked import Walk

OURS: Final = frozenset(
    {
        "business_hours_between",
        "hour",
        "is_business_time",
        "lower",
        "matches",
        "mentions",
        "one_of",
        "same",
        "weekday",
    }
)
"""Functions that the engine does not have; the others it has, or they are written in its words."""
GIVEN_NAME: Final = {"matches": "re2_matches", "size": "letters_of"}
"""What the engine is told that these are called, where it has something of that name itself."""
_TELLING: Final = {"age", "idle", "business_hours_between", "weekday", "hour"}
_RFC3339: Final = re.compile(
    r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?(Z|[+-]\d\d:\d\d)", re.ASCII
)


def call(checker: Walk, node: Node) -> str:
    """The type of a call's answer.

    Raises:
        NotReadable: no such function, or not with these.
    """
    if node.name == "has" and not node.is_method:
        return _has(checker, node)
    function = words.FUNCTIONS.get(node.name)
    if function is None or (node.is_method and node.name not in words.METHODS):
        if function is not None:
            form = f"Write {node.name}({', '.join(function.takes)})."
            raise NotReadable(node.name_at, f"{node.name} is not written behind a dot", form)
        known = [*words.FUNCTIONS, *words.MACROS, "has"]
        advice = words.near(node.name, known, "There are")
        raise NotReadable(node.name_at, f"there is no function {node.name!r}", advice)
    if not node.is_method and node.name in {"startsWith", "endsWith", "contains"}:
        advice = f'Write it behind the text: text.{node.name}("...").'
        raise NotReadable(node.name_at, f"{node.name} stands behind a dot", advice)
    if len(node.parts) != len(function.takes):
        problem = f"{node.name} takes {len(function.takes)} values, not {len(node.parts)}"
        raise NotReadable(node.name_at, problem, f"{node.name}({', '.join(function.takes)})")
    for part, takes in zip(node.parts, function.takes, strict=True):
        _SPECIAL.get(takes, _plain)(checker, node, part, takes)
    if node.name in OURS:
        _call_ours(checker, node)
    if node.name in _TELLING and not checker.is_in_loop:
        checker.found.telling.append(node)
    return function.gives


def advice_for(left: str, right: str) -> str:
    """What is usually meant when these two are compared; may be empty."""
    if {left, right} == {words.TIME, words.TEXT}:
        return 'Write timestamp("2026-11-24T08:00:00Z").'
    if {left, right} == {words.DURATION, words.TEXT}:
        return 'Write duration("3d").'
    if words.DURATION in {left, right} and {left, right} & {words.NUMBER, words.DECIMAL}:
        return 'Write the length with its unit, as in duration("3d").'
    return ""


def _call_ours(checker: Walk, node: Node) -> None:
    checker.found.functions.append((node.start, node.name))
    if node.name in GIVEN_NAME:
        at = node.name_at
        checker.found.edits.append((at, at + len(node.name), GIVEN_NAME[node.name]))


def _plain(checker: Walk, node: Node, part: Node, takes: str) -> None:
    kind = checker.type_of(part)
    wanted = takes.split("|")
    is_list = f"{words.LIST_OF}any" in wanted and kind.startswith(words.LIST_OF)
    if node.name == "size" and not is_list:
        # The engine counts the bytes of a text.
        _call_ours(checker, node)
    if kind not in {*wanted, words.ANY} and not is_list:
        problem = f"{node.name} takes a {' or '.join(wanted)}, and {checker.said(part)} is a {kind}"
        raise NotReadable(part.start, problem)


def _since(checker: Walk, node: Node, part: Node, takes: str) -> None:
    """``age(x)`` is ``now - x``, ``idle(x)`` is ``now`` less a variable of ours."""
    checker.read(node.start, Read("now"))
    edits = checker.found.edits
    if part.kind == "name" and part.name in takes.split("|"):
        since = Read(IDLE_SINCE) if node.name == "idle" else Read("ticket", "CreatedDate")
        checker.read(node.start, since)
        text = IDLE_SINCE if node.name == "idle" else "ticket.CreatedDate"
        edits.append((node.start, node.end, f"(now - {text})"))
        return
    if node.name == "idle":
        raise NotReadable(part.start, "idle takes ticket or feed", "For a time: age(time).")
    _plain(checker, node, part, words.TIME)
    edits += [(node.start, part.start, "(now - ("), (part.end, node.end, "))")]


def _pattern(checker: Walk, node: Node, part: Node, _takes: str) -> None:
    if part.kind != "literal" or not isinstance(part.value, str):
        raise NotReadable(part.start, f"the pattern of {node.name} must be written out")
    options = re2.Options()
    options.log_errors = False
    try:
        re2.compile(part.value, options=options)
    except re2.error as error:
        reason = error.args[0] if error.args else error
        said = reason.decode(errors="replace") if isinstance(reason, bytes) else str(reason)
        problem = f"the pattern {part.value!r} is no RE2 pattern: {said}"
        raise NotReadable(
            part.start, problem, "RE2 has no look-around and no back-references."
        ) from error
    checker.type_of(part)


def _choices(checker: Walk, node: Node, part: Node, _takes: str) -> None:
    if part.kind != "list" or not part.parts:
        problem = f"{node.name} wants a list that is written out"
        raise NotReadable(part.start, problem, 'one_of(ticket.PriorityName, ["High", "Emergency"])')
    one, many = checker.type_of(node.parts[0]), checker.type_of(part)
    if words.ANY not in one and many not in {words.LIST_OF + one, f"{words.LIST_OF}any"}:
        raise NotReadable(part.start, f"a {one} is never one of a {many}")


def _length(checker: Walk, node: Node, part: Node, _takes: str) -> None:
    if part.kind != "literal" or not isinstance(part.value, str):
        raise NotReadable(part.start, "a duration must be written out", 'duration("3d")')
    try:
        seconds = parse_duration(part.value, where=node.name).total_seconds()
    except ConfigError as error:
        problem = error.message.removeprefix(f"{node.name}: ").rstrip(".")
        raise NotReadable(part.start, problem, error.advice) from error
    checker.found.edits.append((part.start, part.end, f'"{seconds:.0f}s"'))


def _has(checker: Walk, node: Node) -> str:
    part = node.parts[0] if len(node.parts) == 1 else None
    if part is None or part.kind != "member" or part.parts[0].name != "row":
        advice = 'Texts that are not set are "", numbers 0; times compare with null.'
        raise NotReadable(node.start, "has() is for columns, as in has(row.Room)", advice)
    checker.column(part.parts[0], part.name, part.name_at)
    return words.FLAG


def _moment(checker: Walk, node: Node, part: Node, takes: str) -> None:
    if part.kind != "literal" or not isinstance(part.value, str):
        _plain(checker, node, part, takes)
        return
    if not _is_moment(part.value):
        problem = f"{part.value!r} is no time"
        advice = "Write it with its zone, as in 2026-11-24T08:00:00Z."
        raise NotReadable(part.start, problem, advice)


def _is_moment(text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return _RFC3339.fullmatch(text) is not None


def _text_or_moment(checker: Walk, node: Node, part: Node, takes: str) -> None:
    (_moment if node.name == "timestamp" else _plain)(checker, node, part, takes)


_SPECIAL: Final[dict[str, Callable[[Walk, Node, Node, str], None]]] = {
    "ticket|time": _since,
    "ticket|feed": _since,
    "pattern": _pattern,
    "[...]": _choices,
    "length": _length,
    words.TEXT: _text_or_moment,
}
