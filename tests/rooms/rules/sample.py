"""One ticket that the tests and the examples of the docs look at."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

from ticket_queue_daemon.rules.calendar import Calendar
from ticket_queue_daemon.rules.facts import AssetFact, Feed, KnownFacts, QueueFact
from ticket_queue_daemon.tdx.models import Person, Ticket

# Thanksgiving's week in Detroit (UTC-5): Thursday is a holiday.
NOW = datetime(2026, 11, 26, 15, 0, tzinfo=UTC)
CALENDAR = Calendar(
    "Mon-Fri 08:00-17:00", "America/Detroit", [date(2026, 11, 26), date(2026, 11, 27)]
)
SENT: dict[str, Any] = {
    "ID": 9291804,
    "Title": "Printer jam in room 1100",
    "Description": "The printer in 1100 East Hall has a Paper Jam again.",
    "TypeName": "Hardware",
    "FormName": "Incident Form",
    "StatusID": 117,
    "StatusName": "In Process",
    "StatusClass": 2,
    "PriorityName": "High",
    "LocationName": "East Hall",
    "SlaName": "Gold",
    "IsSlaViolated": False,
    "PriorityOrder": 2.0,
    "RequestorUid": "0000abcd-0000-0000-0000-000000000007",
    "RequestorName": "Pat Doe",
    "RequestorEmail": "pat.doe@example.edu",
    "ResponsibleGroupName": "Desktop Support",
    "CreatedDate": "2026-11-23T14:00:00Z",
    "ModifiedDate": "2026-11-25T21:00:00Z",
    "ModifiedUid": "0000abcd-0000-0000-0000-0000000000aa",
    "EndDate": "2026-11-30T22:00:00Z",
    "CompletedDate": "0001-01-01T00:00:00",
    "RespondByDate": "2026-11-24T14:00:00Z",
    "DaysOld": 3,
    "Tags": ["vip", "printing"],
    "Attributes": [
        {
            "ID": 1,
            "Name": "Building",
            "Value": "31",
            "ValueText": "East Hall",
            "ChoicesText": "East Hall",
        },
        {"ID": 2, "Name": "Room number", "Value": "1100", "ValueText": ""},
    ],
}
FACTS = KnownFacts(
    now=NOW,
    of_ticket=Ticket.model_validate(SENT),
    of_row={"TicketID": 9291804.0, "Days Old": "3", "Room": None, "Open": True},
    of_requestor=Person.model_validate(
        {
            "UID": SENT["RequestorUid"],
            "FullName": "Pat Doe",
            "IsEmployee": True,
            "Title": "Professor",
        }
    ),
    of_assets=[
        AssetFact(106894, "IC-EHLB760-F16", serial="D30H6J3", status="Active"),
        AssetFact(106895, "IC-EHLB761-F12", serial="D30H6J4", status="Retired"),
    ],
    of_feed=Feed(
        count=2,
        last_reply=datetime(2026, 11, 25, 20, 0, tzinfo=UTC),
        last_reply_by="Sam Tech",
        last_reply_uid="0000abcd-0000-0000-0000-0000000000aa",
        last_requestor_reply=datetime(2026, 11, 24, 16, 0, tzinfo=UTC),
        last_technician_reply=datetime(2026, 11, 25, 20, 0, tzinfo=UTC),
        last_status_change=datetime(2026, 11, 24, 15, 0, tzinfo=UTC),
        last_activity=datetime(2026, 11, 25, 20, 0, tzinfo=UTC),
        ignored=frozenset({"0000abcd-0000-0000-0000-0000000000dd"}),
    ),
    queue=QueueFact("Desktop Support unassigned", 1344),
)


def with_ticket(**changed: Any) -> KnownFacts:
    """The same facts, the ticket changed."""
    return replace(FACTS, of_ticket=Ticket.model_validate({**SENT, **changed}))
