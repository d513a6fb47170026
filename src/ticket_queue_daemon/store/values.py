"""Values on their way into PostgreSQL, which refuses what Python and TDX let through.

A NUL or half a surrogate pair in some ticket's text must not look like a failing database.
"""

from __future__ import annotations

import json
import math
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from typing import Any

from psycopg.types.json import Jsonb


def text(value: str) -> str:
    """The same text without what PostgreSQL can't hold: NULs go, lone surrogates become ``?``."""
    return value.replace("\x00", "").encode("utf-8", "replace").decode("utf-8")


def plain(value: object) -> Any:
    """The same value as JSON that PostgreSQL takes: NaN and infinities are null, the unknown is text."""
    if value is None or isinstance(value, bool | int):
        return value
    if isinstance(value, str):
        return text(value)
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {text(str(key)): plain(member) for key, member in value.items()}
    if isinstance(value, Sequence | AbstractSet) and not isinstance(value, bytes):
        return [plain(member) for member in value]
    return text(str(value))


def jsonb(value: object) -> Jsonb:
    """``value`` as a parameter of type jsonb."""
    return Jsonb(plain(value), dumps=lambda checked: json.dumps(checked, ensure_ascii=False))
