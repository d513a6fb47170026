"""Conventions that hold for every route (fact sheet 1, 2, 5, 6)."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx2
import pytest

from ticket_queue_daemon.simulator import values

if TYPE_CHECKING:
    from conftest import Place
    from ticket_queue_daemon.simulator import SimulatorServer


@pytest.mark.parametrize(
    "path",
    [
        "/TDWebApi/api/reports/1344",
        "/TDWEBAPI/API/Reports/1344/",
        "/tdwebapi/api//reports//1344",
    ],
)
def test_paths_ignore_case_doubled_and_trailing_slashes(
    sim: SimulatorServer, api: httpx2.Client, path: str
) -> None:
    """IIS is forgiving about paths, and clients in production rely on it."""
    root = sim.url.removesuffix("/TDWebApi/api")
    assert api.get(root + path).json()["ID"] == 1344


@pytest.mark.parametrize(
    "query", ["?withData=True", "?WITHDATA=true&dataSortExpression=", "?x=1?withdata=1"]
)
def test_query_names_and_booleans_are_read_loosely(api: httpx2.Client, query: str) -> None:
    """Any case, Python's True, empty values and a second question mark are taken."""
    assert isinstance(api.get(f"/reports/1344{query}").json()["DataRows"], list)


def test_a_ticket_in_the_wrong_app_is_not_found(place: Place, api: httpx2.Client) -> None:
    """Neither the asset app nor another ticketing app knows the ticket."""
    number = place.ticket.id
    assert api.get(f"/46/tickets/{number}").status_code == 200
    assert api.get(f"/48/tickets/{number}").status_code == 404
    assert api.get(f"/31/tickets/{number}").status_code == 404
    assert api.post("/46/assets/search", json={}).status_code == 404


def test_a_path_without_app_is_not_found(api: httpx2.Client) -> None:
    """A missing application segment gives ASP.NET's 404 message."""
    reply = api.get("/tickets/1")
    assert reply.status_code == 404
    assert reply.json()["Message"].startswith("No HTTP resource was found")


@pytest.mark.parametrize(
    ("verb", "path"),
    [("DELETE", "/46/tickets/{id}"), ("GET", "/46/tickets/{id}/tags"), ("POST", "/feed/1")],
)
def test_a_wrong_verb_gets_405(place: Place, api: httpx2.Client, verb: str, path: str) -> None:
    """What is not documented does not exist: no delete, no tag list, no reply."""
    reply = api.request(verb, path.format(id=place.ticket.id))
    assert reply.status_code == 405
    assert verb in reply.json()["Message"]


@pytest.mark.parametrize(
    ("body", "kind", "status"),
    [
        ("{oops", "application/json", 400),
        ("[1]", "application/json", 400),
        ("<a/>", "text/xml", 415),
        ("x" * (4 * 1024 * 1024 + 1), "application/json", 413),
    ],
)
def test_bodies_that_cannot_be_read_are_refused(
    place: Place, api: httpx2.Client, body: str, kind: str, status: int
) -> None:
    """Bad JSON, a wrong shape, another format and too much of it, each with its status."""
    path = f"/46/tickets/{place.ticket.id}/feed"
    reply = api.post(path, content=body, headers={"Content-Type": kind})
    assert reply.status_code == status
    assert len(place.world.journal) == 0


def test_unmodelled_routes_are_logged(sim: SimulatorServer, api: httpx2.Client) -> None:
    """What nobody modelled answers 404 and can be found in the log."""
    assert api.get("/projects/1").status_code == 404
    assert sim.requests.count("GET (unmodelled)") == 1


def test_dates_are_trimmed_utc(place: Place, api: httpx2.Client) -> None:
    """No trailing zeros, no fraction when it is nil, always a Z."""
    place.ticket.created = datetime(2025, 11, 3, 19, 50, 49, 790_000, tzinfo=UTC)
    place.ticket.modified = datetime(2025, 11, 3, 19, 50, 30, tzinfo=UTC)
    ticket = api.get(f"/46/tickets/{place.ticket.id}").json()
    assert ticket["CreatedDate"] == "2025-11-03T19:50:49.79Z"
    assert ticket["ModifiedDate"] == "2025-11-03T19:50:30Z"


def test_both_year_one_forms_and_nulls_occur_in_a_ticket(place: Place, api: httpx2.Client) -> None:
    """Unset dates are year 1 in both forms, unset nullable members null and present."""
    ticket = api.get(f"/46/tickets/{place.ticket.id}").json()
    assert ticket["RespondedDate"] == "0001-01-01T00:00:00Z"
    assert ticket["CompletedDate"] == "0001-01-01T05:00:00Z"
    assert ticket["ResponsibleUid"] is None
    assert ticket["LocationName"] == "None"
    assert isinstance(ticket["PriorityOrder"], float)


def test_the_date_header_is_the_servers_clock(place: Place, api: httpx2.Client) -> None:
    """A skewed server shows its skew in ``Date`` and in what it stamps."""
    place.world.behaviour.clock_offset = 3600
    reply = api.post(f"/46/tickets/{place.ticket.id}/feed", json={"Comments": "x"})
    ahead = parsedate_to_datetime(reply.headers["date"]) - datetime.now(UTC)
    stamped = datetime.fromisoformat(reply.json()["CreatedDate"]) - datetime.now(UTC)
    assert 3590 < ahead.total_seconds() < 3610
    assert 3590 < stamped.total_seconds() < 3610


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-04-06T00:00:00", datetime(2026, 4, 6, tzinfo=UTC)),
        ("2026-04-06T00:00:00-0500", datetime(2026, 4, 6, 5, tzinfo=UTC)),
        ("2026-04-06T01:02:03.79Z", datetime(2026, 4, 6, 1, 2, 3, 790_000, tzinfo=UTC)),
        ("0001-01-01T05:00:00Z", None),
        ("", None),
    ],
)
def test_dates_are_read_in_every_form_that_clients_send(
    text: str, expected: datetime | None
) -> None:
    """Naive, with an offset, with short fractions, and the ways to say nothing."""
    assert values.as_date(text) == expected


def test_a_post_without_length_is_refused(sim: SimulatorServer, place: Place) -> None:
    """IIS asks for a length even where the body means nothing."""
    request = httpx2.Request("POST", f"{sim.url}/46/tickets/{place.ticket.id}/assets/1")
    request.headers.pop("content-length", None)
    with httpx2.Client() as client:
        assert client.send(request).status_code == 411
