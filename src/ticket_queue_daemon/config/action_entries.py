"""``actions`` of a rules file or a queue, each with those of the ``defaults`` that it has."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ValidationError

from ticket_queue_daemon.config.mistakes import at, option_mistakes, section, shown
from ticket_queue_daemon.config.places import FieldPath, meant, near
from ticket_queue_daemon.config.rules_model import ActionRule

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.config.places import Document
    from ticket_queue_daemon.config.rules_model import Vocabulary
    from ticket_queue_daemon.config.substitution import Substituted

_Model = TypeVar("_Model", bound=BaseModel)


class ActionEntries:
    """Reads the ``defaults`` and ``actions`` of each queue; mistakes are noted in the document."""

    def __init__(self, document: Document, filled: Substituted, vocabulary: Vocabulary) -> None:
        self._document = document
        self._data: Mapping[str, Any] = filled.data
        self._filled = filled
        self._vocabulary = vocabulary
        self._common = self._read_defaults(())

    def read(self, queue: FieldPath) -> tuple[ActionRule, ...]:
        """Those of a queue that have no mistake: its own, or else those at the top of the file."""
        own = section(self._data, queue)
        defaults = self._common | self._read_defaults(queue)
        path = (*queue, "actions") if "actions" in own else ("actions",)
        entries = section(self._data, path[:-1]).get("actions")
        if entries is None and not self._document.whole:
            return ()
        if not isinstance(entries, list) or not entries:
            self._document.wrong(
                path, "expected a list with at least one action, such as [add_asset]"
            )
            return ()
        rules = [self._entry(entry, (*path, n), defaults) for n, entry in enumerate(entries)]
        return tuple(rule for rule in rules if rule is not None)

    def _read_defaults(self, of: FieldPath) -> dict[str, FieldPath]:
        """The places of the options that are given for every action, at the top or in a queue."""
        path = (*of, "defaults")
        defaults = section(self._data, of).get("defaults", {})
        if not isinstance(defaults, dict):
            self._document.wrong(path, "expected options with values, such as {is_private: true}")
            return {}
        known = self._vocabulary.default_names()
        for name in defaults:
            if name in self._vocabulary.not_defaults:
                self._document.wrong((*path, name), "belongs to one action and is no default")
            elif name not in known:
                self._document.wrong(
                    (*path, name), f"no action has such an option{near(name, known)}"
                )
        return {name: (*path, name) for name in defaults if name in known}

    def _entry(
        self, entry: Any, path: FieldPath, defaults: Mapping[str, FieldPath]
    ) -> ActionRule | None:
        word, given, below = self._open(entry, path)
        if word is None:
            return None
        if word not in self._vocabulary.models:
            self._document.wrong(below, self._unknown(word, path))
            return None
        if not isinstance(given, dict):
            self._document.wrong(below, f"expected options with values, not {self._shown(below)}")
            return None
        names = self._vocabulary.names(word)
        places = {name: place for name, place in defaults.items() if name in names}
        merged = {name: at(self._data, place) for name, place in places.items()} | given
        places |= {name: (*below, name) for name in given}
        own, around = self._vocabulary.split(word, merged)
        options = self._judge(self._vocabulary.models[word], word, own, places, below)
        rule = self._judge(self._vocabulary.around[word], word, around, places, below)
        if options is None or rule is None:
            return None
        written = {
            name: at(self._document.data, place)
            for name, place in places.items()
            if self._filled.varies(place)
        }
        return ActionRule(word, options, rule, below, written)

    def _judge(
        self,
        model: type[_Model],
        word: str,
        given: Mapping[str, Any],
        places: Mapping[str, FieldPath],
        below: FieldPath,
    ) -> _Model | None:
        """The options as their model has them; None: they have mistakes."""
        try:
            return model.model_validate(given)
        except ValidationError as error:
            # As they were written: what a variable gave is nobody's business.
            written = {name: at(self._document.data, places[name]) for name in given}

            def unknown(name: str) -> str:
                return self._no_option(word, name)

            for (name, *inner), text in option_mistakes(error, model, written, unknown):
                place = places.get(str(name), (*below, name))
                self._document.wrong((*place, *inner), text)
            return None

    def _no_option(self, word: str, name: str) -> str:
        if name in self._vocabulary.rule_words():
            return f"{word} tells what the actions before it did, and has no {name}"
        return f"unknown option{meant(name, self._vocabulary.names(word))}"

    def _unknown(self, word: str, path: FieldPath) -> str:
        if why := self._vocabulary.broken.get(word):
            return f"this plug-in can't be used: {why}"
        entry = at(self._document.data, path)
        written = entry.get("type", word) if isinstance(entry, dict) else entry
        return f"unknown action {written}{meant(word, self._vocabulary.models)}"

    def _shown(self, path: FieldPath) -> str:
        return shown(at(self._document.data, path))

    def _open(self, entry: Any, path: FieldPath) -> tuple[str | None, Any, FieldPath]:
        """The type word, the options, and their path: of the three ways to write an action."""
        if isinstance(entry, str):
            return entry, {}, path
        if not isinstance(entry, dict) or not entry:
            self._document.wrong(
                path, "expected an action, such as add_asset: {max_assets_to_add: 5}"
            )
            return None, {}, path
        if "type" in entry:
            word = entry["type"]
            if not isinstance(word, str):
                self._document.wrong((*path, "type"), "expected the type word of an action")
                return None, {}, path
            return word, {name: value for name, value in entry.items() if name != "type"}, path
        word = str(next(iter(entry)))
        beside = [name for name in entry if name != word]
        for name in beside:
            self._document.wrong(
                (*path, name),
                f"stands beside {word} and not under it; indent it further than {word}"
                if word in self._vocabulary.models
                else "an action is one word with its options under it, or type: with its options",
            )
        options = entry[word]
        return (None if beside else word), ({} if options is None else options), (*path, word)
