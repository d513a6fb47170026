"""Ids that may be written as names until TDX has told which id each name stands for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.names import as_uid, is_uid

if TYPE_CHECKING:
    from collections.abc import Iterable


def number(value: int | str, option: str) -> int:
    """The id, for an action's config: a name that is not looked up yet must not be hashed.

    Raises:
        ConfigError: it is still a name.
    """
    if isinstance(value, int):
        return value
    if value.strip().isdigit():
        return int(value)
    raise _unresolved(value, option)


def numbers(values: Iterable[int | str], option: str) -> list[int]:
    """Several ids, in order, each once.

    Raises:
        ConfigError: one is still a name.
    """
    return sorted({number(one, option) for one in values})


def uid(value: str, option: str) -> str:
    """The UID, likewise.

    Raises:
        ConfigError: it is still a name.
    """
    if is_uid(value):
        return as_uid(value)
    raise _unresolved(value, option)


def _unresolved(value: str, option: str) -> ConfigError:
    return ConfigError(
        f"{option}: the name {value!r} has not been looked up yet.",
        "Names need TDX: open the actions with it, or write the id.",
    )
