"""Every checkpoint x every fault x every kind of effect, by real processes; the journal is the judge.

``python tests/chaos/matrix.py [CHECKPOINT ...]`` prints the matrix. A cell is one ticket:

- its fault is armed at the simulator, once, on the route of its effect (``token expired``: every
  token there is runs out just before that request),
- a daemon takes it to the checkpoint and is struck there, by SIGKILL (column ``database lost``: its
  database refuses everybody from that instant on, and it runs into that),
- its leases are made to run out, and daemons that nobody strikes finish, with the fault still armed
  if it has not fired.

It is right if every effect was applied exactly once, the summary exactly once, and the log is true.
One process carries one ticket of each kind; all of them stand at the checkpoint when it is struck.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from chaos.harness import KINDS, Grounds, Kind, Site, stop_at
from ticket_queue_daemon.engine.checkpoints import Checkpoint

if TYPE_CHECKING:
    from collections.abc import Sequence

FAULTS: dict[str, dict[str, Any]] = {
    "kill": {},
    "database lost": {},
    "lost after apply": {"effect": "drop_after"},
    "lost before apply": {"effect": "drop_before"},
    "500 after apply": {"effect": "status_after", "status": 500},
    "429": {"effect": "status_before", "status": 429, "seconds": 0.5},
    "garbage body": {"effect": "garbage"},
    "token expired": {"effect": "expire_token"},
}
CLEAN_RUNS = 4
"""A fault that strikes only in recovery may cost that run an attempt."""
TWICE_PASSED = frozenset(
    {
        Checkpoint.PLANNED,
        Checkpoint.WRITTEN_AHEAD,
        Checkpoint.EFFECT_MARKED_SENT,
        Checkpoint.EFFECT_DONE,
        Checkpoint.EFFECT_TICKED_OFF,
        Checkpoint.APPLIED,
        Checkpoint.RECORDED,
    }
)
"""By a ticket's work, and then by its summary."""


@dataclass(frozen=True)
class Cell:
    """What became of one ticket.

    Attributes:
        here: it stood at the checkpoint when its daemon was struck.
        fired: its fault fired; True where there is none to arm.
        wrong: what is wrong; empty if nothing is.
    """

    point: Checkpoint
    fault: str
    kind: str
    here: bool
    fired: bool
    wrong: tuple[str, ...]


def cells(site: Site, point: Checkpoint, fault: str, kinds: Sequence[Kind] = KINDS) -> list[Cell]:
    """Carry out the cells of one checkpoint and one fault, one for each kind of effect."""
    tickets = {kind: site.ticket(f"{kind.name}: 1") for kind in kinds}
    rules = {}
    if rule := dict(FAULTS[fault]):
        effect = rule.pop("effect")
        rules = {
            kind: site.simulator.faults.add(
                effect, kind.method, kind.route, ticket_id=ticket_id, times=1, **rule
            )
            for kind, ticket_id in tickets.items()
        }
    chaos = {
        "point": point.value,
        "tickets": len(tickets),
        "second": [
            ticket_id
            for kind, ticket_id in tickets.items()
            if kind.name == "summary" and point in TWICE_PASSED
        ],
    }
    here = _strike(site, chaos, lose_database=fault == "database lost")
    wanted = {ticket_id: ((kind.word, kind.times),) for kind, ticket_id in tickets.items()}
    wrong: dict[int, list[str]] = {}
    for _ in range(CLEAN_RUNS):
        site.let_leases_run_out()
        site.run(workers=len(tickets))
        wrong = site.verdict(wanted)
        if not wrong:
            break
    return [
        Cell(
            point,
            fault,
            kind.name,
            ticket_id in here,
            kind not in rules or rules[kind].fired > 0,
            tuple(wrong.get(ticket_id, ())),
        )
        for kind, ticket_id in tickets.items()
    ]


def _strike(site: Site, chaos: dict[str, Any], *, lose_database: bool) -> set[int]:
    """The run that is struck; returns the tickets that stood at the checkpoint."""
    struck = "SIGSTOP" if lose_database else "SIGKILL"
    daemon = site.start(chaos={**chaos, "signal": struck}, workers=chaos["tickets"])
    if lose_database:
        stop_at(daemon)
        site.take_the_database_away()
        daemon.send(signal.SIGCONT)
    code = daemon.wait()
    if lose_database:
        site.give_the_database_back()
    stood = daemon.stood()
    assert code == -signal.SIGKILL or lose_database or not stood, daemon.said()
    assert "Traceback" not in daemon.said(), daemon.said()
    # The poll has no ticket in hand: all of them wait for it.
    return set(site.simulator.world.tickets) if 0 in stood else stood


def main(points: Sequence[Checkpoint]) -> int:
    began = time.monotonic()
    pairs = [(point, fault) for point in points for fault in FAULTS]

    def one(pair: tuple[Checkpoint, str]) -> list[Cell]:
        with grounds.site() as site:
            return cells(site, *pair)

    done: list[Cell] = []
    with Grounds() as grounds, ThreadPoolExecutor((os.cpu_count() or 2) + 1) as pool:
        for some in pool.map(one, pairs):
            done += some
    __say(points, done, time.monotonic() - began)
    return 1 if any(cell.wrong for cell in done) else 0


def __say(points: Sequence[Checkpoint], done: Sequence[Cell], seconds: float) -> None:
    _say(
        f"Right / all, of {len(KINDS)} kinds of effect: {', '.join(kind.name for kind in KINDS)}\n"
    )
    _say(f"{'':20}" + "".join(f"{fault:>19}" for fault in FAULTS))
    for point in points:
        row = [_share([c for c in done if (c.point, c.fault) == (point, f)]) for f in FAULTS]
        _say(f"{point.value:20}" + "".join(f"{share:>19}" for share in row))
    _say(f"\n{'kind of effect':20}{'cells':>8}{'at the point':>14}{'fault fired':>13}{'right':>8}")
    for kind in (*(kind.name for kind in KINDS), ""):
        mine = [cell for cell in done if kind in ("", cell.kind)]
        _say(
            f"{kind or 'all':20}{len(mine):8}{sum(cell.here for cell in mine):14}"
            f"{sum(cell.fired for cell in mine):13}{sum(not cell.wrong for cell in mine):8}"
        )
    wrong = [cell for cell in done if cell.wrong]
    for cell in wrong:
        _say(f"WRONG {cell.point.value} x {cell.fault} x {cell.kind}: {'; '.join(cell.wrong)}")
    _say(
        f"\n{len(done)} cells, {len(wrong)} wrong, {2 * len(points) * len(FAULTS)} processes or more,"
        f" {seconds:.0f} s. Zero wrong in {len(done)} means fewer than"
        f" {3 / max(1, len(done)):.2%} at 95 % (rule of three)."
    )


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


def _share(cells: Sequence[Cell]) -> str:
    return f"{sum(not cell.wrong for cell in cells)}/{len(cells)}"


if __name__ == "__main__":
    wanted = [Checkpoint(name) for name in sys.argv[1:]]
    sys.exit(main(wanted or list(Checkpoint)))
