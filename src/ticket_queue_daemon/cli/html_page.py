"""The matching report as one page that needs nothing else: no script, no font, no network.

Every text from outside is escaped by the template engine, and the page itself forbids scripts, so
that a ticket's title can do nothing in the browser of whoever reads about it.
"""

from __future__ import annotations

import os
import tempfile
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined

from ticket_queue_daemon import __version__
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.review.entries import Outcome
from ticket_queue_daemon.review.pausing import quoted

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.review.precision import Rate
    from ticket_queue_daemon.review.report import MatchingReport

MARK: Final = '<meta name="generator" content="ticket-queue-daemon matching-report">'
"""Stands at the head of every page; only a file that has it is overwritten without being asked."""
_HEAD: Final = 1000


def check_writable(path: Path, *, force: bool) -> None:
    """See that a page may be written there, before the work is done.

    Raises:
        ConfigError: the folder is not there, or the file is somebody else's.
    """
    if not path.parent.is_dir():
        raise ConfigError(f"{path.parent} is no folder.", "Make it first, or name another file.")
    if force or not path.exists():
        return
    if not path.is_file() or MARK not in _head(path):
        raise ConfigError(
            f"{path} exists and is no matching report; it is left as it is.",
            "Name another file, or overwrite it with --force.",
        )


def write_page(path: Path, report: MatchingReport, *, force: bool = False) -> None:
    """Write the page, whole or not at all.

    Raises:
        ConfigError: the file is somebody else's, or can't be written.
    """
    check_writable(path, force=force)
    page = render(report)
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        try:
            with os.fdopen(handle, "w", encoding="utf-8", errors="replace") as file:
                file.write(page)
            Path(name).replace(path)
        except BaseException:
            Path(name).unlink(missing_ok=True)
            raise
    except OSError as error:
        raise ConfigError(
            f"{path} can't be written: {error.strerror or error}.", "Name another file."
        ) from error


def render(report: MatchingReport) -> str:
    """The page as text."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(moment=_moment, day=_day, share=_share, bounds=_bounds)
    source = resources.files(__package__).joinpath("matching_report.html.jinja")
    template = environment.from_string(source.read_text("utf-8"))
    return template.render(
        report=report, outcomes=list(Outcome), version=__version__, quoted=quoted
    )


def _head(path: Path) -> str:
    with path.open("rb") as file:
        return file.read(_HEAD).decode("utf-8", "replace")


def _moment(at: datetime) -> str:
    return f"{at.astimezone():%Y-%m-%d %H:%M}"


def _day(at: datetime) -> str:
    here = at.astimezone()
    return f"{here.day} {here:%B %Y}"


def _share(rate: Rate) -> str:
    return "–" if rate.share is None else f"{rate.share * 100:.0f} %"  # noqa: RUF001  a dash for nothing


def _bounds(rate: Rate) -> str:
    low, high = rate.interval
    return f"{low * 100:.0f}–{high * 100:.0f} %"  # noqa: RUF001  a dash between two numbers
