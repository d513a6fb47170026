"""``config diff OLD NEW``: which actions would run again, on how many tickets, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any, Literal

from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.app.preview import Reach, reach
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
    from ticket_queue_daemon.config.settings import Settings

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
    changes = compare(old, new)
    settings = new.over(session.settings)
    found = _reach(session, settings, new)
    queue = _queue_changes(old, new)
    if session.args.json:
        session.terminal.json(_document(changes, queue, found))
        return
    for change in changes:
        _tell(session, change, found, settings)
    for reason in queue:
        session.terminal.say(f"queue      {reason}")
    if any(change.state == "not known" for change in changes):
        session.terminal.say(
            f"Whether names mean the same is not known, since {why_not_looked_up(session)}."
        )
    elif found is None and any(change.state in {"new", "runs again"} for change in changes):
        session.terminal.say("On how many tickets is not told: TDX was not asked.")


def compare(old: Configured, new: Configured) -> list[Change]:
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


def _why(old: Configured, before: Rule, new: Configured, after: Rule) -> list[str]:
    why = differences(old.config_of(before), new.config_of(after))
    versions = ({"version": one.action.version} for one in (before, after))
    if before.action_id is not None and after.action_id is not None:
        why += differences(*versions)
    return why + differences(before.around(), after.around())


def _queue_changes(old: Configured, new: Configured) -> list[str]:
    words = {setting: word for word, setting in QUEUE_SETTINGS.items()}
    before, after = (
        {words[name]: value for name, value in one.settings.items()} for one in (old, new)
    )
    return differences(before, after)


def _reach(session: Session, settings: Settings, new: Configured) -> Reach | None:
    ready = tdx_is_configured(settings) and settings.report_id is not None
    if session.args.no_check or not ready or new.unsettled:
        return None
    with replace(session, settings=settings).open_app(
        need_tdx=True, read_only=True, with_actions=True, actions=new
    ) as app:
        return reach(app)


def _tell(session: Session, change: Change, found: Reach | None, settings: Settings) -> None:
    say = session.terminal.say
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
    if number is not None and number > settings.max_new_tickets:
        say(
            f"           more than {settings.max_new_tickets} (max_new_tickets): a run is "
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


def _document(
    changes: Sequence[Change], queue: Sequence[str], found: Reach | None
) -> dict[str, Any]:
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
            for change in changes
        ],
        "queue": queue,
    }
