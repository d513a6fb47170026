"""Rows out of an export: CSV as reports save it, or JSON as the Web API answers.

Promise: each row knows its line; headings are matched whatever their case, blanks and marks; a
file that is no table is refused, and so is a row with more or fewer cells than the heading.
"""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from .files import UnusableFileError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_LONGEST_CELL = 16 * 1024 * 1024
_DELIMITERS = ",;\t|"


@dataclass(slots=True)
class Row:
    """One row: where it stands in its file, and its cells under their headings."""

    place: str
    cells: dict[str, Any]


@dataclass(slots=True)
class Table:
    """The rows of a file, its headings in their order, and what is wrong with single rows."""

    path: Path
    headings: list[str] = field(default_factory=list)
    rows: list[Row] = field(default_factory=list)
    wrong: list[str] = field(default_factory=list)


def plain(heading: str) -> str:
    """A heading without case, blanks and marks: ``"Serial #"`` and ``SerialNumber`` meet later."""
    return re.sub(r"[^a-z0-9]", "", heading.lower())


def read_table(path: Path) -> Table:
    """The rows of a CSV or JSON file; what is in it decides, not its name.

    Raises:
        UnusableFileError: it holds no rows.
    """
    try:
        raw = path.read_bytes()
    except OSError as problem:
        raise UnusableFileError(path, f"it can't be read: {problem.strerror}") from problem
    try:
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        # Excel on Windows still saves CSV so.
        text = raw.decode("cp1252", "replace")
    found = _json(path, text) if text.lstrip()[:1] in {"[", "{"} else _csv(path, text)
    if not found.headings:
        raise UnusableFileError(path, "it has no rows")
    return found


def _csv(path: Path, text: str) -> Table:
    csv.field_size_limit(_LONGEST_CELL)
    lines = text.splitlines()
    first = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=first.count)
    table = Table(path)
    try:
        for line, cells in _numbered(text, delimiter):
            if not any(cell.strip() for cell in cells):
                continue
            if not table.headings:
                table.headings = [cell.strip() for cell in cells]
            elif len(cells) != len(table.headings):
                counts = f"{len(cells)} cells, but there are {len(table.headings)} headings"
                table.wrong.append(f"line {line}: {counts}")
            else:
                table.rows.append(
                    Row(f"line {line}", dict(zip(table.headings, cells, strict=True)))
                )
    except csv.Error as problem:
        raise UnusableFileError(path, f"it is not CSV: {problem}") from problem
    return table


def _numbered(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    before = 0
    for cells in reader:
        yield before + 1, cells
        before = reader.line_num


def _json(path: Path, text: str) -> Table:
    try:
        data = json.loads(text)
    except ValueError as problem:
        raise UnusableFileError(path, f"it is not JSON: {problem}") from problem
    if isinstance(data, dict):
        # A report's answer has its rows in DataRows, a page of a saved search in Data.
        data = next((data[key] for key in ("DataRows", "Data") if key in data), [data])
    if not isinstance(data, list):
        raise UnusableFileError(path, "it holds no list of rows")
    table = Table(path)
    for number, one in enumerate(data, 1):
        if isinstance(one, dict):
            table.rows.append(Row(f"row {number}", one))
            table.headings.extend(key for key in one if key not in table.headings)
        else:
            table.wrong.append(f"row {number}: it is no object")
    return table
