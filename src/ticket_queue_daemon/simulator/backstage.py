"""What stands behind the simulator's door: world, authority, limits, faults."""

from __future__ import annotations

import hmac

from .auth import Authority
from .endpoints import build_router
from .faults import Faults
from .limits import Limiter, read_scale
from .world import World


class Backstage:
    """The parts of one simulator, shared by the Web API and the control API."""

    def __init__(
        self,
        world: World | None = None,
        *,
        limits: object = 1,
        faults: Faults | None = None,
        control_token: str | None = None,
    ) -> None:
        self.world = world if world is not None else World()
        self.authority = Authority(self.world)
        self.limiter = Limiter(self.world.time, read_scale(limits))
        self.faults = faults if faults is not None else Faults(self.world.seed)
        self.control_token = control_token
        self.router = build_router()
        # How often somebody has changed the world from behind; the journal does not tell.
        self.touched = 0

    def change_mark(self) -> object:
        """Equal to what it was before for as long as nothing that lasts has changed."""
        return len(self.world.journal), self.touched, self.authority.generation

    def route_keys(self) -> list[str]:
        """Every ``"VERB /route"`` that is modelled, in the order of the paths."""
        keys = {f"{one.method} {one.template}" for one in self.router}
        return sorted(keys, key=lambda key: key.split(" ")[::-1])

    def may_control(self, given: str | None) -> bool:
        """Whether a control request carries the token, if one is set."""
        if self.control_token is None:
            return True
        return hmac.compare_digest(self.control_token.encode(), (given or "").encode())

    def env(self, base_url: str, *, environment: str = "TDWebApi") -> dict[str, str]:
        """The variables that a client of this simulator needs, all three credentials included."""
        authority = self.authority
        return {
            "TDX_BASE_URL": base_url,
            "TDX_APP_ID": "46",
            "TDX_ASSET_APP_ID": "48",
            "TDX_BEID": authority.beid,
            "TDX_WEB_SERVICES_KEY": authority.web_services_key,
            "TDX_USERNAME": self.world.service.username,
            "TDX_PASSWORD": authority.passwords[self.world.service.username.lower()],
            "TDX_API_TOKEN": authority.issue(self.world.service, environment),
            "DAEMON_REPORT_ID": "1344",
        }
