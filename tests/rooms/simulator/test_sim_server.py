"""The server on its port, its control API, and the command's half of it."""

from __future__ import annotations

import io
import os
import signal
import stat
import subprocess
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx2
import pytest

from ticket_queue_daemon.simulator import Contents, SimulatorServer, World, serve
from ticket_queue_daemon.simulator.serving import ENV_FILE_MARK

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Place


def test_it_stops_at_once_with_connections_open(place: Place) -> None:
    """Keep-alive connections and a call that sleeps do not hold it."""
    sim = SimulatorServer(place.world, limits="off").start()
    sim.faults.add("delay_before", seconds=30, route="/reports/")
    token = {"Authorization": f"Bearer {sim.env()['TDX_API_TOKEN']}"}
    with httpx2.Client(base_url=sim.url, headers=token) as client:
        client.get("/applications")

        def hang() -> None:
            with pytest.raises(httpx2.TransportError):
                client.get("/reports/1344")

        thread = threading.Thread(target=hang)
        thread.start()
        while len(sim.requests) < 2:
            time.sleep(0.005)
        # Whoever waits is cut off, and not waited for: it would be answered then.
        sim.stop()
        thread.join(2)
        assert not thread.is_alive()
        with pytest.raises(httpx2.ConnectError):
            client.get("/applications")


def test_the_variables_are_all_there(place: Place) -> None:
    """Three kinds of credentials, two app ids, a report; the sandbox has its own base."""
    with SimulatorServer(place.world) as sim:
        env = sim.env()
        assert set(env) == {
            "TDX_BASE_URL",
            "TDX_APP_ID",
            "TDX_ASSET_APP_ID",
            "TDX_BEID",
            "TDX_WEB_SERVICES_KEY",
            "TDX_USERNAME",
            "TDX_PASSWORD",
            "TDX_API_TOKEN",
            "DAEMON_REPORT_ID",
        }
        assert env["TDX_BASE_URL"].endswith("/TDWebApi/api")
        assert sim.env(sandbox=True)["TDX_BASE_URL"] == sim.sandbox_url


def test_a_server_is_started_once(place: Place) -> None:
    """A second start would serve nothing."""
    with (
        SimulatorServer(place.world) as sim,
        pytest.raises(RuntimeError, match="started before"),
    ):
        sim.start()


def test_a_token_outlives_a_restart() -> None:
    """The signing key depends on the seed only."""
    with SimulatorServer(World(seed=5)) as first:
        token = first.env()["TDX_API_TOKEN"]
    headers = {"Authorization": f"Bearer {token}"}
    for seed, status in ((5, 200), (6, 401)):
        with SimulatorServer(World(seed=seed)) as again:
            reply = httpx2.get(f"{again.url}/applications", headers=headers)
        assert reply.status_code == status


# -- the control API --------------------------------------------------------------------------


class Control:
    def __init__(self, sim: SimulatorServer, **headers: str) -> None:
        self.url = sim.control_url
        self.headers = {name.replace("_", "-"): value for name, value in headers.items()}

    def __call__(self, verb: str, path: str, body: object = None) -> Any:
        reply = httpx2.request(verb, f"{self.url}/{path}", json=body, headers=self.headers)
        assert reply.status_code == 200, reply.text
        return reply.json()


def test_another_process_can_read_the_truth(
    place: Place, sim: SimulatorServer, api: httpx2.Client
) -> None:
    """Journal, requests, counts, health, over HTTP."""
    control = Control(sim)
    path = f"/46/tickets/{place.ticket.id}/feed"
    api.post(path, json={"Comments": "x", "Notify": ["poshea@umich.edu"]})
    (write,) = control("GET", f"journal?ticket={place.ticket.id}&kind=feed_entry")
    assert write["details"]["body_sent"] == "x"
    assert control("GET", "journal?ticket=1") == []
    assert control("GET", "counts")["routes"] == {"post /{appid}/tickets/{id}/feed": 1}
    (request,) = control("GET", "requests?route=POST /{appId}/tickets/{id}/feed")
    assert request["status"] == 200
    assert control("GET", "notifications")[0]["addresses"] == ["poshea@umich.edu"]
    assert control("GET", "health")["writes"] == 1


def test_another_process_can_break_things(
    place: Place, sim: SimulatorServer, api: httpx2.Client
) -> None:
    """Faults, limits, tokens, switches, and back to normal."""
    control = Control(sim)
    rule = {"effect": "status_before", "route": "/applications", "status": 500, "times": 1}
    assert control("POST", "faults", rule) == {"rules": 1, "number": 1}
    assert [api.get("/applications").status_code for _ in range(2)] == [500, 200]
    assert control("GET", "faults")["rules"][0]["fired"] == 1
    assert control("DELETE", "faults") == {"rules": 0}
    control("POST", "faults", {"effect": "late", "route": "tags$", "status": 500})
    api.post(f"/46/tickets/{place.ticket.id}/tags", json=["x"])
    assert place.ticket.tags == []
    assert control("POST", "release") == {"applied": 1}
    assert place.ticket.tags == ["x"]
    control("POST", "limits", {"scale": 1, "route": "GET /applications", "calls": 1})
    assert [api.get("/applications").status_code for _ in range(2)] == [200, 429]
    control("POST", "behaviour", {"attach_status": 204})
    assert place.world.behaviour.attach_status == 204
    control("POST", "reset")
    assert (len(place.world.journal), len(sim.faults.rules)) == (0, 0)
    control("POST", "expire-tokens")
    assert api.get("/applications").status_code == 401


def test_another_process_can_change_the_world(place: Place, sim: SimulatorServer) -> None:
    """People, machines, tickets, conversations, reports."""
    control = Control(sim)

    def world(edit: str, **body: object) -> Any:
        return control("POST", f"world/{edit}", body)

    person = world("add-person", first_name="Ada", last_name="Okafor")
    asset = world("add-asset", name="LSAF-D30H6J9", owner=person["uid"])
    ticket = world("add-ticket", title="Help", requestor=person["uid"])["id"]
    entry = world("add-feed-entry", ticket_id=ticket, body="hi", replies=["there"])["id"]
    world("add-reply", entry_id=entry, body="you")
    world("attach-asset", ticket_id=ticket, asset_id=asset["id"])
    shown = world("show-ticket", ticket_id=ticket)
    assert (shown["assets"], shown["items"]) == ([asset["id"]], [asset["ci_id"]])
    assert len(place.world.feed[entry].replies) == 2
    world("remove-asset", ticket_id=ticket, asset_id=asset["id"])
    world("set-status", ticket_id=ticket, status_id=117)
    world("assign", ticket_id=ticket, responsible=place.tech.uid)
    assert place.world.tickets[ticket].responsible_uid == place.tech.uid
    world("move-ticket", ticket_id=ticket, app_id=31)
    world("forbid-ticket", ticket_id=ticket)
    world("set-report", report_id=1344, rows=None)
    assert place.world.reports[1344].rows is None
    world("delete-ticket", ticket_id=ticket)
    assert ticket not in place.world.tickets


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("faults", {"effect": "explode"}),
        ("faults", {"effect": "late", "rout": "x"}),
        ("behaviour", {"nosuch": 1}),
        ("limits", {"scale": "fast"}),
        ("world/delete-ticket", {"ticket_id": 1}),
        ("world/explode", {}),
    ],
)
def test_mistakes_are_told(sim: SimulatorServer, path: str, body: dict[str, Any]) -> None:
    """A misspelt control call never passes for a working one."""
    reply = httpx2.post(f"{sim.control_url}/{path}", json=body)
    assert reply.status_code == 400
    assert reply.json()["error"]


def test_a_token_guards_the_controls_if_set(place: Place) -> None:
    """Without it 401; the Web API itself is not concerned."""
    with SimulatorServer(place.world, control_token="sesame") as sim:
        assert httpx2.get(f"{sim.control_url}/health").status_code == 401
        assert Control(sim, X_Control_Token="sesame")("GET", "health")["tickets"] == 1


# -- the command's half -----------------------------------------------------------------------


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_serve_prints_writes_and_stops_on_a_signal(tmp_path: Path, number: int) -> None:
    """The file is only ours to read, the variables work, the exit code is 0."""
    env_file = tmp_path / ".env"
    code = (
        "import sys; from ticket_queue_daemon.simulator import Contents, serve; "
        f"sys.exit(serve(contents=Contents(3, 20, 2), limits='off', env_file={str(env_file)!r}))"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        while "Ctrl-C" not in process.stdout.readline():
            assert process.poll() is None
        assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
        env = dict(line.split("=", 1) for line in env_file.read_text().splitlines()[1:])
        reply = httpx2.get(
            f"{env['TDX_BASE_URL']}/reports/{env['DAEMON_REPORT_ID']}?withData=true",
            headers={"Authorization": f"Bearer {env['TDX_API_TOKEN']}"},
        )
        assert len(reply.json()["DataRows"]) == 3
        process.send_signal(number)
        assert process.wait(5) == 0
    finally:
        process.kill()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()


def test_serve_replaces_an_env_file_that_others_could_read(tmp_path: Path) -> None:
    """An old file with loose rights does not lend them to the new one."""
    env_file = tmp_path / ".env"
    env_file.write_text(f"{ENV_FILE_MARK}\nOLD=1\n")
    env_file.chmod(0o644)
    out = io.StringIO()
    timer = threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()
    assert serve(contents=Contents(0, 0), env_file=env_file, out=out) == 0
    assert stat.S_IMODE(env_file.stat().st_mode) == 0o600
    assert "OLD" not in env_file.read_text()
    assert "TDX_API_TOKEN=" in out.getvalue()
