"""Logging in (fact sheet 3)."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import parse_qs

from ticket_queue_daemon.simulator import dress
from ticket_queue_daemon.simulator.deeds import Refused
from ticket_queue_daemon.simulator.routing import HTML_TYPE, TEXT_TYPE, Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import Json, as_text

if TYPE_CHECKING:
    from ticket_queue_daemon.simulator.entities import Person

ROUTES = Routes()
_BAD_LOGIN = "Invalid username or password."


def _token(call: Call, person: Person | None) -> Reply:
    if person is None:
        return Reply(403, _BAD_LOGIN.encode(), TEXT_TYPE)
    token = call.authority.issue(person, call.environment)
    text = f'"{token}"' if call.world.behaviour.quoted_token else token
    return Reply(200, text.encode(), TEXT_TYPE)


def _credentials(call: Call) -> Json:
    if "x-www-form-urlencoded" in call.content_type.lower():
        fields = parse_qs(call.raw_body.decode("utf-8", "replace"))
        return {name.lower(): values[0] for name, values in fields.items()}
    return call.members()


@ROUTES.on("POST", "/auth", "/auth/login", public=True)
def login(call: Call) -> Reply:
    """A token for a user name and password."""
    given = _credentials(call)
    username, password = as_text(given.get("username")), as_text(given.get("password"))
    return _token(call, call.authority.login(username, password))


@ROUTES.on("POST", "/auth/loginadmin", public=True)
def login_admin(call: Call) -> Reply:
    """A token for a BEID and web services key."""
    given = _credentials(call)
    beid, key = as_text(given.get("beid")), as_text(given.get("webserviceskey"))
    return _token(call, call.authority.login_admin(beid, key))


@ROUTES.on("GET", "/auth/loginsso", public=True)
def login_sso(_call: Call) -> Reply:
    """The page on which a browser would show a token."""
    page = "<html><body><h1>Sign in with your university account</h1></body></html>"
    return Reply(200, page.encode(), HTML_TYPE)


@ROUTES.on("GET", "/auth/getuser")
def get_user(call: Call) -> Reply:
    """The account behind the token."""
    if call.user.uid == call.world.system.uid:
        raise Refused(401)
    shown = dress.person(call.world, call.user, collections=True)
    # The recorded fixture of an account has both year-1 forms (fact sheet 3).
    shown["Birthday"] = "0001-01-01T05:00:00Z"
    return answer(shown)
