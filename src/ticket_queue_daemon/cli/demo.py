"""``demo``: hand over to the demonstration, which needs no configuration."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon import demo as demonstration
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.show import Show

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session

_TICKETS = 12
_ASSETS = 60
_SEED = 1


def demo(session: Session) -> ExitCode:
    """Show the whole job; the second pass must have changed nothing."""
    terminal = session.terminal
    outcome = demonstration.run(
        terminal.out, Show(terminal), tickets=_TICKETS, assets=_ASSETS, seed=_SEED
    )
    return ExitCode.SOME_FAILED if outcome.second_writes else ExitCode.DONE
