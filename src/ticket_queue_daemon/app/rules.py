"""A rules file, a folder of them or a Python file, as the queues, actions and settings it stands for."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.identity import canonical_json
from ticket_queue_daemon.actions.python_file import load_actions
from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.actions.rule_options import in_force
from ticket_queue_daemon.app.parts import calendar_of
from ticket_queue_daemon.app.refusals import note
from ticket_queue_daemon.app.rule_order import check_order
from ticket_queue_daemon.config.dump import shown_options
from ticket_queue_daemon.config.kinds import is_python
from ticket_queue_daemon.config.loading import read_rules
from ticket_queue_daemon.config.rules_file import interpret, refuse
from ticket_queue_daemon.config.settings import Settings
from ticket_queue_daemon.errors import ConfigError, DaemonError
from ticket_queue_daemon.observe.scrub import Scrubber
from ticket_queue_daemon.tdx.names import NameBook, NamesNeedTdx

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from pydantic import SecretStr

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.config.places import FieldPath
    from ticket_queue_daemon.config.rules_model import ActionRule, QueueRules, Rules
    from ticket_queue_daemon.rules.calendar import Calendar


@dataclass(frozen=True)
class Rule:
    """An action with the words that it was made of.

    Attributes:
        action: what does the work.
        rule: its entry in the file; None in a Python file.
        action_id: None where names would first have to be looked up in TDX, or it is disabled.
    """

    action: BaseAction
    rule: ActionRule | None = None
    action_id: str | None = None

    @property
    def enabled(self) -> bool:
        """Whether it is in force."""
        return self.rule is None or self.rule.enabled

    @property
    def word(self) -> str:
        """Its type word."""
        return self.action.get_action_type() if self.rule is None else self.rule.word

    @property
    def label(self) -> str:
        """Its id, or as much of it as is known."""
        return self.action_id or f"{self.action.get_action_type()}:?:{self.action.version}"

    def around(self) -> dict[str, object]:
        """The rule options that have a value."""
        return in_force(self.action, self.rule.around if self.rule else None)

    def does_as(self, other: Rule) -> bool:
        """Whether both are the same action; where ids are not known, whether they are written alike."""
        if self.action_id is not None or self.rule is None or other.rule is None:
            return self.action_id is not None and self.action_id == other.action_id
        return self.rule.does_as(other.rule)


@dataclass(frozen=True)
class ConfiguredQueue:
    """A queue with its actions.

    Attributes:
        made: every action, in order, the disabled ones among them.
        settings: the queue's, by field name; a flag or a variable of the environment wins.
        rules: the file as it was understood; None for a Python file.
    """

    made: tuple[Rule, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    rules: Rules | None = None

    @property
    def in_force(self) -> tuple[Rule, ...]:
        """Those that are not disabled."""
        return tuple(one for one in self.made if one.enabled)

    @property
    def actions(self) -> tuple[BaseAction, ...]:
        """The actions of those."""
        return tuple(one.action for one in self.in_force)

    @property
    def unsettled(self) -> tuple[Rule, ...]:
        """Those whose names only TDX can tell, when it was not asked."""
        return tuple(one for one in self.in_force if one.action_id is None)

    def over(self, settings: Settings) -> Settings:
        """The settings with what the file says where nobody said otherwise."""
        return over(self.settings, settings)

    def config_of(self, one: Rule) -> dict[str, Any]:
        """What makes the action's id, as it may be shown; the options, where names are still names."""
        if one.rule is not None and one.action_id is None:
            return shown_options(one.rule)
        config = one.action.get_action_config() if one.action_id else {}
        return config if self.rules is None else dict(self.rules.filled.veil(config))


@dataclass(frozen=True)
class Configured:
    """What a file makes the daemon do.

    Attributes:
        queues: at least one.
        rules: the file as it was understood; None for a Python file.
        notes: what should be known, such as a plug-in that can't be used.
    """

    queues: tuple[ConfiguredQueue, ...]
    rules: Rules | None = None
    notes: tuple[str, ...] = ()

    @property
    def made(self) -> tuple[Rule, ...]:
        """Every action of every queue."""
        return tuple(one for queue in self.queues for one in queue.made)

    @property
    def in_force(self) -> tuple[Rule, ...]:
        """Those that are not disabled."""
        return tuple(one for queue in self.queues for one in queue.in_force)

    @property
    def actions(self) -> tuple[BaseAction, ...]:
        """The actions of those."""
        return tuple(one.action for one in self.in_force)

    @property
    def unsettled(self) -> tuple[Rule, ...]:
        """Those whose names only TDX can tell, when it was not asked."""
        return tuple(one for one in self.in_force if one.action_id is None)

    @cached_property
    def secrets(self) -> tuple[SecretStr, ...]:
        """Every secret among the options, for the scrubber."""
        return tuple(one for made in self.made if made.rule for one in made.rule.secrets())


def settle(actions: tuple[BaseAction, ...], names: NameBook) -> Configured:
    """One queue of actions that were made in Python, their names looked up.

    Raises:
        ConfigError: a name is unknown or ambiguous.
        TdxError: TDX is away, and a name was to be looked up.
    """
    made = tuple(Rule(one, action_id=_settled(one, names)) for one in actions)
    return Configured((ConfiguredQueue(made),))


def configure(
    path: Path,
    names: NameBook | None = None,
    *,
    environ: Mapping[str, str] | None = None,
    registry: Registry | None = None,
    settings: Settings | None = None,
) -> Configured:
    """Read what ``--config`` names.

    Args:
        path: a rules file, a folder of them, or a Python file.
        names: looks names up in TDX; None: nobody does, and what has some stays without an id.
        environ: what variables stand for; None: the environment.
        registry: the actions there are; None: all that can be found.
        settings: what holds where the file says nothing of business hours; None: the defaults.

    Raises:
        ConfigError: with all that is wrong, each with its file, line and field.
        TdxError: TDX is away, and a name was to be looked up.
    """
    names = NameBook(None) if names is None else names
    if is_python(path):
        return settle(tuple(load_actions(path)), names)
    registry = Registry.discover() if registry is None else registry
    rules = interpret(read_rules(path), registry.vocabulary(), environ)
    maker = _Maker(rules, registry, names, Settings() if settings is None else settings)
    queues = tuple(maker.queue(one) for one in rules.queues)
    refuse(rules.document)
    return Configured(
        queues,
        rules=rules,
        notes=tuple(
            f"The plug-in {word} can't be used: {why}" for word, why in registry.broken.items()
        ),
    )


@dataclass(frozen=True)
class _Maker:
    """Makes the actions of each queue; what is wrong is noted at its line."""

    rules: Rules
    registry: Registry
    names: NameBook
    settings: Settings

    def queue(self, queue: QueueRules) -> ConfiguredQueue:
        """A queue with those of its actions that have no mistake."""
        calendar = self._calendar(queue)
        made = [one for rule in queue.actions if (one := self._made(rule, calendar)) is not None]
        if over(queue.settings, self.settings).search_id is not None:
            self._check_rows(made)
        working = [
            (one.action, one.rule, one.action_id) for one in made if one.enabled and one.rule
        ]
        check_order(self.rules.document, queue, working)
        return ConfiguredQueue(tuple(made), queue.settings, self.rules)

    def _check_rows(self, made: Sequence[Rule]) -> None:
        """A saved search has no columns."""
        for one in made:
            when = one.action.rule.when
            if one.rule is not None and when is not None and "row" in when.needs:
                self.rules.document.wrong(
                    (*one.rule.path, "when"),
                    "row is a report's columns, and a saved search has none; ask for ticket.…",
                )

    def _calendar(self, queue: QueueRules) -> Calendar | None:
        try:
            return calendar_of(over(queue.settings, self.settings))
        except ConfigError as error:
            path: FieldPath = queue.path
            for name in ("holidays", "business_hours", "time_zone"):
                if name in queue.settings and name.upper() in error.message:
                    path = (*queue.path, name)
            said = error.message.partition(": ")[2] or error.message
            self.rules.document.wrong(path, f"{said} {error.advice}".strip())
            return None

    def _made(self, rule: ActionRule, calendar: Calendar | None) -> Rule | None:
        """The action of a rule, its names looked up unless it is disabled; None: it refuses them."""
        try:
            action = self.registry.make(rule.word, rule.options, rule.around, calendar)
            if secrets := rule.secrets():
                action.hide = Scrubber(secrets).value
            action_id = _settled(action, self.names) if rule.enabled else None
            if action_id is not None:
                _check_secrets(rule, action)
        except ConfigError as error:
            note(self.rules, rule, error)
        except DaemonError:
            raise
        except Exception as error:  # noqa: BLE001  a plug-in may raise what it likes
            note(self.rules, rule, ConfigError(f"{type(error).__name__}: {error}."))
        else:
            return Rule(action, rule, action_id)
        return None


def over(given: Mapping[str, Any], settings: Settings) -> Settings:
    """The settings with what a file says of a queue where nobody said otherwise."""
    said = settings.model_fields_set
    for either in ({"report_id", "search_id"}, {"interval", "cron"}):
        if said & either:
            # One of them from outside leaves no room for the other from the file.
            said = said | either
    new = {n: v for n, v in given.items() if n not in said}
    return settings.model_copy(update=new) if new else settings


def _settled(action: BaseAction, names: NameBook) -> str | None:
    """Its id, once its names are ids; None: only TDX knows them, and it is not asked."""
    try:
        action.resolve(names)
    except NamesNeedTdx:
        return None
    return action.get_action_id()


def _check_secrets(rule: ActionRule, action: BaseAction) -> None:
    """An action's config is kept in the database and shown to people."""
    config = canonical_json(action.get_action_config())
    held = [one.get_secret_value() for one in rule.secrets()]
    if any(secret and secret in config for secret in held):
        raise ConfigError(
            f"{type(action).__name__}: its get_action_config() holds a secret, and would store it.",
            "Leave the secret out of it.",
        )
