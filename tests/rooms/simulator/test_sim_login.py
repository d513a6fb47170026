"""Logging in and staying logged in (fact sheet 3)."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx2

    from conftest import Place
    from ticket_queue_daemon.simulator import SimulatorServer


def claims(token: str) -> dict[str, Any]:
    body = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    return found


def use(client: httpx2.Client, token: str) -> int:
    return client.get("/applications", headers={"Authorization": f"Bearer {token}"}).status_code


@pytest.mark.parametrize("path", ["/auth", "/auth/login", "/auth/"])
def test_a_user_name_and_password_give_a_bare_token(
    sim: SimulatorServer, anonymous: httpx2.Client, path: str
) -> None:
    """Both spellings of the log-in answer text/plain, and the token works."""
    env = sim.env()
    body = {"username": env["TDX_USERNAME"], "Password": env["TDX_PASSWORD"]}
    reply = anonymous.post(path, json=body)
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert use(anonymous, reply.text) == 200


def test_a_form_is_accepted_too(sim: SimulatorServer, anonymous: httpx2.Client) -> None:
    """Form-encoded credentials work as JSON ones do."""
    env = sim.env()
    form = {"username": env["TDX_USERNAME"], "password": env["TDX_PASSWORD"]}
    assert use(anonymous, anonymous.post("/auth", data=form).text) == 200


def test_an_admin_key_gives_a_token(sim: SimulatorServer, anonymous: httpx2.Client) -> None:
    """BEID and web services key log the admin account in."""
    env = sim.env()
    body = {"BEID": env["TDX_BEID"].upper(), "WebServicesKey": env["TDX_WEB_SERVICES_KEY"]}
    reply = anonymous.post("/auth/loginadmin", json=body)
    headers = {"Authorization": f"Bearer {reply.text}"}
    who = anonymous.get("/auth/getuser", headers=headers).json()
    assert who["UID"] == sim.world.admin.uid


def test_the_token_is_a_long_hs256_jwt_of_one_day(sim: SimulatorServer) -> None:
    """Header, claims and length are those of a live token."""
    token = sim.env()["TDX_API_TOKEN"]
    header = json.loads(base64.urlsafe_b64decode(token.split(".")[0] + "=="))
    found = claims(token)
    assert header == {"typ": "JWT", "alg": "HS256"}
    assert len(token) > 200
    assert found["exp"] - found["nbf"] == 86_400
    assert found["iss"] == "TD"


@pytest.mark.parametrize("path", ["/auth", "/auth/login", "/auth/loginadmin"])
def test_bad_credentials_get_403_and_the_sentence(anonymous: httpx2.Client, path: str) -> None:
    """A refused log-in is a 403 in plain words."""
    reply = anonymous.post(path, json={"UserName": "nobody", "Password": "x", "BEID": "y"})
    assert reply.status_code == 403
    assert reply.text == "Invalid username or password."


@pytest.mark.parametrize(
    "header", [None, "Bearer nonsense", "Bearer a.b.c", "Basic eDp5", "Bearer"]
)
def test_without_a_good_token_everything_is_401(
    anonymous: httpx2.Client, header: str | None
) -> None:
    """A missing or invented token gets 401 and a JSON message."""
    headers = {} if header is None else {"Authorization": header}
    reply = anonymous.get("/reports/1344", headers=headers)
    assert reply.status_code == 401
    assert reply.json() == {"Message": "Authorization has been denied for this request."}


def test_a_token_whose_payload_was_changed_is_refused(
    sim: SimulatorServer, anonymous: httpx2.Client
) -> None:
    """The signature is checked."""
    head, body, signature = sim.env()["TDX_API_TOKEN"].split(".")
    forged = base64.urlsafe_b64encode(json.dumps(claims(f"a.{body}.b") | {"exp": 9e9}).encode())
    assert use(anonymous, f"{head}.{forged.decode().rstrip('=')}.{signature}") == 401


def test_a_sandbox_token_is_refused_by_production(
    sim: SimulatorServer, anonymous: httpx2.Client
) -> None:
    """Each environment takes its own tokens only, over the same world."""
    token = sim.env(sandbox=True)["TDX_API_TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}
    assert use(anonymous, token) == 401
    assert anonymous.get(f"{sim.sandbox_url}/applications", headers=headers).status_code == 200


def test_tokens_expire(sim: SimulatorServer, anonymous: httpx2.Client) -> None:
    """A token is refused once its time is over, by the server's own clock."""
    token = sim.env()["TDX_API_TOKEN"]
    assert use(anonymous, token) == 200
    sim.world.behaviour.clock_offset = 86_401
    assert use(anonymous, token) == 401


def test_all_tokens_can_be_expired_and_new_ones_work(
    sim: SimulatorServer, anonymous: httpx2.Client
) -> None:
    """``expire_tokens`` refuses what was issued before, not what comes after."""
    old = sim.env()["TDX_API_TOKEN"]
    sim.expire_tokens()
    assert use(anonymous, old) == 401
    assert use(anonymous, sim.env()["TDX_API_TOKEN"]) == 200


def test_logging_in_again_leaves_older_tokens_valid(
    sim: SimulatorServer, anonymous: httpx2.Client
) -> None:
    """Two sessions of one account live side by side."""
    first, second = sim.env()["TDX_API_TOKEN"], sim.env()["TDX_API_TOKEN"]
    assert use(anonymous, second) == 200
    assert use(anonymous, first) == 200


def test_get_user_names_the_own_account(place: Place, api: httpx2.Client) -> None:
    """A client learns its own UID, with both year-1 dates in one object."""
    who = api.get("/auth/getuser").json()
    assert who["UID"] == place.world.service.uid
    assert who["Birthday"] == "0001-01-01T05:00:00Z"
    assert who["ReportTimeAfterDate"] == "0001-01-01T00:00:00Z"
