"""The model of a rules file: a queue, defaults, and an ordered list of actions.

What options an action has, this room can't know; whoever knows the actions hands their models in.
Everything that is wrong is told at once, each with its file, line and field.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, TypeAdapter, ValidationError

from ticket_queue_daemon.config.loading import read_rules
from ticket_queue_daemon.config.mistakes import at, option_mistakes, shown
from ticket_queue_daemon.config.places import Document, FieldPath, field_name, meant
from ticket_queue_daemon.config.settings import Settings, variables
from ticket_queue_daemon.config.substitution import FromVariable, Substituted, substitute
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

VERSION = 1
TOP = ("version", "queue", "queues", "defaults", "actions")
QUEUE_SETTINGS = {
    "report": "report_id",
    "id_column": "report_id_column",
    "interval": "interval",
    "max_new_tickets": "max_new_tickets",
    "workers": "workers",
    "lease_seconds": "lease_seconds",
    "retry_seconds": "retry_seconds",
    "max_attempts": "max_attempts",
}
"""A member of ``queue`` to the setting that it is; flag and environment win over the file."""
NOT_A_DEFAULT = "enabled"
_TEXTS = {"id_column"}


@dataclass(frozen=True)
class Vocabulary:
    """What actions there are: type word to the model of the options; and the broken plug-ins."""

    models: Mapping[str, type[BaseModel]]
    broken: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class ActionRule:
    """One entry of ``actions``.

    Attributes:
        word: the type word.
        options: all options, those of ``defaults`` among them.
        path: where it stands in the document.
        written: options that hold a variable, as the file says them.
    """

    word: str
    options: BaseModel
    path: FieldPath = field(compare=False)
    written: Mapping[str, Any] = field(default_factory=dict, compare=False)

    @property
    def enabled(self) -> bool:
        """False: it is left out."""
        return bool(getattr(self.options, "enabled", True))

    def __eq__(self, other: object) -> bool:
        """Two that do the same; which options were written out does not matter."""
        if not isinstance(other, ActionRule):
            return NotImplemented
        return self.word == other.word and self.options.model_dump() == other.options.model_dump()

    def __hash__(self) -> int:
        return hash(self.word)


@dataclass(frozen=True)
class Rules:
    """A file that was understood. ``queue`` holds settings by their field name."""

    queue: Mapping[str, Any]
    actions: tuple[ActionRule, ...]
    document: Document = field(compare=False)


def load_rules(
    path: Path, vocabulary: Vocabulary, environ: Mapping[str, str] | None = None
) -> Rules:
    """Read and judge a file or a folder.

    Raises:
        ConfigError: with all that is wrong, one line each.
    """
    document = read_rules(path)
    rules = interpret(document, vocabulary, os.environ if environ is None else environ)
    refuse(document)
    return rules


def refuse(document: Document) -> None:
    """End here if anything is wrong.

    Raises:
        ConfigError: with all that is wrong, one line each.
    """
    if not document.mistakes:
        return
    found = sorted(document.mistakes)
    many = "one mistake" if len(found) == 1 else f"{len(found)} mistakes"
    raise ConfigError(
        "\n".join([f"{document.name} can't be used, {many}:", *(f"  {one}" for one in found)]),
        "Put it right and look again: ticket-queue-daemon config validate " + document.name,
    )


def interpret(document: Document, vocabulary: Vocabulary, environ: Mapping[str, str]) -> Rules:
    """The rules in a document; mistakes are noted in it, and what has one is left out."""
    nothing = Rules({}, (), document)
    if document.mistakes or not isinstance(document.data, dict):
        return nothing
    filled = substitute(document, environ)
    data = filled.data
    for name in data:
        if name not in TOP:
            document.wrong((name,), f"unknown field{meant(name, TOP)}")
    if "version" not in data:
        document.wrong((), "version is missing; write version: 1")
    elif data["version"] != VERSION or isinstance(data["version"], bool):
        document.wrong(
            ("version",), f"{shown(data['version'])} is not known here; write version: 1"
        )
    queue = _queue(data, document)
    return Rules(queue, _Actions(document, filled, vocabulary).read(), document)


def _queue(data: Mapping[str, Any], document: Document) -> dict[str, Any]:
    path: FieldPath = ("queue",)
    given = data.get("queue", {})
    if "queues" in data:
        path, queues = ("queues", 0), data["queues"]
        if "queue" in data:
            document.wrong(("queues",), "queue is given as well; keep one of the two")
        if not isinstance(queues, list) or not queues:
            document.wrong(("queues",), "expected a list with one queue, such as [{report: 1344}]")
            return {}
        if len(queues) > 1:
            document.wrong(
                ("queues", 1),
                "one process watches one queue for now; give each queue a file and a process of its "
                "own",
            )
        given = queues[0]
    if not isinstance(given, dict):
        document.wrong(path, "expected names with values, such as {report: 1344}")
        return {}
    values = {}
    for name, value in given.items():
        if name not in QUEUE_SETTINGS:
            document.wrong((*path, name), f"unknown field{meant(str(name), QUEUE_SETTINGS)}")
            continue
        try:
            values[QUEUE_SETTINGS[name]] = queue_member(name, value)
        except ValueError:
            expects = variables()[QUEUE_SETTINGS[name]].expects
            document.wrong((*path, name), f"expected {expects}, not {shown(value)}")
    return values


def queue_member(name: str, value: object) -> Any:
    """A member of a queue as the setting that it is.

    Raises:
        ValueError: it can't be that setting.
    """
    text = isinstance(value, str)
    wants_text = name in _TEXTS
    if (
        value is None
        or isinstance(value, bool)
        or (text != wants_text and not isinstance(value, FromVariable))
    ):
        raise ValueError("another kind of value")
    annotation = Settings.model_fields[QUEUE_SETTINGS[name]].rebuild_annotation()
    return TypeAdapter(annotation).validate_python(value)


class _Actions:
    """Reads ``actions``, each with those of the ``defaults`` that it has."""

    def __init__(self, document: Document, filled: Substituted, vocabulary: Vocabulary) -> None:
        self._document = document
        self._data: Mapping[str, Any] = filled.data
        self._written = filled.written
        self._vocabulary = vocabulary
        self._defaults = self._read_defaults()

    def read(self) -> tuple[ActionRule, ...]:
        """All that have no mistake."""
        entries = self._data.get("actions")
        if not isinstance(entries, list) or not entries:
            self._document.wrong(
                ("actions",), "expected a list with at least one action, such as [add_asset]"
            )
            return ()
        rules = [self._entry(entry, ("actions", n)) for n, entry in enumerate(entries)]
        return tuple(rule for rule in rules if rule is not None)

    def _read_defaults(self) -> dict[str, Any]:
        defaults = self._data.get("defaults", {})
        if not isinstance(defaults, dict):
            self._document.wrong(
                ("defaults",), "expected options with values, such as {is_private: true}"
            )
            return {}
        known = {name for model in self._vocabulary.models.values() for name in model.model_fields}
        known.discard(NOT_A_DEFAULT)
        for name in defaults:
            if name not in known:
                self._document.wrong(
                    ("defaults", name), f"no action has such an option{_near(name, known)}"
                )
        return {name: value for name, value in defaults.items() if name in known}

    def _entry(self, entry: Any, path: FieldPath) -> ActionRule | None:
        word, given, below = self._open(entry, path)
        if word is None:
            return None
        model = self._vocabulary.models.get(word)
        if model is None:
            why = self._vocabulary.broken.get(word)
            text = f"this plug-in can't be used: {why}" if why else "unknown action"
            self._document.wrong(
                below, text if why else text + meant(word, self._vocabulary.models)
            )
            return None
        if not isinstance(given, dict):
            self._document.wrong(below, f"expected options with values, not {shown(given)}")
            return None
        fitting = {n: v for n, v in self._defaults.items() if n in model.model_fields}
        merged = fitting | given
        try:
            options = model.model_validate(merged)
        except ValidationError as error:
            for inner, text in option_mistakes(error, model, merged):
                from_defaults = inner[0] in fitting and inner[0] not in given
                self._document.wrong((*(("defaults",) if from_defaults else below), *inner), text)
            return None
        written = {
            name: self._as_written(("defaults",) if name not in given else below, name)
            for name in merged
        }
        kept = {name: value for name, value in written.items() if value is not None}
        return ActionRule(word, options, below, kept)

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

    def _as_written(self, path: FieldPath, name: str) -> Any:
        """The value of an option in the words of the file, if it holds a variable; else None."""
        here = (*path, name)
        if not any(where[: len(here)] == here for where in self._written):
            return None
        return at(self._document.data, here)


def _near(name: str, known: set[str]) -> str:
    hint = meant(name, known)
    return hint if "did you mean" in hint else ""


def where(rules: Rules, rule: ActionRule) -> str:
    """``rules.yaml line 12: actions[1].add_asset``."""
    return f"{rules.document.place(rule.path)}: {field_name(rule.path)}"
