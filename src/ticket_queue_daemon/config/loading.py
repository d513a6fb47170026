"""A rules file, or a folder of them in the order of their names, as one document."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.config.places import Document, Place, field_name
from ticket_queue_daemon.config.toml_text import read_toml
from ticket_queue_daemon.config.yaml_text import read_json, read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from ticket_queue_daemon.config.places import FieldPath

READERS: dict[str, Callable[[str, str], Document]] = {
    ".yaml": read_yaml,
    ".yml": read_yaml,
    ".json": read_json,
    ".toml": read_toml,
}
_SCHEMA = ".schema.json"
_LISTS = {"actions", "queues"}
_TABLES = {"queue", "defaults"}
_EMPTY = "the file is empty; ticket-queue-daemon config init writes one to begin with"


def read_rules(path: Path) -> Document:
    """Read a file or a folder; nothing is judged yet but its form."""
    document = _read_folder(path) if path.is_dir() else _read_file(path)
    document.seal()
    return document


def rules_files(path: Path) -> list[Path]:
    """The file, or the files of the folder that are read, in the order of their names."""
    if not path.is_dir():
        return [path]
    return sorted(
        file
        for file in path.iterdir()
        if file.suffix in READERS
        and not file.name.startswith(".")
        and not file.name.endswith(_SCHEMA)
    )


def _read_folder(path: Path) -> Document:
    files = rules_files(path)
    if not files:
        document = Document(str(path))
        document.wrong((), f"the folder holds no rules; a rules file ends in {_endings()}")
        return document
    merged = Document(str(path), data={}, places={(): Place(str(files[0]), 1)})
    for file in files:
        _merge(_read_file(file), merged)
    return merged


def _read_file(path: Path) -> Document:
    document = _read_text(path)
    if not isinstance(document.data, dict):
        document.whole, document.data = False, None
    return document


def _read_text(path: Path) -> Document:
    name = str(path)
    document = Document(name)
    reader = READERS.get(path.suffix.lower())
    if reader is None:
        document.wrong((), f"a rules file ends in {_endings()}; a Python file in .py")
        return document
    try:
        text = path.read_text(encoding="utf-8-sig")
    except OSError as error:
        document.wrong((), f"it can't be read: {error.strerror}")
        return document
    except UnicodeDecodeError:
        document.wrong((), "it can't be read: it is not UTF-8 text")
        return document
    if not text.strip():
        document.wrong((), _EMPTY)
        return document
    document = reader(text, name)
    if document.data is None and document.mistakes:
        return document
    if document.data is None:
        document.wrong((), _EMPTY)
    elif not isinstance(document.data, dict):
        document.wrong((), "expected names with values, such as version: 1 and actions: [...]")
    else:
        document.data.pop("$schema", None)
    return document


def _endings() -> str:
    return ", ".join(READERS)


def _merge(one: Document, into: Document) -> None:
    """Add a file to those before it: lists of actions one after the other, members side by side."""
    into.mistakes += one.mistakes
    into.whole &= one.whole
    if not isinstance(one.data, dict):
        return
    for name, value in one.data.items():
        before = into.data.get(name)
        if name in _LISTS and isinstance(value, list) and isinstance(before, list):
            _places(one, into, (name,), offset=len(before))
            before.extend(value)
        elif name in _TABLES and isinstance(value, dict) and isinstance(before, dict):
            for key, member in value.items():
                _set(before, key, member, (name, key), one, into)
        else:
            _set(into.data, name, value, (name,), one, into)


def _set(
    target: dict[str, Any], key: str, value: Any, path: FieldPath, one: Document, into: Document
) -> None:
    if key in target and (path != ("version",) or target[key] != value):
        earlier = into.place(path)
        into.places[path] = one.place(path)
        into.wrong(path, f"{field_name(path)} is set in {earlier} too; a key belongs to one file")
        return
    target[key] = value
    _places(one, into, path)


def _places(one: Document, into: Document, path: FieldPath, *, offset: int = 0) -> None:
    """Take over the places under a path; the elements of its list move on by ``offset``."""
    depth = len(path)
    for where, place in one.places.items():
        if where[:depth] != path:
            continue
        if len(where) > depth and isinstance(number := where[depth], int):
            into.places[*path, number + offset, *where[depth + 1 :]] = place
        else:
            into.places.setdefault(where, place)
