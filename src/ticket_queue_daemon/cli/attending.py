"""Around a run: what is put on record, and what is looked at beside the work."""

from __future__ import annotations

import logging
import threading
from contextlib import contextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, cast

from ticket_queue_daemon.app.digesting import Digesting
from ticket_queue_daemon.app.recording import RunRecorder
from ticket_queue_daemon.config.alert_settings import saved_minutes
from ticket_queue_daemon.config.credentials import Token
from ticket_queue_daemon.errors import StoreError
from ticket_queue_daemon.observe.alert_words import Alert
from ticket_queue_daemon.observe.attention import Attention, Bounds, Looks
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.observe.ticking import ticking
from ticket_queue_daemon.rules.calendar import parse_zone
from ticket_queue_daemon.store.notices import HeldAlert, Notices
from ticket_queue_daemon.store.runs import Runs

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from ticket_queue_daemon.app import App
    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.observe.alert_words import Weight
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.observe.quiet import Quiet

LOOK_SECONDS = 30.0

_LOG = logging.getLogger(__name__)


class Attending:
    """What is on record and looked at for each queue of a process.

    Args:
        session: its settings say what is looked at.
        app: opened.
        quiet: who takes alerts; None: there is nobody to tell.
    """

    def __init__(self, session: Session, app: App, quiet: Quiet | None) -> None:
        self._session = session
        self._app = app
        self._quiet = quiet
        self._lock = threading.Lock()
        self._attentions: dict[str, Attention] = {}

    def of(self, queue: str) -> Observer:
        """Who hears the events of that queue."""
        recorder = RunRecorder(Runs(self._app.database), self._app.tracker.worker)
        # A single run knows nothing of the one before, and would tell the same again every few minutes.
        if self._quiet is None or not getattr(self._session.args, "daemon", False):
            return recorder
        attention = _attention(self._session, self._app, self._quiet, queue)
        with self._lock:
            self._attentions[queue] = attention
        return Hooks([recorder, attention])

    def gone(self, queue: str) -> None:
        """The queue is watched no more."""
        with self._lock:
            self._attentions.pop(queue, None)

    def look(self) -> None:
        """Look at what no event tells of."""
        with self._lock:
            attentions = list(self._attentions.values())
        for one in attentions:
            one.look()


@contextmanager
def attending(session: Session, app: App, quiet: Quiet | None) -> Iterator[Attending | None]:
    """What goes with a run that may write; None for one that only looks."""
    if session.settings.only_looks:
        yield None
        return
    attended = Attending(session, app, quiet)
    if quiet is None:
        yield attended
        return
    notices = Notices(app.database)
    tasks = [_Morning(quiet, notices).look, *_digests(session, app, quiet, notices), attended.look]
    try:
        with ticking(LOOK_SECONDS, tasks):
            yield attended
    finally:
        _leave(quiet, notices)


def _attention(session: Session, app: App, quiet: Quiet, queue: str) -> Attention:
    settings = next((one.settings for one in app.queues if one.name == queue), session.settings)
    looks = Looks(
        now=app.clock.now,
        monotonic=app.clock.monotonic,
        token_ends=_token_ends(session, app),
        index_age=lambda: app.stale_index_seconds,
        pause=lambda: next(
            ((pause.paused_at, pause.told) for pause in app.orders.paused(queue)), None
        ),
    )
    bounds = Bounds(
        silence=settings.alert_silent_intervals * settings.interval,
        pause=timedelta(hours=settings.alert_paused_hours),
    )
    return Attention(quiet.send, looks, bounds, queue)


def _token_ends(session: Session, app: App) -> Callable[[], datetime | None]:
    """Of a token that only a person can renew."""
    client = app.client
    if client is None or not isinstance(session.settings.credentials, Token):
        return lambda: None
    return lambda: client.token_expires


def _digests(
    session: Session, app: App, quiet: Quiet, notices: Notices
) -> list[Callable[[], None]]:
    settings = session.settings
    if settings.digest == "off":
        return []
    return [
        Digesting(
            send=quiet.send,
            notices=notices,
            runs=Runs(app.database),
            queue=one.name,
            now=app.clock.now,
            often=settings.digest,
            hour=settings.digest_hour,
            zone=parse_zone(settings.time_zone, where="DAEMON_TIME_ZONE"),
            minutes=saved_minutes(settings.minutes_saved),
        ).look
        for one in app.queues
    ]


class _Morning:
    """Tells what was held back when the quiet hours are over, other processes' as well."""

    def __init__(self, quiet: Quiet, notices: Notices) -> None:
        self._quiet = quiet
        self._notices = notices
        self._was_quiet = True

    def look(self) -> None:
        if self._quiet.is_quiet:
            self._was_quiet = True
            return
        if self._was_quiet:
            self._quiet.hold((row.held_at, _alert(row)) for row in self._notices.take_alerts())
            self._was_quiet = False
        self._quiet.tell_held()


def _alert(row: HeldAlert) -> Alert:
    return Alert(row.subject, row.body, cast("Weight", row.weight))


def _leave(quiet: Quiet, notices: Notices) -> None:
    """What is still held back is for whoever runs after the quiet hours."""
    held = quiet.take()
    if not held:
        return
    try:
        notices.keep(HeldAlert(at, one.subject, one.body, one.weight) for at, one in held)
    except StoreError:
        _LOG.debug("alerts of the quiet hours could not be kept; they are sent now")
        quiet.hold(held)
