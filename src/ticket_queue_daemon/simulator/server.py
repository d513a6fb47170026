"""The simulator on a port, in a thread.

Promise: ready in a fraction of a second, gone in less than half of one even with keep-alive
connections open; ``drop`` faults reset real sockets.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from typing import TYPE_CHECKING, Self

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from .app import Simulator

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from .faults import Faults
    from .journal import Journal, RequestLog
    from .world import World

_START_SECONDS = 15.0
_KEEP_ALIVE_SECONDS = 90


class _Protocol(H11Protocol):
    """Lets the application see its connection, so that it can break it."""

    open_transports: set[asyncio.Transport]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        self.app_state = {**self.app_state, "transport": transport}
        self.open_transports.add(transport)
        raw = transport.get_extra_info("socket")
        if raw is not None:
            # Head and body are two writes; with Nagle's algorithm each answer would take 40 ms.
            raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def connection_lost(self, exc: Exception | None) -> None:
        self.open_transports.discard(self.transport)
        super().connection_lost(exc)


class _Server(uvicorn.Server):
    """A uvicorn that stops at once; the stock one polls ten times a second and waits politely."""

    open_transports: set[asyncio.Transport]

    async def main_loop(self) -> None:
        while not self.should_exit:  # noqa: ASYNC110 - the flag is set by another thread
            await asyncio.sleep(0.01)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        for server in self.servers:
            server.close()
        for listener in sockets or []:
            listener.close()
        for transport in list(self.open_transports):
            transport.abort()
        # One turn of the loop, so that every connection learns of its end.
        await asyncio.sleep(0)


class SimulatorServer:
    """A running simulator.

    with SimulatorServer(campus(1, tickets=12), limits="off") as sim:
        client = Client(sim.url)
        ...
        assert sim.journal.count("feed_entry") == 1
    """

    def __init__(
        self,
        world: World | None = None,
        *,
        port: int = 0,
        host: str = "127.0.0.1",
        limits: object = 1,
        faults: Faults | None = None,
        control_token: str | None = None,
        tls: str | Path | None = None,
    ) -> None:
        self.simulator = Simulator(world, limits=limits, faults=faults, control_token=control_token)
        self._socket = socket.create_server((host, port), backlog=512)
        # Some public clients write "https://" themselves and can't be told otherwise.
        scheme = "http" if tls is None else "https"
        self._address = f"{scheme}://{host}:{self._socket.getsockname()[1]}"
        self._transports: set[asyncio.Transport] = set()
        protocol = type("Protocol", (_Protocol,), {"open_transports": self._transports})
        config = uvicorn.Config(
            self.simulator,
            http=protocol,
            ws="none",
            loop="asyncio",
            lifespan="off",
            log_config=None,
            log_level="critical",
            access_log=False,
            date_header=False,
            server_header=False,
            proxy_headers=False,
            timeout_keep_alive=_KEEP_ALIVE_SECONDS,
            ssl_certfile=tls,
        )
        self._server = _Server(config)
        self._server.open_transports = self._transports
        self._thread: threading.Thread | None = None

    # -- life ---------------------------------------------------------------------------------

    def start(self) -> Self:
        """Serve in a thread; returns when the first request would be answered."""
        if self._thread is not None:
            raise RuntimeError("this simulator has been started before")
        self._thread = threading.Thread(target=self._run, name="tdx-simulator", daemon=True)
        self._thread.start()
        deadline = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > deadline or not self._thread.is_alive():
                raise RuntimeError("the simulator did not start")
            time.sleep(0.005)
        return self

    def stop(self) -> None:
        """Close every connection and end the thread."""
        if self._thread is None:
            self._socket.close()
            return
        self._server.should_exit = True
        self._thread.join(timeout=5)
        self._socket.close()

    def _run(self) -> None:
        asyncio.run(self._server.serve(sockets=[self._socket]))

    def __enter__(self) -> Self:
        """Start."""
        return self.start()

    def __exit__(
        self,
        kind: type[BaseException] | None,
        problem: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Stop."""
        self.stop()

    # -- doors --------------------------------------------------------------------------------

    @property
    def url(self) -> str:
        """The base of the production Web API."""
        return f"{self._address}/TDWebApi/api"

    @property
    def sandbox_url(self) -> str:
        """The base of the sandbox Web API; both environments share one world."""
        return f"{self._address}/SBTDWebApi/api"

    @property
    def control_url(self) -> str:
        """The base of the control API."""
        return f"{self._address}/_control"

    @property
    def world(self) -> World:
        """The world that is served."""
        return self.simulator.world

    @property
    def journal(self) -> Journal:
        """The applied writes."""
        return self.world.journal

    @property
    def requests(self) -> RequestLog:
        """The requests that arrived."""
        return self.world.requests

    @property
    def faults(self) -> Faults:
        """The faults in force."""
        return self.simulator.faults

    def env(self, *, sandbox: bool = False) -> dict[str, str]:
        """The variables that a client needs."""
        if sandbox:
            return self.simulator.env(self.sandbox_url, environment="SBTDWebApi")
        return self.simulator.env(self.url)

    def expire_tokens(self) -> None:
        """Refuse every token issued so far."""
        self.simulator.authority.expire_tokens()
