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


class FromVariable(str):
    """A text that is the whole value of one variable, and so may stand for a number."""

    __slots__ = ()


@dataclass
class Substituted:
    """The data with its variables filled in, and what the file says in their places."""

    data: Any
    written: dict[FieldPath, str] = field(default_factory=dict)


def substitute(document: Document, environ: Mapping[str, str]) -> Substituted:
    """Fill in the variables; a missing one is noted in the document."""
    filled = Substituted(None)
    filled.data = _walk(document.data, (), document, environ, filled.written)
    return filled


def _walk(
    value: Any,
    path: FieldPath,
    document: Document,
    environ: Mapping[str, str],
    written: dict[FieldPath, str],
) -> Any:
    if isinstance(value, dict):
        return {
            name: _walk(member, (*path, name), document, environ, written)
            for name, member in value.items()
        }
    if isinstance(value, list):
        return [
            _walk(member, (*path, number), document, environ, written)
            for number, member in enumerate(value)
        ]
    if not isinstance(value, str) or "${" not in value:
        return value
    written[path] = value
    return _fill(value, path, document, environ)


def _fill(text: str, path: FieldPath, document: Document, environ: Mapping[str, str]) -> str:
    def one(found: re.Match[str]) -> str:
        escaped, name, default = found.groups()
        if escaped:
            return "$"
        # As in a shell: with :- an empty variable counts as unset.
        value = environ.get(name)
        if default is not None and not value:
            return str(default)
        if value is None:
            document.wrong(
                path,
                f"the environment has no {name}; set it, or write ${{{name}:-default}}, or $${{ "
                "for a plain ${",
            )
            return ""
        return value

    if _OPENED.search(_VARIABLE.sub("", text)):
        document.wrong(path, "a ${ that names no variable; write ${NAME}, or $${ for a plain ${")
        return text
    filled = _VARIABLE.sub(one, text)
    whole = _VARIABLE.fullmatch(text)
    return FromVariable(filled) if whole and whole[2] else filled


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
