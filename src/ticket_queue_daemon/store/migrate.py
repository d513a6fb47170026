"""Migrations: numbered files, applied once each, in order, under a lock, and never edited later."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

import psycopg

from ticket_queue_daemon.errors import MigrationNeeded, StoreError
from ticket_queue_daemon.store.pool import fetch
from ticket_queue_daemon.store.rows import SchemaState
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from psycopg import Connection

    from ticket_queue_daemon.store.pool import Database, Row

_FILE = re.compile(r"(\d{4})_\w+\.sql")


@dataclass(frozen=True, slots=True)
class Migration:
    """One numbered file."""

    number: int
    name: str
    text: str

    @property
    def checksum(self) -> str:
        """SHA-256 of the text, whatever line ends the checkout gave it."""
        return hashlib.sha256(self.text.encode()).hexdigest()


@cache
def migrations() -> tuple[Migration, ...]:
    """All migrations of this program, in order."""
    found = []
    for file in resources.files("ticket_queue_daemon.store.migrations").iterdir():
        if match := _FILE.fullmatch(file.name):
            text = file.read_text("utf-8").replace("\r\n", "\n")
            found.append(Migration(int(match[1]), file.name.removesuffix(".sql"), text))
    return tuple(sorted(found, key=lambda migration: migration.number))


class Migrator:
    """Brings a database to the schema of this program, and says where it stands."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def status(self) -> SchemaState:
        """Where the database stands; changes nothing."""
        facts = self._database.rows(sql("schema_facts"))[0]
        applied = self._database.rows(sql("applied_migrations")) if facts["bookkeeping"] else []
        state = _state(applied)
        if state.current and not (facts["action_log"] and facts["history"]):
            state.problems.append(
                "tables of schema meta are gone although their migrations were applied"
            )
        elif state.current and not facts["unique_pairs"]:
            state.problems.append(
                "meta.daemon_action_log has lost its UNIQUE (ticket_id, action_id): without it"
                " actions would be executed more than once"
            )
        return state

    def upgrade(self) -> list[str]:
        """Apply what is missing, each migration in its own transaction; their names.

        Raises:
            MigrationNeeded: the database is ahead of this program, or its past was edited.
            StoreError: PostgreSQL refused a migration; those before it stay, it left nothing.
        """
        done: list[str] = []
        while (applied := self._apply_next()) is not None:
            done.append(applied)
        return done

    def check(self) -> None:
        """Return if the program can work with this database.

        Raises:
            MigrationNeeded: with the command to run.
        """
        state = self.status()
        _refuse_problems(state)
        if state.missing:
            raise MigrationNeeded(
                f"The database lacks {len(state.missing)} of {len(migrations())} migrations: "
                + ", ".join(state.missing)
                + ".",
                "Run `ticket-queue-daemon db upgrade`, or start with --auto-upgrade; a DBA can apply"
                " `ticket-queue-daemon db sql` with psql.",
            )

    def sql(self) -> str:
        """All migrations as plain SQL, for psql: applies what is missing, all or nothing."""
        return script()

    def _apply_next(self) -> str | None:
        with self._database.transaction() as connection:
            fetch(connection, sql("migration_session"))
            fetch(connection, sql("migration_lock"))
            fetch(connection, sql("make_bookkeeping"))
            state = _state(fetch(connection, sql("applied_migrations")))
            _refuse_problems(state)
            if not state.missing:
                return None
            migration = next(one for one in migrations() if one.name == state.missing[0])
            _apply(connection, migration)
            return migration.name


def script() -> str:
    """All migrations as one plain SQL script; needs no database.

    One transaction, so that a failure leaves nothing; a migration that the list has is skipped, so
    that running it twice is safe.
    """
    parts = [
        _PREFACE,
        "BEGIN;",
        sql("migration_lock").decode() + ";",
        sql("make_bookkeeping").decode() + ";",
    ]
    for migration in migrations():
        head = f"{migration.number}, '{migration.name}', '{migration.checksum}'"
        parts.append(
            f"-- {migration.name}\n"
            "DO $migration$\n"
            "BEGIN\n"
            f"IF NOT EXISTS (SELECT FROM meta.daemon_migrations WHERE number = {migration.number})"
            " THEN\n"
            f"EXECUTE $body$\n{migration.text}$body$;\n"
            f"INSERT INTO meta.daemon_migrations (number, name, checksum) VALUES ({head});\n"
            "END IF;\n"
            "END\n"
            "$migration$;"
        )
    parts.append("COMMIT;")
    parts.append(_GRANTS)
    return "\n\n".join(parts)


_PREFACE = """\
-- The schema of the Ticket Queue Daemon. Apply with: psql -v ON_ERROR_STOP=1 -f THIS_FILE
-- Safe to run again; everything happens in one transaction."""

_GRANTS = """\
-- If the daemon connects as another user than the one that applies this:
-- GRANT USAGE ON SCHEMA meta TO the_daemon;
-- GRANT SELECT, INSERT, UPDATE, DELETE ON meta.daemon_action_log TO the_daemon;
-- GRANT SELECT, INSERT ON meta.daemon_action_history, meta.daemon_actions, meta.daemon_instance TO the_daemon;
-- GRANT SELECT, INSERT, UPDATE ON meta.daemon_summary_lines, meta.daemon_once, meta.daemon_held_actions TO the_daemon;
-- GRANT SELECT, INSERT, DELETE ON meta.daemon_action_counts TO the_daemon;
-- GRANT SELECT, INSERT, UPDATE, DELETE ON meta.daemon_rate_windows, meta.daemon_rate_clients TO the_daemon;
-- GRANT SELECT, INSERT, UPDATE, DELETE ON meta.daemon_assets, meta.daemon_asset_index, meta.daemon_asset_syncs,
--     meta.daemon_asset_sync_groups, meta.daemon_unknown_assets TO the_daemon;
-- GRANT USAGE ON SEQUENCE meta.daemon_asset_changes TO the_daemon;
-- GRANT SELECT, INSERT, UPDATE ON meta.ingestion_runs TO the_daemon;
-- GRANT USAGE ON SCHEMA bronze TO the_daemon;
-- GRANT SELECT, INSERT ON bronze.raw_entities TO the_daemon;
-- GRANT SELECT, INSERT, UPDATE ON meta.daemon_queues, meta.daemon_pattern_pauses TO the_daemon;
-- GRANT SELECT, INSERT, UPDATE, DELETE ON meta.daemon_corrections TO the_daemon;
-- GRANT SELECT ON meta.daemon_migrations, meta.daemon_open_lines, meta.daemon_recent_activity,
--     meta.daemon_activity_summary, meta.daemon_attachments TO the_daemon;
"""


def _state(applied: list[Row]) -> SchemaState:
    known = {migration.number: migration for migration in migrations()}
    wanted = max(known)
    problems = [
        f"the applied migration {row['name']} differs from the one of this program"
        for row in applied
        if row["number"] in known and row["checksum"] != known[row["number"]].checksum
    ]
    current = max((row["number"] for row in applied), default=0)
    if current > wanted:
        problems.append(
            f"the database is at migration {current}, this program knows {wanted}: it is too old"
        )
    numbers = {row["number"] for row in applied}
    missing = [known[number].name for number in sorted(known) if number not in numbers]
    return SchemaState(current, wanted, missing, problems)


def _refuse_problems(state: SchemaState) -> None:
    if state.problems:
        raise MigrationNeeded(
            "The schema can't be used: " + "; ".join(state.problems) + ".",
            "Use the version of the program that the database was upgraded with (a newer one, or one"
            " with unedited migrations), or restore what was changed by hand.",
        )


def _apply(connection: Connection[Row], migration: Migration) -> None:
    try:
        connection.execute(migration.text.encode())
    except psycopg.Error as error:
        if connection.closed:
            raise
        raise StoreError(
            f"Migration {migration.name} was refused: {error.diag.message_primary}."
            " Nothing of it was applied.",
            "Heal what PostgreSQL names (a view of yours that reads the table may have to go first),"
            " or let the owner of the table apply `ticket-queue-daemon db sql` with psql.",
        ) from error
    fetch(
        connection,
        sql("record_migration"),
        {"number": migration.number, "name": migration.name, "checksum": migration.checksum},
    )
