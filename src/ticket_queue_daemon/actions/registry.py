"""Every action by its type word: the built-in ones of this folder, and plug-ins by entry point.

A module in this folder with a subclass of ``BaseAction`` is enough: ``StatusChangeAction`` is
``status_change``. A plug-in names its class under ``ticket_queue_daemon.actions``.
"""

from __future__ import annotations

import importlib
import inspect
import pkgutil
import re
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Self

from ticket_queue_daemon import actions as shelf
from ticket_queue_daemon.actions.base import BaseAction
from ticket_queue_daemon.actions.options import construct, options_model
from ticket_queue_daemon.actions.rule_options import NOT_DEFAULTS, apply, options_around
from ticket_queue_daemon.config.rules_model import Vocabulary
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable
    from importlib.metadata import EntryPoint

    from pydantic import BaseModel

    from ticket_queue_daemon.actions.rule_options import SummaryRuleOptions
    from ticket_queue_daemon.rules.calendar import Calendar

GROUP = "ticket_queue_daemon.actions"
BUILT_IN = "built in"


@dataclass(frozen=True)
class ActionType:
    """A kind of action.

    Attributes:
        word: its type word, as files name it.
        cls: its class.
        origin: ``built in``, or the distribution that brought it.
        options: the model of its own options.
    """

    word: str
    cls: type[BaseAction]
    origin: str
    options: type[BaseModel]

    @property
    def around(self) -> type[SummaryRuleOptions]:
        """The model of the rule options that go with it."""
        return options_around(self.cls)


@dataclass
class Registry:
    """The kinds of action, and the plug-ins that can't be used, each with the reason."""

    types: dict[str, ActionType] = field(default_factory=dict)
    broken: dict[str, str] = field(default_factory=dict)

    @classmethod
    def discover(cls, plugins: Iterable[EntryPoint] | None = None) -> Self:
        """Find all of them; a plug-in that breaks is named and hinders no other."""
        registry = cls()
        for word, found in built_in().items():
            registry.types[word] = ActionType(word, found, BUILT_IN, options_model(word, found))
        for point in entry_points(group=GROUP) if plugins is None else plugins:
            registry.add_plugin(point)
        return registry

    def add_plugin(self, point: EntryPoint) -> None:
        """Take a plug-in in, or note why not. It is code: it may do what its owner may."""
        origin = point.dist.name if point.dist is not None else point.value
        if (held := self.types.get(point.name)) is not None:
            self._broken(point.name, origin, f"the word is taken ({held.origin})")
            return
        try:
            found = point.load()
            if not (inspect.isclass(found) and issubclass(found, BaseAction)):
                self._broken(point.name, origin, f"{point.value} is no BaseAction")
                return
            model = options_model(point.name, found)
        except Exception as error:  # noqa: BLE001  a plug-in may raise what it likes
            self._broken(point.name, origin, f"{type(error).__name__}: {error}")
            return
        self.types[point.name] = ActionType(point.name, found, origin, model)

    def _broken(self, word: str, origin: str, why: str) -> None:
        self.broken[word if word not in self.types else f"{word} ({origin})"] = f"{origin}: {why}"

    def vocabulary(self) -> Vocabulary:
        """What a file may say of them."""
        return Vocabulary(
            models={word: one.options for word, one in self.types.items()},
            around={word: one.around for word, one in self.types.items()},
            not_defaults=NOT_DEFAULTS,
            broken=self.broken,
        )

    def make(
        self,
        word: str,
        options: BaseModel,
        around: BaseModel,
        calendar: Calendar | None = None,
    ) -> BaseAction:
        """An action of that type, under its rule.

        Raises:
            ConfigError: it refuses the options.
        """
        kind = self.types[word]
        try:
            action = construct(kind.cls, options)
            apply(around, action, calendar)
        except ConfigError:
            raise
        except Exception as error:
            raise ConfigError(f"{type(error).__name__}: {error}.") from error
        return action


def built_in() -> dict[str, type[BaseAction]]:
    """Type word to class, for each action in this folder."""
    found = {}
    for info in pkgutil.iter_modules(shelf.__path__, f"{shelf.__name__}."):
        module = importlib.import_module(info.name)
        for name, cls in vars(module).items():
            own = inspect.isclass(cls) and cls.__module__ == module.__name__
            if own and issubclass(cls, BaseAction) and not inspect.isabstract(cls):
                found[type_word(name)] = cls
    return dict(sorted(found.items()))


def type_word(class_name: str) -> str:
    """``AddAssetAction`` is ``add_asset``."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", class_name.removesuffix("Action")).lower()
