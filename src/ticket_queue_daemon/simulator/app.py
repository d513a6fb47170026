"""The simulator as one ASGI application: the Web API in both environments, and its controls."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .api import Api
from .backstage import Backstage
from .control import build_control

if TYPE_CHECKING:
    from .faults import Faults
    from .wire import Receive, Scope, Send
    from .world import World

CONTROL_PREFIX = "/_control"


class Simulator(Backstage):
    """A small TeamDynamix with bad manners; ``SimulatorServer`` puts it on a port."""

    def __init__(
        self,
        world: World | None = None,
        *,
        limits: object = 1,
        faults: Faults | None = None,
        control_token: str | None = None,
    ) -> None:
        super().__init__(world, limits=limits, faults=faults, control_token=control_token)
        self.api = Api(self.world, self.authority, self.limiter, self.faults, self.router)
        self._control = build_control(self)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            return
        path = scope["path"]
        if path == CONTROL_PREFIX or path.startswith(f"{CONTROL_PREFIX}/"):
            await self._control(scope, receive, send)
        else:
            await self.api(scope, receive, send)
