"""Names instead of numbers: ``status: In Progress`` becomes 117, once, when the actions are opened.

The id is what enters an action's hash, so it is the same action whether its name or its number was
written, and renaming something in TDX executes nothing again while the number is written.
"""

from __future__ import annotations

import difflib
import re
from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from ticket_queue_daemon.tdx.directory import Directory, Entry
    from ticket_queue_daemon.tdx.models import Person

_GUID = re.compile(r"\{?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\}?", re.IGNORECASE)


def is_uid(text: str) -> bool:
    """Whether it is written as a UID."""
    return bool(_GUID.fullmatch(text.strip()))


def as_uid(text: str) -> str:
    """A UID in the one form in which we keep them."""
    return text.strip().strip("{}").lower()


def near(word: str, names: Iterable[str], most: int = 3) -> str:
    """``Did you mean A, B?``, or the first few names if none is near."""
    known = sorted({name for name in names if name})
    folded = {name.casefold(): name for name in known}
    close = difflib.get_close_matches(word.casefold(), folded, n=most, cutoff=0.5)
    if close:
        return f"Did you mean {', '.join(folded[one] for one in close)}?"
    shown = ", ".join(known[:10]) + (" ..." if len(known) > 10 else "")  # noqa: PLR2004
    return f"There are: {shown}." if known else "There are none that this account can see."


class NamesNeedTdx(ConfigError):  # noqa: N818  the name says the state
    """A name stands where an id is needed, and there is no TDX to ask."""


class NameBook:
    """Turns names into ids by TDX's lists, each read once and only if a name needs it.

    Args:
        directory: what fetches the lists; None: nothing does, and a name raises NamesNeedTdx.
        before: runs before the first of them is read (the application ids are checked).
    """

    def __init__(
        self, directory: Directory | None, before: Callable[[], object] = lambda: None
    ) -> None:
        self._directory = directory
        self._before: Callable[[], object] | None = before

    def _open(self) -> Directory:
        if self._directory is None:
            raise NamesNeedTdx("A name can only be looked up in TDX.", "Write the id instead.")
        if self._before is not None:
            self._before()
            self._before = None
        return self._directory

    def number(self, kind: str, given: int | str, option: str) -> int:
        """The id of an entry of a list; a number is taken as it is.

        Args:
            kind: the list, such as "status".
            given: an id or a name; names are compared whole, whatever their case.
            option: where it was written, for the error.

        Raises:
            ConfigError: nothing has the name, or several have it.
            TdxError: TDX did not give the list.
        """
        if isinstance(given, int):
            return given
        word = given.strip()
        if word.isdigit():
            return int(word)
        entries = [one for one in self._open().entries(kind) if one.is_active]
        found = [one for one in entries if word.casefold() in _names(one)]
        if len(found) == 1:
            return found[0].id
        if found:
            many = ", ".join(f"{one.full_name or one.name} ({one.id})" for one in found)
            raise ConfigError(
                f"{option}: {len(found)} of TDX's entries are named {word!r}: {many}.",
                "Write the number of the one that is meant.",
            )
        raise ConfigError(
            f"{option}: TDX has no active {kind} named {word!r}.",
            near(word, [one.name for one in entries]),
        )

    def numbers(self, kind: str, given: Iterable[int | str], option: str) -> list[int | str]:
        """The ids of several entries, in the order given.

        Raises:
            ConfigError, TdxError: as for one.
        """
        return [self.number(kind, one, option) for one in given]

    def entry(self, kind: str, number: int) -> Entry | None:
        """The entry with an id.

        Raises:
            TdxError: TDX did not give the list.
        """
        return self._open().entry(kind, number)

    def person(self, given: str, option: str) -> str:
        """The UID of a person, given by UID, full name, user name or e-mail address.

        Raises:
            ConfigError: nobody is called so, or several are.
            TdxError: TDX did not answer.
        """
        if is_uid(given):
            return as_uid(given)
        word = given.strip()
        people = [
            one for one in self._open().people(word) if one.uid and one.is_active is not False
        ]
        found = [one for one in people if word.casefold() in _called(one)]
        if len(found) == 1:
            return as_uid(found[0].uid or "")
        if found:
            many = ", ".join(f"{one.full_name} <{one.primary_email}>" for one in found)
            raise ConfigError(
                f"{option}: {len(found)} people are called {word!r}: {many}.",
                "Write the user name, the e-mail address or the UID of the one that is meant.",
            )
        raise ConfigError(
            f"{option}: TDX finds nobody called {word!r}.",
            near(word, [one.full_name or "" for one in people])
            if people
            else "Write the full name, user name, e-mail address or UID; our account must see people.",
        )


def _names(entry: Entry) -> set[str]:
    return {entry.name.strip().casefold(), entry.full_name.strip().casefold()} - {""}


def _called(person: Person) -> set[str]:
    names = (person.full_name, person.user_name, person.primary_email)
    short = (person.user_name or "").partition("@")[0]
    return {name.casefold() for name in (*names, short) if name}
