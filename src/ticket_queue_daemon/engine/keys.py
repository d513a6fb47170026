"""A configured action beside the key by which the tracker knows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from ticket_queue_daemon.actions.base import Reevaluate
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.rule import Rule
from ticket_queue_daemon.store.rows import ActionKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.actions.base import BaseAction

MAX_VALUE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class BoundAction:
    """An action and its key; the key is computed once, when the actions are bound.

    Attributes:
        depends_on: the id of the action that must be completed on the ticket before; "" for none.
        stoppers: the ids of the actions before it that stop those behind them.
    """

    action: BaseAction
    key: ActionKey
    depends_on: str = ""
    stoppers: tuple[str, ...] = ()

    @property
    def rule(self) -> Rule:
        """When and on which tickets it acts."""
        return self.action.rule

    def acts_at(self, now: datetime) -> bool:
        """Whether its schedule is open."""
        schedule = self.rule.schedule
        return schedule is None or schedule.is_open(now)


def bind(actions: Sequence[BaseAction]) -> list[BoundAction]:
    """Compute every key.

    Raises:
        ConfigError: no action, two with the same id, a summary before the end, an action whose
            ``reevaluate`` is no word that is known, one that depends on none that stands before it,
            or a summary under a rule.
    """
    if not actions:
        raise ConfigError("No action is configured.", "Name at least one action.")
    bound: list[BoundAction] = []
    for position, action in enumerate(actions):
        _check_summary(action)
        stoppers = tuple(one.key.action_id for one in bound if one.rule.stop)
        bound.append(
            BoundAction(action, _key(action, position), _dependency(action, bound), stoppers)
        )
    twice = [
        name for name, count in Counter(one.key.action_id for one in bound).items() if count > 1
    ]
    if twice:
        raise ConfigError(
            f"The same action is configured twice: {', '.join(twice)}.",
            "Remove one, or give one of them another version.",
        )
    summaries = [one.key.summarises for one in bound]
    if summaries != sorted(summaries):
        raise ConfigError(
            "A summary action stands before another action.", "Place SummaryCommentAction last."
        )
    return bound


def _check_summary(action: BaseAction) -> None:
    """A summary that does not tell what there is to tell would be asked to again for ever."""
    plain = Rule(calendar=action.rule.calendar, on_update=action.rule.on_update)
    if action.summarises and action.rule != plain:
        raise ConfigError(
            f"{type(action).__name__} stands under a rule.",
            "It tells what the actions before it did; put the rule around those.",
        )


def _dependency(action: BaseAction, before: Sequence[BoundAction]) -> str:
    wanted = action.rule.depends_on
    if not wanted:
        return ""
    name = type(action).__name__
    labelled = [one for one in before if one.action.label == wanted]
    found = labelled or [one for one in before if one.key.action_type == wanted]
    if len(found) == 1:
        return found[0].key.action_id
    there = ", ".join(dict.fromkeys(one.action.label or one.key.action_type for one in before))
    raise ConfigError(
        f"{name} depends on {wanted!r}, and {len(found) or 'no'} actions before it are called so.",
        f"Before it stand: {there or 'none'}. Give the one that is meant a name of its own.",
    )


def differences(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """``name was 1, is 2`` for each member of a config that differs: the ingredients of the hash."""
    return [
        f"{name} was {_short(old.get(name))}, is {_short(new.get(name))}"
        for name in sorted(old.keys() | new.keys())
        if old.get(name) != new.get(name)
    ]


def _short(value: object) -> str:
    text = repr(value)
    return text if len(text) <= MAX_VALUE_LENGTH else text[: MAX_VALUE_LENGTH - 1] + "…"


def _key(action: BaseAction, position: int) -> ActionKey:
    if action.reevaluate not in get_args(Reevaluate):
        raise ConfigError(
            f"{type(action).__name__}: reevaluate is {action.reevaluate!r}.",
            f"It must be one of {', '.join(get_args(Reevaluate))}.",
        )
    return ActionKey(
        action_id=action.get_action_id(),
        action_type=action.get_action_type(),
        action_hash=action.get_action_hash(),
        version=action.version,
        config=action.get_action_config(),
        position=position,
        summarises=action.summarises,
        skip_if_empty=bool(getattr(action, "skip_if_empty", True)),
        on_update=not action.summarises
        and (action.reevaluate == "on_update" or action.rule.looks_again),
        repeats=action.rule.repeat is not None and not action.summarises,
        rule_hash="" if action.summarises else action.rule.hash,
    )
