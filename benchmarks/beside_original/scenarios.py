"""What is done to a daemon while it works; each ends with an undisturbed pass, then it is judged."""

from __future__ import annotations

import signal
import time
from typing import TYPE_CHECKING

from beside_original.stage import PATIENCE

if TYPE_CHECKING:
    import random
    import subprocess
    from collections.abc import Callable

    from beside_original.stage import Stage

WRITES = r"/tickets/\{id\}/(feed|assets)"
"""The routes of the three effects, as the simulator's fault rules name them."""

EVERY = 5
"""Every fifth write is hit: with three writes a ticket, each kind of write is hit in turn."""

KILLS = 20
MOST_REQUESTS = 30
LATEST_SECONDS = 0.03
SPELLS = 6
SPELL_SECONDS = (0.1, 0.4)
ROUNDS = 5
LOST_SHARE = 0.1


def no_fault(stage: Stage, _dice: random.Random) -> None:
    """One pass, undisturbed."""
    stage.passes(1)


def unchanged_report(stage: Stage, _dice: random.Random) -> None:
    """Three passes over the same report."""
    stage.passes(3)


def killed(stage: Stage, dice: random.Random) -> None:
    """SIGKILL at random moments: so many requests after the start, and a little later."""
    landed = 0
    for _ in range(KILLS):
        landed += _kill(stage, dice, stage.start())
        stage.let_leases_run_out()
    if landed < KILLS // 3:
        raise RuntimeError(f"only {landed} of {KILLS} kills met a living {stage.side.name}")
    stage.passes(1)


def _kill(stage: Stage, dice: random.Random, process: subprocess.Popen[bytes]) -> bool:
    arrived = len(stage.tdx.requests) + dice.randint(1, MOST_REQUESTS)
    later = dice.uniform(0, LATEST_SECONDS)
    if stage.until(lambda: len(stage.tdx.requests) >= arrived, process):
        time.sleep(later)
        process.kill()
    return process.wait(PATIENCE) == -signal.SIGKILL


def with_fault(
    effect: str,
    *,
    status: int = 0,
    every: int | None = EVERY,
    nth: int | None = None,
    seconds: float | None = None,
) -> Callable[[Stage, random.Random], None]:
    """Every so many writes meets a fault, for two passes; then a pass without."""

    def play(stage: Stage, _dice: random.Random) -> None:
        rule = stage.tdx.faults.add(
            effect, "POST", WRITES, every=every, nth=nth, status=status, seconds=seconds
        )
        stage.passes(2)
        if not rule.fired:
            raise RuntimeError(f"no write met the fault {effect}")
        stage.tdx.faults.clear()
        stage.passes(1)

    return play


def database_refused(stage: Stage, dice: random.Random) -> None:
    """The database refuses everybody now and then, for short spells, while a daemon loops."""
    process = stage.start("--daemon", "--interval", "1")
    for _ in range(SPELLS):
        more = dice.randint(1, max(1, 2 * len(stage.wanted) // SPELLS))
        stage.until(_moves(stage, writes=more), process)
        stage.shut_database(shut=True)
        time.sleep(dice.uniform(*SPELL_SECONDS))
        stage.shut_database(shut=False)
    stage.until(_moves(stage, writes=len(stage.wanted) * 9), process)
    process.terminate()
    process.wait(PATIENCE)
    stage.let_leases_run_out()
    stage.passes(1)


def _moves(stage: Stage, *, writes: int) -> Callable[[], bool]:
    """Holds when so many more writes were applied, or two more polls have begun."""
    journal, polls = stage.tdx.journal, lambda: stage.tdx.requests.count("GET /reports/{id}")
    written, polled = len(journal) + writes, polls() + 2
    return lambda: len(journal) >= written or polls() >= polled


def two_at_once(stage: Stage, _dice: random.Random) -> None:
    """Two daemons, started together, then one pass."""
    for process in [stage.start(), stage.start()]:
        process.wait(PATIENCE)
    stage.passes(1)


def together(stage: Stage, dice: random.Random) -> None:
    """Two daemons at once, one of them killed, answers lost before and after, again and again."""
    for effect in ("drop_after", "drop_before"):
        stage.tdx.faults.add(effect, "POST", WRITES, probability=LOST_SHARE)
    for _ in range(ROUNDS):
        other, victim = stage.start(), stage.start()
        _kill(stage, dice, victim)
        if dice.random() < 0.5:
            other.kill()
        other.wait(PATIENCE)
        stage.let_leases_run_out()
    stage.tdx.faults.clear()
    stage.passes(1)
