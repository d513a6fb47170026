"""Words typed by a person come in here, and a sentence and an exit code go out.

:func:`main` is the one place where an exception becomes text.
"""

from __future__ import annotations

import contextlib
import importlib
import logging
import sys
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.crash import keep_traceback
from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.cli.output import Terminal, mute, safe
from ticket_queue_daemon.cli.parser import parse
from ticket_queue_daemon.cli.session import ENDING_LOGGER, Session, open_session
from ticket_queue_daemon.errors import DaemonError
from ticket_queue_daemon.observe.scrub import Scrubber

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

__all__ = ["main"]

_LOG = logging.getLogger(ENDING_LOGGER)
# Before logging is set up, Python would print the last word on stderr a second time.
_LOG.addHandler(logging.NullHandler())


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line says; returns the exit code and never raises."""
    for stream in (sys.stdout, sys.stderr):
        # A terminal that can't show a character gets a stand-in instead of a traceback.
        with contextlib.suppress(AttributeError):
            stream.reconfigure(errors="replace")  # type: ignore[union-attr]  # the suppressed case
    terminal, scrubber = Terminal(), Scrubber()
    with contextlib.ExitStack() as stack:
        try:
            args = parse(sys.argv[1:] if argv is None else argv)
            session = stack.enter_context(open_session(args, terminal, scrubber))
            code = int(_command(args.command)(session))
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else ExitCode.DONE
        except BaseException as error:  # noqa: BLE001  this is the place
            code = _tell(error, terminal, scrubber)
    _flush()
    return code


def _command(word: str | None) -> Callable[[Session], int]:
    """The function behind a command's word, in the module of that name; no word is a run.

    Imported only now, so that ``--help`` and a wrong setting answer at once.
    """
    name = (word or "run").replace("-", "_")
    function: Callable[[Session], int] = getattr(
        importlib.import_module(f"{__name__}.{name}"), name
    )
    return function


def _tell(error: BaseException, terminal: Terminal, scrubber: Scrubber) -> int:
    """Say on stderr what happened and what to do next; returns the exit code."""
    match error:
        case DaemonError():
            message, advice, code = error.message, error.advice, error.exit_code
            _LOG.debug("traceback", exc_info=error)
        case KeyboardInterrupt():
            message = "Stopped."
            advice = "The next run takes up what was under way."
            code = ExitCode.INTERRUPTED
        case BrokenPipeError():
            mute(sys.stdout)
            return ExitCode.DONE
        case _:
            message = f"Something unexpected happened: {type(error).__name__}: {error}"
            advice = keep_traceback(error, scrubber)
            code = ExitCode.SOME_FAILED
    for line in filter(None, [*message.splitlines(), *advice.splitlines()]):
        terminal.err.print(safe(scrubber.text(line)), soft_wrap=True)
    _LOG.error("%s %s", message, advice)
    return int(code)


def _flush() -> None:
    """Write what is left; a reader that has gone is no error."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):
            mute(stream)
