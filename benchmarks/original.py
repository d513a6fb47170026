"""The original daemon beside ours: the same job, the same faults, duplicates and losses of each.

Run: ``python benchmarks/original.py [--quick] [--seed N] [--tickets N] [--json]``. Both are real
processes against the simulated TDX over HTTP and a PostgreSQL each; the original is a plain model
of its own (``benchmarks/beside_original/model.py`` says what it models and where it is kinder).
The job is three effects a ticket: a comment, an asset, and the summary that tells of the asset.
Judged by the simulator's journal. Exit code 1 if ours has a duplicate or a loss.

The seed fixes the tickets, the faults and the dice; where a kill lands in a process is up to the
machine, so counts differ a little from run to run.
"""

from __future__ import annotations

import argparse
import json
import random
import signal
import sys
import time
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING

from beside_original import scenarios
from beside_original.judge import Score, judge
from beside_original.stage import House, Side, Stage, house, sides

if TYPE_CHECKING:
    from collections.abc import Callable

QUICK_TICKETS, TICKETS = 10, 60


@dataclass(frozen=True, slots=True)
class Scenario:
    """What is done to the daemons; ``quick`` is in the small slice.

    ``both_readings``: also play the original with the query that its README prints.
    """

    name: str
    play: Callable[[Stage, random.Random], None]
    quick: bool = False
    both_readings: bool = False


TOLD_TO_WAIT = scenarios.with_fault("status_before", status=429, every=None, nth=4, seconds=1)
SCENARIOS = (
    Scenario("no fault", scenarios.no_fault),
    Scenario("an unchanged report, three passes", scenarios.unchanged_report),
    Scenario(
        "answers lost after apply",
        scenarios.with_fault("drop_after"),
        quick=True,
        both_readings=True,
    ),
    Scenario("lost before apply", scenarios.with_fault("drop_before"), both_readings=True),
    Scenario("500 after apply", scenarios.with_fault("status_after", status=500)),
    Scenario("empty answer after apply", scenarios.with_fault("empty")),
    Scenario("429, once", TOLD_TO_WAIT),
    Scenario(f"SIGKILL at {scenarios.KILLS} random moments", scenarios.killed),
    Scenario(f"database refused for {scenarios.SPELLS} spells", scenarios.database_refused),
    Scenario("two daemons at once", scenarios.two_at_once, quick=True),
    Scenario("two, kills and lost answers", scenarios.together),
)


def play(built: House, side: Side, scenario: Scenario, tickets: int, seed: int) -> Score:
    """One daemon through one scenario."""
    with Stage(built, side, tickets, seed) as stage:
        scenario.play(stage, random.Random(f"{seed} {scenario.name}"))
        for horror in stage.tracebacks():
            print(f"{side.name} in {scenario.name!r} wrote:\n{horror}", file=sys.stderr)
        return judge(stage)


def row(name: str, *scores: Score) -> str:
    """One line of the table."""
    cells = [
        cell for score in scores for cell in (score.cell(score.duplicates), score.cell(score.lost))
    ]
    return (
        f"| {name:<33} | {scores[0].due:>5} | " + " | ".join(f"{cell:>12}" for cell in cells) + " |"
    )


def compare(
    built: House, chosen: list[Scenario], tickets: int, seed: int, *, quick: bool
) -> dict[str, list[Score]]:
    """Play all, printing a line for each; returns the scores of the original and of ours."""
    original, ours, readme = sides(built.room)
    head = ("scenario", "due", "orig. twice", "orig. lost", "ours twice", "ours lost")
    print(
        f"| {head[0]:<33} | {head[1]:>5} | " + " | ".join(f"{word:>12}" for word in head[2:]) + " |"
    )
    print(f"|{'-' * 35}|{'-' * 6}:|" + "|".join(["-" * 13 + ":"] * 4) + "|")
    found: dict[str, list[Score]] = {}
    notes = []
    for scenario in chosen:
        found[scenario.name] = [
            play(built, side, scenario, tickets, seed) for side in (original, ours)
        ]
        print(row(scenario.name, *found[scenario.name]), flush=True)
        if scenario.both_readings and not quick:
            other = play(built, readme, scenario, tickets, seed)
            notes.append(
                f"{scenario.name}: twice {other.cell(other.duplicates)}, lost {other.cell(other.lost)}"
            )
    if notes:
        notes.insert(0, "The original by the query of its README, in which a failed row is final:")
    total = [sum((pair[side] for pair in found.values()), Score()) for side in (0, 1)]
    found["total"] = total
    print(row("total", *total))
    print(f"\nHeld for a person or due again: original {total[0].held}, ours {total[1].held}.")
    print("Zero in N is printed with its bound, 3/N at 95 % (rule of three).")
    print("\n  ".join(notes))
    return found


def main() -> int:
    """Compare; 1 if ours has a duplicate or a loss."""
    words = argparse.ArgumentParser(description="The original daemon beside ours.")
    words.add_argument("--quick", action="store_true", help="a small slice, some seconds")
    words.add_argument("--seed", type=int, default=20261125)
    words.add_argument("--tickets", type=int, help=f"per scenario; default {TICKETS}")
    words.add_argument("--only", default="", help="scenarios whose name contains this")
    words.add_argument("--json", action="store_true", help="the scores once more, as JSON, last")
    args = words.parse_args()
    tickets = args.tickets or (QUICK_TICKETS if args.quick else TICKETS)
    chosen = [one for one in SCENARIOS if (one.quick or not args.quick) and args.only in one.name]
    if not chosen:
        words.error(f"no scenario is named like {args.only!r}")
    # A polite end takes the daemons along.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    began = time.monotonic()
    with house() as built:
        found = compare(built, chosen, tickets, args.seed, quick=args.quick)
    print(f"{tickets} tickets, seed {args.seed}, {time.monotonic() - began:.0f} s.")
    if args.json:
        print(json.dumps({name: [asdict(one) for one in pair] for name, pair in found.items()}))
    ours = found["total"][1]
    return int(bool(ours.duplicates or ours.lost))


if __name__ == "__main__":
    sys.exit(main())
