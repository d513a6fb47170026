"""One database serves one TDX instance: sandbox and production share ticket ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.actions import CommentAction
from ticket_queue_daemon.errors import DaemonError, InstanceMismatch

if TYPE_CHECKING:
    from desk import Desk

HELLO = CommentAction(comment_text="Hello")


@pytest.mark.parametrize("dry_run", [False, True])
def test_the_sandbox_is_refused_on_a_database_of_production(desk: Desk, dry_run: bool) -> None:
    ticket = desk.ticket("Printer")
    desk.run(HELLO)

    with pytest.raises(InstanceMismatch, match="SBTDWebApi"):
        desk.run(
            CommentAction(comment_text="Other"),
            dry_run=dry_run,
            tdx_base_url=desk.simulator.sandbox_url,
        )

    assert desk.comments(ticket) == ["Hello"]


def test_a_dry_run_binds_nothing(desk: Desk) -> None:
    desk.ticket("Printer")
    desk.run(HELLO, dry_run=True, tdx_base_url=desk.simulator.sandbox_url)

    assert desk.run(HELLO).succeeded == 1


def test_an_address_that_never_answered_binds_nothing(desk: Desk) -> None:
    ticket = desk.ticket("Printer")
    with pytest.raises(DaemonError):
        desk.run(HELLO, tdx_base_url="http://127.0.0.1:1/TDWebApi")
    with pytest.raises(DaemonError):
        desk.run(HELLO, report_id=9999, tdx_base_url=desk.simulator.sandbox_url)

    desk.run(HELLO)

    assert desk.comments(ticket) == ["Hello"]
