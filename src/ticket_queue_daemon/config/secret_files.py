"""Secrets from files: ``NAME_FILE`` names one, and systemd hands some in ``$CREDENTIALS_DIRECTORY``.

``NAME_FILE`` is what container images do (a mounted secret); ``LoadCredential=NAME:PATH`` in a unit is
what systemd does. In both the value is in no environment, where ``ps e`` and every child could read it.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from ticket_queue_daemon.config.variables import Variable

SUFFIX = "_FILE"
CREDENTIALS_DIRECTORY = "CREDENTIALS_DIRECTORY"
_LARGEST = 65_536


def from_credentials(
    variables: Mapping[str, Variable], environ: Mapping[str, str], problems: list[str]
) -> dict[str, tuple[str, str]]:
    """By field: value and origin of what systemd handed over. Adds to ``problems``."""
    folder = environ.get(CREDENTIALS_DIRECTORY, "").strip()
    if not folder:
        return {}
    found = {}
    for name, variable in _secrets(variables):
        path = Path(folder) / variable.name
        if path.is_file() and (text := _read(path, variable.name, problems)):
            found[name] = (text, f"systemd credential {variable.name}")
    return found


def from_files(
    variables: Mapping[str, Variable], source: Mapping[str, str], problems: list[str]
) -> dict[str, tuple[str, str]]:
    """By field: value and origin of each file that a source names. Adds to ``problems``."""
    found = {}
    for name, variable in _secrets(variables):
        label = variable.name + SUFFIX
        given = source.get(label, "").strip()
        if not given:
            continue
        if source.get(variable.name, "").strip():
            problems.append(f"{variable.name} and {label} are both set: leave one of them away")
        elif text := _read(Path(given), label, problems):
            found[name] = (text, label)
    return found


def file_variables(variables: Iterable[Variable]) -> list[str]:
    """The names of the variables that name a file."""
    return [variable.name + SUFFIX for variable in variables if variable.secret]


def _secrets(variables: Mapping[str, Variable]) -> Iterator[tuple[str, Variable]]:
    return ((name, variable) for name, variable in variables.items() if variable.secret)


def _read(path: Path, label: str, problems: list[str]) -> str:
    """The file's text without white space around it; nothing else of it is interpreted."""
    try:
        with path.open(encoding="utf-8-sig") as file:
            text = file.read(_LARGEST + 1)
    except OSError as error:
        problems.append(f"{label}: the file {path} can't be read: {error.strerror}")
        return ""
    except UnicodeDecodeError:
        problems.append(f"{label}: the file {path} is not UTF-8 text")
        return ""
    if len(text) > _LARGEST:
        problems.append(f"{label}: the file {path} is too long for a secret")
        return ""
    if not text.strip():
        problems.append(f"{label}: the file {path} is empty")
    return text.strip()
