"""Which applications there are, and which two of them the daemon works in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.models import Application
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.tdx.session import Session


@dataclass(slots=True)
class AppIds:
    """The two applications in use; endpoint groups ask here at each call."""

    ticket: int
    asset_app_id: int | None

    def asset(self) -> int:
        """The assets application.

        Raises:
            ConfigError: it was neither set nor found yet.
        """
        if self.asset_app_id is None:
            raise ConfigError(
                "The assets application is not known.",
                "Set TDX_ASSET_APP_ID, or let the daemon find it (check_applications).",
            )
        return self.asset_app_id


@dataclass(frozen=True, slots=True)
class ApplicationCheck:
    """What :func:`settle` decided, and what an operator should hear of it."""

    ticket_app_id: int
    asset_app_id: int
    notes: tuple[str, ...] = ()


class ApplicationsApi:
    """Applications of the tenant. Raises leaves of ``TdxCallError``."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def list(self) -> list[Application]:
        """Every application that this account sees."""
        call = Call("GET", "applications", "applications", Due.LIST)
        return self._session.fetch_list(call, Application)


def settle(apps: Sequence[Application], ids: AppIds) -> ApplicationCheck:
    """Check the two application ids against the list; find what is unset or mistaken. Pure.

    Raises:
        ConfigError: an id is wrong and the list does not say which is right.
    """
    notes: list[str] = []
    ticketing = [app for app in apps if app.active and _is_class(app, "tdtickets")]
    assets = [app for app in apps if app.active and _is_class(app, "tdassets")]
    asset_ids = {app.id for app in apps if _is_class(app, "tdassets")}
    ticket_app, asset_app = ids.ticket, ids.asset_app_id
    if ticket_app in asset_ids:
        if asset_app is None:
            asset_app = ticket_app
        ticket_app = _only(
            ticketing,
            f"TDX_APP_ID {ids.ticket} is an assets application, not a ticketing one",
            "Set TDX_APP_ID to the ticketing application",
        )
        notes.append(
            f"TDX_APP_ID {ids.ticket} is an assets application; working in the only ticketing "
            f"application, {_named(ticketing[0])}, instead. Set TDX_APP_ID={ticket_app}."
        )
    elif ticketing and ticket_app not in {app.id for app in ticketing}:
        raise ConfigError(
            f"TDX_APP_ID {ticket_app} is no active ticketing application. There are: "
            f"{_listing(ticketing)}.",
            "Set TDX_APP_ID to the one whose tickets the report lists.",
        )
    elif not ticketing:
        notes.append(
            f"TDX_APP_ID {ticket_app} could not be checked: no ticketing application is listed."
        )
    if asset_app is None:
        asset_app = _only(
            assets, "TDX_ASSET_APP_ID is not set", "Set TDX_ASSET_APP_ID to the assets application"
        )
        notes.append(f"Found the assets application: {_named(assets[0])}.")
    elif asset_app in {app.id for app in ticketing}:
        raise ConfigError(
            f"TDX_ASSET_APP_ID {asset_app} is a ticketing application. Assets applications: "
            f"{_listing(assets)}.",
            "Set TDX_ASSET_APP_ID to one of these, or leave it unset.",
        )
    elif asset_app not in asset_ids:
        notes.append(f"TDX_ASSET_APP_ID {asset_app} could not be checked: it is not listed.")
    return ApplicationCheck(ticket_app, asset_app, tuple(notes))


def _is_class(app: Application, word: str) -> bool:
    # The spelling of the second class is not established (fact sheet 2).
    return app.app_class.strip().casefold().startswith(word)


def _only(apps: Sequence[Application], problem: str, advice: str) -> int:
    if len(apps) == 1:
        return apps[0].id
    raise ConfigError(
        f"{problem}, and {_count(apps)} to choose from: {_listing(apps)}.", f"{advice}."
    )


def _count(apps: Sequence[Application]) -> str:
    return f"there are {len(apps)}"


def _listing(apps: Sequence[Application]) -> str:
    return ", ".join(_named(app) for app in apps) or "none that this account sees"


def _named(app: Application) -> str:
    return f"{app.id} ({app.name})" if app.name else str(app.id)
