"""A slice of the matrix, for every run of the tests; ``tests/chaos/matrix.py`` is the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from chaos.harness import site_at
from chaos.matrix import cells
from ticket_queue_daemon.engine.checkpoints import Checkpoint

if TYPE_CHECKING:
    from pathlib import Path

    from ticket_queue_daemon.simulator.server import SimulatorServer


@pytest.mark.parametrize(
    ("point", "fault"),
    [
        (Checkpoint.WRITTEN_AHEAD, "lost after apply"),
        (Checkpoint.EFFECT_MARKED_SENT, "kill"),
        (Checkpoint.EFFECT_MARKED_SENT, "500 after apply"),
        (Checkpoint.EFFECT_DONE, "kill"),
        (Checkpoint.EFFECT_DONE, "token expired"),
        (Checkpoint.EFFECT_DONE, "database lost"),
        (Checkpoint.RECORDED, "garbage body"),
        (Checkpoint.SUMMARY_CLAIMED, "lost before apply"),
    ],
)
def test_each_kind_of_effect_is_applied_once_and_told_once(
    database_url: str, simulator: SimulatorServer, tmp_path: Path, point: Checkpoint, fault: str
) -> None:
    with site_at(database_url, simulator, tmp_path) as site:
        done = cells(site, point, fault)

    assert {cell.kind: cell.wrong for cell in done if cell.wrong} == {}
    assert any(cell.here for cell in done)
