"""Rules that change while the daemon runs: seen, judged, and taken over or rejected."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ticket_queue_daemon.app.opening import connections
from ticket_queue_daemon.app.parts import name_book
from ticket_queue_daemon.app.rules import Configured, configure
from ticket_queue_daemon.config.loading import rules_files
from ticket_queue_daemon.errors import ConfigError, DaemonError
from ticket_queue_daemon.observe.events import Note, RulesMended, RulesRejected

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from datetime import datetime

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.observe.events import Observer

Stamp: TypeAlias = "tuple[tuple[str, int, int], ...]"

RETRY_SECONDS = 60.0
"""So long after TDX was away when names were to be looked up, rules are judged again."""
NOT_AGAIN = (
    "Settings in the environment and in .env (TDX's address and account, the database, ports) are read "
    "at start: to change those, restart."
)

_LOG = logging.getLogger(__name__)


class RulesWatch:
    """Whether files have changed: by time and size, and then by what they hold.

    A change counts once it was seen twice alike: half a file, as an editor leaves it for a moment, is
    no change.

    Args:
        files: gives those to look at.
    """

    def __init__(self, files: Callable[[], Iterable[Path]]) -> None:
        self._files = files
        self._last = self._seen = self._stamp()
        self._digest = self._hash()

    def changed(self) -> bool:
        """Whether they hold something else than at the last time that this said so."""
        stamp = self._stamp()
        settled, self._last = stamp == self._last, stamp
        if stamp == self._seen or not settled:
            return False
        return self.read()

    def read(self) -> bool:
        """Take what they hold now as known; whether it is something else than before."""
        self._last = self._seen = self._stamp()
        before, self._digest = self._digest, self._hash()
        return self._digest != before

    def _stamp(self) -> Stamp:
        stamps = []
        for file in self._files():
            try:
                found = file.stat()
            except OSError:
                continue
            stamps.append((str(file), found.st_mtime_ns, found.st_size))
        return tuple(stamps)

    def _hash(self) -> str:
        digest = hashlib.sha256()
        for file in self._files():
            try:
                content = file.read_bytes()
            except OSError:
                continue
            digest.update(f"{file}\0{len(content)}\0".encode())
            digest.update(content)
        return digest.hexdigest()


@dataclass
class Standing:
    """How the rules stand, for status; None: those of the file are in force."""

    rejected_at: datetime | None = None
    mistake: str | None = None


@dataclass
class Reloader:
    """Reads the rules again, and has the application take them over.

    Attributes:
        only: the one queue that is watched; None: all.
        observer: is told what became of it.
        accepted: called with new rules before they are taken over.
        standing: what status shows.
    """

    app: App
    only: str | None = None
    observer: Observer | None = None
    accepted: Callable[[Configured], None] = lambda _: None
    standing: Standing = field(default_factory=Standing)
    _again_at: float | None = None

    def __post_init__(self) -> None:
        self._watch = RulesWatch(self._files)

    def look(self, *, asked: bool) -> bool:
        """Read the rules again if they have changed, or if a person asks for it.

        Returns:
            Whether there are new ones: ``app.queues``.
        """
        path = self.app.settings.config_path
        if path is None:
            if asked:
                self._tell(Note("info", f"Reload: there is no rules file. {NOT_AGAIN}"))
            return False
        due = self._again_at is not None and self.app.clock.monotonic() >= self._again_at
        if asked:
            self._watch.read()
        elif not self._watch.changed() and not due:
            return False
        self._again_at = None
        return self._read(path)

    def _read(self, path: Path) -> bool:
        app, before = self.app, self.app.action_ids
        try:
            wanted = configure(path, name_book(app.tdx), settings=app.settings)
            self.accepted(wanted)
            app.adopt(wanted, self.only)
        except ConfigError as error:
            self._reject(error.message, error.advice)
            return False
        except DaemonError as error:
            self._again_at = app.clock.monotonic() + RETRY_SECONDS
            self._reject(f"{path} could not be judged: {error.message}", "It is tried again.")
            return False
        except Exception as error:  # noqa: BLE001  whatever it is, the work goes on by the old rules
            _LOG.warning("the rules could not be read", exc_info=True)
            self._reject(f"{path} could not be read: {type(error).__name__}.", "See the log.")
            return False
        app.database.resize(connections([one.settings for one in app.queues]))
        self._take_over(path, app.action_ids - before, before - app.action_ids)
        return True

    def _take_over(self, path: Path, new: frozenset[str], gone: frozenset[str]) -> None:
        was_wrong = self.standing.rejected_at is not None
        self.standing.rejected_at = self.standing.mistake = None
        number = len(self.app.queues)
        what = "".join(
            f" {word}: {', '.join(sorted(ids))}."
            for word, ids in (("New", new), ("No more", gone))
            if ids
        )
        said = (
            f"{path} was read again and is in force: {number} queue{'s' if number != 1 else ''}."
            f"{what} {NOT_AGAIN}"
        )
        self._tell(RulesMended("info", said) if was_wrong else Note("info", said))

    def _reject(self, message: str, advice: str) -> None:
        lines = [line.strip() for line in message.splitlines() if line.strip()]
        # Since the first change that was wrong, whatever was wrong with those after it.
        self.standing.rejected_at = self.standing.rejected_at or self.app.clock.now()
        self.standing.mistake = lines[1] if len(lines) > 1 else lines[0]
        said = f"The rules were rejected; the old ones stay in force. {' | '.join(lines)} {advice}"
        self._tell(RulesRejected("error", said.strip()))

    def _tell(self, event: Note) -> None:
        if self.observer is not None:
            self.observer.on_event(event)

    def _files(self) -> list[Path]:
        path = self.app.settings.config_path
        days = {day for one in self.app.queues for day in one.settings.holidays}
        calendars = [Path(day) for day in sorted(days) if day.casefold().endswith(".ics")]
        return [*rules_files(path), *calendars] if path else []
