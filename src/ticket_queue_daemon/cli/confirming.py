"""The first run that may change tickets of a TDX instance: a flag says that it is meant, or a person."""

from __future__ import annotations

import signal
import sys
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.output import safe

if TYPE_CHECKING:
    from ticket_queue_daemon.app.safety import InstanceGuard
    from ticket_queue_daemon.cli.output import Terminal


def confirm_instance(guard: InstanceGuard, host: str, terminal: Terminal) -> None:
    """Take the flag's word; else ask, where somebody is there to answer.

    Args:
        guard: knows whether anything is to be asked.
        host: of ``--confirm-instance``; "" if it was not given.
        terminal: where to ask.

    Raises:
        Unconfirmed: it names another host, or what was typed does.
    """
    if host:
        guard.accept(host, "--confirm-instance")
    elif guard.asks() and terminal.interactive and sys.stdin.isatty():
        first = f"This is the first run that may change tickets on {guard.host}."
        look = "To see first what it would do, add --dry-run."
        terminal.err.print(safe(f"{first} {look}"), soft_wrap=True)
        guard.accept(_typed(f"Type the host's name to go on ({guard.host}): "), "typed")


def _typed(question: str) -> str:
    """A line from the terminal; Ctrl-C ends the program here, with nothing under way."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        sys.stderr.write(question)
        sys.stderr.flush()
        return sys.stdin.readline()
    finally:
        signal.signal(signal.SIGINT, before)
