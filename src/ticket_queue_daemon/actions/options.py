"""The options of an action as a model, made from the signature and the docstring of its class."""

from __future__ import annotations

import collections.abc
import inspect
import pathlib
import re
import textwrap
import types
import typing
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel, ConfigDict, Field, SecretStr, create_model

from ticket_queue_daemon.actions.base import BaseAction, Reevaluate
from ticket_queue_daemon.actions.rule_options import WORDS
from ticket_queue_daemon.config.strictness import strict
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterator

_VERSION = "raise it to execute again on purpose."
_ARG = re.compile(r"^ {4}(\w+)(?: \([^)]*\))?:\s*(.*)$")
# What a module imports for its annotations only is not among its globals.
_NAMES: dict[str, Any] = {
    **{name: getattr(typing, name) for name in typing.__all__},
    **{name: getattr(collections.abc, name) for name in collections.abc.__all__},
    "SecretStr": SecretStr,
    "Path": pathlib.Path,
    "Reevaluate": Reevaluate,
}


def options_model(word: str, cls: type[BaseAction]) -> type[BaseModel]:
    """A model with one field for each option of the class; what it does not know, it refuses.

    Raises:
        ConfigError: an option has a kind of value that no file can give, or the name of a rule option.
    """
    told = documented(cls)
    fields: dict[str, Any] = {}
    for parameter in _parameters(cls):
        missing = parameter.default is inspect.Parameter.empty
        usual = _VERSION if parameter.name == "version" else ""
        fields[parameter.name] = (
            strict(_hint(cls, parameter)),
            Field(
                default=... if missing else _plain(parameter.default),
                description=told.get(parameter.name, usual),
            ),
        )
    fields.setdefault("version", (strict(str), Field(default="v1", description=_VERSION)))
    try:
        return create_model(
            word,
            __config__=ConfigDict(extra="forbid", hide_input_in_errors=True, frozen=True),
            __doc__=summary(cls),
            **fields,
        )
    except Exception as error:
        raise ConfigError(
            f"{cls.__name__} can't be used from a file: {type(error).__name__}: {error}.",
            "Annotate its options with plain kinds: str, int, bool, float, lists, dicts, SecretStr.",
        ) from error


def construct(cls: type[BaseAction], options: BaseModel) -> BaseAction:
    """The action, given just the options that were given; the others stay its own affair."""
    own = {parameter.name for parameter in _parameters(cls)}
    given = {name: getattr(options, name) for name in options.model_fields_set}
    action = cls(**{name: value for name, value in given.items() if name in own})
    if "version" in given and "version" not in own:
        action.version = given["version"]
    return action


def summary(cls: type[BaseAction]) -> str:
    """The first sentence of a class's docstring."""
    paragraph = inspect.cleandoc(cls.__doc__ or "").split("\n\n")[0]
    return " ".join(paragraph.split())


def documented(cls: type[BaseAction]) -> dict[str, str]:
    """Option to its meaning, from the ``Args:`` of the class (or of its ``__init__``)."""
    told: dict[str, str] = {}
    for one in reversed(cls.__mro__):
        for text in (one.__doc__, vars(one).get("__init__") and vars(one)["__init__"].__doc__):
            if one is not object and text:
                told |= dict(_args(inspect.cleandoc(text)))
    return told


def _args(doc: str) -> Iterator[tuple[str, str]]:
    section = re.search(r"^Args:\n((?:[ ]{4}.*\n?|\n)+)", doc, re.MULTILINE)
    name, lines = "", list[str]()

    def whole() -> tuple[str, str]:
        return name, " ".join(" ".join(lines).replace("``", "`").split())

    for line in (section[1] if section else "").splitlines():
        if found := _ARG.match(line):
            if name:
                yield whole()
            name, lines = found[1], [found[2]]
        else:
            lines.append(textwrap.dedent(line).strip())
    if name:
        yield whole()


def _parameters(cls: type[BaseAction]) -> list[inspect.Parameter]:
    """Its own options; ``reevaluate`` and the like are the rule's, though some constructors take them.

    Raises:
        ConfigError: an option has the name of a rule option and is none.
    """
    if cls.__init__ is BaseAction.__init__:
        return []
    variable = {inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD}
    found = [
        one
        for one in list(inspect.signature(cls.__init__).parameters.values())[1:]
        if one.kind not in variable
    ]
    if taken := [
        one.name for one in found if one.name in WORDS and not hasattr(BaseAction, one.name)
    ]:
        raise ConfigError(
            f"{cls.__name__} has an option {taken[0]}, which is a word of the rule around it.",
            "Give the option another name.",
        )
    return [one for one in found if one.name not in WORDS]


def _hint(cls: type[BaseAction], parameter: inspect.Parameter) -> Any:
    """The annotation of a parameter; Any where there is none, or none that can be read."""
    if parameter.annotation is inspect.Parameter.empty:
        return Any

    def stub() -> None:
        """Carries one annotation, so that one that can't be read spoils no other."""

    stub.__annotations__ = {"it": parameter.annotation}
    names = _NAMES | getattr(cls.__init__, "__globals__", {})
    try:
        return typing.get_type_hints(stub, globalns=names, include_extras=True)["it"]
    except (NameError, TypeError, SyntaxError):
        return Any


def _plain(default: Any) -> Any:
    """A default as a file would say it."""
    if isinstance(default, set | frozenset):
        return sorted(default)
    if isinstance(default, tuple):
        return list(default)
    return dict(default) if isinstance(default, types.MappingProxyType) else default


def kind_words(annotation: Any) -> str:  # noqa: PLR0911  a line for each kind
    """A kind of value in words, for people."""
    if annotation is type(None):
        return "null"
    names = {bool: "true or false", int: "whole number", float: "number", str: "text"}
    if annotation in names or annotation is SecretStr:
        return names.get(annotation, "secret")
    origin, inner = typing.get_origin(annotation), get_args(annotation)
    if origin is typing.Annotated:
        return kind_words(inner[0])
    if origin is typing.Literal:
        return " or ".join(map(str, inner))
    if origin in {typing.Union, types.UnionType}:
        return " or ".join(kind_words(one) for one in inner if one is not type(None))
    if origin is list:
        return f"list of {kind_words(inner[0])}"
    if origin is tuple:
        return "[" + ", ".join(kind_words(one) for one in inner) + "]"
    if origin is dict:
        return f"names with {kind_words(inner[1])}"
    return "anything"
