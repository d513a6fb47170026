"""Every word that a condition may use, with its type: the checker and the docs read these tables.

Types are named as a person would: ``text``, ``number`` (whole), ``decimal``, ``flag`` (true or
false), ``time`` (may be null), ``duration``, ``list of text``, ``any`` (known only when it is read).
The members of a ticket are those of fact sheet 10.1, of a person those of 14.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

TEXT: Final = "text"
NUMBER: Final = "number"
DECIMAL: Final = "decimal"
FLAG: Final = "flag"
TIME: Final = "time"
DURATION: Final = "duration"
NULL: Final = "null"
ANY: Final = "any"
LIST_OF: Final = "list of "
TEXTS: Final = LIST_OF + TEXT
ASSET: Final = "asset"


@dataclass(frozen=True, slots=True)
class Field:
    """A member of a variable.

    Attributes:
        type: one of the types above.
        attribute: what it is called on the object that :class:`~.facts.Facts` gives.
        says: what it means, for the docs.
    """

    type: str
    attribute: str
    says: str = ""


@dataclass(frozen=True, slots=True)
class Function:
    """A function that a condition may call.

    Attributes:
        takes: for each parameter the types it may have, joined by ``|``; ``ticket`` and ``feed`` are
            the variables themselves, ``[...]`` is a list that is written out.
        gives: the type of the answer.
        says: what it does, for the docs.
        example: a condition that is true of the sample ticket of ``docs/conditions.md``.
    """

    takes: tuple[str, ...]
    gives: str
    says: str
    example: str


def _snake(tdx: str) -> str:
    out = ""
    for before, letter in zip(" " + tdx, tdx, strict=False):
        out += "_" if letter.isupper() and before.islower() else ""
        out += letter.lower()
    return out


def _fields(type_: str, names: str) -> dict[str, Field]:
    return {name: Field(type_, _snake(name)) for name in names.split()}


def _as_tdx_spells(type_: str, names: str) -> dict[str, Field]:
    """Members that ``tdx.models`` does not name: kept there under TDX's own spelling."""
    return {name: Field(type_, name) for name in names.split()}


TICKET: Final[dict[str, Field]] = {
    **_fields(
        NUMBER,
        "ID ParentID TypeID TypeCategoryID Classification FormID AccountID SourceID StatusID "
        "StatusClass ImpactID UrgencyID PriorityID ResponsibleGroupID DaysOld LocationID "
        "LocationRoomID ServiceID AppID",
    ),
    **_fields(
        TEXT,
        "TypeName TypeCategoryName ClassificationName FormName Title Description AccountName "
        "SourceName StatusName ImpactName UrgencyName PriorityName CreatedUid CreatedFullName "
        "ModifiedUid ModifiedFullName RequestorUid RequestorName RequestorFirstName "
        "RequestorLastName RequestorEmail ResponsibleUid ResponsibleFullName ResponsibleEmail "
        "ResponsibleGroupName LocationName LocationRoomName RefCode ServiceName",
    ),
    **_fields(FLAG, "IsRichHtml IsOnHold"),
    **_fields(
        TIME,
        "GoesOffHoldDate CreatedDate ModifiedDate StartDate EndDate RespondedDate CompletedDate",
    ),
    **_as_tdx_spells(
        NUMBER,
        "SlaID ActualMinutes EstimatedMinutes ReviewingGroupID ServiceOfferingID "
        "ServiceCategoryID ArticleID",
    ),
    **_as_tdx_spells(DECIMAL, "PriorityOrder TimeBudget TimeBudgetUsed"),
    **_as_tdx_spells(
        TEXT,
        "SlaName CreatedEmail RequestorPhone RespondedUid RespondedFullName CompletedUid "
        "CompletedFullName ReviewerUid ReviewerFullName ReviewerEmail ReviewingGroupName "
        "ServiceOfferingName ServiceCategoryName ArticleSubject",
    ),
    **_as_tdx_spells(
        FLAG, "IsSlaViolated IsSlaRespondByViolated IsSlaResolveByViolated IsConvertedToTask"
    ),
    **_as_tdx_spells(TIME, "RespondByDate ResolveByDate SlaBeginDate PlacedOnHoldDate"),
    "Tags": Field(TEXTS, "tags", "newer TDX versions do not send them: then the list is empty"),
    "attributes": Field(
        "attributes", "attributes", 'a custom attribute by name: `ticket.attributes["Building"]`'
    ),
}

BY_THE_CLOCK: Final = frozenset(
    {"DaysOld", "IsSlaViolated", "IsSlaRespondByViolated", "IsSlaResolveByViolated"}
)
"""Fields of a ticket that become others while nobody changes it."""

REQUESTOR: Final[dict[str, Field]] = {
    **_fields(
        TEXT,
        "UID FullName FirstName LastName UserName PrimaryEmail AlertEmail ExternalID AlternateID",
    ),
    **_fields(NUMBER, "ReferenceID TypeID"),
    **_fields(FLAG, "IsActive IsEmployee"),
    **_as_tdx_spells(TEXT, "DefaultAccountName Title Company WorkPhone LocationName"),
    **_as_tdx_spells(NUMBER, "DefaultAccountID"),
}

ASSET_FIELDS: Final[dict[str, Field]] = {
    "id": Field(NUMBER, "id", "the asset's id, not that of its configuration item"),
    "name": Field(TEXT, "name"),
    "serial": Field(TEXT, "serial", "the serial number"),
    "tag": Field(TEXT, "tag", "the service tag"),
    "status": Field(TEXT, "status", "the name of its status"),
    "form": Field(TEXT, "form", "the name of its form"),
    "owner": Field(TEXT, "owner", "the owner's full name"),
    "owner_uid": Field(TEXT, "owner_uid"),
    "department": Field(TEXT, "department", "the owning department"),
    "location": Field(TEXT, "location"),
}

FEED: Final[dict[str, Field]] = {
    "count": Field(NUMBER, "count", "what people wrote: comments and replies"),
    "last_reply": Field(TIME, "last_reply", "when anybody last wrote"),
    "last_reply_by": Field(TEXT, "last_reply_by", "who that was, the full name"),
    "last_reply_uid": Field(TEXT, "last_reply_uid"),
    "last_reply_is_requestor": Field(FLAG, "last_reply_is_requestor", "it was the requestor"),
    "last_requestor_reply": Field(TIME, "last_requestor_reply", "when the requestor last wrote"),
    "last_technician_reply": Field(
        TIME, "last_technician_reply", "when somebody other than the requestor last wrote"
    ),
    "last_status_change": Field(
        TIME, "last_status_change", "the last change of status that the feed shows, whoever made it"
    ),
    "last_activity": Field(
        TIME, "last_activity", "the last entry of any kind: a comment, an edit, a change of status"
    ),
}

QUEUE: Final[dict[str, Field]] = {
    "name": Field(TEXT, "name"),
    "id": Field(NUMBER, "id", "the number of the report or saved search"),
}

VARIABLES: Final[dict[str, tuple[str, str]]] = {
    "ticket": ("fields below", "the ticket, by TDX's names"),
    "row": (ANY, 'the columns of the report: `row.TicketID`, `row["Days Old"]`'),
    "requestor": ("fields below", "the person; when there is none, every field is empty"),
    "assets": (LIST_OF + ASSET, "the assets on the ticket; other items do not count"),
    "feed": ("fields below", "what others than the daemon and the listed bots wrote and did"),
    "now": (TIME, "the time of this decision"),
    "queue": ("fields below", "the queue that the ticket came from"),
}
"""Each variable with its type and what it means."""

RECORDS: Final[dict[str, dict[str, Field]]] = {
    "ticket": TICKET,
    "requestor": REQUESTOR,
    "feed": FEED,
    "queue": QUEUE,
    ASSET: ASSET_FIELDS,
}
"""What has fields, and which."""

FUNCTIONS: Final[dict[str, Function]] = {
    "age": Function(
        ("ticket|time",),
        DURATION,
        "how long ago the ticket was created, or that time was",
        'age(ticket) > duration("2d")',
    ),
    "idle": Function(
        ("ticket|feed",),
        DURATION,
        "how long nobody but the daemon and the bots has done anything (from creation on)",
        'idle(ticket) > duration("12h")',
    ),
    "business_hours_between": Function(
        ("time", "time"),
        DECIMAL,
        "hours in which the calendar is open, from one time to the other",
        "business_hours_between(ticket.CreatedDate, now) > 16.0",
    ),
    "is_business_time": Function(
        ("time",), FLAG, "the calendar is open at that time", "!is_business_time(now)"
    ),
    "weekday": Function(
        ("time",), TEXT, "Mon to Sun, in the calendar's time zone", 'weekday(now) == "Thu"'
    ),
    "hour": Function(("time",), NUMBER, "0 to 23, in the calendar's time zone", "hour(now) >= 8"),
    "matches": Function(
        (TEXT, "pattern"),
        FLAG,
        "the RE2 pattern is found in the text; `(?i)` ignores case",
        'matches(ticket.Title, "(?i)print(er|ing)")',
    ),
    "one_of": Function(
        ("text|number", "[...]"),
        FLAG,
        "it is one of these; upper and lower case are the same",
        'one_of(ticket.PriorityName, ["high", "emergency"])',
    ),
    "same": Function(
        (TEXT, TEXT),
        FLAG,
        "the texts are equal, whatever their case and the spaces around them",
        'same(ticket.StatusName, "in process")',
    ),
    "mentions": Function(
        (TEXT, TEXT),
        FLAG,
        "the first text has the second in it, whatever the case",
        'mentions(ticket.Description, "paper jam")',
    ),
    "lower": Function(
        (TEXT,), TEXT, "in small letters", 'lower(ticket.LocationName) == "east hall"'
    ),
    "duration": Function(
        ("length",),
        DURATION,
        "a length of time: `90m`, `36h`, `3d`, `2w`, `1d 12h`",
        'now - ticket.ModifiedDate < duration("1d 12h")',
    ),
    "timestamp": Function(
        (TEXT,),
        TIME,
        "a time, as in `2026-11-24T08:00:00Z`",
        'ticket.CreatedDate < timestamp("2026-11-24T08:00:00Z")',
    ),
    "size": Function(
        (f"text|{LIST_OF}any",), NUMBER, "how many letters or members", "size(assets) == 2"
    ),
    "startsWith": Function(
        (TEXT, TEXT), FLAG, "the text begins so", 'ticket.Title.startsWith("Printer")'
    ),
    "endsWith": Function(
        (TEXT, TEXT), FLAG, "the text ends so", 'ticket.RequestorEmail.endsWith("@example.edu")'
    ),
    "contains": Function(
        (TEXT, TEXT), FLAG, "the text has the other in it", 'ticket.Title.contains("jam")'
    ),
    "string": Function(
        ("text|number|decimal|time|duration|any",),
        TEXT,
        "as text",
        'string(ticket.StatusID) == "117"',
    ),
    "int": Function(
        ("text|number|decimal|any",), NUMBER, "as a whole number", 'int(row["Days Old"]) > 1'
    ),
    "double": Function(
        ("text|number|decimal|any",), DECIMAL, "as a decimal", "double(ticket.DaysOld) > 0.5"
    ),
}
"""Each function; those of text can also be written behind it: ``text.startsWith("A")``."""

METHODS: Final = frozenset({"matches", "startsWith", "endsWith", "contains", "size"})
MACROS: Final = ("all", "exists", "exists_one", "map", "filter")


def near(word: str, known: Iterable[str], otherwise: str) -> str:
    """Advice for a word that is not known."""
    by_folded = {one.casefold(): one for one in known}
    found = difflib.get_close_matches(word.casefold(), by_folded, n=3)
    if found:
        return f"Did you mean {', '.join(by_folded[one] for one in found)}?"
    return f"{otherwise}: {', '.join(sorted(by_folded.values()))}."
