"""``plan`` and ``apply``: what a run would do now, and a run that does just what such a plan says."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.costs import at_least, costs
from ticket_queue_daemon.engine.proposal import (
    Proposal,
    closed,
    guard_and_notes,
    how_it_stands,
    seen,
    standing,
)
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.reports import Reports

if TYPE_CHECKING:
    import threading
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.engine.expected import Expected
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.plan_file import PlanFile
    from ticket_queue_daemon.engine.proposal import Entry
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.tdx.client import TdxClient


@dataclass(frozen=True, slots=True)
class Applied:
    """What came of a plan file.

    Attributes:
        report: the run's figures.
        changed: the pairs that were left alone since other effects would be made now, and which.
        not_pending: the pairs on which there was nothing to do any more, or not now, and why.
    """

    report: RunReport
    changed: Mapping[tuple[int, str], str]
    not_pending: Mapping[tuple[int, str], str]


def propose(
    app: App, *, observer: Observer | None = None, stop: threading.Event | None = None
) -> Proposal:
    """Look at every ticket that a run would look at; nothing is written, to TDX or to the database.

    Args:
        app: opened with its actions; its client may be one that only reads.
        observer: is told how far it is.
        stop: set it to break off; then ``report.stopped`` says so, and the plan is not whole.

    Raises:
        ReportError, StoreError, TdxError: as a dry run does.
    """
    client, queue = _client(app), app.queue
    now = app.clock.now()
    report = app.run_once(dry_run=True, observer=observer, stop=stop)
    entries = seen(report, queue.actions)
    rest, done = _not_looked_at(app, report, entries, now)
    guard, notes = guard_and_notes(report)
    effects = [effect for view in report.plans for effect in view.planned]
    cost = costs(report.calls, effects, client.rate_limits())
    return Proposal(
        at=now,
        instance=client.instance,
        queue=queue.name,
        actions=tuple(queue.actions),
        entries=tuple(_in_order([*entries, *rest], report.tickets, queue.actions)),
        done=done,
        costs=tuple(cost),
        seconds=at_least(cost),
        guard=guard,
        notes=notes,
        report=report,
    )


def carry_out(
    app: App,
    plan: PlanFile,
    *,
    max_age: timedelta,
    observer: Observer | None = None,
    stop: threading.Event | None = None,
) -> Applied:
    """Do just what a plan file names, where it still is to be done and comes to the same.

    Args:
        app: opened for a run.
        plan: as it was read.
        max_age: the oldest that it may be.
        observer: is told what happens.
        stop: set it to end after the work in hand; applied again, the file goes on.

    Raises:
        ConfigError: the plan was made for another place or other rules, or too long ago.
        ReportError, StoreError, TdxError: as a run does.
    """
    queue, now, instance = app.queue, app.clock.now(), _client(app).instance
    plan.check(instance=instance, queue=queue.name, actions=queue.actions, now=now, max_age=max_age)
    expected = plan.expected()
    before = Reports(app.database).standings(
        sorted({ticket_id for ticket_id, _ in expected.wanted}), sorted(expected.action_ids)
    )
    standings = {(row["ticket_id"], row["action_id"]): row for row in before}
    # Whoever names each ticket has confirmed the actions.
    report = app.run_once(
        dry_run=False,
        confirm=expected.action_ids,
        observer=observer,
        stop=stop,
        expected=expected,
    )
    bound = {one.key.action_id: one for one in queue.actions}
    in_report = set(report.tickets)
    not_pending = {}
    for pair in _without_work(expected, bound):
        if row := standings.get(pair):
            why = how_it_stands(row, bound[pair[1]], now)
        elif pair[0] not in in_report:
            why = "the ticket is not in the report any more"
        else:
            why = "the ticket is in another run's hands, or the schedule is closed"
        not_pending[pair] = why
    return Applied(report, dict(expected.changed), not_pending)


def _not_looked_at(
    app: App, report: RunReport, entries: Sequence[Entry], now: datetime
) -> tuple[list[Entry], Mapping[str, int]]:
    """What waits for its schedule, what stands in the log, and how often each action is done."""
    queue = app.queue
    looked_at = {(one.ticket_id, one.action_id) for one in entries}
    shut = [one for one in queue.actions if not one.acts_at(now)]
    ids = {one.key.action_id for one in shut}
    waiting = {
        (one.ticket_id, one.action_id)
        for one in app.tracker.pending(queue.name, report.tickets, [one.key for one in shut])
        if one.in_report and one.action_id in ids
    } - looked_at
    rows = Reports(app.database).standings(
        report.tickets, [one.key.action_id for one in queue.actions]
    )
    rest, done = standing(rows, queue.actions, looked_at | waiting, now)
    return [*closed(waiting, shut, now), *rest], done


def _without_work(
    expected: Expected, bound: Mapping[str, BoundAction]
) -> Sequence[tuple[int, str]]:
    """The named pairs that were not pending; a summary is not until there is something to tell."""
    return [
        pair
        for pair in expected.wanted
        if pair not in expected.pending and not bound[pair[1]].key.summarises
    ]


def _in_order(
    entries: Sequence[Entry], tickets: Sequence[int], actions: Sequence[BoundAction]
) -> list[Entry]:
    """As a run would come by them; what has left the report first, as it would be finished first."""
    place = {ticket_id: number for number, ticket_id in enumerate(tickets)}
    turn = {one.key.action_id: number for number, one in enumerate(actions)}
    return sorted(entries, key=lambda one: (place.get(one.ticket_id, -1), turn[one.action_id]))


def _client(app: App) -> TdxClient:
    if app.client is None:
        raise ConfigError("This command was opened without TDX.", "Open it with need_tdx=True.")
    return app.client
