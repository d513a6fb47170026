"""What is old is forgotten in batches; what is not at its end, and what keeps it from being done twice, stays."""

from __future__ import annotations

import dataclasses
import gzip
import json
from collections import Counter
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from ledger import QUEUE, claim_one, fail, finish, plan, sql, status_of, summary, terms, work
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.export import ExportFile
from ticket_queue_daemon.store.pruning import Pruned, Pruner, table_sizes
from ticket_queue_daemon.store.rows import LookAgain

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.rows import ActionKey, Claim
    from ticket_queue_daemon.store.tracker import StateTracker

LOG = "meta.daemon_action_log"
HISTORY = "meta.daemon_action_history"
LINES = "meta.daemon_summary_lines"
SOON = timedelta(hours=-1)
"""Everything that has happened is older than what is to come in an hour."""


def pruner(database: Database, age: timedelta = SOON, batch: int = 500) -> Pruner:
    return Pruner(database, Pruner.beginning(database, age), batch=batch)


def prune(
    database: Database, export: Callable[[Sequence[Pruned]], None] = lambda _: None, **how: Any
) -> Counter[str]:
    return sum(pruner(database, **how).batches(export), Counter[str]())


def applied(tracker: StateTracker, ticket_id: int, *, entry_id: int = 7, **params: Any) -> Claim:
    """A claim of which one comment was posted."""
    claim = claim_one(tracker, ticket_id)
    given = {"kind": "feed_entry", "params": {"comments": "Hello Alice", **params}}
    tracker.write_plan(claim, {"format": 1, "effects": [{**given, "state": "planned"}]})
    tracker.effect_sending(claim, 0, {"tdx_time": "2026-11-25T10:00:00+00:00"})
    tracker.effect_settled(claim, 0, "applied", {"entry_id": entry_id})
    return claim


def row(url: str, ticket_id: int) -> dict[str, Any]:
    found = sql(
        url, "SELECT to_jsonb(e) FROM meta.daemon_action_log e WHERE ticket_id = %s", ticket_id
    )
    return dict(found[0][0])


def test_a_settled_pair_loses_its_words_and_keeps_its_facts(
    tracker: StateTracker, database: Database, database_url: str
) -> None:
    finish(tracker, applied(tracker, 1, ref="7KX2-9F", notify=["ann@example.edu"]), "a line")
    told = tracker.claim_summary(1, summary(), **terms())
    assert told is not None
    finish(tracker, told, covers=[line.line_id for line in told.lines])
    before = row(database_url, 1)
    known = tracker.known_entry_ids(1)
    story = len(tracker.history(1))

    gone = prune(database)

    assert gone == {LOG: 2, HISTORY: story, LINES: 1}
    after = row(database_url, 1)
    (effect,) = after["plan"]["effects"]
    assert effect["params"] == {"comments": "", "ref": "7KX2-9F", "notify": []}
    assert (effect["state"], effect["entry_id"]) == ("applied", 7)
    assert (after["metadata"], after["pruned_to"]) == ({}, before["updated_at"])
    kept = before.keys() - {"plan", "metadata", "pruned_to", "pruned_entry_ids"}
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    assert tracker.known_entry_ids(1) == known == {7}
    assert tracker.pending(QUEUE, [1], [work(), summary()]) == []
    assert tracker.claim(1, [work()], **terms()) == []
    assert prune(database) == {}


def test_what_an_earlier_occurrence_posted_stays_known(
    tracker: StateTracker, database: Database
) -> None:
    for entry_id in (7, 8):
        again = LookAgain(at=Pruner.beginning(database, timedelta()))
        (claim,) = tracker.claim(1, [work_that_repeats()], **terms())
        tracker.write_plan(claim, plan("planned"))
        tracker.effect_sending(claim, 0, {})
        tracker.effect_settled(claim, 0, "applied", {"entry_id": entry_id})
        finish(tracker, claim, again=again if entry_id == 7 else None)

    prune(database)
    prune(database)

    assert tracker.known_entry_ids(1) == {7, 8}


def work_that_repeats() -> ActionKey:
    return dataclasses.replace(work(), repeats=True)


def leave(tracker: StateTracker, database: Database, how: str) -> None:
    """A pair that has not come to its end."""
    claim = applied(tracker, 1)
    now = Pruner.beginning(database, timedelta())
    match how:
        case "failed and due" | "failed for good":
            fail(tracker, claim, final=how == "failed for good")
        case "held for review":
            tracker.park(claim, "can't tell", metadata={})
        case "repeats":
            finish(tracker, claim, again=LookAgain(at=now + timedelta(days=3)))
        case _:
            assert how == "under way"


@pytest.mark.parametrize(
    "how", ["under way", "failed and due", "failed for good", "held for review", "repeats"]
)
def test_what_has_not_come_to_its_end_is_left_whole(
    tracker: StateTracker, database: Database, database_url: str, how: str
) -> None:
    leave(tracker, database, how)
    before = (row(database_url, 1), tracker.history(1))

    assert prune(database) == {}

    assert (row(database_url, 1), tracker.history(1)) == before


def test_a_row_with_something_in_doubt_is_left_whole_whatever_it_is_called(
    tracker: StateTracker, database: Database
) -> None:
    claim = claim_one(tracker)
    tracker.write_plan(claim, plan("planned"))
    tracker.effect_sending(claim, 0, {})
    fail(tracker, claim)
    tracker.mark_completed(1, work().action_id, "comment", None)

    assert prune(database) == {}


def test_a_skip_waits_for_its_moment_and_one_that_may_come_back_keeps_its_reason_and_its_line(
    tracker: StateTracker, database: Database, database_url: str
) -> None:
    now = Pruner.beginning(database, timedelta())
    waits = claim_one(tracker, 1)
    again = LookAgain(at=now + timedelta(days=3))
    tracker.finish(waits, "skipped", message="too early", metadata={}, again=again)
    back = claim_one(tracker, 2, modified=now)
    tracker.finish(
        back, "skipped", message="names none", metadata={"details": {}}, lines=["Which?"]
    )
    told = tracker.claim_summary(2, summary(), **terms())
    assert told is not None
    finish(tracker, told, covers=[line.line_id for line in told.lines])

    prune(database)

    assert row(database_url, 1)["pruned_to"] is None
    after = sql(
        database_url,
        "SELECT metadata FROM meta.daemon_action_log WHERE ticket_id = 2 AND status = 'skipped'",
    )
    assert after == [({"message": "names none"},)]
    assert sql(database_url, "SELECT text FROM meta.daemon_summary_lines") == [("Which?",)]


def test_a_line_that_no_summary_has_told_is_told_after_all(
    tracker: StateTracker, database: Database
) -> None:
    finish(tracker, applied(tracker, 1), "a line")

    prune(database)

    claim = tracker.claim_summary(1, summary(), **terms())
    assert claim is not None
    assert [line.text for line in claim.lines] == ["a line"]


def test_what_is_younger_stays(tracker: StateTracker, database: Database) -> None:
    finish(tracker, applied(tracker, 1), "a line")

    assert prune(database, age=timedelta(minutes=5)) == {}


def test_a_baseline_is_still_said_to_be_one(
    tracker: StateTracker, database: Database, database_url: str
) -> None:
    tracker.baseline(QUEUE, [1], [work()], "as they were")

    prune(database)

    assert row(database_url, 1)["metadata"] == {"baseline": "as they were"}
    assert tracker.pending(QUEUE, [1], [work()]) == []


def test_the_history_of_claims_that_were_given_back_goes_too(
    tracker: StateTracker, database: Database
) -> None:
    for ticket_id in (1, 2, 3):
        tracker.release(claim_one(tracker, ticket_id))
    claim_one(tracker, 4)

    assert prune(database, batch=2) == {HISTORY: 6}
    assert [event.event for event in tracker.history(4)] == ["claimed"]


def test_a_count_tells_what_a_prune_does_and_an_export_holds_what_it_did(
    tracker: StateTracker, database: Database, database_url: str
) -> None:
    for ticket_id in range(1, 8):
        finish(tracker, applied(tracker, ticket_id, entry_id=ticket_id))
    tracker.release(claim_one(tracker, 9))
    sql(
        database_url,
        "INSERT INTO meta.daemon_corrections (ticket_id, asset_id, kind, log_id, decided_at, noticed_at)"
        " SELECT n, 5, 'removed', gen_random_uuid(), now() - n * interval '1 day', now()"
        " FROM generate_series(0, 2) n",
    )
    sql(
        database_url,
        "INSERT INTO meta.daemon_asset_syncs (whole, status) VALUES (true, 'completed'), (true, 'running')",
    )
    before = [line[0] for line in sql(database_url, f"SELECT to_jsonb(t) FROM {HISTORY} t")]
    counted = {one.table: one.rows for one in pruner(database).counts() if one.rows}
    kept: list[Pruned] = []
    batches = list(pruner(database, batch=3).batches(kept.extend))

    gone = sum(batches, Counter[str]())
    assert gone == counted
    assert gone[LOG] == 7
    assert gone["meta.daemon_corrections"] == 2
    assert gone["meta.daemon_asset_syncs"] == 1
    assert [batch[LOG] for batch in batches[:3]] == [3, 3, 1]
    exported = [json.loads(one.row) for one in kept if one.table == HISTORY]
    assert sorted(exported, key=lambda one: one["history_id"]) == before
    whole = [json.loads(one.row) for one in kept if one.table == LOG]
    assert {one["plan"]["effects"][0]["params"]["comments"] for one in whole} == {"Hello Alice"}
    assert all(not one.rows for one in pruner(database).counts())


def test_what_could_not_be_exported_is_not_forgotten(
    tracker: StateTracker, database: Database
) -> None:
    finish(tracker, applied(tracker, 1))
    story = tracker.history(1)

    def full(_: Sequence[Pruned]) -> None:
        raise ConfigError("The disk is full.")

    with pytest.raises(ConfigError, match="full"):
        prune(database, full)

    assert tracker.history(1) == story
    assert status_of(database.safe_url) == "completed"


def test_a_daemon_may_claim_and_record_while_a_batch_is_open(
    tracker: StateTracker, database: Database
) -> None:
    finish(tracker, applied(tracker, 1))
    worked: list[str] = []

    def meanwhile(_: Sequence[Pruned]) -> None:
        finish(tracker, claim_one(tracker, 1, work("other")), "a line")
        assert tracker.pending(QUEUE, [1, 2], [work()])
        finish(tracker, applied(tracker, 2), "another")
        worked.append("all of it")

    next(pruner(database).batches(meanwhile))

    assert worked == ["all of it"]


def test_of_the_hubs_table_only_our_own_superseded_versions_go(
    database: Database, database_url: str
) -> None:
    ours, theirs = '{"written_by": "ticket-queue-daemon"}', "{}"
    for asset, day, by in (("1", 1, ours), ("1", 2, theirs), ("1", 3, ours), ("2", 1, ours)):
        sql(
            database_url,
            "INSERT INTO bronze.raw_entities (entity_type, source_system, external_id, raw_data,"
            " ingested_at, ingestion_metadata) VALUES ('asset', 'tdx', %s, '{}', now() - interval"
            " '9 days' + %s * interval '1 day', %s)",
            asset,
            day,
            by,
        )

    assert prune(database) == {"bronze.raw_entities": 1}

    assert sql(
        database_url,
        "SELECT external_id, ingestion_metadata = '{}' FROM bronze.raw_entities"
        " ORDER BY external_id, ingested_at",
    ) == [("1", True), ("1", False), ("2", False)]


def test_every_table_has_a_size(database: Database, database_url: str) -> None:
    tables = sql(
        database_url,
        "SELECT 'meta.' || relname FROM pg_class WHERE relnamespace = 'meta'::regnamespace"
        " AND relkind = 'r'",
    )

    assert {name for (name,) in tables} <= {one.table for one in table_sizes(database)}


# --- the file ---


def rows(*numbers: int) -> list[Pruned]:
    return [Pruned("meta.x", json.dumps({"n": number, "text": "Zoë"})) for number in numbers]


def read(path: Path) -> list[int]:
    lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    return [json.loads(line)["row"]["n"] for line in lines]


def test_an_export_has_its_name_when_it_is_whole_and_only_its_owner_reads_it(
    tmp_path: Path,
) -> None:
    path, part = tmp_path / "old.jsonl.gz", tmp_path / "old.jsonl.gz.part"

    with ExportFile(path) as export:
        export.write(rows(1, 2))
        assert (path.exists(), read(part)) == (False, [1, 2])
        export.write(rows(3))

    assert (read(path), part.exists(), export.rows) == ([1, 2, 3], False, 3)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(ConfigError, match="never overwritten"), ExportFile(path):
        pass


def test_two_prunes_do_not_write_to_one_file(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl.gz"

    with ExportFile(path) as export:
        export.write(rows(1))
        with pytest.raises(ConfigError, match="Another prune"), ExportFile(path):
            pass

    assert read(path) == [1]


def test_an_export_of_nothing_leaves_no_file(tmp_path: Path) -> None:
    with ExportFile(tmp_path / "old.jsonl.gz"):
        pass

    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("torn", [0, 1, 20])
def test_an_export_that_was_killed_is_gone_on_with(tmp_path: Path, torn: int) -> None:
    path, part = tmp_path / "old.jsonl.gz", tmp_path / "old.jsonl.gz.part"
    whole = gzip.compress(b"".join(b'{"table":"meta.x","row":{"n":%d}}\n' % n for n in (1, 2)))
    part.write_bytes(whole + whole[:torn])

    with ExportFile(path) as export:
        export.write(rows(3))

    assert read(path) == [1, 2, 3]


def test_what_went_is_in_the_file_however_the_run_ended(tmp_path: Path) -> None:
    path = tmp_path / "old.jsonl.gz"

    def interrupted() -> None:
        with ExportFile(path) as export:
            export.write(rows(1))
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()

    assert read(path) == [1]


def test_a_folder_that_is_not_there_is_said_before_anything_is_deleted(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="No such file"), ExportFile(tmp_path / "no" / "x.gz"):
        pass
