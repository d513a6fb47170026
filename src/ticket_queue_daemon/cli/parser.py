"""The whole grammar on one page: the seed's flags, then the commands.

Values that are settings stay text here; ``Settings`` judges them together with the environment,
so that everything that is wrong is told at once.
"""

from __future__ import annotations

import argparse
import difflib
import itertools
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from ticket_queue_daemon import __version__
from ticket_queue_daemon.cli.command_options import only_queue, setting
from ticket_queue_daemon.cli.commands import COMMANDS
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.option_types import LEVELS, action_id, level
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

PROG = "ticket-queue-daemon"
DEFAULT_LOG = "ticket_queue_daemon.log"

_RUN_FLAGS = {
    "report_id": "--report-id",
    "daemon": "--daemon",
    "interval": "--interval",
    "standby": "--standby",
    "dry_run": "--dry-run",
    "read_only": "--read-only",
    "config_path": "--config",
    "only_queue": "--queue",
    "metrics_port": "--metrics-port",
    "metrics_host": "--metrics-host",
    "confirm": "--confirm",
    "confirm_instance": "--confirm-instance",
    "auto_upgrade": "--auto-upgrade",
}
EXAMPLES = """\
examples:
  ticket-queue-daemon demo
  ticket-queue-daemon doctor
  ticket-queue-daemon --report-id 1344 --dry-run --log daemon.log
  ticket-queue-daemon --report-id 1344 --log daemon.log
  ticket-queue-daemon --report-id 1344 --daemon --interval 300 --log daemon.log
  ticket-queue-daemon ticket 9291804
  ticket-queue-daemon explain 9291804
  ticket-queue-daemon retry --ticket 9291804
  ticket-queue-daemon status
  ticket-queue-daemon verify --since 7d
"""


class Parser(argparse.ArgumentParser):
    """argparse, whose complaints are :class:`ConfigError` and not an exit from within."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("formatter_class", argparse.RawDescriptionHelpFormatter)
        # An abbreviation that is unique today may mean another flag tomorrow.
        super().__init__(allow_abbrev=False, **options)
        self.commands: dict[str, Parser] = {}

    def error(self, message: str) -> NoReturn:
        """Refuse the command line.

        Raises:
            ConfigError: always.
        """
        if no_command := re.match(r"argument COMMAND: invalid choice: '(.*?)'", message):
            word = no_command[1]
            raise ConfigError(
                f"There is no command {word}{_meant(word, COMMANDS)}",
                f"For all commands, run: {PROG} --help",
            )
        end = "" if message.endswith((".", "?")) else "."
        raise ConfigError(
            f"{message[:1].upper()}{message[1:]}{end}", f"For all options, run: {self.prog} --help"
        )


def parse(argv: Sequence[str]) -> argparse.Namespace:
    """The command line as a namespace; ``command`` is None for a run.

    Raises:
        ConfigError: it can't be understood.
        SystemExit: ``--help`` or ``--version`` was printed.
    """
    parser = build_parser()
    # Before anything else: argparse would take the value after a mistyped flag for a command.
    before = itertools.takewhile(lambda word: word not in COMMANDS and word != "--", argv)
    _refuse_unknown(parser, [word for word in before if word.startswith("--")])
    args, unknown = parser.parse_known_args(argv)
    if unknown:
        _refuse_unknown(parser.commands.get(args.command, parser), unknown)
        parser.commands.get(args.command, parser).error(
            f"Unrecognized arguments: {' '.join(unknown)}"
        )
    if args.command is not None:
        _refuse_idle_flags(args)
    elif args.standby and not args.daemon:
        parser.error("--standby has a meaning only with --daemon")
    return args


def _refuse_unknown(parser: Parser, words: Sequence[str]) -> None:
    """Say which option was meant, if one is near."""
    known = ["--help", *re.findall(r"--[a-z][a-z-]*", parser.format_usage())]
    for word in words:
        flag = word.partition("=")[0]
        if flag.startswith("--") and flag not in known:
            parser.error(f"Unknown option {flag}{_meant(flag, known)}")


def _meant(word: str, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(word.lower(), known, n=1)
    return f"; is {near[0]} meant?" if near else "."


def _refuse_idle_flags(args: argparse.Namespace) -> None:
    """A flag of a run before a command would do nothing: ``--dry-run baseline`` would write."""
    useful = COMMANDS[args.command].beside
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
    for word, command in COMMANDS.items():
        made = commands.add_parser(
            word,
            help=command.help,
            description=command.help,
            epilog=command.epilog or None,
            parents=[shared],
        )
        command.options(made)
        parser.commands[word] = made
    return parser


def _add_run_options(parser: Parser) -> None:
    group = parser.add_argument_group("a run")
    setting(group, "report_id", metavar="ID")
    group.add_argument("--daemon", action="store_true", help="run continuously (default: run once)")
    setting(group, "interval", metavar="SECONDS")
    setting(group, "standby", action="store_const", const="true")
    setting(group, "dry_run", action="store_const", const="true")
    setting(group, "read_only", action="store_const", const="true")
    setting(group, "config_path", metavar="FILE")
    only_queue(group)
    setting(group, "metrics_port", metavar="PORT")
    setting(group, "metrics_host", metavar="HOST")
    group.add_argument(
        "--confirm",
        metavar="ACTION_ID",
        nargs="+",
        action="extend",
        default=[],
        type=_confirmed,
        help="let these actions reach more tickets than DAEMON_MAX_NEW_TICKETS, or than they ever "
        "do, this time",
    )
    group.add_argument(
        "--confirm-instance",
        metavar="HOST",
        default="",
        type=_confirmed_host,
        help="say that tickets on this TDX host may be changed; needed for the first run on it "
        "where no terminal can be asked (not for a sandbox)",
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
        type=level,
        help=f"{', '.join(LEVELS)} (default: INFO)",
    )


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


def _confirmed(text: str) -> str:
    return action_id(_not_a_command(text, "--confirm"))


def _confirmed_host(text: str) -> str:
    return _not_a_command(text, "--confirm-instance")
