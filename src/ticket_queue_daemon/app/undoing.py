"""An undo, wired: what of a run or of a ticket can be taken back, and the pass that takes it back."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.safety import bounds_of
from ticket_queue_daemon.assets.lookup import RunAssets
from ticket_queue_daemon.clock import waking
from ticket_queue_daemon.effects.base import Doors
from ticket_queue_daemon.engine.allowing import allowed_kinds
from ticket_queue_daemon.engine.line import Limits
from ticket_queue_daemon.engine.undo_action import UndoAction
from ticket_queue_daemon.engine.undo_run import UndoRun
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.outside.post import Outside

if TYPE_CHECKING:
    import threading
    from collections.abc import Iterator, Mapping, Sequence

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.store.undo import Undoable, UndoRow

LARGEST_TICKET_ID = 2**31 - 1
UNSETTLED = ("started", "needs_review")


@dataclass(frozen=True, slots=True)
class Target:
    """What a person wants taken back.

    Attributes:
        name: ``run 7f3c…`` or ``ticket 9291804``.
        todo: undos by ticket, each ticket's last action first.
        known: what was taken back before, or has nothing to be taken back, with its undo's row.
        unsettled: what can't be taken back yet: under way, or held for review.
    """

    name: str
    todo: Mapping[int, Sequence[UndoAction]]
    known: Sequence[tuple[Undoable, UndoRow]]
    unsettled: Sequence[Undoable]


def find(app: App, text: str, *, action_id: str | None, who: str, comment: bool) -> Target:
    """What a run's id, its beginning, or a ticket's id means.

    Args:
        app: opened.
        text: as typed.
        action_id: only this action's.
        who: the person.
        comment: whether each ticket is to get a comment.

    Raises:
        ConfigError: it means nothing that changed a ticket, or several runs; or a setting is wrong.
    """
    name, found = _meant(app, text)
    rows = [one for one in found if action_id in {None, one.action_id}]
    if not rows:
        there = ", ".join(dict.fromkeys(one.action_id for one in found))
        raise ConfigError(f"{action_id} changed nothing by {name}.", f"What did: {there}.")
    undos = {
        (one.ticket_id, one.action_id): one
        for one in app.tracker.undo.undos(sorted({row.ticket_id for row in rows}))
    }
    todo: dict[int, list[UndoAction]] = {}
    allowed = allowed_kinds(app.settings.allowed_effects)
    known: list[tuple[Undoable, UndoRow]] = []
    unsettled: list[Undoable] = []
    for row in rows:
        action = UndoAction(row, app.tracker, who, allowed=allowed)
        undo = undos.get((row.ticket_id, action.get_action_id()))
        if undo is not None and undo.status in {"completed", "skipped"}:
            known.append((row, undo))
        elif row.status in UNSETTLED:
            unsettled.append(row)
        else:
            todo.setdefault(row.ticket_id, []).append(action)
    if comment:
        for actions in todo.values():
            for action in actions:
                action.teller = actions[-1].get_action_id()
    return Target(name, todo, known, unsettled)


def _meant(app: App, text: str) -> tuple[str, Sequence[Undoable]]:
    word = text.strip()
    if word.isascii() and word.isdecimal() and int(word) <= LARGEST_TICKET_ID:
        rows = app.tracker.undo.of_ticket(int(word))
        if rows:
            return f"ticket {int(word)}", rows
    rows = app.tracker.undo.of_runs(word)
    runs = dict.fromkeys(str(row.run_id) for row in rows)
    if len(runs) > 1:
        listed = "\n".join(f"  {run}" for run in runs)
        raise ConfigError(f"{word} may mean {len(runs)} runs:\n{listed}", "Give more letters.")
    if not runs:
        raise ConfigError(
            f"The log knows nothing to take back by {word!r}: neither a ticket that we changed nor "
            "a run (at least 4 letters of its id) whose last word on a ticket was a change.",
            "`ticket ID` tells what was done to a ticket; the log file names each run's id.",
        )
    return f"run {next(iter(runs))}", rows


@contextmanager
def undoing(
    app: App, target: Target, *, observer: Observer, stop: threading.Event, dry_run: bool
) -> Iterator[UndoRun]:
    """The pass, ready to be carried out or shown.

    A pause of a queue holds it up as little as any command: whoever stops the work on a queue may want
    just this. What bounds every run (kinds of effect, effects an hour, a confirmed instance) bounds it.

    Raises:
        InstanceMismatch: the database belongs to another TDX instance.
        Unconfirmed: nobody has confirmed that its tickets may be changed.
        TdxError: TDX is away.
    """
    client = app.tdx
    app.check_instance()
    outside = Outside((), app.clock)
    settings = app.settings
    ledger = None if dry_run else app.ledger
    try:
        with (
            waking(app.clock, stop),
            app.guard.over_a_run(dry_run=dry_run),
            client.sharing_limits(ledger),
        ):
            client.work_begins()
            client.check_applications()
            yield UndoRun(
                doors=Doors(client, outside),
                tracker=app.tracker,
                clock=app.clock,
                limits=Limits(
                    lease_seconds=settings.lease_seconds,
                    # A person gives the next try, and need not wait for it.
                    retry_seconds=0.0,
                    max_attempts=settings.max_attempts,
                    settle_seconds=settings.settle_seconds,
                ),
                workers=settings.workers,
                assets=RunAssets(app.keeper, dry_run=True),
                observer=observer,
                stopping=stop.is_set,
                work=target.todo,
                bounds=bounds_of(settings, app.tracker),
            )
    finally:
        outside.close()
