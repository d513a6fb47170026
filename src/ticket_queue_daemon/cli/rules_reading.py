"""Read the rules that a ``config`` command is about, and look their names up where TDX can be asked."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.parts import name_book
from ticket_queue_daemon.app.rules import Configured, configure
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.names import NameBook

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from ticket_queue_daemon.actions.registry import Registry
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.config.settings import Settings


@contextmanager
def looking_up(session: Session) -> Iterator[NameBook]:
    """Who looks names up: nobody, with ``--no-check`` or without the settings for TDX."""
    if session.args.no_check or not tdx_is_configured(session.settings):
        yield NameBook(None)
        return
    with session.open_tdx() as client:
        yield name_book(client)


def read_rules_of(
    session: Session, path: Path, names: NameBook, registry: Registry | None = None
) -> Configured:
    """The rules; their secrets are hidden from now on, and what should be known is said on stderr.

    Raises:
        ConfigError: with all that is wrong.
        TdxError: TDX is away, and a name was to be looked up.
    """
    configured = configure(path, names, registry=registry, settings=session.settings)
    session.scrubber.register(*configured.secrets)
    for note in configured.notes:
        session.terminal.err.print(safe(note, style="yellow"), soft_wrap=True)
    return configured


def named_file(session: Session) -> Path:
    """The file that the command line names, else the configured one.

    Raises:
        ConfigError: there is none.
    """
    path: Path | None = session.args.file or session.settings.config_path
    if path is None:
        raise ConfigError(
            "No rules file is named.",
            f"Name it: ticket-queue-daemon config {session.args.what} rules.yaml, "
            "or set DAEMON_CONFIG.",
        )
    if not path.exists():
        raise ConfigError(f"{path} does not exist.", "Look at the path; a folder will do as well.")
    return path


def why_not_looked_up(session: Session) -> str:
    """The reason for which names are still names, as the end of a sentence."""
    return "--no-check was given" if session.args.no_check else "TDX is not configured"


def tdx_is_configured(settings: Settings) -> bool:
    """Whether there is enough to ask TDX."""
    return bool(settings.tdx_base_url and settings.tdx_app_id and settings.credentials)
