"""Python annotations as kinds of value that a file can give: strict where a slip would be silent.

``yes`` is no boolean, ``"5"`` and ``true`` are no numbers, and one word is no list of letters. A
text that a variable of the environment gave may stand for a number or a boolean.
"""

from __future__ import annotations

import types
from collections.abc import Collection, Iterable, Mapping
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from pydantic import BeforeValidator, Field, SecretStr, Strict

from ticket_queue_daemon.config.substitution import FromVariable, secret_of

_BOOLEANS = {"true": True, "false": False}


def _boolean(value: object) -> object:
    return _BOOLEANS.get(value.lower(), value) if isinstance(value, FromVariable) else value


def _whole(value: object) -> object:
    try:
        return int(value) if isinstance(value, FromVariable) else value
    except ValueError:
        return value


def _number(value: object) -> object:
    try:
        return float(value) if isinstance(value, FromVariable) else value
    except ValueError:
        return value


def _text(value: object) -> object:
    return str(value) if isinstance(value, FromVariable) else value


Boolean = Annotated[bool, BeforeValidator(_boolean), Strict()]
"""``true`` or ``false``, and no other word."""
Whole = Annotated[int, BeforeValidator(_whole), Strict(), Field(ge=0)]
"""A whole number from 0 on."""
Text = Annotated[str, BeforeValidator(_text), Strict()]
"""A text, and no number."""
_PLAIN: dict[Any, Any] = {
    bool: Boolean,
    int: Annotated[int, BeforeValidator(_whole), Strict()],
    float: Annotated[float, BeforeValidator(_number), Strict()],
    str: Text,
    SecretStr: Annotated[SecretStr, BeforeValidator(secret_of)],
}


def strict(annotation: Any) -> Any:  # noqa: PLR0911  a line for each kind
    """The kind of value that a file gives for what a signature asks for."""
    if annotation in _PLAIN:
        return _PLAIN[annotation]
    origin, inner = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return Annotated[(strict(inner[0]), *inner[1:])]
    if origin in {Union, types.UnionType}:
        if SecretStr in inner:
            inner = tuple(one for one in inner if one is not str)  # it would win, and be shown
        return Union[tuple(strict(one) for one in inner)]  # noqa: UP007  made, not written
    if origin is Literal or not isinstance(origin or annotation, type):
        return annotation
    kind = origin or annotation
    if kind is tuple and Ellipsis not in inner and inner:
        return tuple[tuple(strict(one) for one in inner)]  # type: ignore[misc]  # made, not written
    if issubclass(kind, Mapping):
        return dict[str, strict(inner[1]) if inner else Any]  # type: ignore[misc]
    if issubclass(kind, Collection) or kind is Iterable:
        return list[strict(inner[0]) if inner else Any]  # type: ignore[misc]
    return annotation


def is_secret(annotation: Any) -> bool:
    """Whether a kind of value is to be hidden."""
    return annotation is SecretStr or any(is_secret(one) for one in get_args(annotation))
