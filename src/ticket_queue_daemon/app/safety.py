"""What stands between a run and TDX, whatever the actions want: made of settings and the state."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ticket_queue_daemon.config.settings import Settings

READ_ONLY = (
    "Read-only (--read-only, DAEMON_READ_ONLY): TDX is not changed; this run shows what a real one "
    "would do."
)


def remarks(settings: Settings) -> tuple[str, ...]:
    """What every run says of itself at its beginning."""
    return (READ_ONLY,) if settings.read_only else ()
