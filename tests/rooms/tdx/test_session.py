"""What is sent, how often, and what is concluded; against the simulator's bad manners."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.errors import TdxError
from ticket_queue_daemon.tdx.errors import (
    Delivery,
    ReadOnlyRefused,
    TdxDenied,
    TdxInDoubt,
    TdxMalformed,
    TdxNotFound,
    TdxRateLimited,
    TdxRejected,
    TdxUnavailable,
    TdxUnreachable,
)
from ticket_queue_daemon.tdx.models import FeedPost

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.simulator.server import SimulatorServer
    from ticket_queue_daemon.tdx.client import TdxClient

POST = FeedPost(comments="hello")
WRITES: dict[str, tuple[str, str, Callable[[TdxClient, int, int], Any]]] = {
    "feed": ("POST", "tickets/{id}/feed$", lambda c, t, _: c.tickets.post_feed(t, POST)),
    "asset": ("POST", "assets/{assetId}$", lambda c, t, a: c.tickets.attach_asset(t, a)),
    "patch": ("PATCH", "tickets/{id}$", lambda c, t, _: c.tickets.patch(t, {"StatusID": 117})),
    "tags": ("POST", "tickets/{id}/tags$", lambda c, t, _: c.tickets.add_tags(t, ["x"])),
}
# fault, its options, what the write's error says, whether TDX applied it
LOST = [
    ("drop_before", {}, Delivery.IN_DOUBT, False),
    ("drop_after", {}, Delivery.IN_DOUBT, True),
    ("status_before", {"status": 503}, Delivery.IN_DOUBT, False),
    ("status_after", {"status": 500}, Delivery.IN_DOUBT, True),
    ("status_after", {"status": 408}, Delivery.IN_DOUBT, True),
    ("login_redirect", {}, Delivery.IN_DOUBT, False),
    ("html", {}, Delivery.IN_DOUBT, None),
    ("status_before", {"status": 403}, Delivery.NEVER, False),
    ("status_before", {"status": 404}, Delivery.NEVER, False),
    ("status_before", {"status": 422}, Delivery.NEVER, False),
]


@pytest.fixture
def places(simulator: SimulatorServer) -> tuple[int, int]:
    """A ticket and an asset."""
    world = simulator.world
    return world.add_ticket("Broken", "text").id, world.add_asset("IC-EHLB760-F16").id


@pytest.mark.parametrize("write", WRITES)
@pytest.mark.parametrize(("fault", "options", "delivery", "applied"), LOST)
def test_a_write_goes_out_once_and_its_error_says_what_became_of_it(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    places: tuple[int, int],
    write: str,
    fault: str,
    options: dict[str, Any],
    delivery: Delivery,
    applied: bool | None,
) -> None:
    method, route, send = WRITES[write]
    simulator.faults.add(fault, method, route, **options)
    with pytest.raises(TdxError) as caught:
        send(connect(), *places)
    assert caught.value.delivery is delivery  # type: ignore[attr-defined]  # every leaf has it
    assert len(simulator.requests.all()) == 2  # the login, and the write
    if applied is not None:
        assert len(simulator.journal) == applied


@pytest.mark.parametrize("fault", ["empty", "garbage", "truncated"])
def test_a_bad_body_leaves_a_write_in_doubt_only_where_a_body_is_due(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    places: tuple[int, int],
    fault: str,
) -> None:
    client = connect()
    client.me()
    simulator.faults.add(fault, "POST", "/tickets/")
    simulator.faults.add(fault, "PATCH", "/tickets/")
    ticket, asset = places
    with pytest.raises(TdxInDoubt):
        client.tickets.post_feed(ticket, POST)
    with pytest.raises(TdxInDoubt):
        client.tickets.patch(ticket, {"StatusID": 117})
    client.tickets.attach_asset(ticket, asset)
    client.tickets.add_tags(ticket, ["x"])
    assert len(simulator.journal) == 4


@pytest.mark.parametrize("status", [200, 201, 204, 304])
def test_a_relation_that_is_there_already_is_no_error(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    places: tuple[int, int],
    status: int,
) -> None:
    simulator.world.behaviour.attach_again_status = status
    client = connect()
    for _ in range(2):
        client.tickets.attach_asset(*places)
    assert simulator.journal.count() == 1


def test_a_write_that_meets_the_rate_limit_waits_and_is_applied_once(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    places: tuple[int, int],
    clock: Any,
) -> None:
    simulator.faults.add("status_before", "POST", "feed$", status=429, seconds=2, times=2)
    connect().tickets.post_feed(places[0], POST)
    assert simulator.journal.count("feed_entry") == 1
    assert len(clock.slept) == 2
    assert all(1 <= pause <= 6 for pause in clock.slept)


def test_a_limit_that_never_lifts_is_given_up_as_not_applied(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    places: tuple[int, int],
) -> None:
    simulator.faults.add("status_before", "POST", "feed$", status=429, seconds=2)
    with pytest.raises(TdxRateLimited, match=r"6 tries in \d+\.\d s") as caught:
        connect().tickets.post_feed(places[0], POST)
    assert caught.value.delivery is Delivery.LATER
    assert len(simulator.journal) == 0


@pytest.mark.parametrize(
    ("fault", "options"),
    [
        ("drop_before", {}),
        ("status_before", {"status": 503}),
        ("status_before", {"status": 500}),
        ("truncated", {}),
    ],
)
def test_a_read_is_tried_again_and_not_for_ever(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    places: tuple[int, int],
    clock: Any,
    fault: str,
    options: dict[str, Any],
) -> None:
    client = connect()
    client.me()
    simulator.faults.add(fault, "GET", "tickets/{id}$", times=3, **options)
    assert client.tickets.get(places[0]).title == "Broken"
    assert client.call_counts()["GET tickets/{id}"] == 4
    assert len(clock.slept) == 3
    assert all(pause < 60 for pause in clock.slept)
    simulator.faults.add(fault, "GET", "tickets/{id}$", **options)
    with pytest.raises(TdxUnavailable, match=r"4 tries in \d+\.\d s") as caught:
        client.tickets.get(places[0])
    assert caught.value.delivery is Delivery.LATER
    assert client.call_counts()["GET tickets/{id}"] == 8


@pytest.mark.parametrize("write", [False, True])
def test_a_tdx_that_refuses_every_connection_is_given_up_with_the_time_it_took(
    connect: Callable[..., TdxClient], clock: Any, write: bool
) -> None:
    """Nothing was sent, so that a write is as safe to repeat as a read."""
    client = connect("token", url="http://127.0.0.1:1/TDWebApi/api")
    with pytest.raises(TdxUnreachable, match=r"\(4 tries in \d+\.\d s\)") as caught:
        client.tickets.post_feed(1, POST) if write else client.tickets.get(1)
    assert caught.value.delivery is Delivery.LATER
    # 1, 2 and 4 s, each a quarter more or less, so that many do not come back at one time.
    assert [round(pause / 2**number) for number, pause in enumerate(clock.slept)] == [1, 1, 1]
    assert len(set(clock.slept)) == 3
    assert client.call_counts() == {}


def test_a_stop_in_the_middle_of_a_wait_is_said_with_the_time_it_took(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    places: tuple[int, int],
    clock: Any,
) -> None:
    simulator.simulator.limiter.scale = 1.0
    simulator.simulator.limiter.set_limit("GET /{appId}/tickets/{id}", 1)
    client = connect()
    client.tickets.get(places[0])
    clock.stopped = True
    with pytest.raises(TdxRateLimited, match=r"Told to stop .* \(for \d+\.\d s\)") as caught:
        client.tickets.get(places[0])
    assert caught.value.delivery is Delivery.LATER
    assert client.call_counts()["GET tickets/{id}"] == 1


def test_nothing_is_tried_again_once_the_daemon_is_told_to_stop(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    places: tuple[int, int],
    clock: Any,
) -> None:
    client = connect()
    client.me()
    clock.stopped = True
    simulator.faults.add("status_before", "GET", "tickets/{id}$", status=503)
    with pytest.raises(TdxUnavailable, match="1 try"):
        client.tickets.get(places[0])


def test_a_page_instead_of_data_is_said_and_nothing_is_concluded(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, places: tuple[int, int]
) -> None:
    simulator.faults.add("html", "GET", "/tickets/")
    with pytest.raises(TdxMalformed, match="nothing is concluded") as caught:
        connect().tickets.feed(places[0])
    assert caught.value.page
    simulator.faults.clear()
    simulator.faults.add("login_redirect", "GET", "/tickets/")
    with pytest.raises(TdxMalformed) as caught:
        connect().tickets.get(places[0])
    assert caught.value.page
    assert caught.value.status in {301, 302, 303, 307, 308}


def test_a_wrong_member_is_named_with_its_place(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, places: tuple[int, int]
) -> None:
    simulator.faults.add(
        "garbage", "GET", "feed$", body='[{"ID": 1}, {"ID": 2, "CreatedDate": "last week"}]'
    )
    with pytest.raises(TdxMalformed, match=r"\[1\]\.CreatedDate") as caught:
        connect().tickets.feed(places[0])
    assert caught.value.field == "[1].CreatedDate"
    simulator.faults.clear()
    simulator.faults.add("garbage", "PATCH", "/tickets/", body='{"Message": "done"}')
    with pytest.raises(TdxInDoubt, match="a wrong ID"):
        connect().tickets.patch(places[0], {"StatusID": 117})


@pytest.mark.parametrize("write", WRITES)
def test_a_read_only_client_sends_no_write(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    places: tuple[int, int],
    write: str,
) -> None:
    client = connect(read_only=True)
    with pytest.raises(ReadOnlyRefused) as caught:
        WRITES[write][2](client, *places)
    assert caught.value.delivery is Delivery.NEVER
    assert simulator.requests.count() == 0
    assert client.tickets.get(places[0]).title == "Broken"


def test_what_is_too_large_for_tdx_is_not_sent(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    with pytest.raises(TdxRejected, match="at most 4194304"):
        connect().tickets.post_feed(1, FeedPost(comments="x" * 4_300_000))
    assert simulator.requests.count() == 0


def test_calls_are_counted_by_verb_and_route(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, places: tuple[int, int]
) -> None:
    client = connect()
    client.tickets.get(places[0])
    client.tickets.get(places[0])
    client.tickets.attach_asset(*places)
    assert client.call_counts() == {
        "POST auth": 1,
        "GET tickets/{id}": 2,
        "POST tickets/{id}/assets/{assetId}": 1,
    }
    assert sum(client.call_counts().values()) == simulator.requests.count()


def test_every_request_names_the_program_and_asks_for_gzip(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, places: tuple[int, int]
) -> None:
    connect().tickets.attach_asset(*places)
    for request in simulator.requests.all():
        headers = {name.lower(): value for name, value in request.headers.items()}
        assert headers["user-agent"].startswith("ticket-queue-daemon/")
        assert "gzip" in headers["accept-encoding"]
        assert headers["content-type"] == "application/json; charset=utf-8"
    assert simulator.requests.all()[-1].body == "{}"


def test_a_guard_runs_right_before_each_write_and_may_stop_it(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, places: tuple[int, int]
) -> None:
    client = connect()
    asked: list[str] = []

    def stop() -> None:
        asked.append("stop")
        raise LookupError

    with client.guarding(lambda: asked.append("ok")):
        client.tickets.get(places[0])
        assert asked == []
        client.tickets.post_feed(places[0], POST)
        assert asked == ["ok"]
        with pytest.raises(LookupError), client.guarding(stop):
            client.tickets.post_feed(places[0], POST)
    client.tickets.post_feed(places[0], POST)
    assert asked == ["ok", "ok", "stop"]
    assert simulator.journal.count("feed_entry") == 2


def test_tdx_quoting_our_secret_does_not_bring_it_into_an_error(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    password = simulator.env()["TDX_PASSWORD"]
    simulator.faults.add(
        "status_before", "GET", "getuser", status=400, body=f'"bad: {password} in {{}}"'
    )
    with pytest.raises(TdxRejected) as caught:
        connect().me()
    assert "[secret]" in caught.value.answer
    assert password not in caught.value.message + caught.value.answer


def test_refusals_have_their_own_leaves(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, places: tuple[int, int]
) -> None:
    client = connect()
    with pytest.raises(TdxNotFound):
        client.tickets.get(5)
    simulator.world.forbid_ticket(places[0])
    with pytest.raises(TdxDenied):
        client.tickets.post_feed(places[0], POST)
