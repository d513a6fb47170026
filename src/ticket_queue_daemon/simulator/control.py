"""The control API under ``/_control``: what tests in other processes need.

Promise: reads the journal and the request log, sets faults and limits, edits the world as
people would. It is no part of TeamDynamix. A token guards it only if one is set.
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Any, TypeAlias

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from .control_world import EDITS
from .limits import read_scale
from .openapi import describe
from .page import basic_password, foreign, page_routes

if TYPE_CHECKING:
    from .backstage import Backstage

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
_RULE_MEMBERS = frozenset(
    [
        "effect",
        "method",
        "route",
        "ticket_id",
        "nth",
        "every",
        "probability",
        "times",
        "status",
        "seconds",
        "body",
        "name",
    ]
)


def build_control(simulator: Backstage) -> Starlette:
    """The control application of one simulator."""
    control = Control(simulator)
    routes = {
        "GET /journal": control.journal,
        "GET /requests": control.requests,
        "GET /counts": control.counts,
        "GET /notifications": control.notifications,
        "GET /faults": control.list_faults,
        "POST /faults": control.add_fault,
        "DELETE /faults": control.clear_faults,
        "DELETE /faults/{number:int}": control.remove_fault,
        "POST /release": control.release,
        "POST /expire-tokens": control.expire_tokens,
        "POST /limits": control.set_limits,
        "POST /behaviour": control.set_behaviour,
        "POST /reset": control.reset,
        "GET /health": control.health,
        "GET /openapi.json": control.openapi,
        "GET /truth": control.truth,
        "POST /world/{edit}": control.edit_world,
    }
    return Starlette(
        routes=[
            *page_routes(simulator),
            *(
                Route(
                    f"/_control{key.split()[1]}", control.guarded(handler), methods=[key.split()[0]]
                )
                for key, handler in routes.items()
            ),
        ]
    )


class Control:
    """The handlers, on one simulator."""

    def __init__(self, simulator: Backstage) -> None:
        self._simulator = simulator
        self._world = simulator.world

    def guarded(self, handler: Callable[[Request, Any], object]) -> Endpoint:
        """Check the token, read the body, answer JSON, turn mistakes into 400."""

        async def endpoint(request: Request) -> Response:
            given = request.headers.get("x-control-token") or basic_password(request)
            if not self._simulator.may_control(given):
                return JSONResponse({"error": "X-Control-Token is missing or wrong"}, 401)
            refusal = None if request.method == "GET" else foreign(request)
            if refusal is not None:
                return refusal
            raw = await request.body()
            try:
                body = json.loads(raw) if raw.strip() else {}
                with self._world.lock:
                    result = handler(request, body)
                    self._simulator.touched += request.method != "GET"
                return Response(json.dumps(result, default=str), media_type="application/json")
            except (KeyError, TypeError, ValueError, AttributeError) as problem:
                text = f"{type(problem).__name__}: {problem}"
                return JSONResponse({"error": text}, 400)

        return endpoint

    def journal(self, request: Request, _body: Any) -> object:
        """The applied writes; ``?ticket=`` and ``?kind=`` narrow."""
        ticket, kind = request.query_params.get("ticket"), request.query_params.get("kind")
        writes = self._world.journal.writes(kind)
        return [one.as_json() for one in writes if ticket is None or one.ticket_id == int(ticket)]

    def requests(self, request: Request, _body: Any) -> object:
        """The kept requests; ``?route=GET /reports/{id}`` narrows."""
        found = self._world.requests.all(request.query_params.get("route"))
        return [one.as_json() for one in found]

    def counts(self, _request: Request, _body: Any) -> object:
        """Requests per verb and route."""
        log = self._world.requests
        return {"total": len(log), "routes": log.counts(), "limited": log.status_count(429)}

    def notifications(self, _request: Request, _body: Any) -> object:
        """The mails that would have gone out."""
        return [
            {"ticket_id": one.ticket_id, "entry_id": one.entry_id, "addresses": one.addresses}
            for one in self._world.notifications
        ]

    def list_faults(self, _request: Request, _body: Any) -> object:
        """The rules in force."""
        faults = self._simulator.faults
        members = sorted(_RULE_MEMBERS | {"number", "seen", "fired"})
        rules = [{name: getattr(one, name) for name in members} for one in faults.rules]
        return {"rules": rules, "waiting": faults.waiting}

    def add_fault(self, _request: Request, body: Any) -> object:
        """Put a rule in force."""
        unknown = set(body) - _RULE_MEMBERS
        if unknown:
            raise ValueError(f"unknown members: {', '.join(sorted(unknown))}")
        rule = self._simulator.faults.add(**body)
        return {"rules": len(self._simulator.faults.rules), "number": rule.number}

    def remove_fault(self, request: Request, _body: Any) -> object:
        """Take one rule out of force."""
        number = request.path_params["number"]
        if not self._simulator.faults.remove_number(number):
            raise KeyError(f"no rule has the number {number}")
        return {"rules": len(self._simulator.faults.rules)}

    def clear_faults(self, _request: Request, _body: Any) -> object:
        """Take all rules out of force."""
        self._simulator.faults.clear()
        return {"rules": 0}

    def release(self, _request: Request, _body: Any) -> object:
        """Apply the late requests now."""
        return {"applied": self._simulator.faults.release()}

    def expire_tokens(self, _request: Request, _body: Any) -> object:
        """Refuse every token issued so far."""
        self._simulator.authority.expire_tokens()
        return {"expired": True}

    def set_limits(self, _request: Request, body: Any) -> object:
        """``{"scale": 0.2}``, or ``{"route": "GET /reports/{id}", "calls": 3, "seconds": 10}``."""
        limiter = self._simulator.limiter
        if "scale" in body:
            limiter.scale = read_scale(body["scale"])
        if "route" in body:
            calls, seconds = int(body["calls"]), float(body.get("seconds", 60))
            limiter.set_limit(body["route"], calls, seconds, body.get("per", "ip"))
        limiter.reset()
        return {"scale": limiter.scale}

    def set_behaviour(self, _request: Request, body: Any) -> object:
        """Turn switches of ``settings.Behaviour``."""
        for name, value in body.items():
            if name not in type(self._world.behaviour).__slots__:
                raise AttributeError(f"no switch is called {name}")
            setattr(self._world.behaviour, name, value)
        return dict(body)

    def reset(self, _request: Request, _body: Any) -> object:
        """Forget journal, requests, notifications, faults and windows; the world stays."""
        self._world.journal.clear()
        self._world.requests.clear()
        self._world.notifications.clear()
        self._simulator.faults.clear()
        self._simulator.limiter.reset()
        return {"reset": True}

    def health(self, _request: Request, _body: Any) -> object:
        """What there is."""
        world = self._world
        return {
            "tickets": len(world.tickets),
            "assets": len(world.assets),
            "people": len(world.people),
            "writes": len(world.journal),
            "requests": len(world.requests),
        }

    def openapi(self, _request: Request, _body: Any) -> object:
        """The Web API as this simulator serves it."""
        return describe(self._simulator.router)

    def truth(self, _request: Request, _body: Any) -> object:
        """What a perfect technician would attach, per generated ticket."""
        return {
            number: {"asset_ids": sorted(one.asset_ids), "why": one.why, "phase": one.phase}
            for number, one in self._world.truth.items()
        }

    def edit_world(self, request: Request, body: Any) -> object:
        """Change the world as people would; the edits are in ``control_world.py``."""
        name = request.path_params["edit"]
        if name not in EDITS:
            raise KeyError(f"no edit is called {name}; known: {', '.join(sorted(EDITS))}")
        return EDITS[name](self._world, body)
