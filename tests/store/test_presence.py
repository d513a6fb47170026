"""Who is there, who leads, what is paused: at a real PostgreSQL, with sessions of their own."""

from __future__ import annotations

import threading
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING

from ledger import sql
from ticket_queue_daemon.store.orders import EVERY_QUEUE, Orders
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.presence import Bearing, Presence

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

QUEUE, OTHER = "report:1", "report:2"
PATIENCE = 20.0
"""For what must come; nothing is asserted about how long it took."""


class Ears:
    """What a presence was told."""

    def __init__(self) -> None:
        self.asked = threading.Event()
        self._changed = threading.Condition()

    def news(self, run: bool) -> None:
        if run:
            self.asked.set()
        with self._changed:
            self._changed.notify_all()

    def until(self, presence: Presence, *, leads: bool) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: presence.leads is leads, PATIENCE)

    def until_paused(self, presence: Presence, *, paused: bool) -> None:
        with self._changed:
            assert self._changed.wait_for(lambda: bool(presence.paused) is paused, PATIENCE)


@contextmanager
def present(
    database: Database, worker: str, ears: Ears | None = None, **more: object
) -> Iterator[Presence]:
    given = {"queue": QUEUE, "program": "1", "interval": 300.0, "lease_seconds": 1.0, **more}
    bearing = Bearing(worker, **given)  # type: ignore[arg-type]
    with Presence(database, bearing, (ears or Ears()).news) as here:
        yield here


def roles(database: Database) -> dict[str, str]:
    return {one.worker: one.role for one in Orders(database).processes()}


def end_session(database: Database, url: str) -> None:
    """As when the leader's machine loses its network: PostgreSQL ends the leading session."""
    sql(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE mode = 'ExclusiveLock'"
        " AND locktype = 'advisory' AND objsubid = 2 AND granted",
    )


def test_one_standby_leads_and_the_next_takes_over_when_it_leaves(database: Database) -> None:
    ears = Ears()
    with ExitStack() as leader:
        first = leader.enter_context(present(database, "first", standby=True))
        assert first.leads
        with present(database, "second", ears, standby=True) as second:
            assert not second.leads
            assert roles(database) == {"first": "leads", "second": "stands by"}
            leader.close()
            ears.until(second, leads=True)
            assert roles(database) == {"second": "leads"}


def test_a_lost_session_is_a_lost_lead_and_is_opened_anew(
    database: Database, database_url: str
) -> None:
    mine, theirs = Ears(), Ears()
    with (
        present(database, "first", mine, standby=True) as first,
        present(database, "second", theirs, standby=True) as second,
    ):
        end_session(database, database_url)
        theirs.until(second, leads=True)
        mine.until(first, leads=False)
        assert roles(database)["second"] == "leads"


@contextmanager
def frozen_leader(database: Database) -> Iterator[None]:
    """A daemon that is stopped as a whole: its session lives, and it beats no more."""
    with database.own_session() as session:
        session.execute(
            "INSERT INTO meta.daemon_processes"
            " (worker, queue, program, standby, interval_seconds, seen_at)"
            f" VALUES ('frozen', '{QUEUE}', '1', true, 300, now() - interval '1 min')"
        )
        session.execute(
            "SELECT pg_advisory_lock_shared(hashtext('ticket-queue-daemon process'), process_id)"
            " FROM meta.daemon_processes"
        )
        session.execute(
            f"SELECT pg_advisory_lock(hashtext('ticket-queue-daemon queue'), hashtext('{QUEUE}'))"
        )
        yield


def test_a_leader_that_gives_no_sign_of_life_for_a_lease_is_put_aside(database: Database) -> None:
    ears = Ears()
    with frozen_leader(database), present(database, "second", ears, standby=True) as second:
        ears.until(second, leads=True)


def test_another_users_frozen_leader_is_told_and_the_standby_goes_on_waiting(
    database: Database, database_url: str, caplog: pytest.LogCaptureFixture
) -> None:
    sql(database_url, "DROP ROLE IF EXISTS standby")
    sql(database_url, "CREATE ROLE standby LOGIN")
    sql(database_url, "GRANT USAGE ON SCHEMA meta TO standby")
    sql(database_url, "GRANT ALL ON meta.daemon_pauses, meta.daemon_processes TO standby")
    with (
        frozen_leader(database),
        Database(database_url.replace("postgres@", "standby@")) as theirs,
        present(theirs, "second", standby=True) as second,
    ):
        assert "only that user may end its session" in caplog.text
        assert not second.leads
        assert roles(database) == {"frozen": "leads", "second": "stands by"}
    sql(database_url, "DROP OWNED BY standby")
    sql(database_url, "DROP ROLE standby")


def test_daemons_that_share_the_work_hold_a_standby_back_and_not_each_other(
    database: Database,
) -> None:
    with (
        present(database, "one") as one,
        present(database, "two") as two,
        present(database, "standby", standby=True) as standby,
        present(database, "elsewhere", queue=OTHER, standby=True) as elsewhere,
    ):
        assert (one.leads, two.leads, standby.leads) == (True, True, False)
        assert elsewhere.leads
        assert roles(database) == {
            "one": "works",
            "two": "works",
            "standby": "stands by",
            "elsewhere": "leads",
        }


def test_a_run_is_asked_of_the_daemons_of_a_queue(database: Database) -> None:
    mine, others = Ears(), Ears()
    with present(database, "mine", mine), present(database, "other", others, queue=OTHER):
        Orders(database).run_now(QUEUE)

        assert mine.asked.wait(PATIENCE)
        assert not others.asked.is_set()


def test_a_dry_run_hears_and_is_not_seen(database: Database) -> None:
    ears = Ears()
    with present(database, "dry", ears, unseen=True) as dry:
        assert Orders(database).processes() == []
        assert dry.leads
        Orders(database).run_now(QUEUE)
        assert ears.asked.wait(PATIENCE)


def test_a_pause_is_heard_and_ends(database: Database) -> None:
    ears, orders = Ears(), Orders(database)
    with present(database, "mine", ears) as here:
        made = orders.pause(EVERY_QUEUE, "alice@desk12", reason="TDX is upgraded")
        ears.until_paused(here, paused=True)
        assert here.paused == made
        assert orders.resume(None) == [made]
        ears.until_paused(here, paused=False)


def test_a_pause_concerns_its_queue_and_said_again_replaces_itself(database: Database) -> None:
    orders = Orders(database)
    orders.pause(QUEUE, "alice@desk12", reason="first")
    again = orders.pause(QUEUE, "bob@desk13", span=timedelta(hours=2))

    assert orders.paused(QUEUE) == [again]
    assert orders.paused(OTHER) == []
    assert again.ends_at is not None
    assert again.ends_at - again.paused_at == timedelta(hours=2)
    assert orders.resume(OTHER) == []


def test_a_pause_that_is_over_holds_nobody_and_is_cleared_away(
    database: Database, database_url: str
) -> None:
    orders = Orders(database)
    orders.pause(QUEUE, "alice@desk12", span=timedelta(hours=2))
    sql(database_url, "UPDATE meta.daemon_pauses SET ends_at = now() - interval '1 s'")

    assert orders.paused() == []
    assert orders.resume(QUEUE) == []
    assert sql(database_url, "SELECT count(*) FROM meta.daemon_pauses") == [(0,)]
