"""What is made of settings alone: the default actions, and what a client needs to know."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ticket_queue_daemon.actions import AddAssetAction, SummaryCommentAction
from ticket_queue_daemon.config import credentials as secrets
from ticket_queue_daemon.rules.calendar import ALL_WEEK, Calendar
from ticket_queue_daemon.rules.holidays import parse_dates, read_holidays
from ticket_queue_daemon.tdx.config import AdminKey, Credentials, Login, TdxConfig, Token
from ticket_queue_daemon.tdx.directory import Directory
from ticket_queue_daemon.tdx.names import NameBook

if TYPE_CHECKING:
    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.config.settings import Settings, TdxAccess
    from ticket_queue_daemon.tdx.client import TdxClient


def default_actions(settings: Settings) -> list[BaseAction]:
    """The seed's workflow: attach the computers, then tell."""
    return [
        AddAssetAction(
            computer_form_ids=settings.computer_form_ids,
            active_status_ids=settings.active_asset_status_ids,
            fields=settings.match_fields,
            count_inside=settings.match_inside,
            patterns=[_pair(one) for one in settings.name_patterns],
            decoys=settings.decoys,
            owner_fallback=settings.owner_fallback,
        ),
        SummaryCommentAction(),
    ]


def _pair(named: str) -> tuple[str, str]:
    name, _, expression = named.partition("=")
    return name, expression


def calendar_of(settings: Settings) -> Calendar | None:
    """The desk's business hours, holidays and time zone; None if none of them is set.

    Raises:
        ConfigError: naming the setting.
    """
    if not settings.business_hours and not settings.holidays and settings.time_zone == "UTC":
        return None
    files = [Path(one) for one in settings.holidays if one.casefold().endswith(".ics")]
    dates = [one for one in settings.holidays if not one.casefold().endswith(".ics")]
    days = parse_dates(dates, where="DAEMON_HOLIDAYS")
    for file in files:
        days |= read_holidays(file, where="DAEMON_HOLIDAYS")
    return Calendar(
        settings.business_hours or ALL_WEEK,
        settings.time_zone,
        days,
        where="DAEMON_BUSINESS_HOURS" if settings.business_hours else "DAEMON_TIME_ZONE",
    )


def tdx_config(access: TdxAccess) -> TdxConfig:
    """What the client is told."""
    return TdxConfig(
        base_url=access.base_url,
        ticket_app_id=access.ticket_app_id,
        asset_app_id=access.asset_app_id,
        credentials=_credentials(access.credentials),
    )


def _credentials(given: secrets.Credentials) -> Credentials:
    """The client's credentials; settings and client stand on one floor and don't share types."""
    match given:
        case secrets.AdminKey(beid, key):
            return AdminKey(beid, key)
        case secrets.Login(username, password):
            return Login(username, password)
        case secrets.Token(token):
            return Token(token)


def name_book(client: TdxClient) -> NameBook:
    """Who turns the names among an action's options into ids; asks TDX only if there are any."""
    return NameBook(Directory(client), before=client.check_applications)


def queue_name(settings: Settings) -> str | None:
    """As the log calls the queue of these settings; None: they name none."""
    if settings.queue_name:
        return settings.queue_name
    if settings.search_id is not None:
        return f"search:{settings.search_id}"
    return None if settings.report_id is None else f"report:{settings.report_id}"
