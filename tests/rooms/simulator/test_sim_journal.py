"""The journal and the request log: the ground truth of exactly-once tests."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import httpx2

    from conftest import Place
    from ticket_queue_daemon.simulator import SimulatorServer


def test_a_write_tells_who_what_and_where(place: Place, api: httpx2.Client) -> None:
    """The body as sent and as stored, the entry's id, the status before and after."""
    path = f"/46/tickets/{place.ticket.id}/feed"
    entry = api.post(path, json={"Comments": "a<b", "NewStatusID": 117}).json()
    (write,) = place.world.journal.for_ticket(place.ticket.id)
    assert (write.sequence, write.kind) == (1, "feed_entry")
    assert write.author_uid == place.world.service.uid
    assert write.details["entry_id"] == entry["ID"]
    assert write.details["body_sent"] == "a<b"
    assert write.details["body_stored"] == entry["Body"]
    assert (write.details["status_before"], write.details["status_after"]) == (115, 117)


def test_what_people_do_is_not_in_it(place: Place) -> None:
    """Only clients of the API are judged."""
    world = place.world
    world.add_feed_entry(place.ticket.id, "x", place.pat)
    world.attach_asset(place.ticket.id, place.mac.id)
    world.set_status(place.ticket.id, 117)
    assert len(world.journal) == 0


def test_parallel_writes_are_each_recorded_once(place: Place, api: httpx2.Client) -> None:
    """Numbers without gaps, and the feed agrees."""
    path = f"/46/tickets/{place.ticket.id}"

    def write(number: int) -> int:
        api.post(f"{path}/assets/{place.mac.id}", json={})
        return api.post(f"{path}/feed", json={"Comments": f"c{number}"}).status_code

    with ThreadPoolExecutor(8) as pool:
        assert set(pool.map(write, range(40))) == {200}
    writes = place.world.journal.writes()
    assert [one.sequence for one in writes] == list(range(1, 42))
    assert place.world.journal.count("asset_attached") == 1
    bodies = {one.body for one in place.world.comments_on(place.ticket.id)}
    assert bodies == {f"c{number}" for number in range(40)}


def test_requests_are_counted_by_route(
    place: Place, sim: SimulatorServer, api: httpx2.Client
) -> None:
    """With and without verb, in any case; details keep the body and the headers."""
    api.get("/reports/1344")
    api.get("/reports/1399")
    path = f"/46/tickets/{place.ticket.id}/feed"
    api.get(path)
    api.post(path, json={"Comments": "hello"}, headers={"User-Agent": "test/1"})
    assert sim.requests.count("GET /reports/{id}") == 2
    assert sim.requests.count("/{appid}/tickets/{ID}/feed") == 2
    assert sim.requests.count("/{appId}/tickets/{id}/feed", "POST") == 1
    assert sim.requests.count() == len(sim.requests) == 4
    (one,) = sim.requests.all("POST /{appId}/tickets/{id}/feed")
    assert (one.status, one.body) == (200, '{"Comments":"hello"}')
    assert one.headers["user-agent"] == "test/1"
    assert (one.user_uid, one.environment) == (place.world.service.uid, "TDWebApi")
    assert sim.requests.counts()["get /reports/{id}"] == 2
    sim.requests.clear()
    assert sim.requests.count("GET /reports/{id}") == 0


def test_author_filters_tell_us_from_them(place: Place, api: httpx2.Client) -> None:
    """``comments_on`` finds the daemon's own comments."""
    place.world.add_feed_entry(place.ticket.id, "theirs", place.pat)
    api.post(f"/46/tickets/{place.ticket.id}/feed", json={"Comments": "ours"})
    ours = place.world.comments_on(place.ticket.id, place.world.service)
    assert [one.body for one in ours] == ["ours"]
    assert len(place.world.comments_on(place.ticket.id)) == 2
