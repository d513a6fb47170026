"""Whether a soak came out well."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chaos.harness import Site
    from soak.conductor import Figures

MOST_GROWTH = 1.10
"""Memory at the end, beside that after the warm-up."""


def verified(site: Site, taken_off: set[int]) -> list[str]:
    """What ``verify`` finds, but that people took assets off, which it has to find."""
    done = subprocess.run(
        [sys.executable, "-m", "ticket_queue_daemon", "verify", "--since", "30d", "--json"],
        env={
            "PATH": "",
            **site.simulator.env(),
            "DATABASE_URL": site.database_url,
            # TDX shows at once what it has taken.
            "DAEMON_SETTLE_SECONDS": "0",
        },
        cwd=site.folder,
        capture_output=True,
        text=True,
        check=False,
    )
    if not done.stdout:
        return [done.stderr]
    findings = json.loads(done.stdout)["findings"]
    missing = [one for one in findings if one["kind"] == "missing"]
    if {one["ticket_id"] for one in missing} != taken_off or len(missing) != len(taken_off):
        return [f"verify: missing {missing}, and people took off {taken_off}"]
    return [
        f"verify: {one}" for one in findings if one["kind"] in {"double", "unexplained", "pending"}
    ]


def judged(figures: Figures) -> list[str]:
    """All that is wrong, the process's own figures among it."""
    wrong = list(figures.wrong)
    for name, (before, after), most in (
        ("memory", figures.rss_kb, figures.rss_kb[0] * MOST_GROWTH),
        ("threads", figures.threads, figures.threads[0] + 1),
        ("connections", figures.connections, figures.connections[0] + 1),
    ):
        if after > most:
            wrong.append(f"{name} grew from {before} to {after}")
    # One; a token that has expired costs a refusal and a login more.
    if figures.idle_calls and max(figures.idle_calls) > 3:
        wrong.append(f"calls of a pass without work: {dict(figures.idle_calls)}")
    return wrong
