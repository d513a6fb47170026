"""The members of a ticket that can be changed, and when two values of one come to the same.

Pure. Fact sheet 10.5 and 10.6 name the members; 6 tells in how many words TDX says "unset".
"""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final, Literal

from ticket_queue_daemon.tdx.fields import moment

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.models import Ticket

Type = Literal["text", "id", "person", "number", "date", "bool"]


@dataclass(frozen=True, slots=True)
class Member:
    """A member that PATCH takes.

    Attributes:
        name: TDX's spelling.
        type: what its values are; "id" is a number of a list, "person" a UID.
        kind: the list in which names of it are looked up; "" if it can only be given by number.
        required: TDX never lets it be empty.
    """

    name: str
    type: Type
    kind: str = ""
    required: bool = False

    @property
    def words(self) -> tuple[str, ...]:
        """What it may be called: ``PriorityID``, ``priority_id``, ``priority``."""
        return tuple(
            {_folded(self.name), _folded(self.name.removesuffix("ID").removesuffix("Uid"))}
        )


MEMBERS: Final = (
    Member("Title", "text", required=True),
    Member("Description", "text"),
    Member("IsRichHtml", "bool"),
    Member("StatusID", "id", "status", required=True),
    Member("PriorityID", "id", "priority", required=True),
    Member("UrgencyID", "id", "urgency"),
    Member("ImpactID", "id", "impact"),
    Member("TypeID", "id", "type", required=True),
    Member("SourceID", "id", "source"),
    Member("AccountID", "id", "account", required=True),
    Member("LocationID", "id", "location"),
    Member("LocationRoomID", "id"),
    Member("FormID", "id", "form"),
    Member("ServiceID", "id"),
    Member("ServiceOfferingID", "id"),
    Member("ArticleID", "id"),
    Member("ParentID", "id"),
    Member("RequestorUid", "person", "person"),
    Member("ResponsibleUid", "person", "person"),
    Member("ResponsibleGroupID", "id", "group"),
    Member("GoesOffHoldDate", "date"),
    Member("StartDate", "date"),
    Member("EndDate", "date"),
    Member("EstimatedMinutes", "number"),
    Member("TimeBudget", "number"),
    Member("ExpensesBudget", "number"),
)


def _folded(word: str) -> str:
    return word.replace("_", "").replace(" ", "").casefold()


BY_WORD: Final = {word: member for member in MEMBERS for word in member.words}
BY_NAME: Final = {member.name: member for member in MEMBERS}


def member_called(word: str) -> Member | None:
    """The member of that name, in TDX's spelling or in snake_case, with or without ``_id``."""
    return BY_WORD.get(_folded(word))


def snake(name: str) -> str:
    """``ResponsibleGroupID`` as ``responsible_group_id``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).casefold()


def member_value(ticket: Ticket, member: str) -> Any:
    """The value, as TDX gives it, for a PATCH path such as ``StatusID`` or ``attributes/1234``."""
    word, _, attribute_id = member.strip("/").partition("/")
    if word.casefold() == "attributes" and attribute_id:
        for attribute in ticket.raw().get("Attributes") or ():
            if str(attribute.get("ID")) == attribute_id:
                return attribute.get("Value")
        return None
    for name, value in ticket.raw().items():
        if name.casefold() == word.casefold():
            return value
    return None


_NO_ID = frozenset({"", "none", "0", "0.0", "00000000-0000-0000-0000-000000000000"})
_IDS = re.compile(r"\d+(\s*,\s*\d+)+")
_TAG = re.compile(r"<[^<>]*>")
_ANY_CASE = re.compile(r"true|false|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


def comparable(value: Any, member: str = "") -> Any:
    """One form for what TDX writes in several.

    Ids come as int or text, guids in either case, and "unset" in many words (fact sheet 6): None.
    Dates are compared as moments, ids of several choices whatever their order, and a description
    by its words, since TDX encodes and sanitises it. In texts 0 is a value, and case counts.
    """
    if isinstance(value, bool) or value is None:
        return value
    text, name = str(value).strip(), member.strip("/").casefold()
    if name.startswith("attributes/") or name in {"title", "description"}:
        return _comparable_text(text, name)
    if text.casefold() in _NO_ID or text.startswith("0001-01-01"):
        return None
    if name.endswith("date"):
        when = moment(text)
        return when.isoformat() if when else text
    return text.casefold().removesuffix(".0")


def _comparable_text(text: str, name: str) -> str | None:
    if name == "description":
        text = " ".join(html.unescape(_TAG.sub(" ", text)).split())
    elif _IDS.fullmatch(text):
        return ",".join(sorted(part.strip() for part in text.split(",")))
    return (text.casefold() if _ANY_CASE.fullmatch(text) else text) or None


def written_date(value: str) -> str:
    """A date as TDX writes it; a time without a zone is taken for UTC.

    Raises:
        ValueError: it is no date.
    """
    when = datetime.fromisoformat(value.strip())
    when = when.replace(tzinfo=UTC) if when.tzinfo is None else when.astimezone(UTC)
    return when.isoformat(timespec="seconds").removesuffix("+00:00") + "Z"
