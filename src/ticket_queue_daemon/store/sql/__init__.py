"""Every SQL statement has a name, a description and a file; this finds it by its name.

A statement in a ``.sql`` file::

    -- name of it --
    -- What it promises, in a line or more.
    SELECT …
"""

from __future__ import annotations

import re
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_HEADING = re.compile(r"^-- (\w+) --\n((?:--.*\n)+)", re.MULTILINE)


def parse(text: str) -> dict[str, bytes]:
    """The statements of one file, by name.

    Raises:
        ValueError: something stands before the first heading, a name is used twice, or a statement
            is empty.
    """
    before, *parts = _HEADING.split(text)
    if before.strip():
        raise ValueError(f"text before the first heading: {before.strip()[:40]!r}")
    found: dict[str, bytes] = {}
    for name, statement in zip(parts[0::3], parts[2::3], strict=True):
        if name in found:
            raise ValueError(f"two statements are called {name!r}")
        if not statement.strip():
            raise ValueError(f"the statement {name!r} is empty")
        # Bytes: psycopg takes a str only when it is written out in the source.
        found[name] = statement.strip().rstrip(";").encode()
    return found


@cache
def statements() -> Mapping[str, bytes]:
    """All statements of all files, by name.

    Raises:
        ValueError: as :func:`parse`, or two files use one name.
    """
    found: dict[str, bytes] = {}
    for file in sorted(resources.files(__name__).iterdir(), key=lambda entry: entry.name):
        if file.name.endswith(".sql"):
            for name, statement in parse(file.read_text("utf-8")).items():
                if name in found:
                    raise ValueError(f"two files have a statement called {name!r}")
                found[name] = statement
    return found


def sql(name: str) -> bytes:
    """The statement of that name.

    Raises:
        KeyError: no file has it.
    """
    return statements()[name]
