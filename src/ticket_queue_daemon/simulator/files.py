"""Files that a person names: a reason when one can't be used, and writing that can't lose one."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


class UnusableFileError(ValueError):
    """A file that can't be used, and why."""

    def __init__(self, path: Path, reason: str) -> None:
        super().__init__(f"{path}: {reason}")
        self.path = path
        self.reason = reason


def write_whole(path: Path, text: str) -> None:
    """Write a file for its owner's eyes; after a crash it is the old one or the new one, whole.

    Raises:
        OSError: it can't be written; the error names ``path`` and not the file beside it.
    """
    try:
        _write_beside(path, text)
    except OSError as problem:
        raise OSError(problem.errno, problem.strerror, str(path)) from problem


def _write_beside(path: Path, text: str) -> None:
    partial = path.with_name(f".{path.name}.{os.getpid()}")
    handle = os.open(partial, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
