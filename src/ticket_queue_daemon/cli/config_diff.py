"""``config diff OLD NEW``: which actions would run again, on how many tickets, and why."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.app.preview import Reach, reach
from ticket_queue_daemon.app.rules import Configured, configure
from ticket_queue_daemon.cli.output import safe
from ticket_queue_daemon.config.rules_file import QUEUE_SETTINGS
from ticket_queue_daemon.engine.keys import differences

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.config.settings import Settings


@dataclass(frozen=True)
class Change:
    """One action of the new file beside the one of the old that it takes the place of.

    Attributes:
        action: of the new file.
        before: the same one, or one of its type that the new file has no more; None: it is new.
        why: the ingredients of the id that differ, and what else was changed.
    """

    action: BaseAction
    before: BaseAction | None
    why: Sequence[str]

    @property
    def runs_again(self) -> bool:
        """Whether it counts as never executed."""
        return self.before is None or self.before.get_action_id() != self.action.get_action_id()


def diff(session: Session) -> None:
    """Compare, and ask TDX and the log for the numbers if they can be asked.

    Raises:
        ConfigError: one of the files is wrong.
        DaemonError: TDX or the database is away.
    """
    old, new = configure(session.args.old), configure(session.args.new)
    session.scrubber.register(*old.secrets, *new.secrets)
    changes = compare(old.actions, new.actions)
    kept = {change.before.get_action_id() for change in changes if change.before is not None}
    gone = [one for one in old.actions if one.get_action_id() not in kept]
    settings = new.over(session.settings)
    found = _reach(session, settings, new)
    queue = _queue_changes(old, new)
    if session.args.json:
        session.terminal.json(_document(changes, gone, queue, found))
    else:
        _tell(session, changes, gone, queue, found, settings)


def compare(old: Sequence[BaseAction], new: Sequence[BaseAction]) -> list[Change]:
    """Each new action with its old self: the same id, else in order the next of its type."""
    before = {action.get_action_id(): action for action in old}
    ids = {action.get_action_id() for action in new}
    free = [action for action in old if action.get_action_id() not in ids]
    changes = []
    for action in new:
        same = before.get(action.get_action_id())
        if same is None:
            kind = action.get_action_type()
            same = next((one for one in free if one.get_action_type() == kind), None)
            if same is not None:
                free.remove(same)
        changes.append(Change(action, same, _why(same, action)))
    return changes


def _why(before: BaseAction | None, action: BaseAction) -> list[str]:
    if before is None:
        return []
    why = differences(before.get_action_config(), action.get_action_config())
    beside = ("version", "reevaluate", "on_unknown")
    old, new = ({name: getattr(one, name) for name in beside} for one in (before, action))
    return why + differences(old, new)


def _queue_changes(old: Configured, new: Configured) -> list[str]:
    words = {setting: word for word, setting in QUEUE_SETTINGS.items()}
    before, after = (
        {words[name]: value for name, value in one.settings.items()} for one in (old, new)
    )
    return differences(before, after)


def _reach(session: Session, settings: Settings, new: Configured) -> Reach | None:
    ready = settings.tdx_base_url and settings.tdx_app_id and settings.credentials
    if session.args.no_check or not ready or settings.report_id is None:
        return None
    with replace(session, settings=settings).open_app(
        need_tdx=True, read_only=True, with_actions=True, actions=new.actions
    ) as app:
        return reach(app)


def _tell(
    session: Session,
    changes: Sequence[Change],
    gone: Sequence[BaseAction],
    queue: Sequence[str],
    found: Reach | None,
    settings: Settings,
) -> None:
    say = session.terminal.say
    for change in changes:
        identity = change.action.get_action_id()
        number = found.new[identity] if found is not None and not change.action.summarises else None
        if not change.runs_again:
            say(f"same       {identity}{_pending(number)}")
        elif change.before is None:
            say(safe(f"new        {identity}{_on(number, found)}", style="bold"))
        else:
            say(safe(f"runs again {identity}{_on(number, found)}", style="bold"))
            say(f"           instead of {change.before.get_action_id()}")
        for reason in change.why:
            say(f"           {reason}")
        if number is not None and number > settings.max_new_tickets:
            say(
                f"           more than {settings.max_new_tickets} (max_new_tickets): a run is "
                f"refused without --confirm {identity}"
            )
    for action in gone:
        say(f"gone       {action.get_action_id()}")
    for reason in queue:
        say(f"queue      {reason}")
    if found is None and any(change.runs_again for change in changes):
        say("On how many tickets is not told: TDX was not asked.")


def _on(number: int | None, found: Reach | None) -> str:
    if number is None or found is None:
        return ""
    return f"  on {number} of the {found.tickets} tickets now in the report"


def _pending(number: int | None) -> str:
    return f"  new on {number} tickets" if number else ""


def _document(
    changes: Sequence[Change],
    gone: Sequence[BaseAction],
    queue: Sequence[str],
    found: Reach | None,
) -> dict[str, Any]:
    return {
        "tickets_in_report": found.tickets if found else None,
        "actions": [
            {
                "id": change.action.get_action_id(),
                "instead_of": change.before.get_action_id()
                if change.before is not None and change.runs_again
                else None,
                "runs_again": change.runs_again,
                "new_on_tickets": found.new[change.action.get_action_id()] if found else None,
                "why": change.why,
            }
            for change in changes
        ],
        "gone": [action.get_action_id() for action in gone],
        "queue": queue,
    }
