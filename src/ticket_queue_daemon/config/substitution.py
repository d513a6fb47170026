"""``${VAR}`` and ``${VAR:-default}`` in the texts of a rules file, and secrets out of files.

``$${`` is a plain ``${``. What a variable gave is marked, for two reasons: a number may come from
one, and a dump shows the words of the file and never what the environment put in their place.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import SecretStr

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.config.places import Document, FieldPath

_VARIABLE = re.compile(r"\$(?:(\$)(?=\{)|\{([A-Za-z_]\w*)(?::-([^}]*))?\})")
_OPENED = re.compile(r"(?<!\$)\$\{")
_FILE = "file:"
# Shorter values would stand in the middle of ordinary words.
_SHORTEST_VEILED = 4


class FromVariable(str):
    """A text that is the whole value of one variable, and so may stand for a number."""

    __slots__ = ()


@dataclass
class Substituted:
    """The data with its variables filled in.

    Attributes:
        data: what it came to.
        places: the texts that hold a variable.
        values: what a variable gave, and its name.
    """

    data: Any = field(repr=False)
    places: set[FieldPath] = field(default_factory=set)
    values: dict[str, str] = field(default_factory=dict, repr=False)

    def varies(self, path: FieldPath) -> bool:
        """Whether a variable stands there or anywhere inside."""
        return any(where[: len(path)] == path for where in self.places)

    def veil(self, value: Any) -> Any:
        """A text, or data, with ``${NAME}`` where it shows what a variable gave."""
        if isinstance(value, dict):
            return {name: self.veil(member) for name, member in value.items()}
        if isinstance(value, list | tuple):
            return [self.veil(member) for member in value]
        if not isinstance(value, str):
            return value
        for given in sorted(self.values, key=len, reverse=True):
            if len(given) >= _SHORTEST_VEILED:
                value = value.replace(given, f"${{{self.values[given]}}}")
        return value


def substitute(document: Document, environ: Mapping[str, str]) -> Substituted:
    """Fill in the variables; a missing one is noted in the document."""
    filled = Substituted(None)
    filled.data = _Filling(document, environ, filled).walk(document.data, ())
    return filled


class _Filling:
    """Goes through the data."""

    def __init__(self, document: Document, environ: Mapping[str, str], filled: Substituted) -> None:
        self._document = document
        self._environ = environ
        self._filled = filled

    def walk(self, value: Any, path: FieldPath) -> Any:
        """A value, its texts filled in."""
        if isinstance(value, dict):
            return {name: self.walk(member, (*path, name)) for name, member in value.items()}
        if isinstance(value, list):
            return [self.walk(member, (*path, number)) for number, member in enumerate(value)]
        if not isinstance(value, str) or "${" not in value:
            return value
        self._filled.places.add(path)
        return self._fill(value, path)

    def _fill(self, text: str, path: FieldPath) -> str:
        if _OPENED.search(_VARIABLE.sub("", text)):
            self._document.wrong(
                path, "a ${ that names no variable; write ${NAME}, or $${ for a plain ${"
            )
            return text
        filled = _VARIABLE.sub(lambda found: self._one(found, path), text)
        whole = _VARIABLE.fullmatch(text)
        return FromVariable(filled) if whole and whole[2] else filled

    def _one(self, found: re.Match[str], path: FieldPath) -> str:
        escaped, name, default = found.groups()
        if escaped:
            return "$"
        # As in a shell: with :- an empty variable counts as unset.
        value = self._environ.get(name)
        if default is not None and not value:
            return str(default)
        if value is None:
            self._document.wrong(
                path,
                f"the environment has no {name}; set it, or write ${{{name}:-default}}, or $${{ "
                "for a plain ${",
            )
            return ""
        self._filled.values[value] = name
        return value


def secret_of(value: object) -> object:
    """A secret as it is given, or the content of the file that ``file:/path`` names.

    Raises:
        ValueError: the file can't be read; says which.
    """
    text = value.get_secret_value() if isinstance(value, SecretStr) else value
    if not isinstance(text, str) or not text.startswith(_FILE):
        return value
    path = Path(text.removeprefix(_FILE))
    if not path.is_absolute():
        raise ValueError("file: needs a whole path, such as file:/run/secrets/token")
    try:
        content = path.read_text(encoding="utf-8").strip()
    except OSError as error:
        raise ValueError(f"{path} can't be read: {error.strerror}") from None
    except UnicodeDecodeError:
        raise ValueError(f"{path} can't be read: it is not UTF-8 text") from None
    if not content:
        raise ValueError(f"{path} is empty")
    return SecretStr(content)
