"""Killed around a webhook: a receiver that honours keys has it once, any other is never told twice."""

from __future__ import annotations

import os
import signal
from typing import TYPE_CHECKING

import pytest

from crash.daemons import let_leases_run_out, run
from hook import SECRET, Hook, hook
from ticket_queue_daemon.actions import WebhookAction

if TYPE_CHECKING:
    from pathlib import Path

    from desk import Desk
    from ticket_queue_daemon.store.pool import Database

__all__ = ["hook"]

POINTS = ["effect_done"]
if os.environ.get("CHAOS") == "full":
    POINTS += ["planned", "written_ahead", "effect_marked_sent", "effect_ticked_off", "recorded"]


@pytest.mark.parametrize("point", POINTS)
@pytest.mark.parametrize("on_unknown", ["verify", "repeat"])
def test_killed_here(
    desk: Desk, hook: Hook, database: Database, tmp_path: Path, point: str, on_unknown: str
) -> None:
    desk.ticket("Printer")
    desk.ticket("Screen")
    file = tmp_path / "actions.py"
    file.write_text(
        "from ticket_queue_daemon.actions import WebhookAction\n"
        f"actions = [WebhookAction({hook.url!r}, {SECRET!r}, on_unknown={on_unknown!r})]\n"
    )

    killed = run(desk, "--config", str(file), DAEMON_FAILPOINT=f"{point}:1", DAEMON_WORKERS="1")
    let_leases_run_out(database)
    report = desk.run(WebhookAction(hook.url, SECRET, on_unknown=on_unknown))  # type: ignore[arg-type]

    assert (killed, report.failed) == (-signal.SIGKILL, 0)
    times = [hook.keys.count(key) for key in sorted(set(hook.keys))]
    if on_unknown == "repeat":
        assert (len(times), max(times) <= 2) == (2, True)
        bodies = {(one.key, one.body) for one in hook.told}
        assert len(bodies) == 2
    else:
        # What was marked sent and has no answer is a person's to settle, wherever it is.
        in_doubt = point in {"effect_marked_sent", "effect_done"}
        assert (set(times), report.held) == ({1}, 1 if in_doubt else 0)
        assert len(times) == (1 if point == "effect_marked_sent" else 2)
