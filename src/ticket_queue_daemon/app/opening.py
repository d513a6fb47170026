"""The parts that an App opens: which actions are wanted, and the database behind them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.app.parts import default_actions
from ticket_queue_daemon.app.rules import Configured, configure, settle
from ticket_queue_daemon.config.queue_section import usual_name
from ticket_queue_daemon.config.settings import variables
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.embedded import EmbeddedPostgres
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.store.pool import Database

if TYPE_CHECKING:
    from collections.abc import Sequence
    from contextlib import ExitStack

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.config.settings import Settings
    from ticket_queue_daemon.tdx.names import NameBook

CONNECTIONS_OF_A_QUEUE = 2
"""Beside its workers': the poll and the lease keeper."""
CONNECTIONS_BESIDE = 2
"""The ledger of TDX's limits, and the metrics."""


def wanted_actions(
    settings: Settings, actions: Sequence[BaseAction] | Configured | None, names: NameBook
) -> Configured:
    """Those that were handed in, else those of the rules, else the seed's workflow; names are ids.

    Raises:
        ConfigError: the rules are wrong, or a name is unknown or ambiguous.
        TdxError: TDX is away, and a name was to be looked up.
    """
    if isinstance(actions, Configured):
        return actions
    if actions is None and settings.config_path is not None:
        return configure(settings.config_path, names, settings=settings)
    return settle(tuple(default_actions(settings) if actions is None else actions), names)


def settings_of(wanted: Configured, settings: Settings) -> list[Settings]:
    """Those of each queue: the process's, with what the file says where nobody said otherwise.

    Raises:
        ConfigError: a flag or a variable says of several queues what can be said of one only.
    """
    given = settings.model_fields_set & {"report_id", "search_id", "queue_name"}
    if given >= {"report_id", "search_id"}:
        raise ConfigError(
            "DAEMON_REPORT_ID and DAEMON_SEARCH_ID are both set.",
            "Keep the one that is to be watched; for several, write a rules file with queues.",
        )
    if given and len(wanted.queues) > 1:
        names = " and ".join(variables()[name].name for name in sorted(given))
        raise ConfigError(
            f"{names} {'is' if len(given) == 1 else 'are'} set (or given as a flag), and "
            f"{settings.config_path} has {len(wanted.queues)} queues.",
            "Leave it away; for one of the queues only: --queue NAME.",
        )
    return [one.over(settings) for one in wanted.queues]


def name_of(settings: Settings) -> str:
    """What the queue with these settings is called; "" while nothing says which it is."""
    return usual_name(
        {name: getattr(settings, name) for name in ("queue_name", "report_id", "search_id")}
    )


def connections(queues: Sequence[Settings]) -> int:
    """As many are needed at the most at a time."""
    return CONNECTIONS_BESIDE + sum(one.workers + CONNECTIONS_OF_A_QUEUE for one in queues)


def open_database(
    settings: Settings,
    stack: ExitStack,
    notes: list[str],
    *,
    auto_upgrade: bool,
    connections: int,
) -> Database:
    """The database, its tables checked; the embedded one without ``DATABASE_URL``.

    Args:
        settings: which.
        stack: closes what is opened here.
        notes: is told where the embedded one lives and which migrations were applied.
        auto_upgrade: bring the tables of a server up to date; those of the embedded one always are.
        connections: the most that are held at a time.

    Raises:
        DatabaseUnreachable, MigrationNeeded: the database.
    """
    url = settings.database_url
    if url is None:
        embedded = stack.enter_context(EmbeddedPostgres(None))
        notes.append(f"Embedded PostgreSQL, data in {embedded.data_dir}")
        address = embedded.url
    else:
        address = url.get_secret_value()
    database = stack.enter_context(Database(address, max_size=connections))
    migrator = Migrator(database)
    if url is None or auto_upgrade:
        notes.extend(f"Database migration applied: {name}" for name in migrator.upgrade())
    migrator.check()
    return database
