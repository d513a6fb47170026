"""A day and a half of the soak, for every run of the tests; ``tests/soak/soak.py`` is the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from chaos.harness import site_at
from soak.conductor import Soak
from soak.verdict import verified
from soak.week import plan

if TYPE_CHECKING:
    from pathlib import Path

    from ticket_queue_daemon.simulator.server import SimulatorServer


def test_in_a_day_each_effect_is_made_once_and_no_pass_is_late_or_lost(
    database_url: str, simulator: SimulatorServer, tmp_path: Path
) -> None:
    week = plan(seed=4, hours=24, tickets=10)
    # Of each kind of trouble one: processes and refused connections take their time.
    week.database_away, week.restarts, week.kills = set(), set(), {week.moved}

    with site_at(database_url, simulator, tmp_path) as site:
        soak = Soak(site, week, seed=4, passes_an_hour=2)
        figures = soak.run()

        assert figures.wrong + verified(site, soak.taken_off) == []
        # The judge would have seen one too many.
        again = next(write for write in site.simulator.journal if "Still" in str(write.details))
        site.simulator.journal.restore([*site.simulator.journal, again])
        assert len(soak.judged().wrong) == 1
    assert set(figures.effects) == {
        "asset",
        "moved",
        "reminder",
        "status",
        "still",
        "summary",
        "welcome",
    }
    assert soak.taken_off
    assert figures.troubles == figures.recovered == 1
