"""``baseline``: what is in the reports now counts as done; TDX is not changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.each_queue import each_queue
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.app.queues import QueueWork
    from ticket_queue_daemon.cli.session import Session


def baseline(session: Session) -> ExitCode:
    """Mark, queue by queue, and say what was marked.

    Raises:
        DaemonError: the only queue can't be marked; of several, the others are all the same.
    """
    with session.open_app(need_tdx=True) as app:
        several = len(app.queues) > 1
        only = _known(session.args.action, app.queues)

        def mark(work: QueueWork) -> ExitCode:
            meant = [bound.key.action_id for bound in work.bound]
            meant = [one for one in meant if not only or one in only]
            if not meant:
                return ExitCode.DONE
            report = work.baseline(only)
            of = f" of {work.name}" if several else ""
            session.terminal.say(
                f"Baseline{of}: {report.tickets} tickets in the report, {report.rows} newly marked "
                f"as done; nothing was changed in TDX. The {'named' if only else 'configured'} actions:"
            )
            for one in meant:
                session.terminal.say(f"  {one}")
            return ExitCode.DONE

        return each_queue(app.queues, mark, session)


def _known(wanted: Sequence[str], queues: Sequence[QueueWork]) -> frozenset[str]:
    """The ids that were named, all of them configured.

    Raises:
        ConfigError: one is not, with those that are.
    """
    there = [bound.key.action_id for one in queues for bound in one.bound]
    unknown = [one for one in wanted if one not in there]
    if unknown:
        raise ConfigError(
            f"No action is configured as {', '.join(unknown)}.",
            f"There are: {', '.join(dict.fromkeys(there))}.",
        )
    return frozenset(wanted)
