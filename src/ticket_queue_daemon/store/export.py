"""What is about to be forgotten, written to a file first: gzip, a JSON object a line.

Each batch is a gzip member of its own, and on the disk before its rows are deleted. So a run that was
killed leaves a file that can be read, and the next run goes on behind its last whole member: the rows
of a torn one are still in the database.
"""

from __future__ import annotations

import gzip
import json
import os
import zlib
from typing import IO, TYPE_CHECKING, Self

from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from ticket_queue_daemon.store.pruning import Pruned

_CHUNK = 1 << 16
_GZIP = 31
"""How zlib is told that a gzip header is to be expected."""


class ExportFile:
    """A new file of exported rows; a context manager.

    It has its name once all of it is on the disk; until then it is called ``NAME.part``. With nothing
    in it, it is not made. Only its owner can read it: it holds what people wrote.

    Raises:
        ConfigError: there is such a file already, or it can't be written.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows = 0
        self._part = path.with_name(f"{path.name}.part")
        self._file: IO[bytes]

    def __enter__(self) -> Self:
        if self.path.exists():
            raise ConfigError(
                f"{self.path} exists, and an export is never overwritten.", "Choose another name."
            )
        try:
            number = os.open(self._part, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise ConfigError(
                f"{self._part} can't be written: {error.strerror}.", "Nothing was deleted."
            ) from error
        _hold(number, self._part)
        # Unbuffered: what a full disk did not take must not be tried again behind our back.
        self._file = os.fdopen(number, "r+b", buffering=0)
        sound = _sound_length(self._file)
        self._file.truncate(sound)
        self._file.seek(sound)
        return self

    def __exit__(self, *_: object) -> None:
        # Whatever ended the run: what is in the file may be gone from the database.
        empty = self._file.tell() == 0
        self._file.close()
        if empty:
            self._part.unlink()
        else:
            self._part.replace(self.path)
        _sync(self.path.parent)

    def write(self, rows: Sequence[Pruned]) -> None:
        """Add rows; they are on the disk when this returns.

        Raises:
            ConfigError: the disk is full, or the file can't be written.
        """
        text = "".join(f'{{"table":{json.dumps(one.table)},"row":{one.row}}}\n' for one in rows)
        begin, left = self._file.tell(), memoryview(gzip.compress(text.encode()))
        try:
            while left:
                left = left[self._file.write(left) :]
            os.fsync(self._file.fileno())
        except OSError as error:
            self._file.truncate(begin)
            self._file.seek(begin)
            raise ConfigError(
                f"{self._part} can't be written: {error.strerror}.",
                "What it does not hold was not deleted. Make room, and run it again.",
            ) from error
        self.rows += len(rows)


def _hold(number: int, path: Path) -> None:
    """Let nobody else write to it until it is closed; where the system has no such locks, nobody may try."""
    try:
        import fcntl  # noqa: PLC0415  POSIX only
    except ImportError:
        return
    try:
        fcntl.flock(number, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(number)
        raise ConfigError(
            f"Another prune is writing to {path}.", "Let it end, or choose another name."
        ) from None


def _sound_length(file: IO[bytes]) -> int:
    """The bytes of the whole gzip members at the beginning of a file."""
    sound = consumed = 0
    reader = zlib.decompressobj(_GZIP)
    while chunk := file.read(_CHUNK):
        while chunk:
            try:
                reader.decompress(chunk)
            except zlib.error:
                return sound
            consumed += len(chunk) - len(reader.unused_data)
            chunk = reader.unused_data
            if reader.eof:
                sound, reader = consumed, zlib.decompressobj(_GZIP)
    return sound


def _sync(folder: Path) -> None:
    """Make a new name in a folder last; some systems can't open a folder, and need not."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    number = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(number)
    finally:
        os.close(number)
