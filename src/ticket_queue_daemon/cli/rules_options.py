"""The options of the commands about rules: ``plan``, ``apply``, ``config``, ``actions``."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path

from ticket_queue_daemon.cli.command_options import json, only_queue, run_flags, setting
from ticket_queue_daemon.cli.option_types import (
    since,
    span,
)

PLAN_EXAMPLES = """\
Every ticket with work is read as in a dry run; nothing is written, to TDX or to the database.
  ticket-queue-daemon plan
  ticket-queue-daemon plan --config actions.py --out plan.json --html plan.html
  ticket-queue-daemon apply plan.json --config actions.py
"""

APPLY_EXAMPLES = """\
Each ticket is planned anew; one for which other changes would be made by now is left alone and named.
  ticket-queue-daemon apply plan.json
  ticket-queue-daemon apply plan.json --max-age 2h --json

exit codes:
  0    all of it is done, or was done before
  1    some action failed or waits for a person, or a ticket has changed since and was left alone
  2    the file is none, too old, or made for another place or other rules; no ticket was touched
"""

REPLAY_EXAMPLES = """\
Nothing is asked of TDX but names to be looked up, and nothing is written; see docs/replay.md.
  ticket-queue-daemon replay --since 7d --config new.yaml
  ticket-queue-daemon replay --since 24h --config new.yaml --no-check --json
  ticket-queue-daemon replay --config new.yaml --html replay.html
"""

CONFIG_EXAMPLES = """\
  ticket-queue-daemon config init rules.yaml         # a commented starter, with the names of your TDX
  ticket-queue-daemon config validate rules.yaml     # all that is wrong, with line and field
  ticket-queue-daemon config show rules.yaml         # what is in force, with each action's id
  ticket-queue-daemon config diff old.yaml rules.yaml   # which actions would run again, and why
  ticket-queue-daemon config schema > rules.schema.json # editors complete from it

exit codes:
  0    the file is right
  2    it is not
"""


def plan(parser: argparse.ArgumentParser) -> None:
    """By which rules, in which form, and whether it is kept to be applied."""
    run_flags(parser)
    form = parser.add_mutually_exclusive_group()
    json(form)
    form.add_argument("--markdown", action="store_true", help="Markdown instead of tables")
    form.add_argument("--html", metavar="FILE", type=Path, help="write one page to look at")
    parser.add_argument(
        "--out", metavar="FILE", type=Path, help="write the plan too, for `apply FILE`"
    )
    parser.add_argument(
        "--force", action="store_true", help="overwrite a FILE even if it is no such page or plan"
    )


def apply(parser: argparse.ArgumentParser) -> None:
    """Which plan, by which rules, and how old it may be."""
    parser.add_argument("plan", metavar="PLANFILE", type=Path, help="what `plan --out` wrote")
    run_flags(parser)
    parser.add_argument(
        "--max-age",
        metavar="SPAN",
        type=span,
        default=timedelta(hours=24),
        help="refuse a plan that is older: 30m, 2h, 3d (default: 24h)",
    )
    json(parser)


def config(parser: argparse.ArgumentParser) -> None:
    """What is done with which file."""
    commands = parser.add_subparsers(dest="what", metavar="WHAT", required=True)

    def one(word: str, text: str) -> argparse.ArgumentParser:
        return commands.add_parser(word, help=text, description=text)

    for word, text in (
        ("validate", "say all that is wrong with a rules file, each with line and field"),
        ("show", "print the rules in force, with each action's id; no secret"),
        ("init", "write a commented starter from a look at TDX; overwrites nothing"),
    ):
        made = one(word, text)
        made.add_argument("file", metavar="FILE", type=Path, nargs="?", help="a file or a folder")
        made.add_argument("--no-check", action="store_true", help="no call to TDX, no names")
        if word == "show":
            json(made)
    one("schema", "print the JSON Schema of a rules file")
    compare = one("diff", "say which actions would run again, on how many tickets, and why")
    compare.add_argument("old", metavar="OLD", type=Path, help="the rules as they were")
    compare.add_argument("new", metavar="NEW", type=Path, help="the rules as they are to be")
    compare.add_argument("--no-check", action="store_true", help="no call to TDX, no numbers")
    json(compare)


def actions(parser: argparse.ArgumentParser) -> None:
    """All of them, or one."""
    commands = parser.add_subparsers(dest="what", metavar="WHAT", required=True)
    json(commands.add_parser("list", help="every action, the plug-ins among them"))
    made = commands.add_parser("show", help="the options of one action")
    made.add_argument("name", metavar="NAME", help="its type word, such as add_asset")
    json(made)


def replay(parser: argparse.ArgumentParser) -> None:
    """Over which span, by which rules, and in which form."""
    parser.add_argument(
        "--since",
        metavar="SPAN",
        type=since,
        default=timedelta(days=7),
        help="how far back: 24h, 7d, 2w, or an ISO date or time (default: 7d)",
    )
    setting(parser, "config_path", metavar="FILE", default=argparse.SUPPRESS)
    only_queue(parser, default=argparse.SUPPRESS)
    parser.add_argument("--no-check", action="store_true", help="no call to TDX, no names")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--html", metavar="FILE", type=Path, help="write one page to look at")
    json(form)
    parser.add_argument(
        "--force", action="store_true", help="overwrite FILE even if it is no such page"
    )
