"""What goes wrong on demand, seen through a real HTTP connection (fact sheet 16, 18.12)."""

from __future__ import annotations

import json
import time
from typing import TYPE_CHECKING

import httpx2
import pytest

from ticket_queue_daemon.simulator import Faults, World
from ticket_queue_daemon.simulator.faults import EFFECTS

if TYPE_CHECKING:
    from conftest import Place
    from ticket_queue_daemon.simulator import SimulatorServer

FEED = r"tickets/{id}/feed$"


def post(api: httpx2.Client, place: Place, text: str = "x") -> httpx2.Response:
    return api.post(f"/46/tickets/{place.ticket.id}/feed", json={"Comments": text})


def comments(place: Place) -> int:
    return place.world.journal.count("feed_entry")


@pytest.mark.parametrize(("effect", "applied"), [("drop_before", 0), ("drop_after", 1)])
def test_a_drop_is_a_real_reset(
    place: Place, sim: SimulatorServer, api: httpx2.Client, effect: str, applied: int
) -> None:
    """The client sees a transport error and no status; only the journal knows."""
    api.get("/applications")
    sim.faults.add(effect, "POST", FEED, times=1)
    with pytest.raises(httpx2.TransportError):
        post(api, place)
    assert comments(place) == applied
    assert sim.requests.all()[-1].status is None
    assert sim.requests.status_count(None) == 1
    assert post(api, place).status_code == 200


def test_a_truncated_answer_breaks_off(
    place: Place, sim: SimulatorServer, api: httpx2.Client
) -> None:
    """Applied, half told."""
    sim.faults.add("truncated", "POST", FEED)
    with pytest.raises(httpx2.RemoteProtocolError):
        post(api, place)
    assert comments(place) == 1


@pytest.mark.parametrize(
    ("effect", "status", "applied"),
    [
        ("status_before", 429, 0),
        ("status_before", 500, 0),
        ("status_before", 408, 0),
        ("status_after", 500, 1),
        ("status_after", 504, 1),
    ],
)
def test_a_status_may_come_before_or_after_the_deed(
    place: Place,
    sim: SimulatorServer,
    api: httpx2.Client,
    effect: str,
    status: int,
    applied: int,
) -> None:
    """The same words for both: the client cannot tell."""
    sim.faults.add(effect, "POST", FEED, status=status)
    assert post(api, place).status_code == status
    assert comments(place) == applied


def test_maintenance_answers_html(sim: SimulatorServer, api: httpx2.Client) -> None:
    """503 with a page, on every route."""
    sim.faults.add("status_before", status=503)
    reply = api.get("/applications")
    assert reply.status_code == 503
    assert reply.headers["content-type"].startswith("text/html")
    assert "x-ratelimit-limit" in reply.headers


def test_an_injected_429_sets_its_own_reset(sim: SimulatorServer, api: httpx2.Client) -> None:
    """Nothing remains, and the reset is as near as the rule says."""
    sim.faults.add("status_before", status=429, seconds=2)
    headers = api.get("/applications").headers
    assert headers["x-ratelimit-remaining"] == "0"
    assert headers["x-ratelimit-reset"] != headers["date"]


@pytest.mark.parametrize(
    ("effect", "status", "applied"),
    [("garbage", 200, 1), ("empty", 200, 1), ("html", 200, 0), ("login_redirect", 302, 0)],
)
def test_bodies_may_be_nonsense(
    place: Place,
    sim: SimulatorServer,
    api: httpx2.Client,
    effect: str,
    status: int,
    applied: int,
) -> None:
    """No JSON in any of them."""
    sim.faults.add(effect, "POST", FEED)
    reply = post(api, place)
    assert reply.status_code == status
    with pytest.raises(json.JSONDecodeError):
        reply.json()
    assert comments(place) == applied


@pytest.mark.parametrize(("effect", "applied"), [("delay_before", 0), ("delay_after", 1)])
def test_a_client_may_give_up_waiting(
    place: Place, sim: SimulatorServer, api: httpx2.Client, effect: str, applied: int
) -> None:
    """At that moment the deed is done, or not yet; others are served meanwhile."""
    sim.faults.add(effect, "POST", FEED, seconds=0.5)
    with pytest.raises(httpx2.ReadTimeout):
        api.post(f"/46/tickets/{place.ticket.id}/feed", json={"Comments": "x"}, timeout=0.15)
    assert comments(place) == applied
    assert api.get("/applications").status_code == 200


def test_an_expired_token_fails_the_call_and_those_after_it(
    place: Place, sim: SimulatorServer, api: httpx2.Client, anonymous: httpx2.Client
) -> None:
    """Nothing is applied; a new log-in helps."""
    sim.faults.add("expire_token", "POST", FEED, times=1)
    assert post(api, place).status_code == 401
    assert api.get("/applications").status_code == 401
    assert comments(place) == 0
    headers = {"Authorization": f"Bearer {sim.env()['TDX_API_TOKEN']}"}
    assert anonymous.get("/applications", headers=headers).status_code == 200


def test_a_late_request_is_applied_after_its_client_gave_up(
    place: Place, sim: SimulatorServer, api: httpx2.Client
) -> None:
    """Dropped now, applied by the clock."""
    sim.faults.add("late", "POST", FEED, seconds=0.1, times=1)
    with pytest.raises(httpx2.TransportError):
        post(api, place, "late")
    assert comments(place) == 0
    deadline = time.monotonic() + 5
    while comments(place) == 0 and time.monotonic() < deadline:
        time.sleep(0.01)
    assert [write.details["body_sent"] for write in place.world.journal] == ["late"]
    assert sim.faults.waiting == 0


def test_late_requests_can_be_released_by_hand(
    place: Place, sim: SimulatorServer, api: httpx2.Client
) -> None:
    """Without seconds they wait, and come in order; each once."""
    sim.faults.add("late", "POST", FEED, status=500, times=2)
    assert post(api, place, "one").status_code == 500
    assert post(api, place, "two").status_code == 500
    assert (comments(place), sim.faults.waiting) == (0, 2)
    assert sim.faults.release() == 2
    assert sim.faults.release() == 0
    assert [write.details["body_sent"] for write in place.world.journal] == ["one", "two"]


@pytest.mark.parametrize(
    ("trigger", "hits"),
    [
        ({"nth": 2}, [2]),
        ({"every": 2}, [2, 4]),
        ({"times": 2}, [1, 2]),
        ({"every": 2, "times": 1}, [2]),
        ({"ticket_id": 1}, []),
        ({"probability": 0.0}, []),
        ({"probability": 1.0}, [1, 2, 3, 4, 5]),
    ],
)
def test_rules_fire_by_script(
    place: Place,
    sim: SimulatorServer,
    api: httpx2.Client,
    trigger: dict[str, float],
    hits: list[int],
) -> None:
    """The nth call, every nth, so many times, by chance, for one ticket."""
    sim.faults.add("status_before", "POST", FEED, status=500, **trigger)  # type: ignore[arg-type]
    got = [number for number in range(1, 6) if post(api, place).status_code == 500]
    assert got == hits


def test_a_rule_for_one_ticket_spares_the_others(
    place: Place, sim: SimulatorServer, api: httpx2.Client
) -> None:
    """The ticket in the path decides, on the reverse route too."""
    other = place.world.add_ticket("Other")
    rule = sim.faults.add("status_before", status=500, ticket_id=place.ticket.id)
    assert api.get(f"/46/tickets/{other.id}").status_code == 200
    assert api.get(f"/46/tickets/{place.ticket.id}/feed").status_code == 500
    reverse = f"/48/assets/{place.mac.id}/tickets/{place.ticket.id}"
    assert api.post(reverse, json={}).status_code == 500
    assert api.get(f"/48/assets/{place.mac.id}").status_code == 200
    assert (rule.seen, rule.fired) == (2, 2)


def test_chance_repeats_with_its_seed() -> None:
    """Two simulators with one seed fail alike; another seed does not."""

    def draw(seed: int) -> list[bool]:
        faults = Faults(seed)
        faults.add("drop_before", probability=0.5)
        return [bool(faults.fire("GET", "/x", None)) for _ in range(40)]

    assert draw(3) == draw(3) != draw(4)


def test_calls_over_the_limit_are_no_concern_of_a_rule(
    place: Place, sim: SimulatorServer, api: httpx2.Client
) -> None:
    """A rule counts calls that would have been handled."""
    sim.simulator.limiter.scale = 1.0
    sim.simulator.limiter.set_limit("POST /{appId}/tickets/{id}/feed", 1)
    rule = sim.faults.add("drop_after", "POST", FEED, nth=2)
    assert [post(api, place).status_code for _ in range(3)] == [200, 429, 429]
    assert rule.seen == 1


def test_an_unknown_effect_is_refused() -> None:
    """With the list of those that exist."""
    with pytest.raises(ValueError, match="drop_after"):
        Faults().add("explode")
    assert len(EFFECTS) == 13
    assert World().seed == 0
