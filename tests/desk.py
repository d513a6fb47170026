"""A service desk for the specification: a simulated TDX, a database, and a daemon at work."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import SecretStr

from ticket_queue_daemon.app import App
from ticket_queue_daemon.clock import SystemClock
from ticket_queue_daemon.config.settings import Settings

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from ticket_queue_daemon.actions import BaseAction
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.simulator.entities import Asset, Person, Ticket
    from ticket_queue_daemon.simulator.server import SimulatorServer
    from ticket_queue_daemon.store.tracker import StateTracker


class BriefClock(SystemClock):
    """Every wait is over at once, and has passed all the same."""

    def __init__(self) -> None:
        super().__init__()
        self._skipped = 0.0
        self.set_by = 0.0
        """By how much somebody has set the wall clock."""

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._skipped + self.set_by)

    def monotonic(self) -> float:
        return super().monotonic() + self._skipped

    def sleep(self, seconds: float) -> None:
        self._skipped += max(0.0, seconds)


class Desk:
    """Alice is a requestor, Theo a technician; report 1344 lists the unassigned tickets."""

    def __init__(self, simulator: SimulatorServer, database_url: str) -> None:
        self.simulator = simulator
        self.world = simulator.world
        self.database_url = database_url
        self.alice = self.world.add_person("Alice", "Rivera", "arivera")
        self.theo = self.world.add_person("Theo", "Novak", "tnovak")
        self._apps: list[App] = []

    # the world

    def asset(self, name: str = "", serial: str = "", tag: str = "", **more: Any) -> Asset:
        return self.world.add_asset(name, serial, tag, **more)

    def ticket(
        self, title: str, description: str = "", *, requestor: Person | None = None, **more: Any
    ) -> Ticket:
        return self.world.add_ticket(title, description, requestor=requestor or self.alice, **more)

    # the daemon

    def app(self, *actions: BaseAction, **settings: Any) -> App:
        environment = self.simulator.env()
        given: dict[str, Any] = {
            "report_id": 1344,
            "tdx_base_url": environment["TDX_BASE_URL"],
            "tdx_app_id": 46,
            "tdx_beid": SecretStr(environment["TDX_BEID"]),
            "tdx_web_services_key": SecretStr(environment["TDX_WEB_SERVICES_KEY"]),
            "database_url": SecretStr(self.database_url),
            "workers": 4,
            "settle_seconds": (0.0,),
        }
        # None: it is not set, so that a rules file may say it.
        settings = {name: value for name, value in (given | settings).items() if value is not None}
        app = App.open(Settings(**settings), actions=list(actions) or None, clock=BriefClock())
        self._apps.append(app)
        return app

    def run(self, *actions: BaseAction, dry_run: bool = False, **settings: Any) -> RunReport:
        """One pass, by a daemon that was just started."""
        app = self.app(*actions, **settings)
        try:
            return app.run_once(dry_run=dry_run)
        finally:
            app.close()

    def close(self) -> None:
        for app in self._apps:
            app.close()

    # what is seen

    def comments(self, ticket: Ticket) -> list[str]:
        """Our comments on a ticket as they were sent, oldest first."""
        return [
            write.details["body_sent"]
            for write in self.simulator.journal.for_ticket(ticket.id, "feed_entry")
        ]

    def attached(self, ticket: Ticket) -> Sequence[int]:
        return self.world.assets_on(ticket.id)

    def writes(self) -> int:
        return len(self.simulator.journal)


@pytest.fixture
def desk(simulator: SimulatorServer, database_url: str) -> Iterator[Desk]:
    desk = Desk(simulator, database_url)
    yield desk
    desk.close()


@pytest.fixture
def log(desk: Desk, tracker: StateTracker) -> StateTracker:
    """The action log of the desk's database."""
    return tracker
