"""The page under ``/_control/``: the journal and the faults, for people with a browser.

Promise: it works without JavaScript and asks nobody else for anything; each button is a form that
posts and comes back to the page. If the simulator has a control token, the browser asks for it
(any user name, the token as password). A form of another site is refused.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeAlias
from urllib.parse import parse_qs, urlencode, urlsplit

from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from .faults import exactly
from .page_html import View, render

if TYPE_CHECKING:
    from .backstage import Backstage

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Form: TypeAlias = dict[str, str]

_HOME = "/_control/"
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; "
    "frame-ancestors 'none'; base-uri 'none'",
    "Cache-Control": "no-store",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
}


def page_routes(simulator: Backstage) -> list[Route]:
    """The page and what its buttons post to."""
    page = Page(simulator)
    deeds = {
        "add": page.add,
        "remove": page.remove,
        "clear": page.clear,
        "release": page.release,
        "expire": page.expire,
    }
    return [
        Route("/_control", page.show, methods=["GET"]),
        Route(_HOME, page.show, methods=["GET"]),
        *(
            Route(f"{_HOME}do/{name}", page.posting(deed), methods=["POST"])
            for name, deed in deeds.items()
        ),
    ]


class Page:
    """The page of one simulator."""

    def __init__(self, simulator: Backstage) -> None:
        self._simulator = simulator

    async def show(self, request: Request) -> Response:
        """The page; ``?ticket=`` narrows journal and requests."""
        refusal = self._refusal(request)
        if refusal is not None:
            return refusal
        query = request.query_params
        ticket = query.get("ticket", "").strip()
        view = View(
            self._simulator,
            ticket=int(ticket) if ticket.isdecimal() else None,
            asked=ticket,
            said=query.get("said", ""),
            wrong=query.get("wrong", ""),
        )
        with self._simulator.world.lock:
            text = render(view)
        return HTMLResponse(text, headers=_HEADERS)

    def posting(self, deed: Callable[[Form], str]) -> Endpoint:
        """Do what a button asks for, and go back to the page with a sentence."""

        async def endpoint(request: Request) -> Response:
            refusal = self._refusal(request) or foreign(request)
            if refusal is not None:
                return refusal
            fields = parse_qs((await request.body()).decode("utf-8", "replace"))
            form = {name: values[-1].strip() for name, values in fields.items()}
            try:
                words = {"said": deed(form)}
            except (TypeError, ValueError) as problem:
                words = {"wrong": str(problem)}
            if form.get("ticket_shown"):
                words["ticket"] = form["ticket_shown"]
            return RedirectResponse(f"{_HOME}?{urlencode(words)}", 303)

        return endpoint

    def _refusal(self, request: Request) -> Response | None:
        if self._simulator.may_control(basic_password(request)):
            return None
        ask = {"WWW-Authenticate": 'Basic realm="Simulator: the control token is the password"'}
        return PlainTextResponse("The control token is missing or wrong.", 401, ask)

    # -- the buttons --------------------------------------------------------------------------

    def add(self, form: Form) -> str:
        """Put a rule in force."""
        template = form.get("template", "")
        method, _, path = template.rpartition(" ")
        rule = self._simulator.faults.add(
            form.get("effect", ""),
            method or None,
            exactly(path) if path else "",
            ticket_id=_whole(form, "ticket_id"),
            nth=_whole(form, "nth"),
            every=_whole(form, "every"),
            probability=_fraction(form, "probability"),
            times=_whole(form, "times"),
            status=_whole(form, "status") or 0,
            seconds=_fraction(form, "seconds"),
            body=form.get("body") or None,
            name=template,
        )
        return f"Rule {rule.number} is in force."

    def remove(self, form: Form) -> str:
        """Take a rule out of force."""
        number = _whole(form, "number") or 0
        if not self._simulator.faults.remove_number(number):
            raise ValueError(f"There is no rule {number}.")
        return f"Rule {number} is gone."

    def clear(self, _form: Form) -> str:
        """Take all rules out of force."""
        self._simulator.faults.clear()
        return "All rules are gone."

    def release(self, _form: Form) -> str:
        """Apply the late requests now."""
        return f"Late requests applied: {self._simulator.faults.release()}."

    def expire(self, _form: Form) -> str:
        """Refuse every token issued so far."""
        self._simulator.authority.expire_tokens()
        return "Every token issued so far is refused from now on."


def basic_password(request: Request) -> str | None:
    """The password that a browser sends once it has asked for it."""
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        return base64.b64decode(given, validate=True).decode().partition(":")[2]
    except (binascii.Error, UnicodeDecodeError):
        return None


def foreign(request: Request) -> Response | None:
    """A refusal, if a page of another site sent this."""
    # A page on the web may post to localhost, too; browsers tell where a form comes from.
    origin = request.headers.get("origin")
    if origin is None or urlsplit(origin).netloc == request.headers.get("host"):
        return None
    return PlainTextResponse("This does not come from the simulator's own page.", 403)


def _whole(form: Form, name: str) -> int | None:
    text = form.get(name, "")
    if not text:
        return None
    if not text.isdecimal():
        raise ValueError(f"{name} must be a whole number, not {text!r}")
    return int(text)


def _fraction(form: Form, name: str) -> float | None:
    text = form.get(name, "").replace(",", ".")
    if not text:
        return None
    try:
        return float(text)
    except ValueError:
        raise ValueError(f"{name} must be a number, not {text!r}") from None
