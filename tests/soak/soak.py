"""A week of the daemon in minutes: ``python tests/soak/soak.py [--hours 168] [--seed 1]``.

Prints its figures, and everything that is wrong; exit code 1 if anything is.
"""

from __future__ import annotations

import argparse
import sys
import time
from pathlib import Path

# In the place of this folder, whose soak.py would hide the folder itself.
sys.path[0] = str(Path(__file__).parents[1])

from chaos.harness import Grounds  # noqa: E402
from soak.conductor import Soak  # noqa: E402
from soak.verdict import judged, verified  # noqa: E402
from soak.week import plan  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--hours", type=int, default=168)
    parser.add_argument("--tickets", type=int, default=150)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    began = time.monotonic()
    week = plan(given.seed, given.hours, given.tickets)
    with Grounds() as grounds, grounds.site() as site:
        soak = Soak(site, week, given.seed, passes_an_hour=12)
        figures = soak.run()
        wrong = judged(figures) + verified(site, soak.taken_off)
    seconds = time.monotonic() - began
    _say(
        f"{given.hours} hours in {seconds:.0f} s (seed {given.seed}): {given.tickets} tickets, "
        f"{len(soak.lives)} processes ({len(week.kills)} killed), TDX away for "
        f"{len(week.tdx_away)} hours, the database for {len(week.database_away)}, answers lost in "
        f"{len(week.losing)}, tokens expired {len(week.expire)} times"
    )
    _say(f"passes       {figures.passes} of {figures.expected} expected; {dict(figures.results)}")
    _say(
        f"schedule     no point more than {figures.latest:.1f} s after its time (jitter allows 15)"
    )
    _say(f"idle passes  by calls to TDX: {dict(sorted(figures.idle_calls.items()))}")
    _say(f"troubles     told {figures.troubles} times, over {figures.recovered} times")
    _say(
        f"memory       {figures.rss_kb[0] / 1024:.1f} MB after warm-up, {figures.rss_kb[1] / 1024:.1f} MB at the end"
    )
    _say(f"threads      {figures.threads[0]} and {figures.threads[1]}")
    _say(f"connections  {figures.connections[0]} and {figures.connections[1]}")
    _say(f"effects      {dict(sorted(figures.effects.items()))}")
    _say(f"wrong        {len(wrong)}")
    for one in wrong:
        _say(f"WRONG {one}")
    return 1 if wrong else 0


def _say(text: str) -> None:
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    sys.exit(main())
