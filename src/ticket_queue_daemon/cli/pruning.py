"""``db size`` and ``db prune``: how large the tables are, and forgetting what is old in them."""

from __future__ import annotations

from collections import Counter
from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from rich.filesize import decimal

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.progress import rows_watched
from ticket_queue_daemon.cli.signals import stop_on_signals
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.export import ExportFile
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.store.pruning import Pruner, Volume, table_sizes

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.store.pool import Database

USUAL_AGE = timedelta(days=400)
_LOG = "meta.daemon_action_log"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a prune was asked for: older than what, and a copy to which file; None: to none."""

    age: timedelta | datetime
    export: Path | None


def asked(session: Session) -> Asked:
    """The command line of a prune, judged before the database is opened.

    Raises:
        ConfigError: it does not say how old, or whether a copy is kept; or nothing may be written.
    """
    args = session.args
    if args.older_than is None:
        raise ConfigError(
            "db prune needs --older-than.", "For instance: --older-than 400d (see db size)."
        )
    if not (args.only_count or args.export or args.no_export):
        raise ConfigError(
            "db prune deletes: say whether a copy is kept.",
            "Add --export FILE.jsonl.gz, or --no-export; to see what would go: --dry-run.",
        )
    if session.settings.dry_run and not args.only_count:
        raise ConfigError(
            "DAEMON_DRY_RUN is on, and db prune changes the database.",
            "To count only: db prune --dry-run; to do it: DAEMON_DRY_RUN=false.",
        )
    return Asked(args.older_than, args.export)


def size(session: Session, database: Database) -> ExitCode:
    """Show every table, and what a prune would free.

    Raises:
        StoreError: the database did not answer.
    """
    Migrator(database).check()
    before = _moment(session, database, session.args.older_than or USUAL_AGE)
    _show(session, table_sizes(database), ("table", "rows, about", "size"))
    _tell_what_goes(session, Pruner(database, before).counts(), before)
    session.terminal.say(
        "PostgreSQL keeps freed room for new rows (autovacuum); VACUUM FULL gives it back, and locks."
    )
    return ExitCode.DONE


def prune(session: Session, database: Database, plan: Asked) -> ExitCode:
    """Say what goes, then let it go, batch by batch, until done or told to stop.

    Raises:
        ConfigError: the span is too short, or the file can't be written; what went is in the file.
        StoreError: the database did not answer; the next prune goes on.
    """
    Migrator(database).check()
    before = _moment(session, database, plan.age)
    pruner = Pruner(database, before, batch=session.args.batch)
    counts = pruner.counts()
    _tell_what_goes(session, counts, before)
    if session.args.only_count:
        session.terminal.say("Dry run: nothing was deleted.")
        return ExitCode.DONE
    gone: Counter[str] = Counter()
    total = sum(one.rows for one in counts)
    with (
        stop_on_signals() as stop,
        ExportFile(plan.export) if plan.export else nullcontext() as export,
        rows_watched(session.terminal, total) as more,
    ):
        for batch in pruner.batches(export.write if export else lambda _: None):
            gone += batch
            more(batch.total())
            if stop.is_set():
                break
    slimmed, deleted = gone.pop(_LOG, 0), gone.total()
    copy = f" A copy of {export.rows} rows is in {plan.export}." if export and export.rows else ""
    session.terminal.say(f"{slimmed} actions slimmed, {deleted} rows deleted.{copy}")
    if stop.is_set():
        session.terminal.say("Stopped before the end: run it again to go on, with another FILE.")
        return ExitCode.INTERRUPTED
    return ExitCode.DONE


def _moment(session: Session, database: Database, age: timedelta | datetime) -> datetime:
    """Before when; never within the span over which patterns are judged."""
    days = session.settings.pattern_days
    latest = Pruner.beginning(database, timedelta(days=days))
    before = age if isinstance(age, datetime) else Pruner.beginning(database, age)
    if before > latest:
        raise ConfigError(
            f"--older-than is too short: patterns are judged by the last {days} days.",
            f"Give {days}d or more, or lower DAEMON_PATTERN_DAYS.",
        )
    return before


def _tell_what_goes(session: Session, counts: Sequence[Volume], before: datetime) -> None:
    found = [one for one in counts if one.rows]
    day = f"{before.astimezone():%Y-%m-%d %H:%M %Z}"
    if not found:
        session.terminal.say(f"Nothing that is older than {day} can be pruned.")
        return
    _show(session, found, ("older than " + day, "rows", "about"))
    if any(one.table == _LOG for one in found):
        session.terminal.say(
            f"Of {_LOG} each row stays, without its words: it keeps the action from being done again."
        )


def _show(session: Session, volumes: Sequence[Volume], head: tuple[str, str, str]) -> None:
    session.terminal.table(head, [(one.table, one.rows, decimal(one.bytes)) for one in volumes])
