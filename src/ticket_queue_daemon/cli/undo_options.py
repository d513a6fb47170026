"""The options of ``undo`` and ``release``."""

from __future__ import annotations

import argparse

from ticket_queue_daemon.cli.command_options import setting
from ticket_queue_daemon.cli.option_types import action_id

UNDO_EXAMPLES = """\
What can't be taken back (a comment, a task, a webhook, a mail) is said; a value that a person has
changed since is theirs. What was undone is not done again by itself.
  ticket-queue-daemon undo 9291804 --dry-run      # everything that we did to this ticket
  ticket-queue-daemon undo 9291804 --action tag:0f3c9a201b22:v1
  ticket-queue-daemon undo 7f3c9a20 --yes         # a whole run: the log names its id
"""


def undo(parser: argparse.ArgumentParser) -> None:
    """What is taken back, and how."""
    parser.add_argument(
        "target", metavar="RUN|TICKET", help="a run's id or its beginning, or a ticket's id"
    )
    parser.add_argument(
        "--action", metavar="ACTION_ID", type=action_id, help="only what this action did"
    )
    setting(parser, "dry_run", action="store_const", const="true", default=argparse.SUPPRESS)
    parser.add_argument(
        "--yes", action="store_true", help="don't ask, however many tickets are meant"
    )
    parser.add_argument(
        "--comment",
        action="store_true",
        help="post one private comment on each ticket that says what was undone",
    )


def release(parser: argparse.ArgumentParser) -> None:
    """Which."""
    parser.add_argument(
        "action_id", metavar="ACTION_ID", type=action_id, help="its id, as status shows it"
    )
