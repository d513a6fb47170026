"""The composition root: settings in, every part wired. Nothing below knows that it exists."""

from __future__ import annotations

import contextlib
import threading
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Self

from ticket_queue_daemon.actions.python_file import load_actions
from ticket_queue_daemon.app.parts import default_actions, resolve_names, tdx_config
from ticket_queue_daemon.assets.keeper import AssetKeeper, KeeperRules
from ticket_queue_daemon.assets.lookup import RunAssets
from ticket_queue_daemon.audit.auditor import Auditor
from ticket_queue_daemon.clock import SystemClock, waking
from ticket_queue_daemon.engine.cycle import Cycle, Queue
from ticket_queue_daemon.engine.daemon import Daemon
from ticket_queue_daemon.engine.explaining import Explanation, explain
from ticket_queue_daemon.engine.keys import bind
from ticket_queue_daemon.engine.line import Limits
from ticket_queue_daemon.engine.reading import TicketReader
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.observe.events import RunFailed
from ticket_queue_daemon.observe.hooks import Hooks
from ticket_queue_daemon.outside.post import Outside
from ticket_queue_daemon.review.checking import Checker
from ticket_queue_daemon.review.pausing import Pausing
from ticket_queue_daemon.store.corrections import Corrections
from ticket_queue_daemon.store.embedded import EmbeddedPostgres
from ticket_queue_daemon.store.limits import RateLedger
from ticket_queue_daemon.store.migrate import Migrator
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.store.reports import Reports
from ticket_queue_daemon.store.tracker import StateTracker
from ticket_queue_daemon.tdx.client import TdxClient
from ticket_queue_daemon.tdx.reports import ticket_ids

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from types import TracebackType

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.assets.sync import SyncProgress, SyncResult
    from ticket_queue_daemon.config.settings import Settings
    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.report import RunReport
    from ticket_queue_daemon.observe.events import Observer

CONNECTIONS_BESIDE_WORKERS = 4
"""The poll, the lease keeper, the ledger of TDX's limits, and the metrics."""


@dataclass(frozen=True, slots=True)
class BaselineReport:
    """What a baseline did: tickets in the report, rows newly marked as done."""

    tickets: int
    rows: int


class App:
    """Everything that a command needs, opened; a context manager.

    Attributes:
        settings: what it was opened with.
        database, tracker: the state.
        client: TDX; None if it was opened without.
        actions: the configured actions.
        notes: what was noticed on opening.
    """

    def __init__(self, settings: Settings, clock: SystemClock | None = None) -> None:
        self.settings = settings
        self.clock = clock or SystemClock()
        self.notes: list[str] = []
        self.actions: list[BaseAction] = []
        self.client: TdxClient | None = None
        self.database: Database
        self.tracker: StateTracker
        self._bound: list[BoundAction] = []
        self._open = contextlib.ExitStack()
        self._cycle: Cycle | None = None
        self._instance_checked = False

    @classmethod
    def open(
        cls,
        settings: Settings,
        *,
        actions: Sequence[BaseAction] | None = None,
        need_tdx: bool = True,
        auto_upgrade: bool = False,
        read_only: bool = False,
        with_actions: bool | None = None,
        clock: SystemClock | None = None,
    ) -> Self:
        """Open the database (the embedded one without ``DATABASE_URL``) and the client.

        No request goes to TDX here, but to look up names among the options. Without ``need_tdx``
        neither a client nor the actions are needed, so what is wrong with them keeps nobody from
        looking at the database. With ``read_only`` the client refuses to change TDX, and the
        actions are not needed either. ``with_actions`` says otherwise of the actions.

        Raises:
            ConfigError: settings or the action file are wrong.
            DatabaseUnreachable, MigrationNeeded, InstanceMismatch: the database.
            TdxError: a name was to be looked up, and TDX is away.
        """
        app = cls(settings, clock)
        try:
            if need_tdx:
                wanted = not read_only if with_actions is None else with_actions
                if wanted:
                    app._open_actions(actions)
                app._open_tdx(read_only=read_only)
                if wanted:
                    app._bound = bind(resolve_names(app.actions, app._tdx()))
            app._open_database(auto_upgrade=auto_upgrade)
        except BaseException:
            app.close()
            raise
        return app

    def _open_actions(self, actions: Sequence[BaseAction] | None) -> None:
        if actions is None:
            path = self.settings.config_path
            actions = default_actions(self.settings) if path is None else load_actions(path)
        self.actions = list(actions)

    def _open_tdx(self, *, read_only: bool) -> None:
        self.client = TdxClient(
            tdx_config(self.settings.tdx()),
            clock=self.clock,
            read_only=read_only,
        )
        self._open.callback(self.client.close)

    def _open_database(self, *, auto_upgrade: bool) -> None:
        url = self.settings.database_url
        if url is None:
            embedded = self._open.enter_context(EmbeddedPostgres(None))
            self.notes.append(f"Embedded PostgreSQL, data in {embedded.data_dir}")
            address = embedded.url
        else:
            address = url.get_secret_value()
        self.database = self._open.enter_context(
            Database(address, max_size=self.settings.workers + CONNECTIONS_BESIDE_WORKERS)
        )
        migrator = Migrator(self.database)
        if url is None or auto_upgrade:
            for name in migrator.upgrade():
                self.notes.append(f"Database migration applied: {name}")
        migrator.check()
        self.tracker = StateTracker(self.database)

    @property
    def queue(self) -> Queue:
        """The watched report with its actions.

        Raises:
            ConfigError: no report is set.
        """
        return Queue(
            report_id=self.settings.required_report_id(),
            actions=self._bound,
            id_column=self.settings.report_id_column,
            max_new_tickets=self.settings.max_new_tickets,
            anomaly_factor=self.settings.anomaly_factor,
            bots=self.settings.bots,
        )

    def run_once(
        self,
        *,
        dry_run: bool,
        confirm: Collection[str] = (),
        observer: Observer | None = None,
        stop: threading.Event | None = None,
    ) -> RunReport:
        """One pass over the queue.

        Args:
            dry_run: show the plans; write nothing, to TDX or to the database.
            confirm: action ids that may reach more tickets than ``DAEMON_MAX_NEW_TICKETS``.
            observer: is told what happens.
            stop: set it to end the pass after the work in hand.
        """
        stop = stop or threading.Event()
        with waking(self.clock, stop):
            return self._one_pass(dry_run=dry_run, confirm=confirm, observer=observer, stop=stop)

    def _one_pass(
        self,
        *,
        dry_run: bool,
        confirm: Collection[str],
        observer: Observer | None,
        stop: threading.Event,
    ) -> RunReport:
        hooks = Hooks([observer] if observer is not None else [])
        try:
            self._check_instance()
            client = self._tdx()
            # A dry run writes nothing, not even that it takes its part of TDX's limits.
            ledger = None if dry_run else self._ledger(client)
            with client.sharing_limits(ledger):
                return self._make_cycle().run(
                    dry_run=dry_run, confirmed=confirm, observer=hooks, stopping=stop.is_set
                )
        except Exception as error:
            hooks.on_event(RunFailed(self.queue.name, error))
            raise

    def _ledger(self, client: TdxClient) -> RateLedger:
        return RateLedger(self.database, client.instance, self.tracker.worker)

    def run_forever(
        self,
        *,
        interval: float,
        dry_run: bool,
        stop: threading.Event,
        confirm: Collection[str] = (),
        observer: Observer | None = None,
    ) -> RunReport | None:
        """Passes on a fixed schedule until ``stop`` is set; returns the last pass's report."""
        hooks = Hooks([observer] if observer is not None else [])

        def one_pass() -> RunReport:
            return self._one_pass(dry_run=dry_run, confirm=confirm, observer=observer, stop=stop)

        with waking(self.clock, stop):
            return Daemon(one_pass, self.clock, hooks, interval, stop).run()

    def _check_instance(self) -> None:
        """Once a process: sandbox and production share ticket ids, so they never share a log."""
        if not self._instance_checked:
            self.tracker.check_instance(self._tdx().instance)
            self._instance_checked = True

    def baseline(self) -> BaselineReport:
        """Mark the tickets now in the report as done for the configured actions.

        One report call; TDX is not changed.
        """
        queue = self.queue
        client = self._tdx()
        self._check_instance()
        found = ticket_ids(
            client.reports.run(queue.report_id, id_column=queue.id_column), queue.id_column
        )
        keys = [bound.key for bound in self._bound if not bound.key.summarises]
        self.tracker.bind_instance(client.instance)
        self.tracker.register_actions([bound.key for bound in self._bound])
        rows = self.tracker.baseline(queue.name, found.ids, keys, "baseline command")
        return BaselineReport(tickets=len(found.ids), rows=rows)

    def auditor(self) -> Auditor:
        """Who compares TDX with the log; one call, to check the application ids.

        Raises:
            InstanceMismatch: the database belongs to another TDX instance.
        """
        client = self._tdx()
        self._check_instance()
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
        client = self._tdx()
        self._check_instance()
        client.check_applications()
        return self._asset_keeper(client).sync(full=full, watch=watch)

    def _asset_keeper(self, client: TdxClient) -> AssetKeeper:
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
        client = self._tdx()
        self._check_instance()
        client.check_applications()
        settling = timedelta(seconds=sum(self.settings.settle_seconds))
        corrections = Corrections(self.database)
        settled = Reports(self.database).now() - settling
        catalog = RunAssets(self._asset_keeper(client), dry_run=False).catalog
        return Checker(client, corrections, catalog, settled=settled)

    def explain(self, ticket_id: int) -> Explanation:
        """Why the configured actions did what they did to a ticket, and what they would do now.

        Raises:
            InstanceMismatch: the database belongs to another TDX instance.
            TdxError: TDX is away, or the ticket is known to nobody.
        """
        client = self._tdx()
        self._check_instance()
        rows = self.tracker.get_ticket_actions(ticket_id)
        lines = Reports(self.database).open_lines(ticket_id)
        client.check_applications()
        paused, _ = self._paused(dry_run=True)
        reader = TicketReader(
            client,
            ticket_id,
            RunAssets(self._asset_keeper(client), dry_run=True),
            ours=self.tracker.our_assets,
            paused=paused,
            labs=self.tracker.hub_labs,
        )
        return explain(reader, self._bound, rows, lines, self.clock.now())

    def _make_cycle(self) -> Cycle:
        if self._cycle is None:
            client = self._tdx()
            self._cycle = Cycle(
                tdx=client,
                outside=self._outside(),
                tracker=self.tracker,
                clock=self.clock,
                queue=self.queue,
                limits=Limits(
                    lease_seconds=self.settings.lease_seconds,
                    retry_seconds=self.settings.retry_seconds,
                    max_attempts=self.settings.max_attempts,
                    settle_seconds=self.settings.settle_seconds,
                ),
                workers=self.settings.workers,
                assets=self._asset_keeper(client),
                prepare=self._work_begins,
                paused=self._paused,
            )
        return self._cycle

    def _outside(self) -> Outside:
        outside = Outside((one for each in self.actions for one in each.receivers()), self.clock)
        self._open.callback(outside.close)
        return outside

    def _work_begins(self) -> Sequence[str]:
        client = self._tdx()
        client.work_begins()
        return client.check_applications().notes

    def _paused(self, dry_run: bool) -> tuple[dict[str, str], list[str]]:
        """The patterns that rest in a run, judged anew before a real one."""
        settings = self.settings
        pausing = Pausing(
            Corrections(self.database),
            least=settings.min_pattern_precision,
            tickets=settings.pattern_tickets,
            days=settings.pattern_days,
        )
        return pausing.before_run(self.clock.now(), dry_run=dry_run)

    def _tdx(self) -> TdxClient:
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
