"""``doctor``, put together: which parts are asked with which settings."""

from __future__ import annotations

from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from ticket_queue_daemon.app.opening import name_of, settings_of
from ticket_queue_daemon.app.parts import default_actions, tdx_config
from ticket_queue_daemon.app.rules import configure, settle
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
from ticket_queue_daemon.tdx.names import NameBook
from ticket_queue_daemon.tdx.source import tickets_of_report, tickets_of_search

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from ticket_queue_daemon.actions.base import BaseAction
    from ticket_queue_daemon.config.settings import Settings
    from ticket_queue_daemon.tdx.reportrows import TicketIds


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
    queues: list[tuple[Settings, Sequence[BaseAction]]] = [(settings, ())]
    found += asked("actions", lambda: _actions(settings, queues))
    calls: Mapping[str, int] = {}
    if address := settings.tdx_base_url:
        way = asked("network", lambda: network(address, clock.now()))
        found += way
        if any(finding.mark == "fail" for finding in way):
            found.append(unknown("account", "not asked: TDX can't be reached"))
        else:
            there, calls = _tdx(settings, clock, _sources([one for one, _ in queues]))
            found += there
    found += asked("database", lambda: _database(settings, clock))
    return Checkup(tuple(found), calls)


def _actions(
    settings: Settings, queues: list[tuple[Settings, Sequence[BaseAction]]]
) -> list[Finding]:
    """Each queue's, which are put in the list; names among their options are not looked up."""
    path = settings.config_path
    if path is None:
        wanted = settle(tuple(default_actions(settings)), NameBook(None))
    else:
        wanted = configure(path, settings=settings)
    its = settings_of(wanted, settings)
    queues[:] = [(one, queue.actions) for one, queue in zip(its, wanted.queues, strict=True)]
    found = []
    for (one, actions), queue in zip(queues, wanted.queues, strict=True):
        if not queue.unsettled:
            bind(actions)
        check_actions(actions, allowed_kinds(one.allowed_effects))
        of = f"{name_of(one)}: " if len(queues) > 1 else ""
        found.append(ok("actions", of + ", ".join(rule.label for rule in queue.in_force)))
    return found


def _sources(queues: Sequence[Settings]) -> dict[str, Callable[[TdxClient], TicketIds]]:
    """How to read what each queue watches."""
    sources: dict[str, Callable[[TdxClient], TicketIds]] = {}
    for one in queues:
        if one.search_id is not None:
            sources[f"saved search {one.search_id}"] = partial(
                tickets_of_search, search_id=one.search_id
            )
        elif one.report_id is not None:
            sources[f"report {one.report_id}"] = partial(
                tickets_of_report, report_id=one.report_id, id_column=one.report_id_column
            )
    return sources


def _tdx(
    settings: Settings,
    clock: SystemClock,
    sources: Mapping[str, Callable[[TdxClient], TicketIds]],
) -> tuple[list[Finding], Mapping[str, int]]:
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
            sources=sources,
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
