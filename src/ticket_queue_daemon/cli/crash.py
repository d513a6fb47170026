"""Where a traceback goes when something unexpected happened: to a file, never to the screen."""

from __future__ import annotations

import logging
import os
import traceback
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import platformdirs

from ticket_queue_daemon.cli.session import ENDING_LOGGER

if TYPE_CHECKING:
    from pathlib import Path

    from ticket_queue_daemon.observe.scrub import Scrubber

_LOG = logging.getLogger(ENDING_LOGGER)


def keep_traceback(error: BaseException, scrubber: Scrubber) -> str:
    """Write the traceback to the log file, else to a file of its own; says where it is."""
    for handler in logging.getLogger().handlers:
        if isinstance(handler, logging.FileHandler):
            _LOG.error("unexpected error", exc_info=error)
            return _advice(handler.baseFilename)
    folder = platformdirs.user_log_path("ticket-queue-daemon")
    path = folder / f"crash-{datetime.now(UTC):%Y%m%dT%H%M%S}-{os.getpid()}.log"
    try:
        _write(path, scrubber.text("".join(traceback.format_exception(error))))
    except OSError:
        return "Run it again with --log to keep the traceback, and report it as a bug."
    return _advice(str(path))


def _advice(path: str) -> str:
    return f"The traceback is in {path}; please report it as a bug, with that file."


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode=0o640)
    with os.fdopen(descriptor, "w", encoding="utf-8", errors="backslashreplace") as file:
        file.write(text)
