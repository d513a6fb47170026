"""A clock that never waits, and clients of the real simulator."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from ticket_queue_daemon.tdx.client import TdxClient
from ticket_queue_daemon.tdx.config import AdminKey, Credentials, Login, TdxConfig, Token

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ticket_queue_daemon.simulator.server import SimulatorServer

Connect = "Callable[..., TdxClient]"


class SkippingClock:
    """Real time, except that a sleep is over at once; what was slept is counted."""

    def __init__(self) -> None:
        self.slept: list[float] = []
        self.stopped = False
        self._skipped = 0.0
        self._lock = threading.Lock()

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._skipped)

    def monotonic(self) -> float:
        return time.monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        with self._lock:
            self.slept.append(seconds)
            if not self.stopped:
                self._skipped += seconds


@pytest.fixture
def clock() -> SkippingClock:
    return SkippingClock()


@pytest.fixture
def credentials(simulator: SimulatorServer) -> dict[str, Credentials]:
    env = simulator.env()
    return {
        "admin key": AdminKey(SecretStr(env["TDX_BEID"]), SecretStr(env["TDX_WEB_SERVICES_KEY"])),
        "login": Login(env["TDX_USERNAME"], SecretStr(env["TDX_PASSWORD"])),
        "token": Token(SecretStr(env["TDX_API_TOKEN"])),
    }


@pytest.fixture
def connect(
    simulator: SimulatorServer, clock: SkippingClock, credentials: dict[str, Credentials]
) -> Iterator[Callable[..., TdxClient]]:
    """Opens clients: ``connect("token", read_only=True, url=..., read_timeout=...)``."""
    opened: list[TdxClient] = []

    def open_client(
        by: str | Credentials = "login",
        *,
        url: str | None = None,
        read_only: bool = False,
        ticket_app_id: int = 46,
        asset_app_id: int | None = 48,
        **times: Any,
    ) -> TdxClient:
        config = TdxConfig(
            url or simulator.url,
            ticket_app_id,
            asset_app_id,
            credentials[by] if isinstance(by, str) else by,
            **times,
        )
        opened.append(TdxClient(config, clock=clock, read_only=read_only))
        return opened[-1]

    yield open_client
    for client in opened:
        client.close()
