"""The whole grammar on one page: the seed's flags, then the commands.

Values that are settings stay text here; ``Settings`` judges them together with the environment,
so that everything that is wrong is told at once.
"""

from __future__ import annotations

import argparse
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ticket_queue_daemon import __version__
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.config.settings import Settings, variables
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

PROG = "ticket-queue-daemon"
DEFAULT_LOG = "ticket_queue_daemon.log"
LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR")

#: Every command with the sentence that the help shows.
COMMANDS = {
    "demo": "see the whole job in a minute; needs no configuration and leaves nothing behind",
    "simulate": "serve a simulated TDX to try the daemon on",
    "db": "make, bring up to date, check or print the database's tables",
    "ticket": "tell one ticket's story: every action, what was sent, what was answered",
    "stats": "count the actions by status and by type",
    "retry": "make failed actions due at once",
    "resolve": "settle what is held for review: it is done, or it is to be tried again",
    "status": "show what fails, is held for review, is under way, and was done lately",
    "verify": "compare TDX with the log: what is missing, double or unexplained",
    "baseline": "mark the tickets now in the report as done without executing anything",
}

_RUN_FLAGS = {
    "report_id": "--report-id",
    "daemon": "--daemon",
    "interval": "--interval",
    "dry_run": "--dry-run",
    "config_path": "--config",
    "confirm": "--confirm",
    "auto_upgrade": "--auto-upgrade",
}
_FLAGS_BESIDE = {
    "baseline": ("report_id", "config_path", "auto_upgrade"),
    "ticket": ("auto_upgrade",),
    "stats": ("auto_upgrade",),
    "retry": ("auto_upgrade",),
    "resolve": ("auto_upgrade",),
    "status": ("auto_upgrade",),
    "verify": ("auto_upgrade",),
}

EXAMPLES = """\
examples:
  ticket-queue-daemon demo
  ticket-queue-daemon --report-id 1344 --dry-run --log daemon.log
  ticket-queue-daemon --report-id 1344 --log daemon.log
  ticket-queue-daemon --report-id 1344 --daemon --interval 300 --log daemon.log
  ticket-queue-daemon ticket 9291804
  ticket-queue-daemon retry --ticket 9291804
  ticket-queue-daemon status
  ticket-queue-daemon verify --since 7d
"""

SIMULATE_EXAMPLES = """\
A whole sandbox in two terminals, both in the same empty folder:
  ticket-queue-daemon simulate --env-file .env
  ticket-queue-daemon --dry-run
"""

RESOLVE_EXAMPLES = """\
Look at the ticket in TDX first: `status` lists what is held, `ticket ID` tells what was sent.
  ticket-queue-daemon resolve 1f3c9a20 --done    # it is there: tick it off, and tell it
  ticket-queue-daemon resolve 9291804 --retry    # it is not there: the next run sends it
"""

STATUS_CODES = """\
exit codes, for monitors:
  0    nothing needs a person
  1    something failed for good, or is held for review
  2    work was left behind for more than 10 minutes, and no daemon takes it up
  3    the database can't be reached
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

_TOP_PORT = 65_535
_LONGEST_SPAN = timedelta(days=3650)
_UNITS = {"m": "minutes", "h": "hours", "d": "days", "w": "weeks"}


class Parser(argparse.ArgumentParser):
    """argparse, whose complaints are :class:`ConfigError` and not an exit from within."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        # An abbreviation that is unique today may mean another flag tomorrow.
        super().__init__(allow_abbrev=False, **options)

    def error(self, message: str) -> NoReturn:
        """Refuse the command line.

        Raises:
            ConfigError: always.
        """
        raise ConfigError(
            f"{message[:1].upper()}{message[1:]}.", f"For all options, run: {self.prog} --help"
        )


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The command line as a namespace; ``command`` is None for a run.

    Raises:
        ConfigError: it can't be understood.
        SystemExit: ``--help`` or ``--version`` was printed.
    """
    args = build_parser().parse_args(argv)
    if args.command is not None:
        _refuse_idle_flags(args)
    return args


def _refuse_idle_flags(args: argparse.Namespace) -> None:
    """A flag of a run before a command would do nothing: ``--dry-run baseline`` would write."""
    useful = _FLAGS_BESIDE.get(args.command, ())
    given = [
        flag for name, flag in _RUN_FLAGS.items() if name not in useful and getattr(args, name)
    ]
    if given:
        raise ConfigError(
            f"{', '.join(given)} has no meaning for the command {args.command}.",
            f"Leave it away, or see: {PROG} {args.command} --help",
        )


def build_parser() -> Parser:
    """The parser, whole."""
    codes = "\n".join(f"  {int(code):<4} {code.meaning}" for code in ExitCode)
    parser = Parser(
        prog=PROG,
        description="Watches a TeamDynamix report and makes each configured change to each "
        "ticket exactly once.\nWithout a command: one run, or runs for ever with --daemon.",
        epilog=f"{EXAMPLES}\nexit codes:\n{codes}\n\n"
        "A flag wins over the environment, the environment over .env in the working directory.",
    )
    parser.add_argument("--version", action="version", version=f"{PROG} {__version__}")
    _add_run_options(parser)
    _add_logging(parser, default=None)
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    shared = Parser(add_help=False)
    _add_logging(shared, default=argparse.SUPPRESS)
    made = {
        word: commands.add_parser(word, help=text, description=text, parents=[shared])
        for word, text in COMMANDS.items()
    }
    _add_simulate(made["simulate"])
    _add_others(made)
    _add_resolve(made["resolve"])
    _add_watching(made)
    return parser


def _add_run_options(parser: Parser) -> None:
    group = parser.add_argument_group("a run")
    _setting(group, "report_id", metavar="ID")
    group.add_argument("--daemon", action="store_true", help="run continuously (default: run once)")
    _setting(group, "interval", metavar="SECONDS")
    _setting(group, "dry_run", action="store_const", const="true")
    _setting(group, "config_path", metavar="FILE")
    group.add_argument(
        "--confirm",
        metavar="ACTION_ID",
        nargs="+",
        action="extend",
        default=[],
        type=_action_id,
        help="let these actions reach more tickets than DAEMON_MAX_NEW_TICKETS, this time",
    )
    group.add_argument(
        "--auto-upgrade",
        action="store_true",
        help="bring the tables of a database server up to date first "
        "(the embedded database always is)",
    )


def _add_logging(parser: Parser, *, default: str | None) -> None:
    group = parser.add_argument_group("logging")
    group.add_argument(
        "--log",
        metavar="FILE",
        nargs="?",
        const=Path(DEFAULT_LOG),
        default=default,
        type=_log_file,
        help=f"write a log file too; without a name: {DEFAULT_LOG}",
    )
    group.add_argument(
        "--log-level",
        metavar="LEVEL",
        default=default,
        type=_level,
        help=f"{', '.join(LEVELS)} (default: INFO)",
    )


def _add_simulate(parser: Parser) -> None:
    parser.epilog = SIMULATE_EXAMPLES
    parser.add_argument("--port", type=_port, default=8025, help="0: any free one (default: 8025)")
    parser.add_argument("--tickets", type=_count, default=40, help="how many (default: 40)")
    parser.add_argument("--assets", type=_count, default=400, help="how many (default: 400)")
    parser.add_argument(
        "--seed", type=_whole, default=1, help="same seed, same campus (default: 1)"
    )
    parser.add_argument(
        "--rate-limits",
        metavar="on|off|SCALE",
        type=_rate_limits,
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


def _add_others(made: dict[str, Parser]) -> None:
    made["db"].add_argument(
        "what",
        metavar="upgrade|check|sql",
        choices=("upgrade", "check", "sql"),
        help="upgrade: apply what is missing; check: say what is missing, change nothing; "
        "sql: print it all as plain SQL, without a database",
    )
    made["ticket"].add_argument("ticket_id", metavar="ID", type=_ticket_id, help="the ticket's id")
    which = made["retry"].add_mutually_exclusive_group(required=True)
    which.add_argument("--ticket", metavar="ID", type=_ticket_id, help="only this ticket's")
    which.add_argument("--all", action="store_true", help="those of every ticket")
    for field, metavar in (("report_id", "ID"), ("config_path", "FILE")):
        _setting(made["baseline"], field, metavar=metavar, default=argparse.SUPPRESS)


def _add_resolve(parser: Parser) -> None:
    parser.epilog = RESOLVE_EXAMPLES
    parser.add_argument(
        "id",
        metavar="ID",
        help="the log_id or its beginning, as status shows it, or the ticket's id",
    )
    how = parser.add_mutually_exclusive_group(required=True)
    how.add_argument("--done", action="store_true", help="you have seen it on the ticket")
    how.add_argument("--retry", action="store_true", help="it is not there; send it again")
    parser.add_argument(
        "--action", metavar="ACTION_ID", type=_action_id, help="which, if several are held"
    )


def _add_watching(made: dict[str, Parser]) -> None:
    made["status"].epilog = STATUS_CODES
    made["verify"].epilog = VERIFY_CODES
    made["verify"].add_argument(
        "--since",
        metavar="SPAN",
        type=_since,
        help="90m, 24h, 7d, 2w, or an ISO date or time (default: 24h; with --ticket: all time)",
    )
    made["verify"].add_argument(
        "--ticket",
        metavar="ID",
        type=_ticket_id,
        action="append",
        default=[],
        help="only this ticket; may be given again",
    )
    for word in ("status", "verify"):
        made[word].add_argument("--json", action="store_true", help="JSON instead of tables")


def _setting(target: argparse._ActionsContainer, field: str, **options: Any) -> None:
    """An option that is a setting too: its help names the variable."""
    variable = variables()[field]
    options.setdefault("default", None)
    usual = Settings.model_fields[field].default
    default = f" (default: {usual})" if usual else ""
    help_text = f"{variable.help}{default} [{variable.name}]".replace("%", "%%")
    target.add_argument(str(variable.flag), dest=field, help=help_text, **options)


def _not_a_command(text: str, flag: str) -> str:
    """Refuse a command's word where a value is expected: the command would silently not run."""
    if text in COMMANDS:
        raise argparse.ArgumentTypeError(
            f"the command word '{text}' stands where {flag} takes its value; put the command "
            f"before {flag}, or write ./{text} if a file of that name is meant"
        )
    return text


def _log_file(text: str) -> Path:
    if not _not_a_command(text, "--log").strip():
        return Path(DEFAULT_LOG)
    return Path(text)


def _action_id(text: str) -> str:
    kind, _, rest = _not_a_command(text, "--confirm").partition(":")
    digest, _, version = rest.partition(":")
    if not (kind and digest and version):
        raise argparse.ArgumentTypeError(
            f"'{text}' is no action id such as comment:1a2b3c4d5e6f:v1"
        )
    return text


def _level(text: str) -> str:
    if text.upper() not in LEVELS:
        raise argparse.ArgumentTypeError(f"'{text}' is none of {', '.join(LEVELS)}")
    return text.upper()


def _whole(text: str) -> int:
    try:
        return int(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"'{text}' is no whole number") from None


def _count(text: str) -> int:
    if (number := _whole(text)) < 0:
        raise argparse.ArgumentTypeError(f"{number} is less than none")
    return number


def _ticket_id(text: str) -> int:
    if not text.isascii() or not text.isdecimal() or not 0 < int(text[:20]) < 2**31:
        raise argparse.ArgumentTypeError(f"'{text}' is no ticket id, a whole number from 1")
    return int(text)


def _since(text: str) -> timedelta | datetime:
    """A span back from now, or a moment; a time without a zone is the reader's own."""
    number, unit = text[:-1], text[-1:].lower()
    if number.isascii() and number.isdecimal() and unit in _UNITS:
        span = timedelta(**{_UNITS[unit]: int(number[:8])})
        if not timedelta() < span <= _LONGEST_SPAN:
            raise argparse.ArgumentTypeError(f"'{text}' is no span between a minute and ten years")
        return span
    try:
        return datetime.fromisoformat(text).astimezone()
    except (ValueError, OverflowError):
        raise argparse.ArgumentTypeError(
            f"'{text}' is neither a span such as 24h or 7d nor a date such as 2026-11-24"
        ) from None


def _port(text: str) -> int:
    if not 0 <= (number := _whole(text)) <= _TOP_PORT:
        raise argparse.ArgumentTypeError(f"{number} is no port from 0 to {_TOP_PORT}")
    return number


def _rate_limits(text: str) -> float | str:
    """``on``, ``off``, or a factor for the length of the windows."""
    if text in {"on", "off"}:
        return text
    try:
        scale = float(text)
    except ValueError:
        scale = 0.0
    if not 0 < scale < float("inf"):
        raise argparse.ArgumentTypeError(f"'{text}' is neither on nor off nor a number above 0")
    return scale
