"""A progress bar for whoever watches: an observer of the run's events."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Self

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from ticket_queue_daemon.observe.events import (
    ActionFinished,
    Event,
    RunFinished,
    RunStarted,
    TicketFinished,
    TicketsPending,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from types import TracebackType

    from rich.console import Console
    from rich.progress import TaskID

    from ticket_queue_daemon.cli.output import Terminal


class ProgressObserver:
    """Shows tickets done out of tickets pending; a context manager, so that it always goes away."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._progress: Progress | None = None
        self._task: TaskID | None = None
        self._failed = 0

    def on_event(self, event: Event) -> None:
        """Move the bar."""
        match event:
            case RunStarted():
                self._failed = 0
            case TicketsPending(total=total) if total:
                self._begin(total)
            case ActionFinished(outcome="failed" | "needs_review"):
                self._failed += 1
            case TicketFinished() if self._progress and self._task is not None:
                self._progress.update(self._task, advance=1, failed=self._told())
            case RunFinished():
                self.close()

    def close(self) -> None:
        """Take the bar off the screen."""
        if self._progress is not None:
            self._progress.stop()
            self._progress = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _begin(self, total: int) -> None:
        self.close()
        self._progress = Progress(
            TextColumn("tickets"),
            BarColumn(bar_width=None),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("{task.fields[failed]}"),
            console=self._console,
            transient=True,
        )
        self._task = self._progress.add_task("tickets", total=total, failed="")
        self._progress.start()

    def _told(self) -> str:
        return f"{self._failed} not done" if self._failed else ""


@contextmanager
def tickets_watched(terminal: Terminal, total: int) -> Iterator[Callable[[], None]]:
    """A bar for whoever watches; what is given back moves it by one ticket."""
    with _watched(terminal, total, "tickets") as more:
        yield lambda: more(1)


@contextmanager
def rows_watched(terminal: Terminal, total: int) -> Iterator[Callable[[int], None]]:
    """A bar for whoever watches; what is given back moves it by so many rows."""
    with _watched(terminal, total, "rows") as more:
        yield more


@contextmanager
def _watched(terminal: Terminal, total: int, noun: str) -> Iterator[Callable[[int], None]]:
    if not terminal.interactive or not total:
        yield lambda _: None
        return
    with Progress(
        TextColumn(noun),
        BarColumn(bar_width=None),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=terminal.err,
        transient=True,
    ) as progress:
        task = progress.add_task(noun, total=total)
        yield lambda number: progress.advance(task, number)
