"""When two failures have one cause: their reasons differ only in what is filled in."""

from __future__ import annotations

import re

_FILLED = re.compile(
    r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}|\d+(?:[.,:]\d+)*",
    re.IGNORECASE,
)


def essence(reason: str) -> str:
    """A reason without what is filled in: numbers, ids, and words within quotes."""
    return " ".join(_FILLED.sub("#", reason).split())
