"""Has the suite teeth? Take each safety line out of a copy of the program; a test must go red.

``make chaos`` runs it and prints the table. A line whose removal nothing notices fails it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGE = "src/ticket_queue_daemon"
ALONE = "tests/crash/test_safety_lines.py"
LOST = "tests/crash/test_lost_answers.py"
CHECKPOINTS = "tests/crash/test_every_checkpoint.py"


@dataclass(frozen=True)
class Line:
    """A safety line: where it stands, what it becomes, and the tests that must notice."""

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]


LINES = [
    Line(
        "look before sending again",
        "engine/applying.py",
        "if effect.repeatable or on_unknown",
        "if True or on_unknown",
        (LOST, "-k", "after and public"),
    ),
    Line(
        "what was marked sent is in doubt",
        "engine/applying.py",
        'if row["state"] == "sent":',
        "if False:",
        (ALONE, "-k", "late"),
    ),
    Line(
        "a plan under way is never made anew",
        "engine/ticket.py",
        "fresh = not is_under_way(claim.plan)",
        "fresh = True",
        (CHECKPOINTS, "-k", "effect_done"),
    ),
    Line(
        "tick off",
        "engine/applying.py",
        'self._settled(claim, number, effect, "applied", answer)',
        "pass",
        (ALONE, "-k", "puts_back"),
    ),
    Line(
        "own clock before the send",
        "engine/applying.py",
        "if self.clock.monotonic() >= self.deadline(claim):",
        "if False:",
        ("tests/crash/test_woken_between.py",),
    ),
    Line(
        "a database error is never a no",
        "engine/applying.py",
        "        self.tracker.effect_sending(claim, number, mark)",
        "        try:\n            self.tracker.effect_sending(claim, number, mark)\n"
        "        except Exception:\n            pass",
        (ALONE, "-k", "committed_mark"),
    ),
    Line(
        "lines are covered with the record",
        "engine/ticket.py",
        "                    covers=plan.lines,\n",
        "",
        ("tests/spec/test_summary_comment.py",),
    ),
    Line(
        "what was done and not told is told",
        "engine/outcome.py",
        "_partial_lines(applied, given_up=False) if applied.told else plan.summary",
        "plan.summary if applied.now else ()",
        (CHECKPOINTS, "-k", "effect_ticked_off"),
    ),
    Line(
        "our own entries only",
        "effects/feed_entry.py",
        "if own_uid and entry.created_uid == own_uid:",
        "if True:",
        ("tests/crash/test_look_alikes.py",),
    ),
    Line(
        "entries of other effects do not count",
        "effects/feed_entry.py",
        "entry.id in sight.foreign_entry_ids or",
        "",
        ("tests/crash/test_look_alikes.py",),
    ),
    Line(
        "a read-only client sends nothing",
        "tdx/session.py",
        "        if self._read_only:",
        "        if False:",
        ("tests/spec/test_read_only.py",),
    ),
    Line(
        "a plan holds only what is allowed",
        "engine/planning.py",
        "    check_plan(plan.effects, reader.allowed)\n",
        "",
        ("tests/spec/test_allowed_effects.py", "-k", "fails_whole"),
    ),
    Line(
        "what is left of a plan is asked again",
        "engine/applying.py",
        "if why := refusal(effect, self.reader.allowed):",
        'if why := "":',
        ("tests/spec/test_allowed_effects.py", "-k", "under_way"),
    ),
    Line(
        "a first run is confirmed",
        "app/safety.py",
        "            self.check()\n",
        "            pass\n",
        ("tests/spec/test_first_run_on_production.py", "-k", "before_it_asks"),
    ),
    Line(
        "no ticket is begun past the cap",
        "engine/bounds.py",
        "if used.sent + self._in_hand >= self._most:",
        "if False:",
        ("tests/spec/test_effects_per_hour.py", "-k", "waits"),
    ),
    Line(
        "what a restored log has lost is looked for",
        "engine/applying.py",
        "if self.lost is None or",
        "if True or",
        ("tests/spec/test_restore.py", "-k", "yesterdays and anew"),
    ),
    Line(
        "entries of a pruned history are known",
        "store/sql/effects.sql",
        "unnest(pruned_entry_ids)",
        "unnest('{}'::bigint[])",
        ("tests/store/test_pruning.py", "-k", "earlier_occurrence"),
    ),
]


def bites(line: Line, copy: Path) -> tuple[bool, str]:
    """Whether the tests go red without the line, and their last words."""
    file = copy / PACKAGE / line.file
    kept = file.read_text(encoding="utf-8")
    if line.old not in kept:
        return False, "the line was not found"
    file.write_text(kept.replace(line.old, line.new), encoding="utf-8")
    try:
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *line.tests],
            cwd=copy,
            env={**os.environ, "PYTHONPATH": str(copy / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
    finally:
        file.write_text(kept, encoding="utf-8")
    words = done.stdout.strip().splitlines()[-1] if done.stdout.strip() else done.stderr[-80:]
    return done.returncode == 1, words


def main() -> int:
    """Print the table; 1 if a removal went unnoticed."""
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="tqd-teeth-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(
            ROOT, copy, ignore=shutil.ignore_patterns(".git", ".venv", ".*_cache", "__pycache__")
        )
        for line in LINES:
            bitten, words = bites(line, copy)
            unnoticed += not bitten
            sys.stdout.write(f"{'red' if bitten else 'UNNOTICED':10} {line.name:40} {words}\n")
            sys.stdout.flush()
    return 1 if unnoticed else 0


if __name__ == "__main__":
    sys.exit(main())
