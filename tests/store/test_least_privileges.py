"""The GRANTs of the page, run as printed: enough for everything that the daemon does, and no more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import pytest
from psycopg import errors as pg

from desk import Desk
from ledger import sql
from ticket_queue_daemon.actions import AddAssetAction, CommentAction, SummaryCommentAction
from ticket_queue_daemon.effects.codec import KINDS
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.privileges import grants, missing_rights
from ticket_queue_daemon.store.reports import Reports

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.simulator.server import SimulatorServer

PAGE = (Path(__file__).parents[2] / "docs/least-privileges.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)
ROLES = ("the_daemon", "the_onlooker")


@pytest.fixture
def roles(database_url: str) -> Iterator[dict[str, str]]:
    """The page's roles, made by its commands; the URL of each."""
    for role in ROLES:
        sql(database_url, f"DROP ROLE IF EXISTS {role}")
    for block in BLOCKS:
        sql(database_url, block)
    yield {role: database_url.replace("postgres@", f"{role}@") for role in ROLES}
    for role in ROLES:
        sql(database_url, f"DROP OWNED BY {role}")
        sql(database_url, f"DROP ROLE {role}")


def test_the_page_has_the_grants_of_the_program() -> None:
    assert [grant for grant in grants() if grant not in BLOCKS[0]] == []
    assert len(BLOCKS[0].strip().splitlines()) == 1 + len(grants())


def test_the_page_says_what_each_effect_needs_in_tdx() -> None:
    assert [kind for kind in KINDS if f"`{kind}`" not in PAGE] == []


def test_the_role_does_all_that_a_daemon_does(
    simulator: SimulatorServer, database_url: str, roles: dict[str, str]
) -> None:
    desk = Desk(simulator, roles["the_daemon"])
    machine = desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    ticket = desk.ticket("IC-EHLB760-F16 will not boot")
    actions = (AddAssetAction(), CommentAction(comment_text="Hello"), SummaryCommentAction())

    dry = desk.run(*actions, dry_run=True)
    app = desk.app(*actions, max_effects_per_hour=100)
    app.guard._settled, app.guard._by = False, "a test"
    report = app.run_once(dry_run=False)

    assert dry.pending == 1
    assert (report.succeeded, report.failed) == (3, 0)
    assert desk.attached(ticket) == [machine.id]
    assert sql(database_url, "SELECT confirmed_by FROM meta.daemon_instance") == [("a test",)]
    # And what people type.
    app.baseline()
    app.sync_assets(full=True)
    app.checker()
    app.auditor()
    assert app.explain(ticket.id).actions
    assert app.tracker.clear_failed_actions() == 0
    app.tracker.open_circuit("report:1344", "a test")
    app.tracker.close_circuit("report:1344")
    assert Reports(app.database).status(overdue_seconds=1, most=5).sent_last_hour == 3
    assert missing_rights(app.database) == []
    desk.close()


REFUSED = [
    "UPDATE meta.daemon_action_history SET event = 'failed'",
    "DELETE FROM meta.daemon_action_history",
    "UPDATE meta.daemon_actions SET version = 'v9'",
    "DELETE FROM meta.daemon_summary_lines",
    "UPDATE meta.daemon_instance SET instance = 'elsewhere/TDWebApi'",
    "DELETE FROM meta.daemon_instance",
    "INSERT INTO meta.daemon_migrations (number, name, checksum) VALUES (9999, 'x', 'x')",
    "UPDATE bronze.raw_entities SET raw_data = '{}'",
    "DELETE FROM bronze.raw_entities",
    "TRUNCATE meta.daemon_action_log",
    "ALTER TABLE meta.daemon_action_history DISABLE TRIGGER USER",
    "DROP TABLE meta.daemon_action_log",
    "CREATE TABLE meta.mine (one integer)",
    "CREATE SCHEMA mine",
    "CREATE ROLE mine",
    "COPY meta.daemon_action_log TO PROGRAM 'cat'",
    "SELECT * FROM personnel.salaries",
]


def test_the_role_is_refused_what_it_must_not_do(database_url: str, roles: dict[str, str]) -> None:
    sql(database_url, "CREATE SCHEMA personnel")
    sql(database_url, "CREATE TABLE personnel.salaries (amount integer)")

    allowed = []
    with psycopg.connect(roles["the_daemon"], autocommit=True) as theirs:
        for statement in REFUSED:
            try:
                theirs.execute(statement.encode())
            except pg.InsufficientPrivilege:
                continue
            allowed.append(statement)

    assert allowed == []


def test_the_onlooker_sees_the_status_and_can_change_nothing(roles: dict[str, str]) -> None:
    with Database(roles["the_onlooker"]) as theirs:
        assert Reports(theirs).status(overdue_seconds=1, most=5).started == 0
    with psycopg.connect(roles["the_onlooker"], autocommit=True) as theirs:
        for (table,) in theirs.execute(
            "SELECT relname FROM pg_class WHERE relnamespace = 'meta'::regnamespace"
            " AND relkind = 'r'"
        ).fetchall():
            with pytest.raises(pg.InsufficientPrivilege):
                theirs.execute(f"DELETE FROM meta.{table}".encode())


def test_each_right_that_is_taken_away_is_named(database_url: str, roles: dict[str, str]) -> None:
    sql(database_url, "REVOKE INSERT ON meta.daemon_action_history FROM the_daemon")
    sql(database_url, "REVOKE UPDATE (confirmed_by) ON meta.daemon_instance FROM the_daemon")
    sql(database_url, "REVOKE USAGE ON SEQUENCE meta.daemon_asset_changes FROM the_daemon")

    with Database(roles["the_daemon"]) as theirs:
        assert missing_rights(theirs) == [
            "INSERT ON meta.daemon_action_history",
            "UPDATE (confirmed_by) ON meta.daemon_instance",
            "USAGE ON meta.daemon_asset_changes",
        ]
