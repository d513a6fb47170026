"""The list of assets: read from the database, brought up to date by itself, asked beyond when needed."""

from __future__ import annotations

import logging
from contextlib import ExitStack
from threading import Event
from typing import TYPE_CHECKING, Any

import pytest
from psycopg.types.json import Jsonb

from desk import BriefClock, desk, log
from ledger import sql
from ticket_queue_daemon.actions import AddAssetAction
from ticket_queue_daemon.engine.line import TdxAway
from ticket_queue_daemon.errors import StoreError, TdxError
from ticket_queue_daemon.observe.events import STOPPED_ON_REQUEST
from ticket_queue_daemon.simulator import searching
from ticket_queue_daemon.store.asset_syncs import AssetSyncs
from ticket_queue_daemon.tdx.assets import AssetsApi

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.assets.sync import SyncResult
    from ticket_queue_daemon.simulator.entities import Asset
    from ticket_queue_daemon.simulator.world import World
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.tracker import StateTracker

__all__ = ["desk", "log"]

SEARCH = "POST /{appId}/assets/search"
RETIRED = 41
INDEX = "SELECT asset_id, name, status_id, gone_at IS NOT NULL FROM meta.daemon_assets ORDER BY asset_id"


def synced(desk: Desk, **settings: Any) -> SyncResult:
    app = desk.app(AddAssetAction(), **{"asset_page_size": 10, **settings})
    try:
        result = app.sync_assets()
    finally:
        app.close()
    assert result is not None
    return result


def let_the_index_age(desk: Desk, hours: int = 30) -> None:
    sql(
        desk.database_url,
        "UPDATE meta.daemon_asset_index SET complete_at = complete_at - make_interval(hours => %s)",
        hours,
    )


def versions(desk: Desk) -> list[tuple[Any, ...]]:
    return sql(
        desk.database_url,
        "SELECT external_id, raw_data ->> 'Name', ingestion_run_id IS NOT NULL"
        " FROM bronze.raw_entities ORDER BY ingested_at, external_id",
    )


def searches(desk: Desk) -> int:
    return desk.simulator.requests.count(SEARCH)


def test_a_process_that_is_started_anew_reads_the_database_and_not_tdx(desk: Desk) -> None:
    machine = desk.asset("LSAF-D30H6J3", "D30H6J3")
    desk.ticket("LSAF-D30H6J3 is slow")
    desk.run(AddAssetAction())
    assert searches(desk) == 1
    ticket = desk.ticket("LSAF-D30H6J3 is slow again")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]
    assert searches(desk) == 1


def test_an_old_index_is_brought_up_to_date_before_it_is_used(desk: Desk) -> None:
    desk.asset("LSAF-D30H6J3", "D30H6J3")
    synced(desk)
    machine = desk.asset("", "", "0004711", owner=desk.alice)
    let_the_index_age(desk)
    ticket = desk.ticket("It is slow")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]


def test_what_was_renamed_retired_or_deleted_is_so_in_the_index(desk: Desk) -> None:
    same, renamed, retired, deleted = (
        desk.asset(f"IC-EHLB760-F{number}", f"SERIAL{number:04d}") for number in range(4)
    )
    synced(desk)
    renamed.name = "IC-EHLB760-F99"
    retired.status_id = RETIRED
    del desk.world.assets[deleted.id]

    result = synced(desk)

    assert (result.created, result.changed, result.gone, result.assets) == (0, 2, 1, 3)
    assert sql(desk.database_url, INDEX) == [
        (same.id, "IC-EHLB760-F0", 38, False),
        (renamed.id, "IC-EHLB760-F99", 38, False),
        (retired.id, "IC-EHLB760-F2", RETIRED, False),
        (deleted.id, "IC-EHLB760-F3", 38, True),
    ]
    assert [row[:2] for row in versions(desk)[4:]] == [
        (str(renamed.id), "IC-EHLB760-F99"),
        (str(retired.id), "IC-EHLB760-F2"),
        (str(deleted.id), "IC-EHLB760-F3"),
    ]


def test_what_has_not_changed_is_written_nowhere(desk: Desk) -> None:
    for number in range(30):
        desk.asset(f"IC-EHLB760-F{number}", f"SERIAL{number:04d}")
    synced(desk)
    before = sql(desk.database_url, "SELECT ctid, * FROM meta.daemon_assets"), versions(desk)

    result = synced(desk)

    assert (result.created, result.changed, result.gone) == (0, 0, 0)
    after = sql(desk.database_url, "SELECT ctid, * FROM meta.daemon_assets"), versions(desk)
    assert after == before
    assert sql(
        desk.database_url,
        "SELECT status, records_processed, records_created, records_updated"
        " FROM meta.ingestion_runs WHERE entity_type = 'asset' ORDER BY started_at",
    ) == [("completed", 30, 30, 0), ("completed", 30, 0, 0)]


def test_no_asset_is_lost_however_it_is_filed(desk: Desk) -> None:
    """Forms and statuses that no list names, none at all, and groups that are too large."""
    for number in range(40):
        desk.asset(f"IC-EHLB760-F{number}", status_id=(38, 41, 59)[number % 3])
    odd = [desk.asset(f"ODD-{number}") for number in range(4)]
    odd[0].form_id, odd[1].form_id, odd[2].status_id, odd[3].status_id = 0, 7_777, 0, 8_888

    result = synced(desk)

    assert (result.assets, result.created) == (44, 44)
    assert synced(desk).created == 0


def test_a_search_that_ignores_its_filter_is_noticed_and_everything_is_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    obeying = searching.assets

    def ignoring(world: World, app_id: int, body: dict[str, Any]) -> list[Asset]:
        return obeying(world, app_id, {"maxresults": body.get("maxresults")})

    monkeypatch.setattr(searching, "assets", ignoring)
    for number in range(25):
        desk.asset(f"IC-EHLB760-F{number}", form_id=(2448, 2449)[number % 2])

    result = synced(desk)

    assert (result.assets, result.gone) == (25, 0)


def test_a_limit_that_tdx_does_not_tell_of_is_noticed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    obeying = searching.assets

    def limited(world: World, app_id: int, body: dict[str, Any]) -> list[Asset]:
        return obeying(world, app_id, body)[:500]

    for number in range(700):
        desk.asset(f"IC-EHLB{number}-F1", status_id=(38, 41)[number % 2])
    monkeypatch.setattr(searching, "assets", limited)

    assert synced(desk, asset_page_size=10_000).assets == 700


def test_an_answer_longer_than_its_limit_is_the_whole(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    obeying = searching.assets

    def unlimited(world: World, app_id: int, body: dict[str, Any]) -> list[Asset]:
        return obeying(world, app_id, {**body, "MaxResults": None})

    for number in range(30):
        desk.asset(f"IC-EHLB{number}-F1")
    monkeypatch.setattr(searching, "assets", unlimited)

    assert (synced(desk).assets, searches(desk)) == (30, 1)


def test_an_asset_between_two_groups_is_not_taken_for_deleted(desk: Desk) -> None:
    """It was seen by no group, but TDX has it when it is asked for by its id."""
    for number in range(3):
        desk.asset(f"IC-EHLB760-F{number}")
    synced(desk)
    hidden = desk.asset("IC-EHLB760-F9")
    sql(
        desk.database_url,
        "INSERT INTO meta.daemon_assets (asset_id, name, content_hash, source, seen_at, change_no)"
        " VALUES (%s, 'x', 'x', 'sync', now(), nextval('meta.daemon_asset_changes'))",
        hidden.id,
    )
    del desk.world.assets[hidden.id]
    assert synced(desk).gone == 1
    desk.world.assets[hidden.id] = hidden

    assert synced(desk).gone == 0
    assert (hidden.id, "IC-EHLB760-F9", 38, False) in sql(desk.database_url, INDEX)


def test_an_asset_made_after_the_sync_is_found_by_one_search_for_all_tickets(desk: Desk) -> None:
    desk.asset("LSAF-D30H6J3", "D30H6J3")
    synced(desk)
    new = desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    tickets = [desk.ticket(f"IC-EHLB760-F16 is slow ({number})") for number in range(50)]
    before = searches(desk)

    desk.run(AddAssetAction())

    assert [desk.attached(ticket) for ticket in tickets] == [[new.id]] * 50
    assert searches(desk) - before == 1
    assert (new.id, "IC-EHLB760-F16", 38, False) in sql(desk.database_url, INDEX)


@pytest.mark.parametrize("token", ["C02XJ0AXJGH5", "L-C02XJ0AXJGH5", "psyc-amiemgT01"])
def test_it_is_found_by_whatever_it_is_called(desk: Desk, token: str) -> None:
    synced(desk)
    new = desk.asset(token if "-" in token else "", "" if "-" in token else token)
    ticket = desk.ticket(f"{token.lower() if '-' in token else token} is slow")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [new.id]


def test_a_name_that_tdx_does_not_know_is_asked_for_once_for_all_tickets_and_runs(
    desk: Desk, log: StateTracker
) -> None:
    desk.asset("LSAF-D30H6J3", "D30H6J3", owner=desk.alice)
    synced(desk)
    before = searches(desk)
    tickets = [desk.ticket(f"IC-EHLB760-F16 is slow ({number})") for number in range(50)]

    desk.run(AddAssetAction())
    desk.ticket("IC-EHLB760-F16 again")
    desk.run(AddAssetAction())

    assert searches(desk) - before == 1
    assert not any(desk.attached(ticket) for ticket in tickets)
    (row,) = log.get_ticket_actions(tickets[7].id)
    assert "TDX does not know it either" in str(row["metadata"])


def test_after_a_time_it_is_asked_for_again(desk: Desk) -> None:
    synced(desk)
    desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction())
    before = searches(desk)
    new = desk.asset("IC-EHLB760-F16")
    desk.ticket("IC-EHLB760-F16 is slow")

    desk.run(AddAssetAction(), unknown_asset_age=3600)
    assert searches(desk) == before
    sql(
        desk.database_url,
        "UPDATE meta.daemon_unknown_assets SET asked_at = asked_at - interval '61 min'",
    )
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction(), unknown_asset_age=3600)

    assert searches(desk) - before == 1
    assert desk.attached(ticket) == [new.id]


def test_look_ups_have_a_limit_by_ticket_and_by_run_and_the_evidence_says_so(
    desk: Desk, log: StateTracker
) -> None:
    synced(desk)
    before = searches(desk)
    names = ", ".join(f"IC-EHLB760-F{number}" for number in range(20, 25))
    tickets = [desk.ticket(f"{names} and PSYC-EHLB{number}-F1") for number in range(300, 303)]

    desk.run(AddAssetAction(), asset_lookups_per_ticket=3, asset_lookups_per_run=4, workers=1)

    assert searches(desk) - before == 4
    told = str([log.get_ticket_actions(ticket.id) for ticket in tickets])
    assert "the most look-ups for one ticket were made" in told
    assert "the most look-ups for one run were made" in told


def test_a_look_up_that_fails_is_no_answer(desk: Desk, log: StateTracker) -> None:
    synced(desk)
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    fault = desk.simulator.faults.add("status_before", route="assets/search", status=400)
    desk.run(AddAssetAction())
    assert log.get_ticket_actions(ticket.id)[0]["status"] == "failed"
    assert sql(desk.database_url, "SELECT * FROM meta.daemon_unknown_assets") == []
    desk.simulator.faults.remove(fault)


def test_a_dry_run_looks_and_writes_nothing(desk: Desk) -> None:
    desk.asset("LSAF-D30H6J3", "D30H6J3")
    synced(desk)
    desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    desk.ticket("IC-EHLB760-F16 is slow")
    desk.ticket("IC-EHLB760-F17 is slow")
    tables = [
        f"SELECT * FROM {table}"
        for table in ("meta.daemon_assets", "meta.daemon_unknown_assets", "bronze.raw_entities",
                      "meta.daemon_asset_index", "meta.daemon_asset_syncs")
    ]  # fmt: skip
    before = [sql(desk.database_url, table) for table in tables]

    report = desk.run(AddAssetAction(), dry_run=True)

    assert sorted(len(plan.effects) for plan in report.plans) == [0, 1]
    assert [sql(desk.database_url, table) for table in tables] == before


def test_a_dry_run_without_an_index_reads_tdx_and_keeps_it_to_itself(desk: Desk) -> None:
    desk.asset("LSAF-D30H6J3", "D30H6J3")
    desk.ticket("LSAF-D30H6J3 is slow")

    report = desk.run(AddAssetAction(), dry_run=True)

    assert len(report.plans[0].effects) == 1
    assert sql(desk.database_url, INDEX) == []


def test_an_old_complete_index_is_used_with_a_warning_when_tdx_searches_fail(
    desk: Desk, caplog: pytest.LogCaptureFixture
) -> None:
    machine = desk.asset("LSAF-D30H6J3", "D30H6J3")
    synced(desk)
    let_the_index_age(desk)
    desk.simulator.faults.add("status_before", route="assets/search", status=403)
    ticket = desk.ticket("LSAF-D30H6J3 is slow")

    with caplog.at_level(logging.WARNING):
        desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]
    assert "30 h old and used all the same" in caplog.text


@pytest.mark.parametrize("status", [403, 500, 503])
def test_an_index_that_never_was_complete_is_not_used(
    desk: Desk, log: StateTracker, status: int
) -> None:
    """The first group is in the index when the second fails; that is no ticket's fault."""
    for number in range(30):
        desk.asset(f"IC-EHLB760-F{number}", owner=desk.alice if number == 29 else None)
    fault = desk.simulator.faults.add("status_before", route="assets/search", status=403, nth=2)
    tickets = [desk.ticket("It is slow") for _ in range(3)]
    with pytest.raises(TdxAway, match="403"):
        desk.run(AddAssetAction(), asset_page_size=10)
    assert len(sql(desk.database_url, INDEX)) == 10
    desk.simulator.faults.remove(fault)

    fault = desk.simulator.faults.add("status_before", route="assets/search", status=status)
    with pytest.raises(TdxAway, match=str(status)):
        desk.run(AddAssetAction(), asset_page_size=10)
    desk.simulator.faults.remove(fault)

    assert [desk.attached(ticket) for ticket in tickets] == [[]] * 3
    assert [log.get_ticket_actions(ticket.id) for ticket in tickets] == [[]] * 3
    assert desk.run(AddAssetAction(), asset_page_size=10).succeeded == 3


def test_while_another_process_syncs_a_complete_index_is_used(
    desk: Desk, database: Database
) -> None:
    machine = desk.asset("LSAF-D30H6J3", "D30H6J3")
    synced(desk)
    let_the_index_age(desk)
    ticket = desk.ticket("LSAF-D30H6J3 is slow")
    before = searches(desk)

    with AssetSyncs(database).exclusive():
        desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]
    assert searches(desk) == before


@pytest.mark.parametrize("complete_once", [False, True])
def test_a_run_that_is_told_to_stop_ends_in_the_middle_of_a_sync(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, complete_once: bool
) -> None:
    """It may take minutes, and a service manager waits for none of them; the next run goes on."""
    for number in range(60):
        desk.asset(f"IC-EHLB760-F{number}", form_id=2440 + number % 10)
    if complete_once:
        synced(desk)
        let_the_index_age(desk)
    ticket = desk.ticket("IC-EHLB760-F18 is slow")
    before, stop = searches(desk), Event()
    page = AssetsApi.page

    def and_told_to_stop(*given: Any, **more: Any) -> Any:
        stop.set()
        return page(*given, **more)

    monkeypatch.setattr(AssetsApi, "page", and_told_to_stop)
    app = desk.app(AddAssetAction(), asset_page_size=10)
    report = app.run_once(dry_run=False, stop=stop)
    monkeypatch.undo()

    assert report.stopped == STOPPED_ON_REQUEST
    assert searches(desk) - before == 1
    assert len(desk.attached(ticket)) == complete_once
    desk.run(AddAssetAction(), asset_page_size=10)
    assert len(desk.attached(ticket)) == 1


def test_what_another_process_has_just_filled_is_not_read_again(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    machine = desk.asset("LSAF-D30H6J3", "D30H6J3")
    ticket = desk.ticket("LSAF-D30H6J3 is slow")
    other = ExitStack()
    assert other.enter_context(AssetSyncs(database).exclusive())

    def the_other_comes_to_its_end(clock: BriefClock, seconds: float) -> None:
        del clock, seconds
        monkeypatch.undo()
        other.close()
        synced(desk)

    monkeypatch.setattr(BriefClock, "sleep", the_other_comes_to_its_end)
    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]
    assert searches(desk) == 1


def test_while_another_process_fills_the_first_index_nothing_is_concluded(
    desk: Desk, database: Database
) -> None:
    desk.asset("LSAF-D30H6J3", "D30H6J3", owner=desk.alice)
    ticket = desk.ticket("It is slow")

    with (
        AssetSyncs(database).exclusive(),
        pytest.raises(StoreError, match="has been filling the asset index"),
    ):
        desk.run(AddAssetAction())

    assert desk.attached(ticket) == []
    desk.run(AddAssetAction())
    assert len(desk.attached(ticket)) == 1


def test_a_sync_that_failed_takes_nothing_for_gone_and_the_next_goes_on(desk: Desk) -> None:
    for number in range(30):
        desk.asset(f"IC-EHLB760-F{number}")
    synced(desk)
    del desk.world.assets[next(iter(desk.world.assets))]
    fault = desk.simulator.faults.add("status_before", route="assets/search", status=403, nth=3)
    app = desk.app(AddAssetAction(), asset_page_size=10)
    with pytest.raises(TdxError):
        app.sync_assets()
    desk.simulator.faults.remove(fault)
    assert not any(row[3] for row in sql(desk.database_url, INDEX))

    result = synced(desk)

    assert (result.gone, result.resumed) == (1, 2)
    assert [row[0] for row in sql(
        desk.database_url, "SELECT status FROM meta.daemon_asset_syncs ORDER BY started_at"
    )] == ["completed", "completed"]  # fmt: skip


HUB = """
DROP SCHEMA bronze CASCADE;
CREATE SCHEMA bronze;
CREATE TABLE bronze.raw_entities (
    raw_id uuid PRIMARY KEY DEFAULT gen_random_uuid(), entity_type varchar(50) NOT NULL,
    source_system varchar(50) NOT NULL, external_id varchar(255) NOT NULL, raw_data jsonb NOT NULL,
    ingested_at timestamptz NOT NULL DEFAULT now(), ingestion_run_id uuid, ingestion_metadata jsonb)"""


def bring(desk: Desk, hours: float, **members: Any) -> None:
    sql(
        desk.database_url,
        "INSERT INTO bronze.raw_entities (entity_type, source_system, external_id, raw_data, ingested_at)"
        " VALUES ('asset', 'tdx', %s, %s, now() - make_interval(secs => %s))",
        str(members["ID"]),
        Jsonb({"StatusID": 38, "FormID": 2448, **members}),
        hours * 3600,
    )


def test_a_hubs_rows_are_followed_and_never_written(desk: Desk) -> None:
    sql(desk.database_url, HUB)
    first, second = desk.asset("LSAF-D30H6J3"), desk.asset("IC-EHLB760-F16")
    bring(desk, 3, ID=first.id, Name="LSAF-D30H6J3")
    one = desk.ticket("LSAF-D30H6J3 is slow")
    desk.run(AddAssetAction())
    bring(desk, 2, ID=second.id, Name="IC-EHLB760-F16")
    bring(desk, 0, ID=first.id, Name="RENAMED-EHLB1", StatusID=RETIRED)
    other = desk.ticket("IC-EHLB760-F16 is slow")

    desk.run(AddAssetAction())

    assert (desk.attached(one), desk.attached(other)) == ([first.id], [second.id])
    assert searches(desk) == 0
    assert (first.id, "RENAMED-EHLB1", RETIRED, False) in sql(desk.database_url, INDEX)
    assert len(versions(desk)) == 3


def test_with_a_hub_too_old_unknown_names_are_forgotten(desk: Desk) -> None:
    sql(desk.database_url, HUB)
    bring(desk, 2, ID=desk.asset("LSAF-D30H6J3").id, Name="LSAF-D30H6J3")
    sql(
        desk.database_url,
        "INSERT INTO meta.daemon_unknown_assets VALUES ('old', now() - interval '8 d'), ('new', now())",
    )
    desk.ticket("LSAF-D30H6J3 is slow")

    desk.run(AddAssetAction())

    assert sql(desk.database_url, "SELECT token FROM meta.daemon_unknown_assets") == [("new",)]


def test_what_a_look_up_finds_is_not_written_into_a_hubs_table(desk: Desk) -> None:
    sql(desk.database_url, HUB)
    bring(desk, 1, ID=desk.asset("LSAF-D30H6J3").id, Name="LSAF-D30H6J3")
    new = desk.asset("IC-EHLB760-F16")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [new.id]
    assert len(versions(desk)) == 1


def test_a_hub_that_fell_silent_is_replaced_by_a_sync_of_our_own(desk: Desk) -> None:
    sql(desk.database_url, HUB)
    machine = desk.asset("LSAF-D30H6J3")
    bring(desk, 60, ID=machine.id, Name="OLD-EHLB760-F1")
    ticket = desk.ticket("LSAF-D30H6J3 is slow")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]
    assert searches(desk) == 1
    assert len(versions(desk)) == 2


@pytest.mark.parametrize("unusable", ["no table", "other columns"])
def test_without_a_table_of_a_hub_the_index_stands_alone(
    desk: Desk, unusable: str, caplog: pytest.LogCaptureFixture
) -> None:
    sql(desk.database_url, "DROP SCHEMA bronze CASCADE")
    if unusable == "other columns":
        sql(desk.database_url, "CREATE SCHEMA bronze")
        sql(desk.database_url, "CREATE TABLE bronze.raw_entities (id int)")
    machine = desk.asset("LSAF-D30H6J3")
    ticket = desk.ticket("LSAF-D30H6J3 is slow")

    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [machine.id]
    assert "let a DBA make it" in caplog.text
