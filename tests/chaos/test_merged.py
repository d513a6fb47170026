"""Writes that were put together are as exactly-once as each was: struck by real processes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chaos.harness import Kind, site_at
from chaos.matrix import cells
from ticket_queue_daemon.engine.checkpoints import Checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from ticket_queue_daemon.simulator.server import SimulatorServer

MERGED = (
    Kind("merged fields", "ticket_patched", r"/tickets/\{id\}$", "PATCH"),
    Kind("status with comment", "feed_entry"),
)


@pytest.mark.parametrize(
    ("point", "fault"),
    [
        (Checkpoint.WRITTEN_AHEAD, "lost before apply"),
        (Checkpoint.WRITTEN_AHEAD, "lost after apply"),
        (Checkpoint.EFFECT_MARKED_SENT, "kill"),
        (Checkpoint.EFFECT_DONE, "kill"),
        (Checkpoint.EFFECT_DONE, "database lost"),
        (Checkpoint.EFFECT_TICKED_OFF, "500 after apply"),
    ],
)
def test_a_merged_write_is_applied_once_and_told_once(
    database_url: str, simulator: SimulatorServer, tmp_path: Path, point: Checkpoint, fault: str
) -> None:
    with site_at(database_url, simulator, tmp_path) as site:
        done = cells(site, point, fault, MERGED)
        statuses = {ticket.status_id for ticket in simulator.world.tickets.values()}

    assert {cell.kind: cell.wrong for cell in done if cell.wrong} == {}
    assert all(cell.here for cell in done)
    assert statuses == {117}
