"""``db upgrade|check|sql|size|prune``: the tables, on the server of ``DATABASE_URL`` or the embedded one."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.pruning import asked, prune, refuse_idle_options, size
from ticket_queue_daemon.store.embedded import EmbeddedPostgres
from ticket_queue_daemon.store.migrate import Migrator, script
from ticket_queue_daemon.store.pool import Database

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.cli.session import Session


def db(session: Session) -> ExitCode:
    """Do what the word after ``db`` says."""
    refuse_idle_options(session.args)
    match session.args.what:
        case "sql":
            sys.stdout.write(script())
            return ExitCode.DONE
        case "check":
            return _check(session)
        case "size":
            with _database(session) as database:
                return size(session, database)
        case "prune":
            plan = asked(session)
            with _database(session) as database:
                return prune(session, database, plan)
        case _:
            return _upgrade(session)


def _upgrade(session: Session) -> ExitCode:
    with _database(session) as database:
        applied = Migrator(database).upgrade()
    for name in applied:
        session.terminal.say(f"Applied {name}")
    if not applied:
        session.terminal.say("Nothing to do: the tables are up to date.")
    return ExitCode.DONE


def _check(session: Session) -> ExitCode:
    with _database(session) as database:
        state = Migrator(database).status()
    for name in state.missing:
        session.terminal.say(f"Missing: {name}")
    for problem in state.problems:
        session.terminal.say(f"Wrong: {problem}")
    if state.missing:
        session.terminal.say("To apply what is missing, run: ticket-queue-daemon db upgrade")
    if state.missing or state.problems:
        return ExitCode.USAGE
    session.terminal.say(f"The tables are up to date (version {state.current}).")
    return ExitCode.DONE


@contextmanager
def _database(session: Session) -> Iterator[Database]:
    """The configured database, opened."""
    url = session.settings.database_url
    if url is not None:
        with Database(url.get_secret_value()) as database:
            yield database
        return
    with EmbeddedPostgres(None) as embedded, Database(embedded.url) as database:
        session.terminal.say(f"Embedded PostgreSQL, data in {embedded.data_dir}")
        yield database
