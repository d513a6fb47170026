"""What the actions of one queue must be to each other, told at the line where they are not."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

from ticket_queue_daemon.config.places import field_name, meant

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.config.places import Document
    from ticket_queue_daemon.config.rules_model import ActionRule, QueueRules

    Made: TypeAlias = tuple[BaseAction, ActionRule, str | None]


def check_order(document: Document, queue: QueueRules, made: Sequence[Made]) -> None:
    """The same action twice, a summary before the end, a dependency on nothing that stands before.

    Args:
        document: where mistakes are noted.
        queue: as the file says it.
        made: its actions that are not disabled, each with its rule and its id, if that is known.
    """
    if queue.actions and not made and not document.mistakes:
        path = (*queue.path, "actions") if queue.own_actions else ("actions",)
        document.wrong(path, "every action is disabled; enable one")
    seen: dict[str, ActionRule] = {}
    for number, one in enumerate(made):
        action, rule, action_id = one
        first = seen.setdefault(action_id, rule) if action_id else rule
        if first is not rule:
            document.wrong(
                rule.path,
                f"the same action as {field_name(first.path)} in "
                f"{document.place(first.path)}; remove one, or give it another version",
            )
        _check_dependency(document, one, made[:number])
        if action.summarises and not all(later.summarises for later, _, _ in made[number:]):
            document.wrong(rule.path, "tells what the actions before it did, so it goes last")


def _check_dependency(document: Document, one: Made, before: Sequence[Made]) -> None:
    """What it depends on stands before it, and is called so by nothing else."""
    action, rule, _ = one
    if wanted := action.rule.depends_on:
        path = (*rule.path, "depends_on")
        names = [other.label or its.word for other, its, _ in before]
        types = [its.word for _, its, _ in before]
        if wanted not in names and wanted not in types:
            document.wrong(
                path, f"no action before this one is called {wanted!r}{meant(wanted, names)}"
            )
        elif names.count(wanted) + (wanted not in names) * types.count(wanted) > 1:
            document.wrong(
                path,
                f"several actions before this one are called {wanted!r}; give the one that is meant "
                "a label",
            )
