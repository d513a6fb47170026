"""A log file that has become too long is put aside: FILE.1 is the newest, FILE.N the oldest kept.

Several processes may write one file. Who wants to put it aside locks it first and looks whether it
still has its name, so that no two do it one after the other and push a whole file out.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

MEGABYTE = 1_000_000


@dataclass(frozen=True)
class Rotation:
    """When a log file is put aside.

    Attributes:
        max_bytes: from this length on; 0: never.
        keep: how many are kept that were put aside.
    """

    max_bytes: int
    keep: int

    def rotate(self, stream: IO[Any], name: str) -> bool:
        """Put the file aside if it is long enough; True if it no longer has its name.

        Raises:
            OSError: it can't be renamed; it is written on.
        """
        if not self.max_bytes or os.fstat(stream.fileno()).st_size < self.max_bytes:
            return False
        path = Path(name)
        with _locked(stream):
            if not _is_still(path, stream):
                return True
            for number in range(self.keep, 1, -1):
                with contextlib.suppress(FileNotFoundError):
                    _aside(path, number - 1).replace(_aside(path, number))
            path.replace(_aside(path, 1))
        return True


NO_ROTATION = Rotation(0, 1)


def _aside(path: Path, number: int) -> Path:
    return path.with_name(f"{path.name}.{number}")


def _is_still(path: Path, stream: IO[Any]) -> bool:
    try:
        return os.path.samestat(path.stat(), os.fstat(stream.fileno()))
    except FileNotFoundError:
        return False


@contextlib.contextmanager
def _locked(stream: IO[Any]) -> Iterator[None]:
    fcntl.flock(stream.fileno(), fcntl.LOCK_EX)
    try:
        yield
    finally:
        fcntl.flock(stream.fileno(), fcntl.LOCK_UN)
