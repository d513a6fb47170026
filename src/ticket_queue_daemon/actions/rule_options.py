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
from ticket_queue_daemon.config.strictness import Boolean, Text, Whole  # noqa: TC001  likewise
from ticket_queue_daemon.rules.making import RuleWords
from ticket_queue_daemon.rules.rule import OncePer  # noqa: TC001  likewise
from ticket_queue_daemon.rules.timing import CatchUp, Since  # noqa: TC001  likewise

if TYPE_CHECKING:
    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.rules.calendar import Calendar

NOT_DEFAULTS: Final = frozenset({"enabled", "label", "depends_on"})
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
        description="`on_update`: look again at a ticket that was skipped, once it has changed; that "
        "is the default where there is a condition.",
    )
    label: Text = Field(default="", description="what `depends_on` of other actions calls it.")
    when: Text | None = Field(
        default=None, description="a condition in CEL: only on tickets of which it is true."
    )
    after: Text | None = Field(
        default=None, description="wait so long: `3d`, `36h`, `2 business days`."
    )
    since: Since | None = Field(
        default=None, description="from when `after` is counted; `created` if nothing is said."
    )
    every: Text | None = Field(
        default=None, description="do it again so long after the last time: `7d`."
    )
    at_most: Whole | None = Field(
        default=None, description="how often in all; without it, for ever."
    )
    catch_up: CatchUp = Field(
        default="once",
        description="of occurrences that were missed do the last (`once`), one by one all (`each`), "
        "or none (`skip`).",
    )
    schedule: Text | list[Text] = Field(
        default="", description="when it acts: `Mon-Fri 08:00-17:00`; else always."
    )
    once_per: OncePer = Field(
        default="ticket",
        description="`requestor`: on one ticket of each requestor; `day`: on one ticket a day.",
    )
    depends_on: Text = Field(
        default="",
        description="an action before this one, by label or type, that must be completed.",
    )
    stop: Boolean = Field(
        default=False, description="leave out the actions after it where it was completed."
    )
    limit: Whole = Field(
        default=0, description="on how many tickets it acts in a run; 0: any number."
    )
    shadow: Boolean = Field(
        default=False, description="plan and log what it would do, and send nothing."
    )

    def words(self) -> RuleWords:
        """Those that make the rule."""
        return RuleWords(
            when=self.when,
            after=self.after,
            since=self.since,
            every=self.every,
            at_most=self.at_most,
            catch_up=self.catch_up,
            schedule=self.schedule,
            once_per=self.once_per,
            depends_on=self.depends_on,
            stop=self.stop,
            limit=self.limit,
            shadow=self.shadow,
            on_update=None if self.reevaluate is None else self.reevaluate == "on_update",
        )


WORDS: Final = frozenset(RuleOptions.model_fields)
"""Every rule option; no action's own option may be called so."""


def options_around(cls: type[BaseAction]) -> type[SummaryRuleOptions]:
    """The rule options that go with an action."""
    return SummaryRuleOptions if cls.summarises else RuleOptions


def apply(around: BaseModel, action: BaseAction, calendar: Calendar | None = None) -> None:
    """Put the action under its rule; what is not given stays its own affair.

    Raises:
        ConfigError: a condition, a time or a window can't work, naming the option.
    """
    if isinstance(around, RuleOptions):
        action.under(around.words().made(calendar=calendar, where=""), label=around.label)
    for name in _ATTRIBUTES:
        value = getattr(around, name, None)
        if value is not None:
            setattr(action, name, value)


def in_force(action: BaseAction, around: BaseModel | None = None) -> dict[str, object]:
    """Every rule option that has a value, for people."""
    said = around.model_dump(exclude_none=True, exclude_defaults=True) if around else {}
    known = {name: getattr(action, name) for name in _ATTRIBUTES}
    return {**said, **known}
