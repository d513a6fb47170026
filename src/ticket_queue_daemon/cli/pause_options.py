"""The options of the commands that stop and start the work on queues."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.option_types import (
    future,
    one_line,
    queue,
    span,
)

if TYPE_CHECKING:
    import argparse

PAUSE_EXAMPLES = """\
A paused queue does no work, whoever runs it, on whichever machine; `status` shows it, with exit code 1.
  ticket-queue-daemon pause --reason "TDX is upgraded" --for 2h
  ticket-queue-daemon pause --queue 1344 --until 2026-11-30T08:00
  ticket-queue-daemon resume
"""


def pause(parser: argparse.ArgumentParser) -> None:
    """What, why and how long."""
    _queue(parser)
    parser.add_argument(
        "--reason", metavar="TEXT", type=one_line, help="why; shown wherever the pause is"
    )
    end = parser.add_mutually_exclusive_group()
    end.add_argument(
        "--for", dest="span", metavar="SPAN", type=span, help="it ends by itself: 90m, 2h, 7d"
    )
    end.add_argument(
        "--until", metavar="TIME", type=future, help="it ends by itself: an ISO date or time"
    )


def resume(parser: argparse.ArgumentParser) -> None:
    """What."""
    _queue(parser)


def run_now(parser: argparse.ArgumentParser) -> None:
    """Whose daemons."""
    _queue(parser)


def _queue(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--queue",
        metavar="NAME",
        type=queue,
        help="its name, or its report's id (default: every queue)",
    )
