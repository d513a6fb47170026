"""Rate limits (fact sheet 4)."""

from __future__ import annotations

from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

import httpx2
import pytest

from ticket_queue_daemon.simulator import SimulatorServer
from ticket_queue_daemon.simulator.limits import Limiter, read_scale

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Place


class Clock:
    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def strict(place: Place) -> Iterator[httpx2.Client]:
    with SimulatorServer(place.world) as sim:
        headers = {"Authorization": f"Bearer {sim.env()['TDX_API_TOKEN']}"}
        with httpx2.Client(base_url=sim.url, headers=headers) as client:
            yield client


def test_every_reply_carries_the_three_headers(strict: httpx2.Client, place: Place) -> None:
    """On 200, on an empty 304, on 404, on an unknown route."""
    tags = f"/46/tickets/{place.ticket.id}/tags"
    place.ticket.tags = ["x"]
    replies = [
        strict.get("/applications"),
        strict.post(tags, json=["x"]),
        strict.get("/46/tickets/1"),
        strict.get("/nowhere"),
    ]
    assert [one.status_code for one in replies] == [200, 304, 404, 404]
    for reply in replies:
        assert reply.headers["x-ratelimit-limit"] == "60"
        assert reply.headers["x-ratelimit-remaining"] == "59"
        reset = parsedate_to_datetime(reply.headers["x-ratelimit-reset"])
        seconds = (reset - parsedate_to_datetime(reply.headers["date"])).total_seconds()
        assert 58 <= seconds <= 60
        assert reply.headers["x-ratelimit-reset"].endswith(" GMT")


def test_the_call_after_the_last_is_429(strict: httpx2.Client, place: Place) -> None:
    """Thirty reports a minute; refused calls are not handled, other routes go on."""
    statuses = [strict.get("/reports/1344").status_code for _ in range(31)]
    assert statuses == [200] * 30 + [429]
    refused = strict.get("/reports/1399")
    assert refused.status_code == 429
    assert refused.headers["x-ratelimit-remaining"] == "0"
    assert strict.get("/reports").status_code == 200
    assert place.world.requests.status_count(429) == 2


def test_a_window_opens_at_the_first_call_and_then_restarts(clock: Clock) -> None:
    """Fixed, not sliding: all calls come back at once."""
    limiter = Limiter(clock)
    first = limiter.judge("GET /reports/{id}", "ip", "u")
    assert first.reset == clock.now + 60
    clock.now += 59.9
    for _ in range(29):
        assert limiter.judge("GET /reports/{id}", "ip", "u").allowed
    assert not limiter.judge("GET /reports/{id}", "ip", "u").allowed
    clock.now += 0.1
    fresh = limiter.judge("GET /reports/{id}", "ip", "u")
    assert (fresh.allowed, fresh.remaining, fresh.reset) == (True, 29, clock.now + 60)


@pytest.mark.parametrize(
    ("route", "calls", "seconds"),
    [
        ("GET /{appId}/tickets/{id}", 60, 60),
        ("POST /{appId}/tickets", 30, 60),
        ("POST /{appId}/tickets/search", 30, 60),
        ("GET /reports", 45, 60),
        ("GET /people/lookup", 75, 10),
        ("GET /people/{uid}/groups", 180, 60),
        ("POST /{appId}/cmdb", 240, 60),
        ("PUT /{appId}/cmdb/{id}", 60, 5),
    ],
)
def test_the_table_is_that_of_the_sheet(clock: Clock, route: str, calls: int, seconds: int) -> None:
    """Calls and seconds per verb and route template."""
    verdict = Limiter(clock).judge(route, "ip", None)
    assert (verdict.limit, verdict.reset - clock.now) == (calls, seconds)


def test_every_route_of_the_table_exists(place: Place) -> None:
    """A limit for a route that is not served would be a misspelling."""
    sim = SimulatorServer(place.world)
    served = {route.key for route in sim.simulator.api.router}
    sim.stop()
    assert set(sim.simulator.limiter.table) - served == set()


def test_reports_count_per_user_and_the_rest_per_address(clock: Clock) -> None:
    """Two users behind one address share all but the report windows."""
    limiter = Limiter(clock)
    limiter.set_limit("GET /reports/{id}", 1, 60, "user")
    limiter.set_limit("GET /feed/{id}", 1, 60)
    assert limiter.judge("GET /reports/{id}", "ip", "a").allowed
    assert limiter.judge("GET /reports/{id}", "ip", "b").allowed
    assert not limiter.judge("GET /reports/{id}", "other ip", "a").allowed
    assert limiter.judge("GET /feed/{id}", "ip", "a").allowed
    assert not limiter.judge("GET /feed/{id}", "ip", "b").allowed
    assert limiter.judge("GET /feed/{id}", "other ip", "a").allowed


def test_a_scale_shortens_the_windows(clock: Clock) -> None:
    """The number of calls stays."""
    verdict = Limiter(clock, 1 / 6).judge("GET /reports/{id}", "ip", "u")
    assert (verdict.limit, verdict.reset - clock.now) == (30, pytest.approx(10))


def test_off_never_refuses_and_says_so(clock: Clock) -> None:
    """The headers stay, with a limit that nobody reaches."""
    limiter = Limiter(clock, 0)
    verdicts = [limiter.judge("GET /reports/{id}", "ip", "u") for _ in range(200)]
    assert all(one.allowed for one in verdicts)
    assert verdicts[-1].remaining > 100_000


@pytest.mark.parametrize(
    ("given", "scale"),
    [("on", 1.0), ("off", 0.0), ("0.5", 0.5), (True, 1.0), (False, 0.0), (1 / 6, 1 / 6)],
)
def test_scales_are_read_from_words_and_numbers(given: object, scale: float) -> None:
    """As the command line passes them."""
    assert read_scale(given) == scale


@pytest.mark.parametrize("given", ["fast", -1, None])
def test_nonsense_is_no_scale(given: object) -> None:
    """Told at once."""
    with pytest.raises(ValueError, match=r"scale|convert"):
        read_scale(given)
