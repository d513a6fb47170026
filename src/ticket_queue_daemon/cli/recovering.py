"""``db recovered``: the database was restored, and does not know what was done since the backup."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.store.pruning import Pruner
from ticket_queue_daemon.store.recovery import Recovery

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.recovery import Lost


def recovered(session: Session, database: Database) -> ExitCode:
    """Turn the looking on or off, and say until when it lasts.

    Raises:
        ConfigError: both were asked for, or the moment is to come, or nothing may be written.
        StoreError: the database did not answer.
    """
    args = session.args
    if session.settings.dry_run:
        raise ConfigError(
            "DAEMON_DRY_RUN is on, and db recovered changes the database.",
            "To do it all the same: DAEMON_DRY_RUN=false ticket-queue-daemon db recovered ...",
        )
    if args.over and args.since is not None:
        raise ConfigError("--over and --since contradict each other.", "Give one of them.")
    Migrator(database).check()
    recovery = Recovery(database)
    if args.over:
        ended = recovery.end()
        session.terminal.say("It is over." if ended else "There was nothing to end.")
        return ExitCode.DONE
    now = Pruner.beginning(database, timedelta())
    since = args.since if isinstance(args.since, datetime | None) else now - args.since
    if since is not None and since > now:
        raise ConfigError(f"--since {since:%Y-%m-%d %H:%M %Z} is in the future.")
    session.terminal.say(sentence(recovery.begin(since)))
    session.terminal.say(
        "Daemons may start now; to end it: ticket-queue-daemon db recovered --over"
    )
    return ExitCode.DONE


def sentence(lost: Lost) -> str:
    """What the daemon does, from when to when, on a reader's own clock."""
    since, until = (f"{at.astimezone():%Y-%m-%d %H:%M %Z}" for at in (lost.since, lost.until))
    return (
        f"In recovery until {until}: what was done since {since} may be missing from the log, so "
        "comments and tasks are looked for in TDX before they are sent, and webhooks on tickets from "
        "before the restore are held for review."
    )
