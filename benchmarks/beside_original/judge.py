"""The verdict: what was due, what came twice, what never came, by the simulator's journal."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

import psycopg

from beside_original.model import PREFIX

if TYPE_CHECKING:
    from beside_original.stage import Stage

CONFIDENCE_FACTOR = 3
"""Rule of three: none in N means a rate below 3/N, with 95 % confidence."""

ROWS = {"comment": "comment", "asset": "add_asset", "summary": "summary_comment"}
"""Each effect of the job, and the type of the action that makes it."""

OPEN = ("started", "failed", "needs_review")


@dataclass(frozen=True, slots=True)
class Score:
    """One daemon's result; ``held`` is not applied, and the log says so and who will see to it."""

    due: int = 0
    duplicates: int = 0
    lost: int = 0
    held: int = 0

    def __add__(self, other: Score) -> Score:
        """Both together."""
        return Score(
            self.due + other.due,
            self.duplicates + other.duplicates,
            self.lost + other.lost,
            self.held + other.held,
        )

    def cell(self, count: int) -> str:
        """A count and its rate; for zero, the bound."""
        if count:
            return f"{count} ({100 * count / self.due:.1f} %)"
        return f"0 (<{100 * CONFIDENCE_FACTOR / self.due:.2g} %)"


def judge(stage: Stage) -> Score:
    """Count after the last pass.

    TDX never attaches an asset twice, so only comments and summaries can be duplicates; each that
    comes after the first on its ticket is one. Lost: due, not applied, and the log calls it done
    or has no row that anybody would take up. A failed row of the original that its query would
    find again is open like ours; read as its README prints the query, it is lost.
    """
    applied: Counter[tuple[int, str]] = Counter()
    for write in stage.tdx.journal:
        if write.ticket_id is None:
            continue
        if write.kind == "asset_attached" and (
            stage.wanted[write.ticket_id] == write.details["asset_id"]
        ):
            applied[write.ticket_id, "asset"] += 1
        elif write.kind == "feed_entry":
            is_summary = write.details["body_sent"].startswith(PREFIX)
            applied[write.ticket_id, "summary" if is_summary else "comment"] += 1
    due = [(ticket, effect) for ticket in stage.wanted for effect in ROWS]
    missing = [one for one in due if not applied[one]]
    unfinished = _unfinished(stage) if missing else set()
    held = sum((ticket, ROWS[effect]) in unfinished for ticket, effect in missing)
    return Score(
        due=len(due),
        duplicates=sum(count - 1 for count in applied.values() if count > 1),
        lost=len(missing) - held,
        held=held,
    )


def _unfinished(stage: Stage) -> set[tuple[int, str]]:
    if stage.side.flags:
        return set()
    with psycopg.connect(stage.database_url) as connection:
        rows = connection.execute(
            "SELECT ticket_id, action_type FROM meta.daemon_action_log WHERE status = ANY(%s)",
            [list(OPEN)],
        ).fetchall()
    return {(ticket, kind) for ticket, kind in rows}
