"""Pages that need nothing else: no script, no font, no network.

Every text from outside is escaped by the template engine, and the page itself forbids scripts, so
that a ticket's title can do nothing in the browser of whoever reads about it.
"""

from __future__ import annotations

from importlib import resources
from typing import TYPE_CHECKING, Final

from jinja2 import Environment, StrictUndefined

from ticket_queue_daemon import __version__
from ticket_queue_daemon.cli import files
from ticket_queue_daemon.review.entries import Outcome
from ticket_queue_daemon.review.pausing import quoted

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path
    from typing import Any

    from ticket_queue_daemon.review.precision import Rate
    from ticket_queue_daemon.review.report import MatchingReport

MARK: Final = '<meta name="generator" content="ticket-queue-daemon matching-report">'
"""Stands at the head of every page; only a file that has it is overwritten without being asked."""


def check_writable(path: Path, *, force: bool) -> None:
    """See that a matching report may be written there, before the work is done.

    Raises:
        ConfigError: the folder is not there, or the file is somebody else's.
    """
    files.check_writable(path, mark=MARK, what="matching report", force=force)


def write_page(path: Path, report: MatchingReport, *, force: bool = False) -> None:
    """Write the matching report, whole or not at all.

    Raises:
        ConfigError: the file is somebody else's, or can't be written.
    """
    check_writable(path, force=force)
    files.write_whole(path, render(report))


def render(report: MatchingReport) -> str:
    """The matching report as a page."""
    return filled(
        "matching_report.html.jinja", report=report, outcomes=list(Outcome), quoted=quoted
    )


def filled(name: str, **variables: Any) -> str:
    """A page of this folder, filled in; every text is escaped."""
    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    environment.filters.update(moment=_moment, day=_day, share=_share, bounds=_bounds)
    source = resources.files(__package__).joinpath(name)
    template = environment.from_string(source.read_text("utf-8"))
    return template.render(version=__version__, **variables)


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
