"""What the public PowerShell and TypeScript clients send, byte for byte where it is odd.

Neither can run in this suite (no PowerShell, no Node), so their requests are written down here
as their sources build them: keller4's TeamDynamix module, dindoliboon's psclient, and
``@selfagency/teamdynamix-ts``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2

    from conftest import Place
    from ticket_queue_daemon.simulator import SimulatorServer

JSON = {"Content-Type": "application/json; charset=utf-8"}


def test_powershell_creates_a_ticket_with_question_marks_between_its_flags(
    api: httpx2.Client, place: Place
) -> None:
    body = {
        "TypeID": 310,
        "Title": "From PowerShell",
        "AccountID": 901,
        "StatusID": 115,
        "PriorityID": 20,
        "RequestorUid": place.pat.uid,
        "CreatedDate": "0001-01-01T00:00:00",
        "Attributes": None,
        "StartDate": "/Date(1767225600000)/",
    }
    flags = (
        "EnableNotifyReviewer=False?NotifyRequestor=True"
        "?notifyResponsible=False?AllowRequestorCreation=False"
    )
    made = api.post(f"/46/tickets?{flags}", json=body, headers=JSON)
    assert made.status_code == 201
    assert made.json()["StartDate"] == "2026-01-01T00:00:00Z"


def test_powershell_searches_with_one_class_in_place_of_a_list(
    api: httpx2.Client, place: Place
) -> None:
    body = {
        "TicketClassification": 46,
        "MaxResults": 50,
        "StatusIDs": None,
        "RequestorUids": [],
        "SlaUnmetConstraints": 0,
        "CustomAttributes": None,
        "SearchText": "",
    }
    found = api.post("/46/tickets/search", json=body).json()
    assert [one["ID"] for one in found] == [place.ticket.id]


def test_powershell_uploads_as_formdata_without_its_hyphen(
    api: httpx2.Client, place: Place
) -> None:
    mark = "1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed"
    lines = (
        f"--{mark}",
        'Content-Disposition: form-data; name="notes.txt"; filename="notes.txt"',
        "Content-Type: application/octet-stream",
        "",
        "first\r\nsecond",
        f"--{mark}--",
    )
    kind = {"Content-Type": f"multipart/formdata; boundary={mark}"}
    path = f"/46/tickets/{place.ticket.id}/attachments"
    made = api.post(path, content="\r\n".join(lines).encode("latin-1"), headers=kind)
    assert (made.status_code, made.json()["Size"]) == (201, 13)
    shown = api.get(f"/attachments/{made.json()['ID']}", headers=JSON).json()
    assert shown == made.json()
    assert api.get(f"/{made.json()['ContentUri'][4:]}").content == b"first\r\nsecond"
    assert api.delete(f"/attachments/{made.json()['ID']}").status_code == 200
    assert api.get(f"/attachments/{made.json()['ID']}").status_code == 404


def test_powershell_adds_and_removes_a_contact_without_a_body(
    api: httpx2.Client, place: Place
) -> None:
    path = f"/46/tickets/{place.ticket.id}/contacts/{place.tech.uid.upper()}"
    assert api.post(path, headers=JSON).status_code == 200
    assert place.ticket.contacts == [place.tech.uid]
    assert api.delete(path, headers=JSON).status_code == 200


def test_powershell_logs_in_as_admin_and_lists_users(
    sim: SimulatorServer, anonymous: httpx2.Client
) -> None:
    """Psclient puts BEID and key in as they were typed, in upper case and braces."""
    env = sim.env()
    given = {
        "BEID": f"{{{env['TDX_BEID'].upper()}}}",
        "WebServicesKey": env["TDX_WEB_SERVICES_KEY"],
    }
    token = anonymous.post("/auth/loginadmin", json=given).text
    headers = {"Authorization": f"Bearer {token}"}
    query = "isActive=True&isEmployee=&userType=1"
    users = anonymous.get(f"/people/userlist?{query}", headers=headers).json()
    assert {one["TypeID"] for one in users} == {1}


def test_powershell_makes_and_edits_a_person_with_the_admin_key(
    sim: SimulatorServer, anonymous: httpx2.Client
) -> None:
    env = sim.env()
    given = {"BEID": env["TDX_BEID"], "WebServicesKey": env["TDX_WEB_SERVICES_KEY"]}
    admin = {"Authorization": f"Bearer {anonymous.post('/auth/loginadmin', json=given).text}"}
    new = {
        "UserName": "nova@example.edu",
        "FirstName": "Nova",
        "LastName": "Reyes",
        "PrimaryEmail": "nova@example.edu",
        "TypeID": "User",
    }
    assert anonymous.post("/people", json=new, headers=admin).status_code == 400
    made = anonymous.post("/people", json=new | {"TypeID": 1}, headers=admin)
    assert (made.status_code, made.json()["UserName"]) == (201, "nova@example.edu")
    path = f"/people/{made.json()['UID']}"
    changed = anonymous.post(path, json=made.json() | {"Title": "Dean"}, headers=admin).json()
    assert changed["Title"] == "Dean"
    operations = [{"op": "replace", "path": "/isactive", "value": False}]
    assert anonymous.patch(path, json=operations, headers=admin).json()["IsActive"] is False
    user = {"Authorization": f"Bearer {env['TDX_API_TOKEN']}"}
    assert anonymous.patch(path, json=operations, headers=user).status_code == 401


def test_typescript_edits_a_whole_ticket_and_patches_an_asset(
    api: httpx2.Client, place: Place
) -> None:
    path = f"/46/tickets/{place.ticket.id}"
    whole = api.get(path).json() | {"Title": "From TypeScript"}
    assert api.post(path, json=whole).json()["Title"] == "From TypeScript"
    operations = [{"op": "replace", "path": "/name", "value": "TS-1"}]
    assert api.patch(f"/48/assets/{place.mac.id}", json=operations).json()["Name"] == "TS-1"


def test_typescript_posts_attributes_alone_and_is_refused(api: httpx2.Client, place: Place) -> None:
    """Its ``setTicketCustomAttributes`` is a full edit with nothing else in it (10.5)."""
    body = {"Attributes": [{"ID": 18375, "Value": "26191"}]}
    refused = api.post(f"/46/tickets/{place.ticket.id}", json=body)
    assert (refused.status_code, refused.json()) == (400, {"Message": "TypeID is required."})
