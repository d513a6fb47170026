"""The composition root: settings in, every part wired. Nothing below knows that it exists."""

from __future__ import annotations

import contextlib
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING, Self

from ticket_queue_daemon.app.opening import connections, open_database, settings_of, wanted_actions
from ticket_queue_daemon.app.parts import name_book, tdx_config
from ticket_queue_daemon.app.queues import QueueWork, named
from ticket_queue_daemon.app.safety import InstanceGuard
from ticket_queue_daemon.assets.keeper import AssetKeeper, KeeperRules
from ticket_queue_daemon.assets.lookup import RunAssets
from ticket_queue_daemon.audit.auditor import Auditor
from ticket_queue_daemon.clock import SystemClock
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.outside.post import Outside
from ticket_queue_daemon.review.checking import Checker
from ticket_queue_daemon.store.corrections import Corrections
from ticket_queue_daemon.store.limits import RateLedger
from ticket_queue_daemon.store.orders import Orders
from ticket_queue_daemon.store.reports import Reports
from ticket_queue_daemon.store.tracker import StateTracker
from ticket_queue_daemon.tdx.client import TdxClient

if TYPE_CHECKING:
    import threading
    from collections.abc import Callable, Collection, Sequence
    from types import TracebackType

    from pydantic import SecretStr

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.app.rules import Configured
    from ticket_queue_daemon.assets.sync import SyncProgress, SyncResult
    from ticket_queue_daemon.config.settings import Settings
    from ticket_queue_daemon.engine.expected import Expected
    from ticket_queue_daemon.engine.explaining import Explanation
    from ticket_queue_daemon.engine.queue import Queue
    from ticket_queue_daemon.engine.report import BaselineReport, RunReport
    from ticket_queue_daemon.observe.events import Observer
    from ticket_queue_daemon.store.pool import Database


class App:
    """Everything that a command needs, opened; a context manager.

    Attributes:
        settings: what it was opened with; what a rules file adds is in each queue's own.
        queues: those that are watched; ``action_ids``: what is done in any queue of the rules.
        database, tracker: the state.
        client: TDX; None if it was opened without.
        notes: what was noticed on opening.
        secrets: those in the rules file, for the scrubber.
    """

    def __init__(self, settings: Settings, clock: SystemClock | None = None) -> None:
        self.settings = settings
        self.queues: tuple[QueueWork, ...] = ()
        self.action_ids: frozenset[str] = frozenset()
        self.clock = clock or SystemClock()
        self.notes: list[str] = []
        self.secrets: Sequence[SecretStr] = ()
        self.client: TdxClient | None = None
        self.database: Database
        self.tracker: StateTracker
        self._open = contextlib.ExitStack()
        self._instance_checked = False

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        actions: Sequence[BaseAction] | Configured | None = None,
        need_tdx: bool = True,
        auto_upgrade: bool = False,
        read_only: bool = False,
        with_actions: bool | None = None,
        only: str | None = None,
        clock: SystemClock | None = None,
    ) -> Self:
        """Open the database (the embedded one without ``DATABASE_URL``) and the client.

        No request goes to TDX here, but to look up names among the options. Without ``need_tdx``
        neither a client nor the actions are needed, so what is wrong with them keeps nobody from
        looking at the database. With ``read_only`` the client refuses to change TDX, and the
        actions are not needed either; ``with_actions`` says otherwise of the actions. ``actions``
        stand in for those of the rules; names among their options are looked up, unless they come as
        :class:`Configured`. ``only`` names the one queue that is wanted.

        Raises:
            ConfigError: settings or the rules are wrong.
            DatabaseUnreachable, MigrationNeeded, InstanceMismatch: the database.
            TdxError: a name was to be looked up, and TDX is away.
        """
        app = cls(settings, clock)
        try:
            if need_tdx:
                app._open_tdx(read_only=read_only)
                if not read_only if with_actions is None else with_actions:
                    app._open_queues(actions, only)
            app._open_database(auto_upgrade=auto_upgrade)
        except BaseException:
            app.close()
            raise
        return app

    def _open_queues(
        self, actions: Sequence[BaseAction] | Configured | None, only: str | None
    ) -> None:
        wanted = wanted_actions(self.settings, actions, name_book(self.tdx))
        self.notes += wanted.notes
        self.adopt(wanted, only)

    def adopt(self, wanted: Configured, only: str | None = None) -> None:
        """Watch these queues from now on; what is under way in others is not touched.

        Args:
            wanted: what a rules file says.
            only: the name of the one queue that is to be watched; None: all of them.

        Raises:
            ConfigError: what it says can't be done, or there is no such queue; nothing has changed.
        """
        settings = settings_of(wanted, self.settings)
        outside = Outside((one for each in wanted.actions for one in each.receivers()), self.clock)
        self._open.callback(outside.close)
        made = [
            QueueWork(self, its, one.actions, outside)
            for its, one in zip(settings, wanted.queues, strict=True)
        ]
        if self.queues or len(made) > 1:
            # What names no report is else found by its first pass, when all the others run.
            for one in made:
                one.queue  # noqa: B018  it raises
        self.action_ids = frozenset(bound.key.action_id for one in made for bound in one.bound)
        self.queues = tuple(made) if only is None else (named(made, only),)
        self.secrets = wanted.secrets

    def _open_tdx(self, *, read_only: bool) -> None:
        self.client = TdxClient(
            tdx_config(self.settings.tdx()),
            clock=self.clock,
            read_only=read_only or self.settings.only_looks,
        )
        self._open.callback(self.client.close)

    def _open_database(self, *, auto_upgrade: bool) -> None:
        self.database = open_database(
            self.settings,
            self._open,
            self.notes,
            auto_upgrade=auto_upgrade,
            connections=connections([one.settings for one in self.queues] or [self.settings]),
        )
        self.tracker = StateTracker(self.database)

    @property
    def actions(self) -> list[BaseAction]:
        """Those of all queues that are watched, in their order."""
        return [action for one in self.queues for action in one.actions]

    @property
    def only(self) -> QueueWork:
        """The queue, where there is one; of several the first."""
        if not self.queues:
            raise ConfigError("This command was opened without queues.", "Open it with actions.")
        return self.queues[0]

    @property
    def queue(self) -> Queue:
        """What :attr:`only` watches, with its actions.

        Raises:
            ConfigError: no report is set.
        """
        return self.only.queue

    def run_once(
        self,
        *,
        dry_run: bool,
        confirm: Collection[str] = (),
        observer: Observer | None = None,
        stop: threading.Event | None = None,
        expected: Expected | None = None,
    ) -> RunReport:
        """One pass over :attr:`only`; see :meth:`QueueWork.run_once`."""
        return self.only.run_once(
            dry_run=dry_run, confirm=confirm, observer=observer, stop=stop, expected=expected
        )

    @cached_property
    def ledger(self) -> RateLedger:
        """This process at the budget of TDX's limits that all daemons share."""
        return RateLedger(self.database, self.tdx.instance, self.tracker.worker)

    @property
    def orders(self) -> Orders:
        """What people ask of the daemons."""
        return Orders(self.database)

    @property
    def stale_index_seconds(self) -> float:
        """The age of an asset index that the last run used though it is too old; 0: it did not."""
        return self.keeper.stale_seconds

    @cached_property
    def guard(self) -> InstanceGuard:
        """Who sees to it that the first run on a production instance is meant."""
        return InstanceGuard(self.tracker, self.tdx)

    def check_instance(self) -> None:
        """Once a process: sandbox and production share ticket ids, so they never share a log."""
        if not self._instance_checked:
            self.tracker.check_instance(self.tdx.instance)
            self._instance_checked = True

    def baseline(self) -> BaselineReport:
        """As :meth:`QueueWork.baseline`, of :attr:`only`."""
        return self.only.baseline()

    def explain(self, ticket_id: int) -> Explanation:
        """As :meth:`QueueWork.explain`, of :attr:`only`."""
        return self.only.explain(ticket_id)

    def auditor(self) -> Auditor:
        """Who compares TDX with the log; one call, to check the application ids.

        Raises:
            InstanceMismatch: the database belongs to another TDX instance.
        """
        client = self.tdx
        self.check_instance()
        client.check_applications()
        return Auditor(
            client,
            Reports(self.database),
            settling=timedelta(seconds=sum(self.settings.settle_seconds)),
        )

    def sync_assets(
        self, *, full: bool = False, watch: Callable[[SyncProgress], None] = lambda _: None
    ) -> SyncResult | None:
        """Bring the asset index up to date from TDX; None if another process is at it.

        Raises:
            InstanceMismatch: the database belongs to another TDX instance.
            TdxError, StoreError: it did not come to its end; the next one goes on from there.
        """
        client = self.tdx
        self.check_instance()
        client.check_applications()
        return self.keeper.sync(full=full, watch=watch)

    @cached_property
    def keeper(self) -> AssetKeeper:
        """The list of assets, one for all queues."""
        client = self.tdx
        return AssetKeeper(
            client.assets,
            self.database,
            self.clock,
            KeeperRules.of(self.settings),
            # Only then: a mistyped address must not bind the database.
            answered=lambda: self.tracker.bind_instance(client.instance),
        )

    def checker(self) -> Checker:
        """Who reads tickets again and writes corrections down; one call, to check the application ids.

        Raises:
            InstanceMismatch: the database belongs to another TDX instance.
        """
        client = self.tdx
        self.check_instance()
        client.check_applications()
        settling = timedelta(seconds=sum(self.settings.settle_seconds))
        corrections = Corrections(self.database)
        settled = Reports(self.database).now() - settling
        catalog = RunAssets(self.keeper, dry_run=False).catalog
        return Checker(client, corrections, catalog, settled=settled)

    @property
    def tdx(self) -> TdxClient:
        """The client.

        Raises:
            ConfigError: the application was opened without TDX.
        """
        if self.client is None:
            raise ConfigError("This command was opened without TDX.", "Open it with need_tdx=True.")
        return self.client

    def close(self) -> None:
        """Close what was opened, in reverse."""
        self.clock.stop()
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
