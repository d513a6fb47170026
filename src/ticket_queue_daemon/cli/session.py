"""What every command starts from: settings judged, secrets registered, logging set up."""

from __future__ import annotations

import logging
import os
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.commands import COMMANDS, Command
from ticket_queue_daemon.config.settings import Need, Settings
from ticket_queue_daemon.config.tables import unknown_variables
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.observe.logs import TICKET_LOGGER, logging_to
from ticket_queue_daemon.observe.rotation import MEGABYTE, Rotation

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.app.rules import Configured
    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.observe.scrub import Scrubber
    from ticket_queue_daemon.tdx.client import TdxClient

#: The logger of the last word; the console leaves it out, since stderr gets the sentence itself.
ENDING_LOGGER = "ticket_queue_daemon.ending"

_RUN = Command("", needs=Need.TDX | Need.REPORT)
_FLAGS = (
    "report_id",
    "interval",
    "standby",
    "dry_run",
    "read_only",
    "config_path",
    "metrics_port",
    "metrics_host",
)

_LOG = logging.getLogger(__name__)


@dataclass(frozen=True)
class Session:
    """One command under way."""

    args: argparse.Namespace
    settings: Settings
    terminal: Terminal
    scrubber: Scrubber

    def open_app(
        self,
        *,
        need_tdx: bool,
        read_only: bool = False,
        with_actions: bool | None = None,
        actions: Configured | None = None,
    ) -> App:
        """The opened application; what it noticed on opening is logged.

        Raises:
            DaemonError: settings, database or schema are not as they should be.
        """
        from ticket_queue_daemon.app import App  # noqa: PLC0415  --help must not wait for it

        app = App.open(
            self.settings,
            actions=actions,
            need_tdx=need_tdx,
            auto_upgrade=self.args.auto_upgrade,
            read_only=read_only,
            with_actions=with_actions,
            only=getattr(self.args, "only_queue", None),
        )
        self.scrubber.register(*app.secrets)
        for action in app.actions:
            self.scrubber.register(*action.secrets())
        for note in app.notes:
            _LOG.info(note)
        return app

    def open_tdx(self) -> TdxClient:
        """A client alone, which refuses to change TDX; no database is opened.

        Raises:
            ConfigError: what it needs is missing.
        """
        from ticket_queue_daemon.app.parts import tdx_config  # noqa: PLC0415  as above
        from ticket_queue_daemon.clock import SystemClock  # noqa: PLC0415
        from ticket_queue_daemon.tdx.client import TdxClient  # noqa: PLC0415

        return TdxClient(tdx_config(self.settings.tdx()), clock=SystemClock(), read_only=True)


@contextmanager
def open_session(
    args: argparse.Namespace, terminal: Terminal, scrubber: Scrubber
) -> Iterator[Session]:
    """Settings, secrets and logging for the length of a command.

    Raises:
        ConfigError: everything that is missing or wrong, at once.
    """
    settings = _settings(args)
    scrubber.register(*settings.secrets())
    level = args.log_level or "INFO"
    # A progress bar tells of single tickets better than lines do, unless lines were asked for.
    watched = terminal.interactive and args.log_level is None
    hidden = {ENDING_LOGGER, TICKET_LOGGER} if watched else {ENDING_LOGGER}
    # A command answers on stdout; what it does on the way is for the log file.
    quiet = args.command is not None and args.log_level is None
    with logging_to(
        scrubber,
        level=level,
        console_level="WARNING" if quiet else level,
        console_without=hidden,
        log_file=args.log,
        rotation=Rotation(settings.log_max_mb * MEGABYTE, settings.log_keep),
    ):
        for row in settings.describe():
            _LOG.debug("setting %s=%s (%s)", row.variable, row.value, row.origin)
        if _command(args).reads_settings:
            for sentence in unknown_variables(os.environ):
                _LOG.warning(sentence)
        yield Session(args, settings, terminal, scrubber)


def _command(args: argparse.Namespace) -> Command:
    return _RUN if args.command is None else COMMANDS[args.command]


def _settings(args: argparse.Namespace) -> Settings:
    command = _command(args)
    only_prints = (args.command, getattr(args, "what", "")) in {("db", "sql"), ("config", "schema")}
    if only_prints or not command.reads_settings:
        return Settings()
    flags = {name: getattr(args, name) for name in _FLAGS}
    settings = Settings.load(flags, need=command.needs)
    if settings.dry_run and command.changes_state:
        raise ConfigError(
            f"DAEMON_DRY_RUN is on, and {args.command} changes the database.",
            f"To do it all the same: DAEMON_DRY_RUN=false ticket-queue-daemon {args.command} ...",
        )
    return settings
