"""Signing in, against the simulator over real HTTP."""

from __future__ import annotations

import base64
import json
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from ticket_queue_daemon.tdx.config import AdminKey, Credentials, Login, Token
from ticket_queue_daemon.tdx.errors import (
    Delivery,
    TdxAuthError,
    TdxDenied,
    TdxMalformed,
    TdxUnavailable,
)
from ticket_queue_daemon.tdx.models import FeedPost

if TYPE_CHECKING:
    from collections.abc import Callable

    from ticket_queue_daemon.simulator.server import SimulatorServer
    from ticket_queue_daemon.tdx.client import TdxClient

LOGINS = {"admin key": "POST auth/loginadmin", "login": "POST auth"}


def logins(client: TdxClient) -> int:
    return sum(n for key, n in client.call_counts().items() if key in LOGINS.values())


def expired_token() -> Token:
    claims = base64.urlsafe_b64encode(json.dumps({"exp": 1764000000}).encode()).decode().rstrip("=")
    return Token(SecretStr(f"eyJhbGciOiJIUzI1NiJ9.{claims}.c2lnbmF0dXJl"))


@pytest.mark.parametrize("by", ["admin key", "login", "token"])
def test_each_of_the_three_ways_signs_in(connect: Callable[..., TdxClient], by: str) -> None:
    client = connect(by)
    assert client.me().uid
    assert client.me() is client.me()
    assert client.call_counts().get(LOGINS.get(by, ""), 0) == (by != "token")
    assert client.call_counts()["GET auth/getuser"] == 1


def test_a_token_in_quotes_is_understood(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    credentials: dict[str, Credentials],
) -> None:
    simulator.world.behaviour.quoted_token = True
    assert connect("login").me().uid
    token = credentials["token"]
    assert isinstance(token, Token)
    assert connect(Token(SecretStr(f' "{token.token.get_secret_value()}"\n'))).me().uid


@pytest.mark.parametrize("by", ["admin key", "login"])
def test_a_401_renews_once_and_the_call_goes_on(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, by: str
) -> None:
    ticket = simulator.world.add_ticket("Broken", "text")
    client = connect(by)
    client.tickets.get(ticket.id)
    simulator.expire_tokens()
    client.tickets.post_feed(ticket.id, FeedPost(comments="hello"))
    assert logins(client) == 2
    assert simulator.journal.count("feed_entry") == 1


def test_many_threads_that_meet_the_same_401_share_one_renewal(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    ticket = simulator.world.add_ticket("Broken", "text")
    client = connect("login")
    client.tickets.get(ticket.id)
    simulator.expire_tokens()
    # All of them have sent the old token before any of them may renew it.
    simulator.faults.add("delay_before", "GET", "tickets/{id}$", times=8, seconds=0.2)
    together = threading.Barrier(8)

    def read() -> int:
        together.wait()
        return client.tickets.get(ticket.id).id

    with ThreadPoolExecutor(8) as pool:
        assert {done.result() for done in [pool.submit(read) for _ in range(8)]} == {ticket.id}
    assert logins(client) == 2


def test_a_token_is_renewed_before_it_runs_out(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, clock: Any
) -> None:
    simulator.world.behaviour.token_seconds = 3600
    client = connect("login")
    client.me()
    clock.sleep(3600 - 301)
    client.applications.list()
    assert logins(client) == 1
    # The answer told TDX's own time again, which never slept.
    clock.sleep(3600 - 299)
    client.applications.list()
    assert logins(client) == 2
    assert simulator.requests.status_count(401) == 0


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        (Login("tqd-service@umich.edu", SecretStr("hunter2")), "TDX_PASSWORD"),
        (
            AdminKey(
                SecretStr("3f2504e0-4f89-41d3-9a0c-0305e82c3301"),
                SecretStr("hunter2f-4f89-41d3-9a0c-0305e82c3301"),
            ),
            "TDX_WEB_SERVICES_KEY",
        ),
    ],
)
def test_a_refused_login_is_said_clearly_and_never_looped(
    connect: Callable[..., TdxClient],
    simulator: SimulatorServer,
    clock: Any,
    wrong: Credentials,
    named: str,
) -> None:
    client = connect(wrong)
    for _ in range(5):
        with pytest.raises(TdxAuthError) as caught:
            client.me()
        assert caught.value.exit_code == 2
        assert caught.value.delivery is Delivery.LATER
        assert named in caught.value.advice
        assert "hunter2" not in caught.value.message + caught.value.advice + caught.value.answer
    assert simulator.requests.count() == 1
    clock.sleep(301)
    with pytest.raises(TdxAuthError):
        client.me()
    assert simulator.requests.count() == 2


def test_a_write_that_waits_for_a_failing_login_was_not_sent(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    simulator.faults.add("status_after", "POST", "auth", status=500)
    with pytest.raises(TdxUnavailable) as caught:
        connect("login").tickets.post_feed(1, FeedPost(comments="hello"))
    assert caught.value.delivery is Delivery.LATER
    assert "4 tries" in caught.value.message


def test_a_login_that_answers_a_page_gives_no_token(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    simulator.faults.add("html", "POST", "auth")
    with pytest.raises(TdxMalformed) as caught:
        connect("login").me()
    assert caught.value.page
    assert caught.value.delivery is Delivery.LATER


def test_an_expired_token_says_so_and_when(connect: Callable[..., TdxClient]) -> None:
    client = connect(expired_token())
    for _ in range(2):
        with pytest.raises(
            TdxAuthError, match=r"TDX_API_TOKEN expired at 2025-11-24 16:00 UTC"
        ) as caught:
            client.me()
        assert "auth/loginsso" in caught.value.advice
    assert client.call_counts() == {"GET auth/getuser": 1}


@pytest.mark.parametrize("text", ["", "   ", "two words", "tökén"])
def test_what_is_no_token_at_all_is_not_sent(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, text: str
) -> None:
    with pytest.raises(TdxAuthError, match="TDX_API_TOKEN"):
        connect(Token(SecretStr(text))).me()
    assert simulator.requests.count() == 0


@pytest.mark.parametrize("here", ["production", "the sandbox"])
def test_a_token_of_the_other_environment_is_named_as_the_cause(
    connect: Callable[..., TdxClient], simulator: SimulatorServer, here: str
) -> None:
    sandbox = here == "the sandbox"
    token = simulator.env(sandbox=not sandbox)["TDX_API_TOKEN"]
    url = simulator.sandbox_url if sandbox else simulator.url
    client = connect(Token(SecretStr(token)), url=url)
    with pytest.raises(TdxAuthError) as caught:
        client.tickets.get(1)
    assert "may belong to the other environment" in caught.value.message
    assert f"TDX_BASE_URL is {here}" in caught.value.message
    assert token not in caught.value.message + caught.value.answer
    # The first ask, and one probe.
    assert simulator.requests.count() == 2


def test_a_good_token_that_is_refused_one_thing_means_not_permitted(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    ticket = simulator.world.add_ticket("Broken", "text")
    simulator.faults.add("status_before", "POST", "tickets/{id}/feed$", status=401)
    client = connect("token")
    for _ in range(2):
        with pytest.raises(TdxDenied) as caught:
            client.tickets.post_feed(ticket.id, FeedPost(comments="hello"))
        assert caught.value.delivery is Delivery.NEVER
    # The probe's answer holds for a while.
    assert client.call_counts() == {"POST tickets/{id}/feed": 4, "GET auth/getuser": 1}


def test_a_second_401_after_renewal_means_not_permitted_and_is_not_looped(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    ticket = simulator.world.add_ticket("Broken", "text")
    simulator.faults.add("status_before", "POST", "tickets/{id}/feed$", status=401)
    client = connect("login")
    with pytest.raises(TdxDenied) as caught:
        client.tickets.post_feed(ticket.id, FeedPost(comments="hello"))
    assert caught.value.status == 401
    assert client.call_counts() == {
        "POST auth": 2,
        "POST tickets/{id}/feed": 2,
        "GET auth/getuser": 1,
    }


def test_a_renewed_token_that_ran_out_as_well_is_no_refusal(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    ticket = simulator.world.add_ticket("Broken", "text")
    client = connect("login")
    client.me()
    simulator.faults.add("expire_token", "POST", "tickets/{id}/feed$", times=2)

    with pytest.raises(TdxDenied) as caught:
        client.tickets.post_feed(ticket.id, FeedPost(comments="hello"))

    assert caught.value.delivery is Delivery.LATER
    assert len(simulator.journal) == 0


def test_a_token_that_can_not_be_judged_now_leaves_the_write_for_later(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    ticket = simulator.world.add_ticket("Broken", "text")
    simulator.faults.add("status_before", "POST", "tickets/{id}/feed$", status=401)
    simulator.faults.add("status_before", "GET", "getuser", status=503)
    with pytest.raises(TdxUnavailable) as caught:
        connect("token").tickets.post_feed(ticket.id, FeedPost(comments="hello"))
    assert caught.value.delivery is Delivery.LATER
    assert len(simulator.journal) == 0


def test_a_login_that_answers_something_else_than_a_token_is_said(
    connect: Callable[..., TdxClient], simulator: SimulatorServer
) -> None:
    simulator.faults.add("garbage", "POST", "auth", body="Welcome to TeamDynamix")
    with pytest.raises(TdxAuthError, match="no token"):
        connect("login").me()
