"""How TeamDynamix writes values and what it accepts (fact sheet 1, 6).

Promise: every date, flag, number and encoded text that leaves the simulator is made here, and
every loosely typed member that comes in (``"True"``, ``"25"``, ``null``) is read here.
"""

from __future__ import annotations

import math
import re
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any, TypeAlias

Json: TypeAlias = dict[str, Any]

NO_GUID = "00000000-0000-0000-0000-000000000000"
# Both year-1 forms occur in live data, even in one object (fact sheet 6).
NO_DATE = "0001-01-01T00:00:00Z"
NO_LOCAL_DATE = "0001-01-01T05:00:00Z"

_GUID = re.compile(r"\{?([0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12})\}?$")
_SPECIAL = re.compile("[<>&\"'\u00a0-\u00ff\U00010000-\U0010ffff]")
_NAMED = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"}
_MICROSOFT_DATE = re.compile(r"/Date\((-?\d+)(?:[+-]\d{4})?\)/")
_LINE_END = re.compile(r"\r\n|\r|\n")


class Unreadable(Exception):  # noqa: N818 - it is raised to say what happened
    """A member whose value has the wrong shape; becomes a 400 (fact sheet 5)."""


def iso(moment: datetime) -> str:
    """A UTC date as TDX prints it: ``Z``, at most three fractional digits, zeros trimmed."""
    # Twice in each row of a report; strftime would be half of what a long report takes.
    text = moment.isoformat(timespec="milliseconds")[:23]
    return f"{text.rstrip('0').rstrip('.')}Z"


def iso_or_none(moment: datetime | None) -> str | None:
    """A nullable date: null when unset."""
    return None if moment is None else iso(moment)


def iso_or_sentinel(moment: datetime | None) -> str:
    """A non-nullable date: the year-1 value when unset."""
    return NO_DATE if moment is None else iso(moment)


def as_date(value: object) -> datetime | None:
    """Read ``...Z``, an offset or a naive date; empty and year-1 values mean unset."""
    if value is None or value == "":
        return None
    if not isinstance(value, str):
        message = f"{value!r} is not a date"
        raise Unreadable(message)
    text = value.strip()
    if text.startswith("0001-01-01"):
        return None
    ticks = _MICROSOFT_DATE.fullmatch(text)
    if ticks is not None:
        # Windows PowerShell's ConvertTo-Json writes dates so, and Json.NET reads them.
        try:
            moment = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=int(ticks[1]))
        except OverflowError:
            message = f"'{text}' is not a valid date"
            raise Unreadable(message) from None
        return None if moment.year <= 1 else moment
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = _short_fraction(text)
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        message = f"'{text}' is not a valid date"
        raise Unreadable(message) from None


def _short_fraction(text: str) -> datetime:
    # datetime.fromisoformat refuses fractions of 1, 2, 4 or 5 digits in some versions.
    match = re.fullmatch(r"(.+\d{2}:\d{2}:\d{2})\.(\d{1,7})(Z|[+-]\d{2}:?\d{2})?", text)
    if match is None:
        message = f"'{text}' is not a valid date"
        raise Unreadable(message)
    whole, fraction, zone = match.groups()
    micro = int(fraction.ljust(6, "0")[:6])
    return datetime.fromisoformat(whole + (zone or "+00:00")) + timedelta(microseconds=micro)


def as_bool(value: object) -> bool | None:
    """Read true, ``"True"``, ``1`` or ``"0"``; null, empty and ``None`` mean not given."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return bool(value)
    text = str(value).strip().lower()
    if text in {"", "none", "null"}:
        return None
    if text in {"true", "1"}:
        return True
    if text in {"false", "0"}:
        return False
    message = f"{value!r} is not a boolean"
    raise Unreadable(message)


def as_int(value: object) -> int | None:
    """Read an integer or a string that holds one; null and empty mean not given."""
    if value is None or isinstance(value, bool):
        return None if value is None else int(value)
    if isinstance(value, str):
        value = value.strip()
        if value.lower() in {"", "none", "null"}:
            return None
    try:
        return int(float(value))  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        message = f"{value!r} is not a number"
        raise Unreadable(message) from None


def as_float(value: object) -> float | None:
    """Read a double or a string that holds one; JSON knows no infinity."""
    if value is None or value == "":
        return None
    try:
        number = float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError, OverflowError):
        number = math.nan
    if not math.isfinite(number):
        message = f"{value!r} is not a number"
        raise Unreadable(message)
    return number


def as_guid(value: object) -> str | None:
    """Read a GUID in any case, with or without braces; empty and zero mean unset."""
    if value is None or value == "":
        return None
    match = _GUID.match(str(value).strip())
    if match is None:
        message = f"{value!r} is not a GUID"
        raise Unreadable(message)
    guid = match.group(1).lower()
    return None if guid == NO_GUID else guid


def as_text(value: object) -> str:
    """Read a string; null is the empty string."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "True" if value else "False"
    if isinstance(value, list | dict):
        message = "a list or an object is not a string"
        raise Unreadable(message)
    return str(value)


def as_list(value: object) -> list[object]:
    """Read a list; null means empty, one bare value means a list of one."""
    if value is None or value == "":
        return []
    return list(value) if isinstance(value, list) else [value]


def as_ints(value: object) -> list[int]:
    """Read a list of integers, skipping nulls."""
    return [number for entry in as_list(value) if (number := as_int(entry)) is not None]


def as_guids(value: object) -> list[str]:
    """Read a list of GUIDs in lower case, skipping empty ones."""
    return [guid for entry in as_list(value) if (guid := as_guid(entry)) is not None]


def html_encode(text: str) -> str:
    """Encode as ASP.NET does: ``&#39;``, Latin-1 letters and emoji become numbers."""
    return _SPECIAL.sub(lambda found: _NAMED.get(found[0]) or f"&#{ord(found[0])};", text)


def plain_to_body(text: str) -> str:
    """A plain comment as it is stored: encoded, line ends as ``<br />`` (fact sheet 10.7)."""
    return _LINE_END.sub("<br />", html_encode(text))


def guid_for(*parts: object) -> str:
    """A stable GUID for a name, so that one seed always gives the same people."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, "/".join(str(part) for part in parts)))
