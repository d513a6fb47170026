"""Runs a command with bounds: no shell, a time, an amount of output, and an end for all it started."""

from __future__ import annotations

import contextlib
import os
import selectors
import signal
import subprocess
import time
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Self

from ticket_queue_daemon.clock import STOP_GRACE_SECONDS
from ticket_queue_daemon.errors import OutsideError, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

MOST_OUTPUT: Final = 1_048_576
KEPT_ERRORS: Final = 4_096
"""Bytes of stderr: its end, where the reason stands."""
_CHUNK: Final = 65_536
_LOOK_SECONDS: Final = 0.05
_PIPES_FULL: Final = 64


class CommandFailed(OutsideError):  # noqa: N818  the name says what happened
    """A command could not be started, or was ended."""


@dataclass(frozen=True, slots=True)
class Ran:
    """How a command ended; a negative code is the signal that ended it."""

    code: int
    output: bytes
    errors: bytes


@dataclass(frozen=True, slots=True)
class Command:
    """What is run.

    Attributes:
        argv: the program and its arguments, as they are.
        environment: all of it.
        cwd: the folder; "" is the daemon's own.
        timeout: seconds until it is ended.
        grace: how long it may go on after the daemon was told to stop.
    """

    argv: Sequence[str]
    environment: Mapping[str, str]
    cwd: str = ""
    timeout: float = 30.0
    grace: float = STOP_GRACE_SECONDS

    def run(self, given: bytes, *, stopping: Callable[[], bool] = lambda: False) -> Ran:
        """Give it its standard input, and wait for it.

        Whatever it started is ended with it, unless that left its process group.

        Raises:
            CommandFailed: it can't be started, took too long or said too much.
            Stopped: the daemon is going down.
        """
        try:
            process = subprocess.Popen(  # noqa: S603  the administrator's own command, no shell
                list(self.argv),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd=self.cwd or None,
                env=dict(self.environment),
                start_new_session=True,
            )
        except (OSError, ValueError) as error:
            why = getattr(error, "strerror", None) or type(error).__name__
            raise CommandFailed(
                f"{self.argv[0]!r} can't be started: {why}.",
                "Check that it is there, that it may be executed, and its cwd.",
            ) from None
        with process, _Talk(process, given) as talk:
            try:
                self._wait(process, talk, stopping)
            finally:
                # Not reaped yet, so its group's number is still its own.
                with contextlib.suppress(ProcessLookupError, PermissionError):
                    os.killpg(process.pid, signal.SIGKILL)
                talk.rest()
                code = process.wait()
        return Ran(code, bytes(talk.output), bytes(talk.errors))

    def _wait(
        self, process: subprocess.Popen[bytes], talk: _Talk, stopping: Callable[[], bool]
    ) -> None:
        until, told = time.monotonic() + self.timeout, False
        while not _has_ended(process.pid):
            talk.once(_LOOK_SECONDS)
            now = time.monotonic()
            if not told and stopping():
                told, until = True, min(until, now + self.grace)
            if len(talk.output) > MOST_OUTPUT:
                raise CommandFailed(
                    f"{self.argv[0]!r} was ended: it wrote more than {MOST_OUTPUT:,} bytes.",
                    "Its answer is one JSON document; what else it has to say belongs to stderr.",
                )
            if now >= until and told:
                raise Stopped(f"Told to stop while {self.argv[0]!r} was at work.")
            if now >= until:
                raise CommandFailed(
                    f"{self.argv[0]!r} was ended: it took longer than {self.timeout:g} seconds.",
                    "Make it faster, or raise its timeout.",
                )


def _has_ended(pid: int) -> bool:
    """Whether the process is over; it is left to be reaped."""
    return os.waitid(os.P_PID, pid, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None


@dataclass(slots=True)
class _Talk:
    """The three pipes of a process, none of which can block the other two."""

    process: subprocess.Popen[bytes]
    given: bytes
    output: bytearray = field(default_factory=bytearray)
    errors: bytearray = field(default_factory=bytearray)
    _ready: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)
    _sent: int = 0

    def __enter__(self) -> Self:
        process = self.process
        for pipe in (process.stdin, process.stdout, process.stderr):
            if pipe is not None:
                os.set_blocking(pipe.fileno(), False)
        if process.stdin and process.stdout and process.stderr:
            for pipe, event, move in (
                (process.stdin, selectors.EVENT_WRITE, self._write),
                (process.stdout, selectors.EVENT_READ, self._read_output),
                (process.stderr, selectors.EVENT_READ, self._read_errors),
            ):
                self._ready.register(pipe, event, (move, pipe))
        return self

    def __exit__(self, *_: object) -> None:
        self._ready.close()

    def once(self, seconds: float) -> bool:
        """Move what can be moved within ``seconds``; whether anything was."""
        if not self._ready.get_map():
            # Nothing is left to hear; only its end is awaited.
            time.sleep(seconds)
            return False
        found = self._ready.select(seconds)
        for ready, _ in found:
            move, pipe = ready.data
            if not move(ready.fd):
                self._ready.unregister(pipe)
                pipe.close()
        return bool(found)

    def rest(self) -> None:
        """What the pipes still hold; no more, since somebody who got away may go on writing."""
        for _ in range(_PIPES_FULL):
            if not self.once(0.0):
                return

    def _write(self, number: int) -> bool:
        try:
            self._sent += os.write(number, self.given[self._sent : self._sent + _CHUNK])
        except BrokenPipeError:
            # It need not read.
            return False
        return self._sent < len(self.given)

    def _read_output(self, number: int) -> bool:
        part = os.read(number, _CHUNK)
        self.output += part
        return bool(part)

    def _read_errors(self, number: int) -> bool:
        part = os.read(number, _CHUNK)
        self.errors += part
        del self.errors[:-KEPT_ERRORS]
        return bool(part)
