"""A configured action beside the key by which the tracker knows it."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, get_args

from ticket_queue_daemon.actions.base import Reevaluate
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.store.rows import ActionKey

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from ticket_queue_daemon.actions.base import BaseAction

MAX_VALUE_LENGTH = 40


@dataclass(frozen=True, slots=True)
class BoundAction:
    """An action and its key; the key is computed once, when the actions are bound."""

    action: BaseAction
    key: ActionKey


def bind(actions: Sequence[BaseAction]) -> list[BoundAction]:
    """Compute every key.

    Raises:
        ConfigError: no action, two with the same id, a summary before the end, or an action
            whose ``reevaluate`` is no word that is known.
    """
    if not actions:
        raise ConfigError("No action is configured.", "Name at least one action.")
    bound = [BoundAction(action, _key(action, position)) for position, action in enumerate(actions)]
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
        on_update=action.reevaluate == "on_update" and not action.summarises,
    )
