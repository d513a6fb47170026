"""YAML as plain data with the line of each field; and JSON, whose lines are found the same way.

Read by the words of YAML 1.2: only ``true`` and ``false`` are booleans. So ``no`` stays the word
that somebody wrote, ``1:30`` is no number in base 60 and ``2026-01-01`` no date.
"""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any, NoReturn

import yaml

from ticket_queue_daemon.config.places import Document, FieldPath, Place

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_TAG = "tag:yaml.org,2002:"
_MERGE = f"{_TAG}merge"
# A few anchors that name each other make billions of nodes out of one kilobyte.
_MOST_NODES = 100_000
_HINTS = {
    "cannot start any token": "a character that can't stand here; YAML indents with spaces, never "
    "with tabs, and a text that begins with @, % or ` needs quotes",
    "mapping values are not allowed": "a second colon on the line, or an indentation that does not "
    "fit; a text with ': ' in it needs quotes",
    "expected <block end>": "the indentation does not fit the lines above",
    "could not find expected ':'": "a name without a colon behind it, or quotes that are not closed",
    "found unexpected end of stream": "quotes that are not closed",
    "found undefined alias": "a * that names no & above it; a text that begins with * needs quotes",
    "expected a single document": "a second document (---); a file holds one",
    "expected ',' or": "a bracket that is not closed, or a comma that is missing; a text with ': ' in "
    "it needs quotes",
}
# What is wrong begins where the bracket or the quotes were opened, not where that was noticed.
_OPENED = ("found unexpected end of stream", "expected ',' or")
_SCALARS: tuple[tuple[str, str, str], ...] = (
    ("bool", r"true|True|TRUE|false|False|FALSE", "tTfF"),
    ("int", r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    ("float", r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?", "-+.0123456789"),
    ("null", r"~|null|Null|NULL|", "~nN\0"),
    ("merge", r"<<", "<"),
)


_READ: dict[str, Callable[[str], Any]] = {
    f"{_TAG}null": lambda _: None,
    f"{_TAG}bool": lambda text: {"true": True, "false": False}[text.lower()],
    f"{_TAG}int": lambda text: int(text, 0 if text[:2] in {"0x", "0o"} else 10),
    f"{_TAG}float": float,
    _MERGE: str,
}


class Loader(yaml.SafeLoader):
    """PyYAML's reader with the scalars of YAML 1.2's core schema."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012  as PyYAML declares it


class Dumper(yaml.SafeDumper):
    """PyYAML's writer, which puts quotes around whatever either YAML would misread."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists inside of mappings, as people write them."""
        del indentless
        super().increase_indent(flow, indentless=False)

    def text(self, value: str) -> yaml.ScalarNode:
        """A text; several lines as they are, or escaped where that would lose something."""
        plain = value.replace("\n", "").isprintable()
        lines = value.strip() and "\n" in value and plain
        style = "|" if lines else None if plain and "\n" not in value else '"'
        return self.represent_scalar(f"{_TAG}str", value, style=style)


Dumper.add_representer(str, Dumper.text)


for _name, _pattern, _first in _SCALARS:
    for _class in (Loader, Dumper):
        _class.add_implicit_resolver(
            f"{_TAG}{_name}",
            re.compile(rf"^(?:{_pattern})$"),
            ["" if char == "\0" else char for char in _first],
        )


def read_yaml(text: str, name: str) -> Document:
    """The data of a YAML text; what is wrong with it is noted, with its line."""
    document = Document(name, places={(): Place(name, 1)})
    try:
        node = Loader(text).get_single_node()
        document.data = None if node is None else _Tree(document).build(node, ())
    except yaml.MarkedYAMLError as error:
        opened = any(words in (error.problem or "") for words in _OPENED)
        marks = [error.problem_mark, error.context_mark]
        mark = next(filter(None, reversed(marks) if opened else marks), None)
        document.places[()] = Place(name, mark.line + 1 if mark else 1)
        document.wrong((), _hint(error))
    except yaml.reader.ReaderError as error:
        line = text.count("\n", 0, int(error.position)) + 1
        document.places[()] = Place(name, line)
        document.wrong((), "a control character, which no YAML file may hold")
    except RecursionError:
        document.wrong((), "nested too deeply")
    return document


def read_json(text: str, name: str) -> Document:
    """The data of a JSON text; what is wrong with it is noted, with its line."""
    document = Document(name, places={(): Place(name, 1)})
    try:
        data = json.loads(text, parse_constant=_no_number)
        # Inside of a JSON string a tab is always escaped, so these only indent; YAML forbids them.
        node = Loader(text.replace("\t", " ")).get_single_node()
        if node is not None:
            _Tree(document).build(node, ())
    except json.JSONDecodeError as error:
        document.places[()] = Place(name, error.lineno)
        document.wrong((), f"this is no JSON: {error.msg[:1].lower()}{error.msg[1:]}")
        return document
    except yaml.YAMLError:
        # Valid JSON in a form that YAML can't follow: then fields have no lines.
        document.places = {(): Place(name, 1)}
    except ValueError as error:
        document.wrong((), f"this is no JSON: {error} is no number")
        return document
    except RecursionError:
        document.wrong((), "nested too deeply")
        return document
    document.data = data
    return document


def _no_number(word: str) -> NoReturn:
    raise ValueError(word)


def _hint(error: yaml.MarkedYAMLError) -> str:
    said = f"{error.context or ''} {error.problem or ''}"
    for words, hint in _HINTS.items():
        if words in said:
            return f"this is no YAML: {hint}"
    return f"this is no YAML: {error.problem or error.context or 'it ends too early'}"


class _Tree:
    """Makes plain data of nodes, and notes the line of each field."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._nodes = 0
        self._open: set[int] = set()

    def build(self, node: yaml.Node, path: FieldPath) -> Any:
        """A node's value; the place of a member is set by who holds it."""
        self._nodes += 1
        if id(node) in self._open or self._nodes > _MOST_NODES:
            self._document.wrong(path, "an alias that holds itself, or far too many of them")
            return None
        if isinstance(node, yaml.ScalarNode):
            return self._scalar(node, path)
        self._open.add(id(node))
        try:
            if isinstance(node, yaml.SequenceNode):
                return self._list(node, path)
            assert isinstance(node, yaml.MappingNode)  # noqa: S101  YAML has no fourth kind
            return self._mapping(node, path)
        finally:
            self._open.discard(id(node))

    def _list(self, node: yaml.SequenceNode, path: FieldPath) -> list[Any]:
        self._known(node, path, "seq")
        values = []
        for number, item in enumerate(node.value):
            self._stands((*path, number), item)
            values.append(self.build(item, (*path, number)))
        return values

    def _mapping(self, node: yaml.MappingNode, path: FieldPath) -> dict[str, Any]:
        self._known(node, path, "map")
        own: dict[str, yaml.Node] = {}
        values: dict[str, Any] = {}
        for key, value in node.value:
            if key.tag == _MERGE:
                continue
            if not isinstance(key, yaml.ScalarNode):
                self._stands((*path, "?"), key)
                self._document.wrong((*path, "?"), "a name must be a word")
                continue
            here = (*path, key.value)
            if key.value in own:
                first = own[key.value].start_mark.line + 1
                self._stands(here, key)
                self._document.wrong(here, f"given twice; first in line {first}")
                continue
            own[key.value] = key
            self._stands(here, key)
            values[key.value] = self.build(value, here)
        for key, value in self._merged(node, path):
            if key.value not in values:
                self._stands((*path, key.value), key)
                values[key.value] = self.build(value, (*path, key.value))
        return values

    def _merged(
        self, node: yaml.MappingNode, path: FieldPath
    ) -> Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        """What ``<<`` brings in; of several the first one wins."""
        for key, value in node.value:
            if key.tag != _MERGE:
                continue
            for one in value.value if isinstance(value, yaml.SequenceNode) else [value]:
                if not isinstance(one, yaml.MappingNode) or id(one) in self._open:
                    self._stands((*path, "<<"), key)
                    self._document.wrong((*path, "<<"), "only a mapping can be merged in")
                    continue
                yield from ((k, v) for k, v in one.value if isinstance(k, yaml.ScalarNode))

    def _scalar(self, node: yaml.ScalarNode, path: FieldPath) -> Any:
        text = str(node.value)
        try:
            if read := _READ.get(node.tag):
                return read(text)
        except (ValueError, KeyError):
            self._document.wrong(path, f"{text[:40]} is no {node.tag.removeprefix(_TAG)}")
            return None
        self._known(node, path, "str")
        return text

    def _known(self, node: yaml.Node, path: FieldPath, kind: str) -> None:
        if node.tag != f"{_TAG}{kind}":
            tag = node.tag.replace(_TAG, "!!")
            self._document.wrong(path, f"the YAML tag {tag} is not understood here; leave it away")

    def _stands(self, path: FieldPath, node: yaml.Node) -> None:
        self._document.places[path] = Place(self._document.name, node.start_mark.line + 1)
