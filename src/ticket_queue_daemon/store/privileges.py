"""The rights that the daemon needs in PostgreSQL, each once: for the GRANTs, and to ask for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.store.pool import Database

ROLE = "the_daemon"


@dataclass(frozen=True, slots=True)
class Right:
    """What is needed on some objects of one kind.

    Attributes:
        kind: ``SCHEMA``, ``TABLE`` (views too) or ``SEQUENCE``.
        names: the objects.
        privileges: as in a GRANT.
        columns: UPDATE only on these; beside ``privileges``.
    """

    kind: str
    names: tuple[str, ...]
    privileges: tuple[str, ...]
    columns: tuple[str, ...] = ()

    def grant(self, role: str) -> str:
        """The GRANT, without its semicolon."""
        words = ", ".join(
            [*self.privileges, *([f"UPDATE ({', '.join(self.columns)})"] if self.columns else [])]
        )
        kind = "" if self.kind == "TABLE" else f"{self.kind} "
        return f"GRANT {words} ON {kind}{', '.join(self.names)} TO {role}"

    def each(self) -> Iterator[tuple[str, str, str, str]]:
        """(kind, object, privilege, column or "") one by one."""
        for name in self.names:
            for privilege in self.privileges:
                yield self.kind, name, privilege, ""
            for column in self.columns:
                yield self.kind, name, "UPDATE", column


_READ, _ADD, _KEEP, _ALL = (
    ("SELECT",),
    ("SELECT", "INSERT"),
    ("SELECT", "INSERT", "UPDATE"),
    ("SELECT", "INSERT", "UPDATE", "DELETE"),
)

RIGHTS = (
    Right("SCHEMA", ("meta", "bronze"), ("USAGE",)),
    Right(
        "TABLE",
        (
            "meta.daemon_action_log",
            "meta.daemon_rate_windows",
            "meta.daemon_rate_clients",
            "meta.daemon_assets",
            "meta.daemon_asset_index",
            "meta.daemon_asset_syncs",
            "meta.daemon_asset_sync_groups",
            "meta.daemon_unknown_assets",
            "meta.daemon_corrections",
            "meta.daemon_pauses",
            "meta.daemon_processes",
            "meta.daemon_recordings",
            "meta.daemon_held_alerts",
            "meta.daemon_runs",
        ),
        _ALL,
    ),
    Right(
        "TABLE",
        (
            "meta.daemon_summary_lines",
            "meta.daemon_once",
            "meta.daemon_queues",
            "meta.daemon_pattern_pauses",
            "meta.daemon_held_actions",
            "meta.ingestion_runs",
        ),
        _KEEP,
    ),
    # Of each action only the last runs are kept.
    Right("TABLE", ("meta.daemon_action_counts",), ("SELECT", "INSERT", "DELETE")),
    # Appended to and never changed: what happened stays told.
    Right(
        "TABLE",
        (
            "meta.daemon_action_history",
            "meta.daemon_actions",
            "meta.daemon_digests",
            "bronze.raw_entities",
        ),
        _ADD,
    ),
    # The instance itself may be set once and not moved.
    Right("TABLE", ("meta.daemon_instance",), _ADD, columns=("confirmed_at", "confirmed_by")),
    Right(
        "TABLE",
        (
            "meta.daemon_migrations",
            "meta.daemon_open_lines",
            "meta.daemon_recent_activity",
            "meta.daemon_activity_summary",
            "meta.daemon_attachments",
        ),
        _READ,
    ),
    Right("TABLE", ("meta.daemon_recovery",), ("SELECT", "UPDATE")),
    Right("SEQUENCE", ("meta.daemon_asset_changes",), ("USAGE",)),
)
FOR_PRUNING = (
    Right("TABLE", ("meta.daemon_action_history", "meta.daemon_summary_lines"), ("DELETE",)),
    Right("TABLE", ("bronze.raw_entities",), ("DELETE",)),
)
"""What pruning alone needs as well; the data hub's table only if it may be pruned there."""


def grants(role: str = ROLE) -> list[str]:
    """Every GRANT that a role of its own needs, each with its semicolon."""
    return [f"{right.grant(role)};" for right in RIGHTS]


def missing_rights(database: Database) -> list[str]:
    """The GRANTs that the connected user lacks, one per object and privilege; [] if it has all.

    To be asked of a database whose migrations are up to date. Reads only.

    Raises:
        StoreError: PostgreSQL did not answer.
    """
    wanted = [one for right in RIGHTS for one in right.each()]
    kinds, names, privileges, columns = (list(part) for part in zip(*wanted, strict=True))
    lacking = database.rows(
        sql("missing_rights"),
        {"kinds": kinds, "names": names, "privileges": privileges, "columns": columns},
    )
    return [_named(row["privilege"], row["column_name"], row["name"]) for row in lacking]


def _named(privilege: str, column: str, name: str) -> str:
    return f"{privilege} ({column}) ON {name}" if column else f"{privilege} ON {name}"
