"""What a rule says around its action: whether and when it is done, not what it does.

The one place for such words. In a file they stand beside the action's own options; from here on
they are kept apart: no constructor is given them and no action's hash holds them, so that to change
one executes nothing again. A field added here is known to files, to their schema, to ``config`` and
to ``actions show``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from pydantic import BaseModel, ConfigDict, Field

from ticket_queue_daemon.actions.base import OnUnknown, Reevaluate  # noqa: TC001  pydantic reads them
from ticket_queue_daemon.config.strictness import Boolean  # noqa: TC001  likewise

if TYPE_CHECKING:
    from ticket_queue_daemon.actions.base import BaseAction

NOT_DEFAULTS: Final = frozenset({"enabled"})
"""Rule options that ``defaults`` may not give to all."""
_ATTRIBUTES: Final = ("reevaluate", "on_unknown")


class SummaryRuleOptions(BaseModel):
    """What can be said of every rule, also of one whose action tells what the others did."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    enabled: Boolean = Field(
        default=True, description="false: leave this action out, as if it were not in the file."
    )
    on_unknown: OnUnknown | None = Field(
        default=None,
        description="a change whose answer was lost and that can't be looked up: `verify` holds it "
        "for a person after a look, `never_repeat` without one, `repeat` sends it again.",
    )


class RuleOptions(SummaryRuleOptions):
    """What can be said of a rule whose action changes tickets."""

    reevaluate: Reevaluate | None = Field(
        default=None,
        description="`on_update`: look again at a ticket that was skipped, once it has changed.",
    )


WORDS: Final = frozenset(RuleOptions.model_fields)
"""Every rule option; no action's own option may be called so."""


def options_around(cls: type[BaseAction]) -> type[SummaryRuleOptions]:
    """The rule options that go with an action."""
    return SummaryRuleOptions if cls.summarises else RuleOptions


def apply(around: BaseModel, action: BaseAction) -> None:
    """Tell the action those that it knows as attributes; what is not given stays its own affair."""
    for name in _ATTRIBUTES:
        value = getattr(around, name, None)
        if value is not None:
            setattr(action, name, value)


def in_force(action: BaseAction, around: BaseModel | None = None) -> dict[str, object]:
    """Every rule option that has a value, for people."""
    said = around.model_dump(exclude_none=True) if around is not None else {}
    known = {name: getattr(action, name) for name in _ATTRIBUTES}
    return {**said, **known}
