"""A rules file, a folder of them or a Python file, as the actions and settings that they stand for."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

from ticket_queue_daemon.actions.python_file import load_actions
from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.config.kinds import is_python
from ticket_queue_daemon.config.loading import read_rules
from ticket_queue_daemon.config.places import field_name
from ticket_queue_daemon.config.rules_file import (
    ActionRule,
    Rules,
    Vocabulary,
    interpret,
    refuse,
)
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.config.settings import Settings


@dataclass(frozen=True)
class Configured:
    """What a file makes the daemon do.

    Attributes:
        actions: in their order, without the disabled ones.
        settings: the queue's, by field name; a flag or a variable of the environment wins.
        rules: the file as it was understood; None for a Python file.
        made: each rule with its action, the disabled ones among them.
        notes: what should be known, such as a plug-in that can't be used.
    """

    actions: tuple[BaseAction, ...]
    settings: Mapping[str, Any] = field(default_factory=dict)
    rules: Rules | None = None
    made: tuple[tuple[ActionRule, BaseAction], ...] = ()
    notes: tuple[str, ...] = ()

    def over(self, settings: Settings) -> Settings:
        """The settings with what the file says where nobody said otherwise."""
        new = {n: v for n, v in self.settings.items() if n not in settings.model_fields_set}
        return settings.model_copy(update=new) if new else settings

    @cached_property
    def secrets(self) -> tuple[SecretStr, ...]:
        """Every secret among the options, for the scrubber."""
        values = [
            getattr(rule.options, name)
            for rule, _ in self.made
            for name in rule.options.model_fields_set
        ]
        return tuple(value for value in values if isinstance(value, SecretStr))


def configure(
    path: Path, *, environ: Mapping[str, str] | None = None, registry: Registry | None = None
) -> Configured:
    """Read what ``--config`` names.

    Raises:
        ConfigError: with all that is wrong, each with its file, line and field.
    """
    if is_python(path):
        return Configured(tuple(load_actions(path)))
    registry = Registry.discover() if registry is None else registry
    document = read_rules(path)
    vocabulary = Vocabulary(registry.models(), registry.broken)
    rules = interpret(document, vocabulary, os.environ if environ is None else environ)
    made = []
    for rule in rules.actions:
        try:
            made.append((rule, registry.make(rule.word, rule.options)))
        except ConfigError as error:
            _note(rules, rule, error)
    _check_order(rules, [one for one in made if one[0].enabled])
    refuse(document)
    return Configured(
        actions=tuple(action for rule, action in made if rule.enabled),
        settings=rules.queue,
        rules=rules,
        made=tuple(made),
        notes=tuple(
            f"The plug-in {word} can't be used: {why}" for word, why in registry.broken.items()
        ),
    )


def _note(rules: Rules, rule: ActionRule, error: ConfigError) -> None:
    """An action's own refusal, at the line of the option that it names."""
    words = set(error.message.replace("'", " ").replace(":", " ").replace(".", " ").split())
    given = [name for name in rule.options.model_fields_set if name in words]
    path = (*rule.path, given[0]) if len(given) == 1 else rule.path
    rules.document.wrong(path, f"{error.message} {error.advice}".strip())


def _check_order(rules: Rules, made: list[tuple[ActionRule, BaseAction]]) -> None:
    """The same action twice, and a summary before the end, with their lines."""
    document = rules.document
    if rules.actions and not made and not document.mistakes:
        document.wrong(("actions",), "every action is disabled; enable one")
    seen: dict[str, ActionRule] = {}
    for number, (rule, action) in enumerate(made):
        identity = action.get_action_id()
        if (first := seen.setdefault(identity, rule)) is not rule:
            document.wrong(
                rule.path,
                f"the same action as {field_name(first.path)} in "
                f"{document.place(first.path)}; remove one, or give it another version",
            )
        if action.summarises and not all(later.summarises for _, later in made[number:]):
            document.wrong(rule.path, "tells what the actions before it did, so it goes last")
