"""TdxClient: every endpoint group on one session."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import TdxError
from ticket_queue_daemon.tdx.appfeed import AppFeedApi
from ticket_queue_daemon.tdx.applications import (
    AppIds,
    ApplicationCheck,
    ApplicationsApi,
    settle,
)
from ticket_queue_daemon.tdx.assets import AssetsApi
from ticket_queue_daemon.tdx.attributes import AttributesApi
from ticket_queue_daemon.tdx.auth import GET_USER
from ticket_queue_daemon.tdx.config import instance_of, normalise_base_url, web_base_of
from ticket_queue_daemon.tdx.feed import FeedApi
from ticket_queue_daemon.tdx.groups import GroupsApi
from ticket_queue_daemon.tdx.items import ConfigurationItemsApi
from ticket_queue_daemon.tdx.lists import ListsApi
from ticket_queue_daemon.tdx.models import Person
from ticket_queue_daemon.tdx.people import PeopleApi
from ticket_queue_daemon.tdx.places import PlacesApi
from ticket_queue_daemon.tdx.reports import ReportsApi
from ticket_queue_daemon.tdx.savedsearches import SavedSearchesApi
from ticket_queue_daemon.tdx.session import Session
from ticket_queue_daemon.tdx.tasks import TasksApi
from ticket_queue_daemon.tdx.tickets import TicketsApi

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import AbstractContextManager
    from datetime import datetime
    from typing import Self

    from ticket_queue_daemon.clock import Clock
    from ticket_queue_daemon.tdx.config import TdxConfig
    from ticket_queue_daemon.tdx.ratelimit import WindowState
    from ticket_queue_daemon.tdx.session import Listener
    from ticket_queue_daemon.tdx.shared_budget import SharedBudget


class TdxClient:
    """The TDX Web API, for any number of threads. Use it as a context manager, or close it.

    Args:
        config: where and who.
        clock: tells the time and waits.
        read_only: refuse every write before it is sent (``ReadOnlyRefused``).

    Raises:
        ConfigError: the base URL, or the network settings of the environment, can't be used.
    """

    def __init__(self, config: TdxConfig, *, clock: Clock, read_only: bool = False) -> None:
        base_url = normalise_base_url(config.base_url)
        self._session = Session(config, base_url, clock=clock, read_only=read_only)
        self._apps = AppIds(config.ticket_app_id, config.asset_app_id)
        self._web_base = web_base_of(base_url)
        self._me: Person | None = None
        self._me_lock = threading.Lock()
        self.base_url = base_url
        self.instance = instance_of(base_url)
        self.read_only = read_only
        self.tickets = TicketsApi(self._session, self._apps)
        self.feed = FeedApi(self._session)
        self.reports = ReportsApi(self._session, base_url)
        self.assets = AssetsApi(self._session, self._apps)
        self.items = ConfigurationItemsApi(self._session, self._apps)
        self.people = PeopleApi(self._session, self.me)
        self.groups = GroupsApi(self._session)
        self.places = PlacesApi(self._session)
        self.attributes = AttributesApi(self._session)
        self.applications = ApplicationsApi(self._session)
        self.lists = ListsApi(self._session, self._apps)
        self.saved_searches = SavedSearchesApi(self._session, self._apps)
        self.tasks = TasksApi(self._session, self._apps)
        self.app_feed = AppFeedApi(self._session, self._apps)

    def me(self) -> Person:
        """Our own account; asked once."""
        with self._me_lock:
            if self._me is None:
                self._me = self._session.fetch(GET_USER, Person)
            return self._me

    @property
    def ticket_app_id(self) -> int:
        """The ticketing application in use."""
        return self._apps.ticket

    def answers(self) -> bool:
        """Whether TDX answers for our own account just now; one call, not repeated."""
        try:
            return self._session.is_answered(GET_USER)
        except TdxError:
            return False

    def tdx_now(self) -> datetime:
        """TDX's time, aware UTC: ours, corrected by what TDX's answers said."""
        return self._session.server_time.now()

    @property
    def token_expires(self) -> datetime | None:
        """When the token that is held runs out; None if there is none yet, or it does not say."""
        return self._session.token_expires

    @property
    def tells_time(self) -> bool:
        """Whether TDX has told its time in some answer yet."""
        return self._session.server_time.known

    def call_counts(self, party: str | None = None) -> Mapping[str, int]:
        """Requests that were sent so far, such as ``{"GET tickets/{id}": 12}``.

        ``party``: only those on its behalf; see ``tdx/turns.py``.
        """
        return self._session.counts(party)

    def listen(self, listener: Listener) -> None:
        """Tell ``listener`` of every try of a call from now on."""
        self._session.listen(listener)

    @property
    def signed_in(self) -> bool:
        """Whether a token is held that has not run out; asks nobody."""
        return self._session.signed_in

    def rate_limits(self) -> list[WindowState]:
        """Each route's rate window, with the 429s and the waits so far."""
        return self._session.governor.state()

    def sharing_limits(self, budget: SharedBudget | None) -> AbstractContextManager[None]:
        """Within it, TDX's limits are shared with other daemons through ``budget``, if any."""
        return self._session.governor.sharing(budget)

    def work_begins(self) -> None:
        """More than a call or two will follow: hear of the others that share our limits."""
        self._session.governor.arrive()

    def ticket_link(self, ticket_id: int) -> str:
        """Where a person opens the ticket."""
        return f"{self._web_base}/Apps/{self._apps.ticket}/Tickets/TicketDet?TicketID={ticket_id}"

    def check_applications(self) -> ApplicationCheck:
        """Check both application ids by one call, and use what it found from now on.

        Raises:
            ConfigError: an id is wrong and the list does not say which is right.
        """
        check = settle(self.applications.list(), self._apps)
        self._apps.ticket = check.ticket_app_id
        self._apps.asset_app_id = check.asset_app_id
        return check

    def guarding(self, check: Callable[[], None]) -> AbstractContextManager[None]:
        """Within it, ``check`` runs in this thread right before each write leaves.

        That is after every wait for a rate limit or a token; what it raises stops the write,
        which was then not sent.
        """
        return self._session.guarding(check)

    def close(self) -> None:
        """Close every connection."""
        self._session.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
