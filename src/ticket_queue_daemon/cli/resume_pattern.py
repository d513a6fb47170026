"""``resume-pattern``: a person lets a paused pattern attach again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.resolve import whoever
from ticket_queue_daemon.store.corrections import Corrections

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session


def resume_pattern(session: Session) -> ExitCode:
    """Resume it, in the name of whoever typed it.

    Raises:
        ConfigError: no such pattern is paused.
    """
    pattern, who = session.args.pattern, whoever()
    with session.open_app(need_tdx=False) as app:
        Corrections(app.database).resume(pattern, who)
    session.terminal.say(
        f"{pattern} is resumed by {who}: it attaches again from the next run on, and is judged by "
        "what it attaches from now on."
    )
    return ExitCode.DONE
