"""The options of the commands by which one looks at the work: ``status``, ``runs``, ``failures``."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.command_options import json
from ticket_queue_daemon.cli.option_types import at_least_one, queue, since

if TYPE_CHECKING:
    import argparse

WATCH_SECONDS = 5

STATUS_CODES = """\
  ticket-queue-daemon status --watch       # shown anew every 5 seconds, until Ctrl-C
  ticket-queue-daemon status --json

exit codes, for monitors:
  0    nothing needs a person
  1    something failed for good or is held for review, a queue was stopped by its failures,
       a queue or a pattern is paused, an action is held back, the cap on effects in an hour is
       reached, or a daemon goes by old rules, since changed ones are wrong
  2    work was left behind for more than 10 minutes, and no daemon takes it up
  3    the database can't be reached
"""

RUNS_EXAMPLES = """\
A run that found nothing to do leaves no line; one that fared just as the one before is counted there.
  ticket-queue-daemon runs
  ticket-queue-daemon runs --queue 1344 --since 2026-11-24 --json
"""

FAILURES_EXAMPLES = """\
What differs only in numbers and in words within quotes counts as one cause.
  ticket-queue-daemon failures
  ticket-queue-daemon failures --json

exit codes, for monitors:
  0    nothing has failed for good or is held for review
  1    something has, or is
  3    the database can't be reached
"""


def status(parser: argparse.ArgumentParser) -> None:
    """In which form."""
    form = parser.add_mutually_exclusive_group()
    json(form)
    form.add_argument(
        "--watch",
        metavar="SECONDS",
        type=at_least_one,
        nargs="?",
        const=WATCH_SECONDS,
        help=f"show it anew every so many seconds (default: {WATCH_SECONDS}) until Ctrl-C",
    )


def runs(parser: argparse.ArgumentParser) -> None:
    """Which, and in which form."""
    parser.add_argument(
        "--queue",
        metavar="N",
        type=queue,
        help="a report's id, or report:ID (default: every queue)",
    )
    parser.add_argument(
        "--since",
        metavar="SPAN",
        type=since,
        default=timedelta(days=7),
        help="24h, 7d, 2w, or an ISO date or time (default: 7d)",
    )
    parser.add_argument(
        "--last", metavar="N", type=at_least_one, default=30, help="at most so many (default: 30)"
    )
    json(parser)


def failures(parser: argparse.ArgumentParser) -> None:
    """In which form."""
    json(parser)
