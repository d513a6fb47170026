"""What a rules file comes to: queues, each with its settings and its ordered rules.

What options an action has, and what can be said around it, this room can't know; whoever knows the
actions hands their models in as a :class:`Vocabulary`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, SecretStr

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from collections.abc import Set as AbstractSet

    from ticket_queue_daemon.config.places import Document, FieldPath
    from ticket_queue_daemon.config.substitution import Substituted

VERSION = 1
"""Of the format."""


@dataclass(frozen=True)
class Vocabulary:
    """What actions there are, and what can be said of each.

    Attributes:
        models: type word to the model of the action's own options.
        around: type word to the model of the rule options that go with it.
        not_defaults: rule options that ``defaults`` may not give.
        broken: plug-ins that can't be used, each with the reason.
    """

    models: Mapping[str, type[BaseModel]]
    around: Mapping[str, type[BaseModel]]
    not_defaults: AbstractSet[str] = frozenset()
    broken: Mapping[str, str] = field(default_factory=dict)

    def split(self, word: str, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
        """What was written for an action: its own options, and what is the rule's.

        The one place where the two are told apart.
        """
        rule_words = self.around[word].model_fields
        own = {name: value for name, value in given.items() if name not in rule_words}
        return own, {name: value for name, value in given.items() if name in rule_words}

    def names(self, word: str) -> set[str]:
        """Everything that can be written for an action."""
        return {*self.models[word].model_fields, *self.around[word].model_fields}

    def default_names(self) -> set[str]:
        """Everything that ``defaults`` can give to some action."""
        return {name for word in self.models for name in self.names(word)} - self.not_defaults

    def rule_words(self) -> set[str]:
        """Every rule option of some action."""
        return {name for model in self.around.values() for name in model.model_fields}


@dataclass(frozen=True)
class ActionRule:
    """One entry of ``actions``.

    Attributes:
        word: the type word.
        options: the action's own options, those of ``defaults`` among them.
        around: the rule options.
        path: where it stands in the document.
        written: options of both kinds that hold a variable, as the file says them.
    """

    word: str
    options: BaseModel
    around: BaseModel
    path: FieldPath = field(compare=False)
    written: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def enabled(self) -> bool:
        """False: it is left out."""
        return bool(getattr(self.around, "enabled", True))

    def given(self) -> Iterator[tuple[str, Any]]:
        """Each option that was written, of both kinds, with its value."""
        for model in (self.options, self.around):
            for name in model.model_fields_set:
                yield name, getattr(model, name)

    def secrets(self) -> list[SecretStr]:
        """Every secret among its options, at any depth."""
        return [one for _, value in self.given() for one in _secrets(value)]

    def does_as(self, other: ActionRule) -> bool:
        """Whether both do the same; whether and when they do it is another matter."""
        same = self.options.model_dump() == other.options.model_dump()
        return self.word == other.word and same

    def __eq__(self, other: object) -> bool:
        """Two rules that mean the same; which options were written out does not matter."""
        if not isinstance(other, ActionRule):
            return NotImplemented
        return self.does_as(other) and self.around.model_dump() == other.around.model_dump()

    def __hash__(self) -> int:
        return hash(self.word)


@dataclass(frozen=True)
class QueueRules:
    """A queue: ``settings`` by their field name, and what is done to its tickets."""

    settings: Mapping[str, Any]
    actions: tuple[ActionRule, ...]
    path: FieldPath = field(default=("queue",), compare=False)

    @property
    def own_actions(self) -> bool:
        """Whether its actions stand in it, and not at the top of the file."""
        return any(rule.path[: len(self.path)] == self.path for rule in self.actions)


@dataclass(frozen=True)
class Rules:
    """Files that were understood.

    Attributes:
        queues: at least one; none where there are mistakes.
        document: what the files say.
        filled: the same with its variables filled in.
    """

    queues: tuple[QueueRules, ...]
    document: Document = field(compare=False)
    filled: Substituted = field(compare=False)

    @property
    def actions(self) -> tuple[ActionRule, ...]:
        """Those of every queue, in their order."""
        return tuple(rule for queue in self.queues for rule in queue.actions)


def _secrets(value: object) -> Iterator[SecretStr]:
    if isinstance(value, SecretStr):
        yield value
    elif isinstance(value, dict | list | tuple):
        for member in value.values() if isinstance(value, dict) else value:
            yield from _secrets(member)
