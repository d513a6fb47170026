"""One request from arrival to answer: route, count, fault, log in, handle, answer.

Promise: both environments are served over one world; every reply carries ``Date`` and the rate
headers; handlers run one at a time under the world's lock, so a write is applied whole or not.
"""

from __future__ import annotations

import asyncio
import logging
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from .deeds import Refused
from .journal import LoggedRequest
from .limits import Verdict
from .routing import HTML_TYPE, JSON_TYPE, Call, Reply, Route, Router, answer, message
from .values import Unreadable
from .wire import drop, respond, truncate

if TYPE_CHECKING:
    from .auth import Authority
    from .entities import Person
    from .faults import Faults, Rule
    from .limits import Limiter
    from .wire import Headers, Receive, Scope, Send
    from .world import World

ENVIRONMENTS = {"tdwebapi": "TDWebApi", "sbtdwebapi": "SBTDWebApi"}
UNMODELLED = "(unmodelled)"
DENIED = "Authorization has been denied for this request."
_MAX_BODY = 4 * 1024 * 1024
_LOGGED_BODY = 20_000
_BEFORE = frozenset({"drop_before", "status_before", "login_redirect", "html", "late"})

log = logging.getLogger("ticket_queue_daemon.simulator")


@dataclass(slots=True)
class _Incoming:
    scope: Scope
    body: bytes
    environment: str
    path: str
    entry: LoggedRequest
    route: Route | None = None
    params: dict[str, str] = field(default_factory=dict)
    allowed: list[str] = field(default_factory=list)

    @property
    def ticket_id(self) -> int | None:
        if self.route is None:
            return None
        template = self.route.template.lower()
        for name in ("id", "ticketId"):
            if f"tickets/{{{name.lower()}}}" in template and name in self.params:
                return int(self.params[name])
        return None


@dataclass(slots=True)
class _Ending:
    """How a request ends: with a reply, with half of one, or (None) with a reset connection."""

    reply: Reply | None
    headers: Headers
    truncated: bool = False


class Api:
    """The ASGI application of the Web API."""

    def __init__(
        self, world: World, authority: Authority, limiter: Limiter, faults: Faults, router: Router
    ) -> None:
        self.world = world
        self.authority = authority
        self.limiter = limiter
        self.faults = faults
        self.router = router

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        started = time.perf_counter()
        incoming = self._receive(scope, await _read(receive))
        self.world.requests.begin(incoming.entry)
        user = self._identify(incoming)
        ending = await self._decide(incoming, user, self._count(incoming, user))
        # Logged before it is sent: who has an answer, or none, finds it in the log.
        incoming.entry.milliseconds = (time.perf_counter() - started) * 1000
        self.world.requests.end(incoming.entry, ending.reply.status if ending.reply else None)
        if ending.reply is None:
            await drop(scope, receive)
        elif ending.truncated:
            await truncate(scope, send, ending.reply, ending.headers, self.world.time())
        else:
            await respond(send, ending.reply, ending.headers, self.world.time())

    # -- arrival ------------------------------------------------------------------------------

    def _receive(self, scope: Scope, body: bytes) -> _Incoming:
        segments = [part for part in scope["path"].split("/") if part]
        environment = ENVIRONMENTS.get(segments[0].lower(), "") if segments else ""
        is_api = environment and len(segments) > 1 and segments[1].lower() == "api"
        path = "/".join(segments[2:]) if is_api else ""
        entry = LoggedRequest(
            sequence=0,
            time=self.world.time(),
            method=scope["method"],
            route=UNMODELLED,
            path=scope["path"],
            query=_query(scope["query_string"]),
            headers={
                name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
            },
            body=body[:_LOGGED_BODY].decode("utf-8", "replace"),
            environment=environment,
        )
        incoming = _Incoming(scope, body, environment, path, entry)
        found = self.router.find(path, scope["method"]) if is_api else []
        if isinstance(found, tuple):
            incoming.route, incoming.params = found
            entry.route = incoming.route.template
        else:
            incoming.allowed = found
            log.info("unmodelled request: %s %s", scope["method"], scope["path"])
        return incoming

    def _identify(self, incoming: _Incoming) -> Person | None:
        given = incoming.entry.headers.get("authorization", "")
        scheme, _, token = given.partition(" ")
        if scheme.lower() != "bearer" or token.count(".") != 2:  # noqa: PLR2004
            return None
        user = self.authority.judge(token.strip(), incoming.environment)
        incoming.entry.user_uid = user.uid if user else None
        return user

    def _count(self, incoming: _Incoming, user: Person | None) -> Verdict:
        key = incoming.route.key if incoming.route else UNMODELLED
        client = incoming.scope.get("client")
        return self.limiter.judge(key, client[0] if client else "", user.uid if user else None)

    # -- answer -------------------------------------------------------------------------------

    async def _decide(self, incoming: _Incoming, user: Person | None, verdict: Verdict) -> _Ending:
        headers = verdict.headers()
        refusal = self._refusal(incoming, verdict)
        if refusal is not None or incoming.route is None:
            return _Ending(refusal or Reply(404), headers)
        rules = self.faults.fire(incoming.route.method, incoming.route.template, incoming.ticket_id)
        if not rules:
            return _Ending(self._handle(incoming, user), headers)
        incoming.entry.fault = ",".join(rule.effect for rule in rules)
        for rule in rules:
            if rule.effect == "expire_token":
                self.authority.expire_tokens()
                user = self._identify(incoming)
            elif rule.effect == "delay_before":
                await asyncio.sleep(rule.seconds or 0)
        hit = next((rule for rule in rules if rule.effect in _BEFORE), None)
        if hit is None:
            return await self._after(rules, _Ending(self._handle(incoming, user), headers))
        planned = self._before(hit, incoming, user)
        if planned is not None and planned.status == 429:  # noqa: PLR2004
            headers = _limited(verdict, hit, self.world.time()).headers()
        return _Ending(planned, headers)

    def _refusal(self, incoming: _Incoming, verdict: Verdict) -> Reply | None:
        if not verdict.allowed:
            return message(429, "You have exceeded the allowed number of calls for this method.")
        if incoming.route is None and incoming.allowed:
            verb = incoming.scope["method"]
            return message(405, f"The requested resource does not support http method '{verb}'.")
        if incoming.route is None:
            return message(
                404,
                "No HTTP resource was found that matches the request URI "
                f"'{incoming.scope['path']}'.",
            )
        if len(incoming.body) > _MAX_BODY:
            return message(413, "Maximum request length exceeded.")
        needs_length = incoming.scope["method"] in {"POST", "PUT", "PATCH"}
        headers = incoming.entry.headers
        if needs_length and "content-length" not in headers and "transfer-encoding" not in headers:
            return message(411, "HTTP Error 411. The request must be chunked or have a length.")
        return None

    def _before(self, rule: Rule, incoming: _Incoming, user: Person | None) -> Reply | None:
        if rule.effect == "late":
            number = self.faults.hold(lambda: self._apply_late(incoming, user))
            if rule.seconds is not None:
                loop = asyncio.get_running_loop()
                loop.call_later(rule.seconds, self.faults.apply_late, number)
            return _fault_reply(rule) if rule.status else None
        if rule.effect == "drop_before":
            return None
        if rule.effect == "login_redirect":
            return Reply(302, _LOGIN_PAGE, HTML_TYPE, "/TDNext/Login.aspx?ReturnUrl=%2f")
        if rule.effect == "html":
            page = (rule.body or "").encode() or _LOGIN_PAGE
            return Reply(rule.status or 200, page, HTML_TYPE)
        return _fault_reply(rule)

    def _apply_late(self, incoming: _Incoming, user: Person | None) -> None:
        reply = self._handle(incoming, user)
        log.info("late request applied: %s, status %s", incoming.scope["path"], reply.status)

    async def _after(self, rules: list[Rule], ending: _Ending) -> _Ending:
        for rule in rules:
            reply = ending.reply
            if rule.effect == "delay_after":
                await asyncio.sleep(rule.seconds or 0)
            elif rule.effect == "drop_after" or reply is None:
                ending.reply = None
            elif rule.effect == "truncated":
                ending.truncated = True
            elif rule.effect == "status_after":
                ending.reply = _fault_reply(rule)
            elif rule.effect == "garbage":
                text = rule.body or '{"ID": 12, "Body": <%= oops \x00'
                ending.reply = Reply(reply.status, text.encode(), JSON_TYPE)
            elif rule.effect == "empty":
                ending.reply = Reply(200, b"", reply.content_type)
        return ending

    # -- handling -----------------------------------------------------------------------------

    def _handle(self, incoming: _Incoming, user: Person | None) -> Reply:
        route = incoming.route
        if route is None:
            return Reply(404)
        if user is None and not route.public:
            return message(401, DENIED)
        call = Call(
            self.world,
            self.authority,
            route.method,
            incoming.environment,
            incoming.params,
            incoming.entry.query,
            incoming.body,
            incoming.entry.headers.get("content-type", ""),
            user or self.world.system,
        )
        with self.world.lock:
            try:
                self._check_app(route, call)
                return route.handler(call)
            except Refused as refusal:
                return message(refusal.status, refusal.message)
            except Unreadable as problem:
                return message(400, f"The request is invalid: {problem}.")
            except Exception:
                log.exception("the simulator failed on %s %s", route.method, incoming.scope["path"])
                return answer({"ID": 1, "Message": "An error has occurred."}, 500)

    def _check_app(self, route: Route, call: Call) -> None:
        if route.app_class is None:
            return
        app = self.world.applications.get(call.app_id)
        if app is None or app.app_class != route.app_class:
            raise Refused(self.world.behaviour.wrong_app_status)


_LOGIN_PAGE = b"""<!DOCTYPE html>
<html><head><title>Sign In - TeamDynamix</title></head>
<body><form method="post"><h1>Sign In</h1><input name="user"/></form></body></html>
"""
_MAINTENANCE_PAGE = b"""<!DOCTYPE html>
<html><head><title>Service Unavailable</title></head>
<body><h2>We will be back soon.</h2><p>Weekly maintenance is in progress.</p></body></html>
"""
_WORDS = {
    401: DENIED,
    403: "You do not have permission to perform this action.",
    408: "The request timed out.",
    429: "You have exceeded the allowed number of calls for this method.",
    500: "An error has occurred.",
}


def _fault_reply(rule: Rule) -> Reply:
    status = rule.status or 500
    if rule.body is not None:
        kind = "text/html" if rule.body.lstrip().startswith("<") else "application/json"
        return Reply(status, rule.body.encode(), f"{kind}; charset=utf-8")
    if status in {502, 503, 504}:
        return Reply(status, _MAINTENANCE_PAGE, HTML_TYPE)
    return message(status, _WORDS.get(status, ""))


def _limited(verdict: Verdict, rule: Rule, now: float) -> Verdict:
    reset = verdict.reset if rule.seconds is None else now + rule.seconds
    return Verdict(allowed=False, limit=verdict.limit, remaining=0, reset=reset)


def _query(raw: bytes) -> dict[str, str]:
    # A second "?" is written by a known client and tolerated (fact sheet 16).
    pairs = parse_qsl(raw.decode("latin-1").replace("?", "&"), keep_blank_values=True)
    return {name.lower(): value for name, value in pairs}


async def _read(receive: Receive) -> bytes:
    parts: list[bytes] = []
    while True:
        event: dict[str, Any] = dict(await receive())
        if event["type"] == "http.disconnect":
            return b"".join(parts)
        parts.append(event.get("body", b""))
        if not event.get("more_body"):
            return b"".join(parts)
