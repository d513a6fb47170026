"""One queue after the other: what goes wrong with one keeps nobody from the next."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode, code_of, worst
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.errors import ConfigError, DaemonError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from ticket_queue_daemon.app.queues import QueueWork
    from ticket_queue_daemon.cli.session import Session


def each_queue(
    queues: Sequence[QueueWork],
    do: Callable[[QueueWork], ExitCode],
    session: Session,
    failed: Callable[[QueueWork, DaemonError], None] = lambda _, __: None,
) -> ExitCode:
    """Do it for each, in order; the worst of their exit codes.

    Args:
        queues: at least one.
        do: is called with each, until one of them is the only one and fails.
        session: where errors are said.
        failed: is told of an error that did not end the command.

    Raises:
        DaemonError: it was the only queue.
    """
    codes = [ExitCode.DONE]
    for work in queues:
        try:
            codes.append(do(work))
        except DaemonError as error:
            if len(queues) == 1:
                raise
            failed(work, error)
            said = f"{work.name}: {error.message} {error.advice}".strip()
            session.terminal.err.print(safe(session.scrubber.text(said)), soft_wrap=True)
            codes.append(code_of(error.exit_code))
    return worst(codes)


def the_one(queues: Sequence[QueueWork]) -> QueueWork:
    """The queue of a command that is about one.

    Raises:
        ConfigError: there are several, and none was named.
    """
    if len(queues) > 1:
        raise ConfigError(
            f"There are several queues: {', '.join(one.name for one in queues)}.",
            "Name the one that is meant: --queue NAME.",
        )
    return queues[0]
