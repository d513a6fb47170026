"""Every command: its sentence in the help, its options, and what it needs. A new one is one entry.

The function behind a word stands in the module of that name in this folder.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli import command_options as options
from ticket_queue_daemon.cli import looking_options, pause_options, rules_options, undo_options
from ticket_queue_daemon.config.settings import Need

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable


def _none(parser: argparse.ArgumentParser) -> None:
    """No options of its own."""
    del parser


@dataclass(frozen=True)
class Command:
    """What is to be known of a command before its module is imported.

    Attributes:
        help: the sentence that the help shows.
        options: adds its options to its parser.
        epilog: examples and exit codes, under its help.
        beside: a run's flags that have a meaning before its word, by field.
        needs: which settings must be there.
        reads_settings: False for a command that no configuration concerns.
        changes_state: it writes to the database, so it is refused in a dry run.
    """

    help: str
    options: Callable[[argparse.ArgumentParser], None] = _none
    epilog: str = ""
    beside: tuple[str, ...] = ("auto_upgrade",)
    needs: Need = Need.NOTHING
    reads_settings: bool = True
    changes_state: bool = False


COMMANDS: dict[str, Command] = {
    "demo": Command(
        "see the whole job in a minute; needs no configuration and leaves nothing behind",
        beside=(),
        reads_settings=False,
    ),
    "simulate": Command(
        "serve a simulated TDX to try the daemon on",
        options.simulate,
        options.SIMULATE_EXAMPLES,
        beside=(),
        reads_settings=False,
    ),
    "db": Command(
        "make, bring up to date, check, print, measure or prune the database's tables; say that it was restored",
        options.db,
        options.DB_EXAMPLES,
        beside=(),
    ),
    "ticket": Command(
        "tell one ticket's story: every action, what was sent, what was answered", options.ticket
    ),
    "explain": Command(
        "say why a ticket was or was not changed, and what would be done to it now",
        options.explain,
        options.EXPLAIN_EXAMPLES,
        beside=("config_path", "only_queue", "auto_upgrade"),
        needs=Need.TDX,
    ),
    "plan": Command(
        "say what a run would do to the tickets now in the report, why, and what it costs; changes "
        "nothing",
        rules_options.plan,
        rules_options.PLAN_EXAMPLES,
        beside=("report_id", "config_path", "only_queue", "auto_upgrade"),
        needs=Need.TDX | Need.REPORT,
    ),
    "apply": Command(
        "do just what a plan file says, leaving alone what has changed since",
        rules_options.apply,
        rules_options.APPLY_EXAMPLES,
        beside=("report_id", "config_path", "only_queue", "auto_upgrade"),
        needs=Need.TDX | Need.REPORT,
        changes_state=True,
    ),
    "replay": Command(
        "say what other rules would have done with the tickets of the last days",
        rules_options.replay,
        rules_options.REPLAY_EXAMPLES,
        beside=("report_id", "config_path", "only_queue", "auto_upgrade"),
    ),
    "stats": Command("count the actions by status and by type"),
    "retry": Command("make failed actions due at once", options.retry, changes_state=True),
    "resolve": Command(
        "settle what is held for review: it is done, or it is to be tried again",
        options.resolve,
        options.RESOLVE_EXAMPLES,
        changes_state=True,
    ),
    "doctor": Command(
        "check settings, network, account, rights and database, and say what to do; changes nothing",
        options.doctor,
        options.DOCTOR_CODES,
        beside=("report_id", "config_path"),
        reads_settings=False,
    ),
    "undo": Command(
        "take back what a run did, or what was done to a ticket, as far as it can be taken back",
        undo_options.undo,
        undo_options.UNDO_EXAMPLES,
        beside=("dry_run", "read_only", "auto_upgrade"),
        needs=Need.TDX,
    ),
    "release": Command(
        "let an action go that was held back for the number of its tickets",
        undo_options.release,
        changes_state=True,
    ),
    "status": Command(
        "show what fails, is held for review, is under way, and was done lately",
        looking_options.status,
        looking_options.STATUS_CODES,
    ),
    "runs": Command(
        "show what the last runs did, how they ended, and why",
        looking_options.runs,
        looking_options.RUNS_EXAMPLES,
    ),
    "failures": Command(
        "show what failed or is held for review, by cause, and what to type",
        looking_options.failures,
        looking_options.FAILURES_EXAMPLES,
    ),
    "pause": Command(
        "stop the work on a queue, or on all, for a while or until it is resumed",
        pause_options.pause,
        pause_options.PAUSE_EXAMPLES,
        changes_state=True,
    ),
    "resume": Command(
        "let the work on paused queues go on", pause_options.resume, changes_state=True
    ),
    "run-now": Command(
        "let the daemons that wait begin their next run at once", pause_options.run_now
    ),
    "sync": Command(
        "bring the asset index up to date from TDX",
        options.sync,
        options.SYNC_EXAMPLES,
        needs=Need.TDX,
        changes_state=True,
    ),
    "alerts": Command(
        "send a test alert to each address, and say which of them it reached",
        options.alerts,
        options.ALERTS_EXAMPLES,
    ),
    "verify": Command(
        "compare TDX with the log: what is missing, double or unexplained",
        options.verify,
        options.VERIFY_CODES,
        needs=Need.TDX,
    ),
    "matching-report": Command(
        "show which computers were attached, suggested, refused and corrected, and how good the "
        "patterns are",
        options.matching_report,
        options.MATCHING_REPORT_EXAMPLES,
        needs=Need.TDX,
    ),
    "resume-pattern": Command(
        "let a paused naming pattern attach again", options.resume_pattern, changes_state=True
    ),
    "config": Command(
        "check, show or compare rules files, write one to begin with, print their schema",
        rules_options.config,
        rules_options.CONFIG_EXAMPLES,
        beside=("report_id", "interval", "config_path", "auto_upgrade"),
    ),
    "actions": Command(
        "list the actions that a rules file can name, or show the options of one",
        rules_options.actions,
        reads_settings=False,
        beside=(),
    ),
    "baseline": Command(
        "mark the tickets now in the report as done without executing anything",
        options.baseline,
        beside=("report_id", "config_path", "only_queue", "auto_upgrade"),
        needs=Need.TDX | Need.REPORT,
        changes_state=True,
    ),
}
