"""``simulate``: serve a simulated TDX until Ctrl-C."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from ticket_queue_daemon.cli.session import Session

_ADVICE = "The file is left as it is; docs/simulator.md tells what each option reads."


def simulate(session: Session) -> ExitCode:
    """Serve.

    Raises:
        ConfigError: the extra is not installed, or the port or the file can't be had.
    """
    try:
        from ticket_queue_daemon.simulator import files, serving  # noqa: PLC0415  an extra
    except ImportError as error:
        raise ConfigError(
            f"The simulator is not installed ({error.name} is missing).",
            "pip install 'ticket-queue-daemon[simulator]'",
        ) from error
    args = session.args
    contents = serving.Contents(
        args.tickets, args.assets, args.seed, args.state, args.load_assets, args.load_tickets
    )
    try:
        serving.serve(
            port=args.port,
            contents=contents,
            limits=args.rate_limits,
            env_file=args.env_file,
            tls=args.tls,
        )
    except files.UnusableFileError as error:
        raise ConfigError(f"{error.path} can't be used: {error.reason}", _ADVICE) from error
    except FileExistsError as error:
        raise ConfigError(
            f"{args.env_file} exists, and {error.strerror}; it is left as it is.",
            "Go to an empty folder, or name another file with --env-file.",
        ) from error
    except OSError as error:
        if error.filename:
            raise ConfigError(
                f"{error.filename} can't be written: {error.strerror}",
                "Name a file in a folder that is there and that this user may write to.",
            ) from error
        raise ConfigError(
            f"The simulator can't be served on port {args.port}: {error.strerror or error}.",
            "Take another with --port, or any free one with --port 0.",
        ) from error
    return ExitCode.DONE
