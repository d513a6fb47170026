"""Records as JSON and back, by their own type hints.

Promise: what ``to_json`` writes, ``from_json`` reads back equal; a record of another shape is
refused with the name of the member, and a member that is missing takes its default, so that a
newer simulator reads an older file.
"""

from __future__ import annotations

import base64
import dataclasses
import types
import typing
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")

_DATE = "$date"
# The annotations of the records are text, and some of their names are imported for checkers only.
_NAMES = {"datetime": datetime, "Any": Any}
_PLAIN = frozenset({str, int, float, bool, type(None)})
_known: dict[type, dict[str, Any]] = {}


class Misshapen(ValueError):  # noqa: N818 - it is raised to say what was found
    """Data that is no such record."""


def to_json(value: object) -> Any:
    """A record, or anything that stands in one, as plain data."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if dataclasses.is_dataclass(kind):
        # Asked for each of some hundred thousand records while the simulator waits.
        return {
            name: one if type(one := getattr(value, name)) in _PLAIN else to_json(one)
            for name in _hints(kind)
        }
    if isinstance(value, dict):
        return {str(key): to_json(one) for key, one in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        found = [to_json(one) for one in value]
        return sorted(found) if isinstance(value, set | frozenset) else found
    if isinstance(value, datetime):
        return {_DATE: value.isoformat()}
    return base64.b64encode(value).decode() if isinstance(value, bytes) else value


def _hints(kind: type) -> dict[str, Any]:
    if kind not in _known:
        _known[kind] = typing.get_type_hints(kind, localns=_NAMES)
    return _known[kind]


def from_json(kind: type[T], data: object) -> T:
    """A record of a kind.

    Raises:
        Misshapen: it is none.
    """
    if not isinstance(data, dict):
        raise Misshapen(f"{data!r:.60} is no {kind.__name__}")
    hints = _hints(kind)
    unknown = data.keys() - hints.keys()
    if unknown:
        raise Misshapen(f"a {kind.__name__} has no {min(unknown)}")
    values = {}
    for name, given in data.items():
        try:
            values[name] = _read(hints[name], given)
        except (TypeError, ValueError) as problem:
            raise Misshapen(f"{kind.__name__}.{name}: {problem}") from problem
    try:
        return kind(**values)
    except (TypeError, ValueError) as problem:
        raise Misshapen(f"{kind.__name__}: {problem}") from problem


def _read(hint: Any, given: Any) -> Any:
    inner = typing.get_args(hint)
    if hint is Any:
        return _loose(given)
    if typing.get_origin(hint) in {typing.Union, types.UnionType}:
        kind = next(one for one in inner if one is not type(None))
        return None if given is None else _read(kind, given)
    return _many(hint, inner, given) if inner else _one(hint, given)


def _many(hint: Any, inner: tuple[Any, ...], given: Any) -> Any:
    origin = typing.get_origin(hint)
    if origin is dict:
        return {_key(inner[0], key): _read(inner[1], one) for key, one in given.items()}
    if not isinstance(given, list):
        raise TypeError(f"{given!r:.60} is no list")
    if origin is tuple:
        return tuple(_read(kind, one) for kind, one in zip(inner, given, strict=True))
    return origin(_read(inner[0], one) for one in given)


def _one(hint: Any, given: Any) -> Any:
    if hint is datetime:
        return datetime.fromisoformat(given[_DATE])
    if hint is bytes:
        return base64.b64decode(given, validate=True)
    return _plain(hint, given)


def _plain(hint: Any, given: Any) -> Any:
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        return from_json(hint, given)
    if hint is float and isinstance(given, int) and not isinstance(given, bool):
        return float(given)
    if not isinstance(given, hint) or (hint is int and isinstance(given, bool)):
        raise TypeError(f"{given!r:.60} is no {hint.__name__}")
    return given


def _key(hint: Any, key: str) -> Any:
    return int(key) if hint is int else key


def _loose(given: Any) -> Any:
    if isinstance(given, dict):
        if given.keys() == {_DATE}:
            return datetime.fromisoformat(given[_DATE])
        return {key: _loose(one) for key, one in given.items()}
    if isinstance(given, list):
        return [_loose(one) for one in given]
    return given
