"""Which kinds of effect may be sent at all: at load where it is known, in each plan surely.

None stands for "every kind", wherever kinds are allowed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.effects.codec import KINDS
from ticket_queue_daemon.errors import ConfigError, NotAllowed

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.effects.base import Effect

SETTING = "DAEMON_ALLOWED_EFFECTS"


def allowed_kinds(words: Sequence[str]) -> frozenset[str] | None:
    """The setting's words as kinds; None if there are none.

    Raises:
        ConfigError: a word is no kind of effect; names those that there are.
    """
    if unknown := [word for word in words if word not in KINDS]:
        raise ConfigError(
            f"{SETTING} names {_listed(unknown)}, and there is no effect of that kind.",
            f"There are: {', '.join(sorted(KINDS))}.",
        )
    return frozenset(words) or None


def check_actions(actions: Iterable[BaseAction], allowed: frozenset[str] | None) -> None:
    """Refuse a configuration of which it is known that its plans will be refused.

    Raises:
        ConfigError: names each action, what it asks for, and what is allowed.
    """
    if allowed is None:
        return
    told = [
        f"{action.get_action_id()} asks for {_listed(sorted(over))}"
        for action in actions
        if (over := (action.asks_for or frozenset()) - allowed)
    ]
    if told:
        raise ConfigError(
            f"{SETTING} allows only {_listed(sorted(allowed))}: {'; '.join(told)}.",
            f"Add it to {SETTING} if it is meant, or take the action out.",
        )


def check_plan(effects: Iterable[Effect], allowed: frozenset[str] | None) -> None:
    """Refuse a plan that holds an effect of another kind.

    Raises:
        NotAllowed: names the kinds, and what to type once they are allowed.
    """
    for effect in effects:
        if why := refusal(effect, allowed):
            raise NotAllowed(
                f"Nothing of this plan was sent: {why}.",
                f"If it is meant, add it to {SETTING}; then: "
                f"ticket-queue-daemon retry --ticket {effect.ticket_id}",
            )


def refusal(effect: Effect, allowed: frozenset[str] | None) -> str:
    """Why an effect may not be sent, without a word of what it holds; "" if it may."""
    over = frozenset() if allowed is None else effect.needs_allowed - allowed
    if not over:
        return ""
    return f"{_listed(sorted(over))} is not among the effects that {SETTING} allows"


def _listed(words: Sequence[str]) -> str:
    return " and ".join(repr(word) if not word.isidentifier() else word for word in words)
