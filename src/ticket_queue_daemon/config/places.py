"""Where a field of a rules file stands, and what is wrong with it, in a sentence that says so."""

from __future__ import annotations

import difflib
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

FieldPath: TypeAlias = tuple[str | int, ...]


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file, as the person named the file."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file} line {self.line}"


@dataclass(frozen=True, slots=True, order=True)
class Mistake:
    """One thing that is wrong; ``field`` is "" for what concerns the file as text."""

    place: Place
    field: str
    text: str

    def __str__(self) -> str:
        return (
            f"{self.place}: {self.field}: {self.text}"
            if self.field
            else f"{self.place}: {self.text}"
        )


@dataclass
class Document:
    """What files say as plain data, the place of each of its fields, and what can't be read.

    Attributes:
        name: of the file or folder.
        data: None where nothing could be read.
        places: the line of each field.
        mistakes: what is wrong.
        whole: False: a file could not be read, so that what seems to be missing may stand in it.
    """

    name: str
    data: Any = field(default=None, repr=False)  # it may hold a secret
    places: dict[FieldPath, Place] = field(default_factory=dict)
    mistakes: list[Mistake] = field(default_factory=list)
    whole: bool = True
    _wrong: set[FieldPath] = field(default_factory=set)
    _spoiled: frozenset[FieldPath] = frozenset()

    def place(self, path: FieldPath) -> Place:
        """Where a field stands; of one that is missing, where it would belong."""
        for length in range(len(path), -1, -1):
            if found := self.places.get(path[:length]):
                return found
        return Place(self.name, 1)

    def wrong(self, path: FieldPath, text: str) -> None:
        """Note a mistake in a field, once; nothing further of a field that could not be read."""
        mistake = Mistake(self.place(path), field_name(path), text)
        spoiled = any(path[:length] in self._spoiled for length in range(1, len(path) + 1))
        if mistake not in self.mistakes and not spoiled:
            self.mistakes.append(mistake)
            self._wrong.add(path)

    def seal(self) -> None:
        """The reading is over: fields that have a mistake by now are not judged any more."""
        self._spoiled = frozenset(self._wrong)


def field_name(path: FieldPath) -> str:
    """``actions[1].add_asset.max_assets_to_add``."""
    parts = (f"[{part}]" if isinstance(part, int) else f".{part}" for part in path)
    return "".join(parts).removeprefix(".")


def meant(word: str, known: Iterable[str]) -> str:
    """``; did you mean ...?``, or the list of what there is."""
    words = sorted(known)
    listed = f"; there are: {', '.join(words)}" if words else ""
    return near(word, words) or listed


def near(word: str, known: Iterable[str]) -> str:
    """``; did you mean ...?``, or nothing."""
    shape = word.lower().replace("-", "_").replace(" ", "_")
    found = difflib.get_close_matches(shape, sorted(known), n=1, cutoff=0.55)
    return f"; did you mean {found[0]}?" if found else ""
