"""TOML as plain data with the line of each field: tomllib reads it, and a walk finds the lines."""

from __future__ import annotations

import re
import tomllib
from typing import TYPE_CHECKING

from ticket_queue_daemon.config.places import Document, FieldPath, Place

if TYPE_CHECKING:
    from collections.abc import Iterator

_BLANK = re.compile(r"(?:\s|#[^\n]*)*")
_KEY_PART = re.compile(r"""[ \t]*(?:"((?:[^"\\]|\\.)*)"|'([^']*)'|([A-Za-z0-9_-]+))[ \t]*""")
_TEXT = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'', re.DOTALL
)
_PLAIN = re.compile(r"[^,\]}\n#]*")
_ERROR = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")


def read_toml(text: str, name: str) -> Document:
    """The data of a TOML text; what is wrong with it is noted, with its line."""
    document = Document(name, places={(): Place(name, 1)})
    try:
        document.data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        said = str(error)
        found = _ERROR.search(said)
        line = int(found[1]) if found and found[1] else text.count("\n") + 1
        document.places[()] = Place(name, line)
        what = _ERROR.sub("", said)
        document.wrong((), f"this is no TOML: {what[:1].lower()}{what[1:]}")
    except RecursionError:
        document.wrong((), "nested too deeply")
    else:
        _Walk(text.replace("\r\n", "\n"), document).walk()
    return document


class _Walk:
    """Goes through a text that is known to be right, and notes where each field begins."""

    def __init__(self, text: str, document: Document) -> None:
        self._text = text
        self._at = 0
        self._document = document
        self._tables: dict[FieldPath, int] = {}
        """How many tables an array of tables has so far."""

    def walk(self) -> None:
        """All of it."""
        table: FieldPath = ()
        self._skip()
        while self._at < len(self._text):
            start = self._at
            if self._text.startswith("[", self._at):
                many = self._text.startswith("[[", self._at)
                self._at += 2 if many else 1
                parts = tuple(self._key())
                self._at += 2 if many else 1
                table = self._table(parts, many=many)
                self._stands(table, start)
            else:
                self._member(table)
            self._skip()

    def _table(self, parts: tuple[str, ...], *, many: bool) -> FieldPath:
        """The path of a table; a name that is an array of tables means its last one."""
        path: FieldPath = ()
        for number, part in enumerate(parts):
            path = (*path, part)
            last = number == len(parts) - 1
            if last and many:
                self._tables[path] = self._tables.get(path, 0) + 1
                self._stands(path, self._at, again=False)
            if path in self._tables:
                path = (*path, self._tables[path] - 1)
        return path

    def _member(self, table: FieldPath) -> None:
        start, path = self._at, table
        for part in self._key():
            path = (*path, part)
            self._stands(path, start, again=False)
        self._at += 1
        self._value(path)

    def _key(self) -> Iterator[str]:
        """The parts of a key, dotted or not."""
        while found := _KEY_PART.match(self._text, self._at):
            self._at = found.end()
            basic, literal, bare = found.groups()
            if basic is not None:
                yield str(tomllib.loads(f'key = "{basic}"')["key"])
            else:
                yield literal if literal is not None else bare
            if not self._text.startswith(".", self._at):
                return
            self._at += 1

    def _value(self, path: FieldPath) -> None:
        self._skip()
        if found := _TEXT.match(self._text, self._at):
            self._at = found.end()
        elif self._text.startswith("[", self._at):
            self._members(path, "]")
        elif self._text.startswith("{", self._at):
            self._members(path, "}")
        elif found := _PLAIN.match(self._text, self._at):
            self._at = found.end()

    def _members(self, path: FieldPath, closing: str) -> None:
        """The elements of an array, or the members of an inline table."""
        self._at += 1
        number = 0
        self._skip()
        while self._at < len(self._text) and not self._text.startswith(closing, self._at):
            if closing == "]":
                self._stands((*path, number), self._at)
                self._value((*path, number))
            else:
                self._member(path)
            number += 1
            self._skip()
            if self._text.startswith(",", self._at):
                self._at += 1
                self._skip()
        self._at += 1

    def _skip(self) -> None:
        found = _BLANK.match(self._text, self._at)
        self._at = found.end() if found else self._at

    def _stands(self, path: FieldPath, at: int, *, again: bool = True) -> None:
        if again or path not in self._document.places:
            line = self._text.count("\n", 0, at) + 1
            self._document.places[path] = Place(self._document.name, line)
