"""Each safety line where nothing else would catch the fall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import AddAssetAction, BaseAction, CommentAction
from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.store.tracker import StateTracker

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database

HELLO = CommentAction(comment_text="Hello")


def away(*_: Any, **__: Any) -> None:
    raise StoreError("the connection was lost")


def let_leases_run_out(database: Database) -> None:
    with database.connection() as connection:
        connection.execute(
            "UPDATE meta.daemon_action_log SET lease_until = clock_timestamp() - interval '1 s' "
            "WHERE status = 'started'"
        )


def test_without_a_committed_mark_nothing_is_sent(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.ticket("Printer")
    with monkeypatch.context() as patch:
        patch.setattr(StateTracker, "effect_sending", away)
        with pytest.raises(StoreError):
            desk.run(HELLO)
    assert desk.comments(ticket) == []

    let_leases_run_out(database)
    desk.run(HELLO)
    assert desk.comments(ticket) == ["Hello"]


def test_what_another_sent_and_tdx_applies_late_is_waited_for(
    desk: Desk, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sender is gone; TDX applies its request only while the next daemon is settling."""
    ticket = desk.ticket("Printer")
    desk.simulator.faults.add("late", method="POST", route=r"/tickets/\{id\}/feed$", nth=1)
    with monkeypatch.context() as patch:
        patch.setattr(StateTracker, "effect_settled", away)
        with pytest.raises(StoreError):
            desk.run(HELLO, settle_seconds=(30.0,))
    assert desk.comments(ticket) == []

    let_leases_run_out(database)
    app = desk.app(HELLO, settle_seconds=(30.0,))
    brief = app.clock.sleep

    def meanwhile(seconds: float) -> None:
        desk.simulator.faults.release()
        brief(seconds)

    monkeypatch.setattr(app.clock, "sleep", meanwhile)
    app.run_once(dry_run=False)
    desk.simulator.faults.release()

    assert desk.comments(ticket) == ["Hello"]


class Close(BaseAction):
    """A comment that takes the status along."""

    def get_action_type(self) -> str:
        return "close"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(self, ticket_id: int, facade: Any, dry_run: bool = False) -> None:
        facade.add_comment(ticket_id, "Hello")
        facade.update_ticket(ticket_id, {"StatusID": 117})


@pytest.mark.parametrize("action", [HELLO, Close()], ids=["comment", "comment and status"])
def test_a_second_send_that_tdx_turned_away_does_not_settle_the_first(
    desk: Desk, tracker: StateTracker, action: BaseAction
) -> None:
    """The first is applied after the last look, and before the next attempt."""
    ticket = desk.ticket("Printer")
    route = r"/tickets/\{id\}/feed$"
    desk.simulator.faults.add("late", method="POST", route=route, nth=1)
    for turned_away in (2, 3):
        desk.simulator.faults.add("expire_token", method="POST", route=route, nth=turned_away)
    assert desk.run(action, retry_seconds=0).failed == 1
    desk.simulator.faults.release()

    desk.run(action, retry_seconds=0)

    assert desk.comments(ticket) == ["Hello"]
    (row,) = tracker.get_ticket_actions(ticket.id)
    assert row["status"] == "completed"


def test_a_retry_never_puts_back_what_a_person_took_off(desk: Desk, tracker: StateTracker) -> None:
    """The first asset was ticked off; that it is gone now is a person's decision."""
    kept, refused = desk.asset("IC-LAB0000-F20", "SN-A"), desk.asset("IC-LAB0001-F20", "SN-B")
    ticket = desk.ticket("Lab down", f"{kept.name} {refused.name}")
    rule = desk.simulator.faults.add(
        "status_before", method="POST", route=r"/assets/\{assetId\}$", nth=2, status=400
    )
    desk.run(AddAssetAction())
    desk.simulator.faults.remove(rule)
    desk.world.remove_asset_from_ticket(ticket.id, kept.id)

    tracker.clear_failed_actions(ticket.id)
    desk.run(AddAssetAction())

    assert desk.attached(ticket) == [refused.id]
