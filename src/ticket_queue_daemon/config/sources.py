"""Where values come from: flags over the environment over ``.env`` in the working directory.

A secret may stand in a file that ``NAME_FILE`` names, which counts as its variable does, or be handed
over by systemd, which the environment overrules: see ``secret_files``.

A text that is empty or only white space counts as unset, in every source by itself, so that an
empty variable in the environment does not hide the line in ``.env``.
"""

from __future__ import annotations

import io
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from dotenv.parser import parse_stream

from ticket_queue_daemon.config.secret_files import from_credentials, from_files
from ticket_queue_daemon.config.variables import Variable, clean

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path


@dataclass
class Gathered:
    """The raw values by field, where each came from, and what could not even be read."""

    values: dict[str, Any] = field(default_factory=dict)
    origins: dict[str, str] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def add(self, more: Mapping[str, tuple[str, str]]) -> None:
        """Value and origin by field; they overrule what is there."""
        for name, (value, origin) in more.items():
            self.values[name], self.origins[name] = value, origin


def gather(
    variables: Mapping[str, Variable],
    flags: Mapping[str, object],
    environ: Mapping[str, str],
    dotenv: Path | None,
) -> Gathered:
    """Merge the sources; ``variables`` are by field name, ``flags`` too (None is "not given")."""
    found = Gathered()
    lines = _read_dotenv(dotenv, found.problems) if dotenv is not None else {}
    for origin, source in ((".env", lines), ("environment", environ)):
        if source is environ:
            found.add(from_credentials(variables, environ, found.problems))
        found.add(from_files(variables, source, found.problems))
        for name, variable in variables.items():
            text = clean(source.get(variable.name, ""), secret=variable.secret)
            if text:
                found.values[name] = text
                found.origins[name] = origin
    for name, value in flags.items():
        if value is not None:
            found.values[name] = value
            found.origins[name] = variables[name].flag or "flag"
    return found


def _read_dotenv(path: Path, problems: list[str]) -> dict[str, str]:
    """The variables of a ``.env`` file; none if there is no file. Adds to ``problems``.

    Read with python-dotenv's parser and not with its loader: the loader expands ``${...}``, and
    a password may hold just that.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        return {}
    except OSError as error:
        problems.append(f"{path} can't be read: {error.strerror}")
        return {}
    except UnicodeDecodeError:
        problems.append(f"{path} can't be read: it is not UTF-8 text")
        return {}
    values: dict[str, str] = {}
    for binding in parse_stream(io.StringIO(text)):
        if binding.error:
            problems.append(
                f"{path} line {binding.original.line} can't be read: "
                "expected NAME=value, with closing quotes if it has opening ones"
            )
        elif binding.key is not None and binding.value is not None:
            values[binding.key] = binding.value
    return values
