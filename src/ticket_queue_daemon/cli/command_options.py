"""The options of each command, one function a command; ``commands.py`` names them."""

from __future__ import annotations

import argparse
from datetime import timedelta
from pathlib import Path
from typing import Any

from ticket_queue_daemon.cli.option_types import (
    action_id,
    at_least_one,
    count,
    port,
    queue,
    rate_limits,
    since,
    ticket_id,
    whole,
)
from ticket_queue_daemon.config.settings import Settings, variables

SIMULATE_EXAMPLES = """\
A whole sandbox in two terminals, both in the same empty folder:
  ticket-queue-daemon simulate --env-file .env
  ticket-queue-daemon --dry-run
Your own tickets and machines, kept over a restart:
  ticket-queue-daemon simulate --load-assets computers.csv --load-tickets tickets.csv --state sandbox.json --env-file .env
  ticket-queue-daemon simulate --state sandbox.json --env-file .env
"""

DB_EXAMPLES = """\
Stopped or killed, a prune goes on where it was when it is run again: docs/retention.md.
  ticket-queue-daemon db size
  ticket-queue-daemon db prune --older-than 400d --dry-run
  ticket-queue-daemon db prune --older-than 400d --export before-2026.jsonl.gz
After a restore, before the daemon starts (by pg_restore it is noticed without): docs/backup.md.
  ticket-queue-daemon db recovered
"""

EXPLAIN_EXAMPLES = """\
The ticket is read from TDX, in the report or not; nothing is changed, and the calls are told.
  ticket-queue-daemon explain 9291804
  ticket-queue-daemon explain 9291804 --config actions.py --json
"""

RESOLVE_EXAMPLES = """\
Look at the ticket in TDX first: `status` lists what is held, `ticket ID` tells what was sent.
  ticket-queue-daemon resolve 1f3c9a20 --done    # it is there: tick it off, and tell it
  ticket-queue-daemon resolve 9291804 --retry    # it is not there: the next run sends it
"""

SYNC_EXAMPLES = """\
A daemon does it by itself when the index is older than DAEMON_ASSET_MAX_AGE; from cron it keeps
that wait out of the daemon's way. Stopped or killed, the next one goes on where it was.
  ticket-queue-daemon sync assets           # what changed; writes nothing that did not
  ticket-queue-daemon sync assets --full    # begin anew, and look for what no list names
"""

MATCHING_REPORT_EXAMPLES = """\
The tickets are read again, one call each, and what people corrected is written down.
  ticket-queue-daemon matching-report                             # the last 50 tickets
  ticket-queue-daemon matching-report --last 200 --since 12w --html matching.html
  ticket-queue-daemon matching-report --no-check --json           # from the log alone
"""

DOCTOR_CODES = """\
At most eight calls to TDX, none of which changes anything; the database is only read.
  ticket-queue-daemon doctor
  ticket-queue-daemon --report-id 1344 --config actions.py doctor --json

exit codes, for monitors:
  0    all that can be known without writing is as it should be
  1    something works and should be looked at
  2    the daemon does not work like this
"""

ALERTS_EXAMPLES = """\
DAEMON_ALERT_URLS names the addresses (Slack, Teams, e-mail, ...): see docs/alerts.md.
  ticket-queue-daemon alerts test

exit codes:
  0    delivered to each address
  1    to some address it could not be delivered
  2    DAEMON_ALERT_URLS is not set, or holds an address that can't be used
"""

VERIFY_CODES = """\
examples:
  ticket-queue-daemon verify                          # the last 24 hours
  ticket-queue-daemon verify --since 7d --json
  ticket-queue-daemon verify --ticket 9291804 --ticket 9291805

exit codes, for monitors:
  0    all is as it should be
  1    missing (a person may have removed it) or pending (in doubt, held for review)
  2    double, or by our account and unexplained
  3    TDX or the database can't be reached
"""


def setting(target: argparse._ActionsContainer, field: str, **options: Any) -> None:
    """An option that is a setting too: its help names the variable."""
    variable = variables()[field]
    options.setdefault("default", None)
    usual = Settings.model_fields[field].default
    default = f" (default: {usual})" if usual else ""
    help_text = f"{variable.help}{default} [{variable.name}]".replace("%", "%%")
    target.add_argument(str(variable.flag), dest=field, help=help_text, **options)


def simulate(parser: argparse.ArgumentParser) -> None:
    """Where it serves, and how much of a campus."""
    parser.add_argument("--port", type=port, default=8025, help="0: any free one (default: 8025)")
    parser.add_argument("--tickets", type=count, default=40, help="how many (default: 40)")
    parser.add_argument("--assets", type=count, default=400, help="how many (default: 400)")
    parser.add_argument("--seed", type=whole, default=1, help="same seed, same campus (default: 1)")
    parser.add_argument(
        "--rate-limits",
        metavar="on|off|SCALE",
        type=rate_limits,
        default="on",
        help="TDX's own limits, none, or its own with windows of SCALE times their length "
        "(default: on)",
    )
    parser.add_argument(
        "--env-file", metavar="FILE", type=Path, help="write the variables that a client needs"
    )
    for name, text in (
        ("state", "keep the world in this file, and go on from it"),
        ("load-assets", "serve the assets of this CSV or JSON export"),
        ("load-tickets", "serve the tickets of this CSV or JSON export"),
        ("tls", "serve https with this certificate and key (PEM)"),
    ):
        parser.add_argument(f"--{name}", metavar="FILE", type=Path, help=text)


def db(parser: argparse.ArgumentParser) -> None:
    """What is to be done to the tables."""
    parser.add_argument(
        "what",
        metavar="upgrade|check|sql|size|prune|recovered",
        choices=("upgrade", "check", "sql", "size", "prune", "recovered"),
        help="upgrade: apply what is missing; check: say what is missing, change nothing; "
        "sql: print it all as plain SQL, without a database; size: how large the tables are, and "
        "what a prune would free; prune: forget what is old, never what keeps an action from being "
        "done twice; recovered: the database was restored, so look in TDX for what it does not know "
        "before sending it again",
    )
    group = parser.add_argument_group("size and prune")
    group.add_argument(
        "--older-than",
        metavar="SPAN",
        type=since,
        help="400d, 60w, or an ISO date or time (size: 400d)",
    )
    kept = group.add_mutually_exclusive_group()
    kept.add_argument(
        "--export", metavar="FILE", type=Path, help="write it all to FILE first (gzip, JSON lines)"
    )
    kept.add_argument("--no-export", action="store_true", help="keep no copy of it")
    # Not dry_run: that is a flag of a run, which has no meaning beside a command.
    group.add_argument(
        "--dry-run", dest="only_count", action="store_true", help="count it, delete nothing"
    )
    group.add_argument(
        "--batch",
        metavar="N",
        type=at_least_one,
        default=500,
        help="actions, or rows of another table, in one transaction (default: 500)",
    )
    group = parser.add_argument_group("recovered")
    group.add_argument(
        "--since",
        metavar="SPAN",
        type=since,
        help="when the backup was made: 36h, 2d, or an ISO date or time (default: what the log says)",
    )
    group.add_argument("--over", action="store_true", help="nothing is missing; look no more")


def ticket(parser: argparse.ArgumentParser) -> None:
    """Whose story."""
    parser.add_argument("ticket_id", metavar="ID", type=ticket_id, help="the ticket's id")


def explain(parser: argparse.ArgumentParser) -> None:
    """Which ticket, by which rules, and in which form."""
    parser.add_argument("ticket_id", metavar="ID", type=ticket_id, help="the ticket's id")
    setting(parser, "config_path", metavar="FILE", default=argparse.SUPPRESS)
    only_queue(parser, default=argparse.SUPPRESS)
    json(parser)


def retry(parser: argparse.ArgumentParser) -> None:
    """Which failed actions."""
    which = parser.add_mutually_exclusive_group(required=True)
    which.add_argument("--ticket", metavar="ID", type=ticket_id, help="only this ticket's")
    which.add_argument("--all", action="store_true", help="those of every ticket")


def baseline(parser: argparse.ArgumentParser) -> None:
    """For which actions, and by which rules."""
    run_flags(parser)
    parser.add_argument(
        "--action",
        metavar="ID",
        type=action_id,
        action="append",
        default=[],
        help="only this one, by its id as `config show` tells it; may be given again (default: all)",
    )


def run_flags(parser: argparse.ArgumentParser) -> None:
    """The run's flags that make sense behind a word as well."""
    for field, metavar in (("report_id", "ID"), ("config_path", "FILE")):
        setting(parser, field, metavar=metavar, default=argparse.SUPPRESS)
    only_queue(parser, default=argparse.SUPPRESS)


def resolve(parser: argparse.ArgumentParser) -> None:
    """What is settled, and how."""
    parser.add_argument(
        "id",
        metavar="ID",
        help="the log_id or its beginning, as status shows it, or the ticket's id",
    )
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--done", action="store_true", help="you have seen it on the ticket")
    how.add_argument("--retry", action="store_true", help="it is not there; send it again")
    parser.add_argument(
        "--action", metavar="ACTION_ID", type=action_id, help="which, if several are held"
    )


def doctor(parser: argparse.ArgumentParser) -> None:
    """In which form."""
    json(parser)


def sync(parser: argparse.ArgumentParser) -> None:
    """What is brought up to date, and how thoroughly."""
    parser.add_argument(
        "what", metavar="assets", choices=("assets",), help="the list of all assets"
    )
    parser.add_argument(
        "--full",
        action="store_true",
        help="do not go on where another one stopped, and end with one search for everything",
    )
    json(parser)


def alerts(parser: argparse.ArgumentParser) -> None:
    """What is to be done."""
    parser.add_argument(
        "what", metavar="test", choices=("test",), help="test: send one to each address"
    )


def verify(parser: argparse.ArgumentParser) -> None:
    """Over which span or tickets, and in which form."""
    parser.add_argument(
        "--since",
        metavar="SPAN",
        type=since,
        help="90m, 24h, 7d, 2w, or an ISO date or time (default: 24h; with --ticket: all time)",
    )
    parser.add_argument(
        "--ticket",
        metavar="ID",
        type=ticket_id,
        action="append",
        default=[],
        help="only this ticket; may be given again",
    )
    json(parser)


def matching_report(parser: argparse.ArgumentParser) -> None:
    """Over how much, and in which form."""
    parser.add_argument(
        "--last",
        metavar="N",
        type=at_least_one,
        default=50,
        help="as many tickets, the newest (default: 50)",
    )
    parser.add_argument(
        "--since",
        metavar="SPAN",
        type=since,
        default=timedelta(weeks=4),
        help="how far back: 7d, 12w, or an ISO date or time (default: 4w)",
    )
    parser.add_argument(
        "--no-check", action="store_true", help="don't read the tickets again; no call to TDX"
    )
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--html", metavar="FILE", type=Path, help="write one page to look at")
    json(form)
    parser.add_argument(
        "--force", action="store_true", help="overwrite FILE even if it is no such report"
    )


def resume_pattern(parser: argparse.ArgumentParser) -> None:
    """Which."""
    parser.add_argument("pattern", metavar="PATTERN", help="its name, as status shows it")


def only_queue(target: argparse._ActionsContainer, **options: Any) -> None:
    """One queue of the rules file, for a run and what looks ahead to one."""
    target.add_argument(
        "--queue",
        dest="only_queue",
        metavar="NAME",
        type=queue,
        help="of several queues only this one: its name, or its report's id (default: all)",
        **options,
    )


def json(parser: argparse._ActionsContainer) -> None:
    """The option of whoever is read by programs."""
    parser.add_argument("--json", action="store_true", help="JSON instead of tables")
