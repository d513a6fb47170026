"""``sync assets`` in a process of its own: killed, resumed, and two at once."""

from __future__ import annotations

import json
import signal
from typing import TYPE_CHECKING

import pytest

from acceptance.test_command_line import Shell, shell
from crash.test_sleeper import until
from ledger import sql

if TYPE_CHECKING:
    from ticket_queue_daemon.simulator.server import SimulatorServer

__all__ = ["shell"]

SEARCH = "POST /{appId}/assets/search"
STATUSES = (38, 39, 41)


@pytest.fixture(autouse=True)
def park(simulator: SimulatorServer) -> None:
    """Thirty computers in three statuses and two monitors: more than an answer of ten holds."""
    for number in range(30):
        simulator.world.add_asset(f"IC-EHLB760-F{number}", status_id=STATUSES[number % 3])
    for number in range(2):
        simulator.world.add_asset(f"MON-{number}", form_id=2449)


def test_a_killed_sync_goes_on_where_it_was(shell: Shell) -> None:
    shell.more["DAEMON_ASSET_PAGE_SIZE"] = "10"
    fault = shell.simulator.faults.add("delay_before", route="assets/search", nth=6, seconds=30)
    process = shell.start("sync", "assets")
    until(lambda: shell.simulator.requests.count(SEARCH) >= 6)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    shell.simulator.faults.remove(fault)
    before = shell.simulator.requests.count(SEARCH)

    done = shell.run("sync", "assets", "--json")

    told = json.loads(done.stdout)
    assert done.returncode == 0
    assert (told["result"], told["resumed"], told["assets"], told["gone"]) == ("done", 5, 32, 0)
    # A group is one search, and none is read twice.
    assert told["groups"] - told["resumed"] == shell.simulator.requests.count(SEARCH) - before
    assert sql(
        shell.database_url, "SELECT count(*), count(DISTINCT external_id) FROM bronze.raw_entities"
    ) == [(32, 32)]
    assert sql(
        shell.database_url,
        "SELECT status, records_processed, records_created FROM meta.ingestion_runs",
    ) == [("completed", 32, 32)]


def test_the_second_of_two_says_so_and_leaves(shell: Shell) -> None:
    fault = shell.simulator.faults.add("delay_before", route="assets/search", nth=1, seconds=30)
    first = shell.start("sync", "assets")
    until(lambda: shell.simulator.requests.count(SEARCH) >= 1)

    second = shell.run("sync", "assets")

    assert second.returncode == 0
    assert "Another process" in second.stdout
    assert shell.simulator.requests.count(SEARCH) == 1
    first.kill()
    first.communicate()
    shell.simulator.faults.remove(fault)
    # The lock went with the process.
    assert "32 new" in shell.run("sync", "assets").stdout


def test_it_says_what_it_did_and_status_how_old_the_index_is(shell: Shell) -> None:
    assert "no complete list yet" in shell.run("status").stdout

    done = shell.run("sync", "assets")

    assert "all: group 1 of 1, 32 assets so far" in done.stderr
    assert done.stdout == ("32 assets: 32 new, 0 changed, 0 gone. 1 group, 1 call to TDX.\n")
    assert "Assets: 32, 0 h old, from TDX asset searches" in shell.run("status").stdout
    told = json.loads(shell.run("status", "--json").stdout)
    assert (told["assets"], told["assets_from"]) == (32, "TDX asset searches")


def test_a_dry_run_does_not_sync(shell: Shell) -> None:
    refused = shell.run("sync", "assets", DAEMON_DRY_RUN="true")

    assert refused.returncode == 2
    assert shell.simulator.requests.count(SEARCH) == 0
