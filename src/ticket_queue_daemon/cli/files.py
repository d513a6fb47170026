"""Files that a command writes: never over somebody else's, and whole or not at all."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Final

from ticket_queue_daemon.errors import ConfigError

_HEAD: Final = 1000


def check_writable(path: Path, *, mark: str, what: str, force: bool) -> None:
    """See that a file may be written there, before the work is done.

    Args:
        path: where.
        mark: stands at the head of every such file; only one that has it is overwritten unasked.
        what: what such a file is called.
        force: overwrite whatever is there.

    Raises:
        ConfigError: the folder is not there, or the file is somebody else's.
    """
    if not path.parent.is_dir():
        raise ConfigError(f"{path.parent} is no folder.", "Make it first, or name another file.")
    if force or not path.exists():
        return
    if not path.is_file() or mark not in _head(path):
        raise ConfigError(
            f"{path} exists and is no {what}; it is left as it is.",
            "Name another file, or overwrite it with --force.",
        )


def write_whole(path: Path, text: str) -> None:
    """Write a file that only its owner may read, since it quotes tickets; whole or not at all.

    Raises:
        ConfigError: it can't be written.
    """
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(text)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(
            f"{path} can't be written: {error.strerror or error}.", "Name another file."
        ) from error


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_HEAD).decode("utf-8", "replace")
