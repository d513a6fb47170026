"""``sync assets``: the asset index brought up to date from TDX, by hand or from cron."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.output import safe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ticket_queue_daemon.assets.sync import SyncProgress
    from ticket_queue_daemon.cli.output import Terminal
    from ticket_queue_daemon.cli.session import Session

BUSY = "Another process is bringing the asset index up to date; nothing was done here."


def sync(session: Session) -> ExitCode:
    """Do it, and say what changed.

    Raises:
        TdxError, StoreError: it did not come to its end; the next one goes on from there.
    """
    args, terminal = session.args, session.terminal
    with (
        session.open_app(need_tdx=True, read_only=True) as app,
        _watched(terminal, quiet=args.json) as watch,
    ):
        result = app.sync_assets(full=args.full, watch=watch)
    if args.json:
        terminal.json(
            {"result": "busy"} if result is None else {"result": "done", **asdict(result)}
        )
    else:
        terminal.say(BUSY if result is None else result.sentence())
    return ExitCode.DONE


@contextmanager
def _watched(terminal: Terminal, *, quiet: bool) -> Iterator[Callable[[SyncProgress], None]]:
    """A bar for whoever watches, else a line for each group."""
    if not terminal.interactive:
        yield (lambda _: None) if quiet else lambda step: _tell(terminal, step)
        return
    with Progress(
        TextColumn("groups of assets"),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("{task.fields[assets]:,} assets"),
        console=terminal.err,
        transient=True,
    ) as progress:
        task = progress.add_task("groups", total=1, assets=0)
        yield lambda step: progress.update(
            task, completed=step.done, total=step.groups, assets=step.assets
        )


def _tell(terminal: Terminal, step: SyncProgress) -> None:
    line = f"{step.group}: group {step.done} of {step.groups}, {step.assets:,} assets so far"
    terminal.err.print(safe(line), soft_wrap=True)
