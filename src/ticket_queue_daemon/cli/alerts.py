"""``alerts test``: does an alert reach anyone? And the alerts of a run, which ``run`` asks for."""

from __future__ import annotations

import logging
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from ticket_queue_daemon.cli.exits import ExitCode
from ticket_queue_daemon.config.alert_settings import quiet_minutes
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.observe.alert_words import trial
from ticket_queue_daemon.observe.alerts import Alerts, no_link
from ticket_queue_daemon.observe.delivery import Delivery, open_doors
from ticket_queue_daemon.observe.quiet import Quiet, QuietHours
from ticket_queue_daemon.rules.calendar import parse_zone
from ticket_queue_daemon.tdx.config import normalise_base_url, web_base_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from ticket_queue_daemon.cli.session import Session
    from ticket_queue_daemon.config.settings import Settings

_LOG = logging.getLogger(__name__)


def alerts(session: Session) -> ExitCode:
    """Send one to each address, and say what became of it.

    Raises:
        ConfigError: there is no address, or one that can't be used.
    """
    urls = session.settings.alert_urls
    if not urls:
        raise ConfigError(
            "There is nobody to alert: DAEMON_ALERT_URLS is not set.",
            "Set it in the environment or in .env to one or more Apprise URLs, such as "
            "slack://TokenA/TokenB/TokenC; docs/alerts.md has more.",
        )
    code = ExitCode.DONE
    for door in open_doors(urls):
        why = door.send(trial())
        session.terminal.say(f"{door.name}: {f'not delivered: {why}' if why else 'delivered'}")
        if why:
            code = ExitCode.SOME_FAILED
    return code


@dataclass(frozen=True)
class Alerting:
    """Who alerts: of the queues, and who takes other alerts; None: nobody is told."""

    alerts: Alerts | None
    quiet: Quiet | None


@contextmanager
def alerting(session: Session) -> Iterator[Alerting]:
    """Who alerts, if anyone is to be alerted; an error that passes is told as well.

    A dry run alerts nobody: nothing was to be done, and a person is looking.

    Raises:
        ConfigError: an address can't be used.
    """
    doors = open_doors(session.settings.alert_urls or ())
    if not doors or session.settings.only_looks:
        yield Alerting(None, None)
        return
    hours = _quiet_hours(session.settings)
    delivery = Delivery(doors, session.scrubber)
    quiet = Quiet(delivery.send, hours, lambda: datetime.now(UTC))
    observer = Alerts(quiet.send, _link(session.settings))
    passing: BaseException | None = None
    try:
        yield Alerting(observer, quiet)
    except BaseException as error:
        passing = error
        raise
    finally:
        try:
            observer.ended(passing)
            quiet.close()
            delivery.close()
        except Exception:  # noqa: BLE001  an alert never disturbs what it tells of
            _LOG.warning("the last alerts of this run failed", exc_info=True)


def _quiet_hours(settings: Settings) -> QuietHours | None:
    """The hours in which only critical alerts are sent.

    Raises:
        ConfigError: the time zone is none.
    """
    span = quiet_minutes(settings.alert_quiet)
    if span is None:
        return None
    return QuietHours(*span, parse_zone(settings.time_zone, where="DAEMON_TIME_ZONE"))


def _link(settings: Settings) -> Callable[[int], str]:
    """Where a person opens a ticket."""
    if settings.tdx_base_url is None or settings.tdx_app_id is None:
        return no_link
    try:
        web = web_base_of(normalise_base_url(settings.tdx_base_url))
    except ConfigError:
        return no_link
    return lambda ticket_id: (
        f"{web}/Apps/{settings.tdx_app_id}/Tickets/TicketDet?TicketID={ticket_id}"
    )
