"""``simulate``: serve a simulated TDX until Ctrl-C."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session


def simulate(session: Session) -> ExitCode:
    """Serve.

    Raises:
        ConfigError: the extra is not installed, or the port or the file can't be had.
    """
    try:
        from ticket_queue_daemon.simulator.server import serve  # noqa: PLC0415  an extra
    except ImportError as error:
        raise ConfigError(
            f"The simulator is not installed ({error.name} is missing).",
            "pip install 'ticket-queue-daemon[simulator]'",
        ) from error
    args = session.args
    try:
        serve(
            port=args.port,
            tickets=args.tickets,
            assets=args.assets,
            seed=args.seed,
            limits=args.rate_limits,
            env_file=args.env_file,
        )
    except FileExistsError as error:
        raise ConfigError(
            f"{args.env_file} exists, and {error.strerror}; it is left as it is.",
            "Go to an empty folder, or name another file with --env-file.",
        ) from error
    except OSError as error:
        raise ConfigError(
            f"The simulator can't be served on port {args.port}: {error.strerror or error}.",
            "Take another with --port, or any free one with --port 0.",
        ) from error
    return ExitCode.DONE
