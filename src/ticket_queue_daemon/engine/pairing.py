"""Which action of the old rules each action of the new ones takes the place of. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.engine.keys import BoundAction


@dataclass(frozen=True, slots=True)
class Slot:
    """An action of the new rules beside its old self.

    Attributes:
        new: None: the new rules have none in its place.
        old_id: "": the old rules had none.
        unchanged: the same action under the same rule.
    """

    new: BoundAction | None
    old_id: str = ""
    unchanged: bool = False


def pair(
    old: Sequence[tuple[str, str, str]],
    new: Sequence[BoundAction],
    unsettled: Sequence[tuple[str, str]] = (),
) -> list[Slot]:
    """Each new action with the same one, else with one of its type and label, else of its type.

    Args:
        old: ids, labels and rule hashes, in order.
        new: in order.
        unsettled: types and labels of new actions whose ids are not known; what may be their old
            selves is left out, as they are.

    Returns:
        the new actions in order, then the old ones that are gone.
    """
    free = list(old)
    same = {one.key.action_id for one in new}
    found = {action_id: action_id for action_id, _, _ in old if action_id in same}
    free = [one for one in free if one[0] not in found]
    wanted = [
        (one.key.action_id, one.key.action_type, one.action.label)
        for one in new
        if one.key.action_id not in found
    ]
    wanted += [("", kind, label) for kind, label in unsettled]
    for by_label in (True, False):
        for one in list(wanted):
            action_id, kind, label = one
            like = next(
                (old for old in free if _is_like(old, kind, label if by_label else None)), None
            )
            if like is not None:
                free.remove(like)
                wanted.remove(one)
                if action_id:
                    found[action_id] = like[0]
    rules = {(action_id, rule_hash) for action_id, _, rule_hash in old}
    slots = [
        Slot(
            one,
            found.get(one.key.action_id, ""),
            unchanged=(one.key.action_id, one.key.rule_hash) in rules,
        )
        for one in new
    ]
    return slots + [Slot(None, action_id) for action_id, _, _ in free]


def _is_like(old: tuple[str, str, str], kind: str, label: str | None) -> bool:
    return old[0].partition(":")[0] == kind and label in {None, old[1]}
