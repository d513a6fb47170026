"""``config diff OLD NEW``: which actions would run again, on how many tickets, and why."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.app.opening import name_of, settings_of
from ticket_queue_daemon.app.preview import Reach, reach
from ticket_queue_daemon.app.rules import ConfiguredQueue
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.cli.rules_reading import (
    looking_up,
    read_rules_of,
    tdx_is_configured,
    why_not_looked_up,
)
from ticket_queue_daemon.config.queue_section import QUEUE_SETTINGS
from ticket_queue_daemon.engine.keys import differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.app.rules import Configured, Rule
    from ticket_queue_daemon.cli.session import Session

State = Literal["same", "runs again", "new", "not known", "gone", "disabled"]


@dataclass(frozen=True)
class Change:
    """One action of the new file beside the one of the old that it takes the place of.

    Attributes:
        state: ``runs again`` and ``new`` count as never executed; ``not known``: names differ, and
            only TDX can tell whether they mean the same. ``gone`` and ``disabled`` are of the old file.
        rule: the action.
        before: the same one, or one of its type that the new file has no more.
        why: the ingredients of the id that differ, and what else was changed.
    """

    state: State
    rule: Rule
    before: Rule | None = None
    why: Sequence[str] = ()


_NOTHING = ConfiguredQueue(())
"""What a queue was before it was there."""


@dataclass(frozen=True)
class _Compared:
    """One queue beside its old self; ``most``: its ``max_new_tickets``."""

    name: str
    changes: Sequence[Change]
    queue: Sequence[str]
    found: Reach | None
    most: int
    gone: bool


def diff(session: Session) -> None:
    """Compare, and ask TDX and the log for the numbers if they can be asked.

    Raises:
        ConfigError: one of the files is wrong.
        DaemonError: TDX or the database is away.
    """
    registry = Registry.discover()
    with looking_up(session) as names:
        old = read_rules_of(session, session.args.old, names, registry)
        new = read_rules_of(session, session.args.new, names, registry)
    pairs = _pairs(session, old, new)
    found = _reach(session, new)
    compared = [
        _Compared(
            name,
            compare(before or _NOTHING, after or _NOTHING),
            ["it is new"]
            if before is None
            else []
            if after is None
            else _queue_changes(before, after),
            found.get(name),
            after.over(session.settings).max_new_tickets if after else 0,
            gone=after is None,
        )
        for name, before, after in pairs
    ]
    if session.args.json:
        documents = [_document(one) for one in compared]
        several = [{"name": one.name, "gone": one.gone} for one in compared]
        session.terminal.json(
            documents[0]
            if len(compared) == 1
            else {"queues": [a | b for a, b in zip(several, documents, strict=True)]}
        )
        return
    for one in compared:
        if len(compared) > 1:
            session.terminal.say(safe(f"Queue {one.name}", style="bold underline"))
        if one.gone:
            session.terminal.say("queue      it is gone")
        _tell_queue(session, one)
    _tell_unknown(session, compared)


def _tell_queue(session: Session, one: _Compared) -> None:
    for change in one.changes:
        _tell(session, change, one)
    for reason in one.queue:
        session.terminal.say(f"queue      {reason}")


def _tell_unknown(session: Session, compared: Sequence[_Compared]) -> None:
    states = {change.state for one in compared if one.found is None for change in one.changes}
    if any(change.state == "not known" for one in compared for change in one.changes):
        session.terminal.say(
            f"Whether names mean the same is not known, since {why_not_looked_up(session)}."
        )
    elif states & {"new", "runs again"}:
        session.terminal.say("On how many tickets is not told: TDX was not asked.")


def _pairs(
    session: Session, old: Configured, new: Configured
) -> list[tuple[str, ConfiguredQueue | None, ConfiguredQueue | None]]:
    """Each queue of the new file with its old self, by its name; then those that are gone."""
    if len(old.queues) == len(new.queues) == 1:
        return [(name_of(new.queues[0].over(session.settings)), old.queues[0], new.queues[0])]
    before = {name_of(one.over(session.settings)): one for one in old.queues}
    after = {name_of(one.over(session.settings)): one for one in new.queues}
    gone = [(name, one, None) for name, one in before.items() if name not in after]
    return [*[(name, before.get(name), one) for name, one in after.items()], *gone]


def compare(old: ConfiguredQueue, new: ConfiguredQueue) -> list[Change]:
    """Each new action with its old self: the same one, else of its type the one most like it."""
    off = [one.rule for one in new.made if one.rule and not one.enabled]
    rest = [one for one in old.in_force if not any(other.does_as(one) for other in new.in_force)]
    disabled = [one for one in rest if one.rule and any(one.rule.does_as(other) for other in off)]
    free = [one for one in rest if one not in disabled]
    changes = []
    for one in new.in_force:
        same = next((other for other in old.in_force if one.does_as(other)), None)
        if same is not None:
            changes.append(Change("same", one, same, differences(same.around(), one.around())))
            continue
        alike = [other for other in free if other.word == one.word]
        if not alike:
            changes.append(Change("new", one))
            continue
        why, before = min(
            ((_why(old, other, new, one), other) for other in alike), key=lambda pair: len(pair[0])
        )
        free.remove(before)
        known = one.action_id is not None and before.action_id is not None
        changes.append(Change("runs again" if known else "not known", one, before, why))
    changes += [Change("disabled", one) for one in disabled]
    return changes + [Change("gone", one) for one in free]


def _why(old: ConfiguredQueue, before: Rule, new: ConfiguredQueue, after: Rule) -> list[str]:
    why = differences(old.config_of(before), new.config_of(after))
    versions = ({"version": one.action.version} for one in (before, after))
    if before.action_id is not None and after.action_id is not None:
        why += differences(*versions)
    return why + differences(before.around(), after.around())


def _queue_changes(old: ConfiguredQueue, new: ConfiguredQueue) -> list[str]:
    words = {setting: word for word, setting in QUEUE_SETTINGS.items()}
    before, after = (
        {words[name]: value for name, value in one.settings.items()} for one in (old, new)
    )
    return differences(before, after)


def _reach(session: Session, new: Configured) -> dict[str, Reach]:
    """By the name of each queue of the new file, if TDX can be asked."""
    settings = settings_of(new, session.settings)
    ready = tdx_is_configured(session.settings) and all(name_of(one) for one in settings)
    if session.args.no_check or not ready or new.unsettled:
        return {}
    with session.open_app(need_tdx=True, read_only=True, with_actions=True, actions=new) as app:
        return {work.name: reach(app, work) for work in app.queues}


def _tell(session: Session, change: Change, queue: _Compared) -> None:
    say, found = session.terminal.say, queue.found
    number = _number(change, found)
    label = f"{change.state:<10} {change.rule.label}"
    if change.state == "same":
        say(f"{label}{_pending(number)}")
    else:
        say(safe(f"{label}{_on(number, found)}", style="bold"))
        if change.before is not None:
            say(f"           instead of {change.before.label}")
    for reason in change.why:
        say(f"           {reason}")
    if number is not None and number > queue.most:
        say(
            f"           more than {queue.most} (max_new_tickets): a run is "
            f"refused without --confirm {change.rule.action_id}"
        )


def _number(change: Change, found: Reach | None) -> int | None:
    """On how many tickets the action would newly execute; a summary follows the others."""
    asked = found is not None and change.state in {"same", "new", "runs again"}
    if not asked or found is None or change.rule.action.summarises:
        return None
    return found.new[change.rule.action_id or ""]


def _on(number: int | None, found: Reach | None) -> str:
    if number is None or found is None:
        return ""
    return f"  on {number} of the {found.tickets} tickets now in the report"


def _pending(number: int | None) -> str:
    return f"  new on {number} ticket{'s' if number != 1 else ''}" if number else ""


def _document(queue: _Compared) -> dict[str, Any]:
    found = queue.found
    return {
        "tickets_in_report": found.tickets if found else None,
        "actions": [
            {
                "id": change.rule.action_id,
                "type": change.rule.word,
                "state": change.state,
                "instead_of": change.before.action_id if change.before else None,
                "new_on_tickets": _number(change, found),
                "why": change.why,
            }
            for change in queue.changes
        ],
        "queue": queue.queue,
    }
