"""``db upgrade|check|sql|size|prune|recovered``: the tables, on the server of ``DATABASE_URL`` or the embedded one."""

from __future__ import annotations

import sys
from contextlib import contextmanager
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.pruning import asked, prune, size
from ticket_queue_daemon.cli.recovering import recovered, sentence
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.embedded import EmbeddedPostgres
from ticket_queue_daemon.store.migrate import Migrator, script
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.recovery import Recovery

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ticket_queue_daemon.cli.session import Session

_OPTIONS = {
    "older_than": ("--older-than", {"size", "prune"}),
    "export": ("--export", {"prune"}),
    "no_export": ("--no-export", {"prune"}),
    "only_count": ("--dry-run", {"prune"}),
    "since": ("--since", {"recovered"}),
    "over": ("--over", {"recovered"}),
}
"""Each option with the words beside which it has a meaning."""


def db(session: Session) -> ExitCode:
    """Do what the word after ``db`` says."""
    _refuse_idle_options(session.args)
    match session.args.what:
        case "sql":
            sys.stdout.write(script())
            return ExitCode.DONE
        case "check":
            return _check(session)
        case "size":
            with _database(session) as database:
                return size(session, database)
        case "recovered":
            with _database(session) as database:
                return recovered(session, database)
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
        lost = Recovery(database).state() if state.ready else None
    for name in state.missing:
        session.terminal.say(f"Missing: {name}")
    for problem in state.problems:
        session.terminal.say(f"Wrong: {problem}")
    if state.missing:
        session.terminal.say("To apply what is missing, run: ticket-queue-daemon db upgrade")
    if state.missing or state.problems:
        return ExitCode.USAGE
    session.terminal.say(f"The tables are up to date (version {state.current}).")
    if lost:
        session.terminal.say(sentence(lost))
    return ExitCode.DONE


def _refuse_idle_options(args: argparse.Namespace) -> None:
    """An option that does nothing beside this word was meant for another."""
    idle = [
        flag
        for name, (flag, words) in _OPTIONS.items()
        if getattr(args, name) not in {None, False} and args.what not in words
    ]
    if idle:
        raise ConfigError(
            f"{', '.join(idle)} has no meaning for db {args.what}.",
            "See: ticket-queue-daemon db --help",
        )


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
