"""Seed: "SummaryCommentAction  Posts a cumulative summary comment"."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ledger import sql
from ticket_queue_daemon.actions import (
    ActionResult,
    AddAssetAction,
    BaseAction,
    SummaryCommentAction,
    TicketFacade,
    skip,
)

if TYPE_CHECKING:
    from desk import Desk


class StatusChange(BaseAction):
    def get_action_type(self) -> str:
        return "status_change"

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        facade.update_ticket(ticket_id, {"StatusID": 117})
        return ActionResult(summary="Changed status to In Progress")


def test_the_seeds_layout(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    desk.asset("CHEM-SMALD1", "SN-B")
    ticket = desk.ticket("IC-EHLB760-F16 and CHEM-SMALD1 are slow")

    desk.run(AddAssetAction(), StatusChange(), SummaryCommentAction())

    (comment,) = desk.comments(ticket)
    assert comment.splitlines()[:4] == [
        "🤖 Automated Actions Summary",
        "",
        "1. Added 2 assets: IC-EHLB760-F16, CHEM-SMALD1. Reason: Computer names found in ticket title",
        "2. Changed status to In Progress",
    ]


def test_it_is_private_and_notifies_nobody(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")

    desk.run()

    (entry,) = desk.world.comments_on(ticket.id, desk.world.admin)
    assert entry.is_private
    assert desk.world.notifications == []


def test_a_ticket_on_which_nothing_was_done_gets_no_comment(desk: Desk) -> None:
    ticket = desk.ticket("Nothing is named here")

    desk.run()

    assert desk.comments(ticket) == []


def test_unless_an_empty_summary_is_wanted(desk: Desk) -> None:
    ticket = desk.ticket("Nothing is named here")
    actions = [AddAssetAction(), SummaryCommentAction(skip_if_empty=False)]

    desk.run(*actions)
    desk.run(*actions)

    (comment,) = desk.comments(ticket)
    assert "No automated action was needed." in comment


def test_what_is_done_later_is_told_later_and_only_that(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction(), SummaryCommentAction())

    desk.run(AddAssetAction(), StatusChange(), SummaryCommentAction())

    first, second = desk.comments(ticket)
    assert "IC-EHLB760-F16" in first
    assert "IC-EHLB760-F16" not in second
    assert "1. Changed status to In Progress" in second


def test_a_summary_is_told_even_when_the_ticket_has_left_the_report(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction())
    desk.world.assign(ticket.id, desk.theo)

    report = desk.run(AddAssetAction(), SummaryCommentAction())

    assert report.found == 0
    assert len(desk.comments(ticket)) == 1


def test_another_wording_does_not_tell_old_things_again(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")
    desk.run(AddAssetAction(), SummaryCommentAction())

    desk.run(AddAssetAction(), SummaryCommentAction(comment_prefix="Robot report"))

    assert len(desk.comments(ticket)) == 1


def test_rich_html_is_escaped(desk: Desk) -> None:
    desk.asset("IC-<b>&-F16", "SN-A1B2C3D4")
    ticket = desk.ticket("SN-A1B2C3D4 is slow")

    desk.run(AddAssetAction(), SummaryCommentAction(is_rich_html=True, is_private=True))

    (comment,) = desk.comments(ticket)
    assert "IC-&lt;b&gt;&amp;-F16" in comment
    assert "<br>1. Added 1 asset" in comment


def test_a_private_summary_carries_a_short_reference(desk: Desk) -> None:
    desk.asset("IC-EHLB760-F16", "SN-A")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")

    desk.run()

    (comment,) = desk.comments(ticket)
    assert comment.splitlines()[-1].startswith("ref ")


class Shy(SummaryCommentAction):
    """Declines, and wants that told."""

    def execute_action(self, *_: Any, **__: Any) -> ActionResult:
        return skip("not today", summary="A summary was declined")


def test_a_summary_that_declines_asks_for_no_other_summary(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    desk.run(StatusChange(), Shy())

    again = desk.run(StatusChange(), Shy())

    assert again.pending == 0
    assert sql(desk.database_url, "SELECT text FROM meta.daemon_summary_lines") == [
        ("Changed status to In Progress",)
    ]
    assert desk.comments(ticket) == []
