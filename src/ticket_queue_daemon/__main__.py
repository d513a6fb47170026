"""The command as a process: ``python -m ticket_queue_daemon``, and what the installed words call."""

from __future__ import annotations

import gc
import sys

_ALLOCATIONS = 50_000


def start() -> int:
    """Do what the command line says, and end soon; returns the exit code.

    What a start imports lives to the end: looking through it for garbage every 700 allocations (the
    default), and once more on leaving, takes a quarter of a short command's time.
    """
    gc.set_threshold(_ALLOCATIONS, 20, 100)
    from ticket_queue_daemon.cli import main  # noqa: PLC0415  not before the line above

    code = main()
    gc.freeze()
    return code


if __name__ == "__main__":
    sys.exit(start())
