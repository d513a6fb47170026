"""``doctor``, put together: which parts are asked with which settings."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from ticket_queue_daemon.actions.python_file import load_actions
from ticket_queue_daemon.app.parts import default_actions, tdx_config
from ticket_queue_daemon.clock import SystemClock
from ticket_queue_daemon.doctor import machine
from ticket_queue_daemon.doctor.database import database
from ticket_queue_daemon.doctor.findings import Finding, asked, fail, ok, unknown
from ticket_queue_daemon.doctor.instance import instance
from ticket_queue_daemon.doctor.network import network
from ticket_queue_daemon.engine.allowing import allowed_kinds, check_actions
from ticket_queue_daemon.engine.keys import bind
from ticket_queue_daemon.errors import DaemonError
from ticket_queue_daemon.store.embedded import EmbeddedPostgres, default_data_dir
from ticket_queue_daemon.store.pool import Database
from ticket_queue_daemon.tdx.client import TdxClient

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from ticket_queue_daemon.config.settings import Settings


@dataclass(frozen=True)
class Checkup:
    """What was found, and which calls TDX was asked, by verb and route."""

    findings: tuple[Finding, ...]
    calls: Mapping[str, int]


def check_up(settings: Settings, clock: SystemClock | None = None) -> Checkup:
    """Ask every part. Changes nothing, and raises for nothing that is wrong."""
    clock = clock or SystemClock()
    found = machine.bounds(settings)
    found += asked("alerts", lambda: machine.alerts(settings))
    found += asked("actions", lambda: _actions(settings))
    calls: Mapping[str, int] = {}
    if address := settings.tdx_base_url:
        way = asked("network", lambda: network(address, clock.now()))
        found += way
        if any(finding.mark == "fail" for finding in way):
            found.append(unknown("account", "not asked: TDX can't be reached"))
        else:
            there, calls = _tdx(settings, clock)
            found += there
    found += asked("database", lambda: _database(settings, clock))
    return Checkup(tuple(found), calls)


def _actions(settings: Settings) -> list[Finding]:
    path = settings.config_path
    actions = default_actions(settings) if path is None else load_actions(path)
    bind(actions)
    check_actions(actions, allowed_kinds(settings.allowed_effects))
    return [ok("actions", ", ".join(action.get_action_id() for action in actions))]


def _tdx(settings: Settings, clock: SystemClock) -> tuple[list[Finding], Mapping[str, int]]:
    try:
        # One try: somebody waits for the answer, and an outage is an answer.
        config = replace(tdx_config(settings.tdx()), attempts=1)
        client = TdxClient(config, clock=clock, read_only=True)
    except DaemonError as error:
        return [fail("account", error.message, error.advice)], {}
    with client:
        found = instance(
            client,
            config.credentials,
            clock.now,
            report_id=settings.report_id,
            id_column=settings.report_id_column,
        )
        return found, client.call_counts()


def _database(settings: Settings, clock: SystemClock) -> list[Finding]:
    if settings.database_url is None and not default_data_dir().exists():
        said = f"the embedded one is not made yet; the first run makes it in {default_data_dir()}"
        return [unknown("database", said)]
    with _opened(settings) as opened:
        return database(
            opened,
            clock.now,
            address=settings.tdx_base_url,
            index_age=settings.asset_max_age,
        )


@contextmanager
def _opened(settings: Settings) -> Iterator[Database]:
    """The configured database; an embedded one that is there already is started for the time."""
    with ExitStack() as stack:
        url = settings.database_url
        address = (
            stack.enter_context(EmbeddedPostgres(None)).url
            if url is None
            else url.get_secret_value()
        )
        opened = Database(address, max_size=1)
        stack.callback(opened.close)
        yield opened
