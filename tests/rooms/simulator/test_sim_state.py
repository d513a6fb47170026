"""A world in a file: what is written comes back, and nothing else is ever lost for it."""

from __future__ import annotations

import json
import signal
import stat
import subprocess
import sys
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import httpx2
import pytest

from ticket_queue_daemon.simulator import SimulatorServer, campus
from ticket_queue_daemon.simulator.files import UnusableFileError, write_whole
from ticket_queue_daemon.simulator.serving import Contents, open_world
from ticket_queue_daemon.simulator.state import Keeper, read_state, snapshot, write_state

if TYPE_CHECKING:
    from pathlib import Path

    from conftest import Place


def use_everything(api: httpx2.Client, place: Place) -> None:
    """One write of each kind, so that each table has a row."""
    ticket, mac = place.ticket.id, place.mac.id
    calls = (
        ("POST", f"/46/tickets/{ticket}/feed", {"Comments": "é <b>", "Notify": ["a@b.example"]}),
        ("POST", f"/46/tickets/{ticket}/feed", {"Comments": "done", "NewStatusID": 122}),
        ("POST", f"/46/tickets/{ticket}/assets/{mac}", {}),
        ("POST", f"/46/tickets/{ticket}/tags", ["one", "two"]),
        ("POST", f"/46/tickets/{ticket}/contacts/{place.tech.uid}", {}),
        ("POST", f"/46/tickets/{ticket}/tasks", {"Title": "t", "EndDate": "2026-01-02T00:00:00Z"}),
        ("PUT", f"/46/tickets/{ticket}/sla", {"NewSlaID": 501}),
        ("POST", "/48/cmdb", {"Name": "Lab", "TypeID": 10132}),
        ("POST", f"/48/assets/{mac}/feed", {"Comments": "on the asset"}),
    )
    for verb, path, body in calls:
        assert api.request(verb, path, json=body).is_success, path
    api.patch(
        f"/46/tickets/{ticket}",
        json=[
            {"op": "add", "path": "/startdate", "value": "2026-01-02T03:04:05.6Z"},
            {"op": "add", "path": "/attributes/18376", "value": "B760"},
        ],
    )
    files = {"file": ("a.bin", b"\x00\xff\r\n")}
    assert api.post(f"/46/tickets/{ticket}/attachments", files=files).status_code == 201
    item = max(place.world.items)
    query = f"typeId=10012&otherItemId={place.mac.ci_id}&isParent=true&removeExisting=false"
    assert api.put(f"/48/cmdb/{item}/relationships?{query}").is_success
    place.world.add_reply(place.ticket.feed[0], "a reply")
    place.world.forbid_ticket(place.ticket.id)


def test_what_is_written_comes_back(
    sim: SimulatorServer, api: httpx2.Client, place: Place, tmp_path: Path
) -> None:
    """Ticket, feed, assets, files and journal are the same over the wire as before."""
    use_everything(api, place)
    paths = [
        f"/46/tickets/{place.ticket.id}",
        f"/46/tickets/{place.ticket.id}/feed",
        f"/46/tickets/{place.ticket.id}/assets",
        f"/feed/{place.ticket.feed[0]}",
        f"/48/assets/{place.mac.id}",
        f"/48/cmdb/{max(place.world.items)}/relationships",
        f"/attachments/{next(iter(place.world.attachments))}/content",
        "/46/tickets/statuses",
        "/attributes/custom?componentId=9",
    ]
    before = [api.get(path).content for path in paths]
    write_state(tmp_path / "state.json", snapshot(place.world, 3))

    world, generation = read_state(tmp_path / "state.json")

    assert generation == 3
    assert [one.as_json() for one in world.journal] == json.loads(
        json.dumps([one.as_json() for one in place.world.journal])
    )
    with SimulatorServer(world, limits="off") as again:
        headers = {"Authorization": f"Bearer {sim.env()['TDX_API_TOKEN']}"}
        with httpx2.Client(base_url=again.url, headers=headers) as client:
            assert [client.get(path).content for path in paths] == before
            refused = client.post(f"/46/tickets/{place.ticket.id}/feed", json={"Comments": "x"})
            assert refused.status_code == 403
    assert snapshot(world, 3) == json.loads(json.dumps(snapshot(place.world, 3)))


def test_a_whole_campus_comes_back(tmp_path: Path) -> None:
    world = campus(3, tickets=30, assets=60, now=datetime(2026, 1, 5, tzinfo=UTC))
    write_state(tmp_path / "s", snapshot(world))
    again, _ = read_state(tmp_path / "s")
    assert snapshot(again) == snapshot(world)
    assert again.next_id("ticket") == world.next_id("ticket")
    assert again.service is again.people[again.service.uid]


def test_the_file_is_for_its_owner_and_no_half_of_one_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "state.json"
    write_whole(file, "old")

    def full(_handle: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_whole(file, "new and longer")
    assert file.read_text() == "old"
    assert list(tmp_path.iterdir()) == [file]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "it holds no state"),
        ("[1]", "it was not written by this simulator"),
        ('{"format": "ticket-queue-daemon simulator state", "version": 9}', "its version is 9"),
        ('{"format": "ticket-queue-daemon simulator state", "version": 1}', "'seed' is missing"),
    ],
)
def test_a_file_of_another_kind_is_refused_and_left(tmp_path: Path, text: str, reason: str) -> None:
    file = tmp_path / "state.json"
    file.write_text(text)
    with pytest.raises(UnusableFileError, match=reason):
        open_world(Contents(state=file))
    assert file.read_text() == text


def test_a_record_of_another_shape_is_named(tmp_path: Path, place: Place) -> None:
    data = json.loads(json.dumps(snapshot(place.world)))
    data["tickets"][0]["status_id"] = "new"
    file = tmp_path / "state.json"
    file.write_text(json.dumps(data))
    with pytest.raises(UnusableFileError, match=r"Ticket\.status_id: 'new' is no int"):
        read_state(file)


def test_it_is_kept_when_something_changed_and_only_then(
    sim: SimulatorServer, api: httpx2.Client, place: Place, tmp_path: Path
) -> None:
    """Reading changes nothing; a write, a hand behind the scenes and expired tokens do."""
    file = tmp_path / "state.json"
    with Keeper(sim.simulator, file, seconds=3600) as keeper:
        assert file.exists()
        api.get(f"/46/tickets/{place.ticket.id}")
        api.post("/46/tickets/search", json={})
        assert keeper.save() is False
        api.post(f"/46/tickets/{place.ticket.id}/feed", json={"Comments": "x"})
        assert keeper.save() is True
        edit = {"ticket_id": place.ticket.id, "status_id": 117}
        httpx2.post(f"{sim.control_url}/world/set-status", json=edit)
        assert keeper.save() is True
        sim.expire_tokens()
        assert keeper.save() is True
        place.world.journal.clear()
    assert len(read_state(file)[0].journal) == 0


def test_a_disk_that_is_full_is_told_once_and_does_not_end_the_sandbox(
    sim: SimulatorServer, tmp_path: Path
) -> None:
    folder = tmp_path / "there"
    folder.mkdir()
    said: list[str] = []
    with Keeper(sim.simulator, folder / "s", seconds=3600, complain=said.append) as keeper:
        (folder / "s").unlink()
        folder.rmdir()
        for _ in range(2):
            sim.expire_tokens()
            keeper._try()
    assert len(said) == 1
    assert "No such file or directory" in said[0]


def test_a_killed_simulator_goes_on_where_it_was(tmp_path: Path) -> None:
    """The command itself: write, SIGTERM, start again, read; then with an export, refused."""
    file = tmp_path / "state.json"
    command = [sys.executable, "-m", "ticket_queue_daemon", "simulate", "--port", "0"]
    command += ["--tickets", "2", "--assets", "5", "--state", str(file), "--rate-limits", "off"]

    def session(work: str) -> str:
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=tmp_path) as process:
            assert process.stdout is not None
            said = ""
            while "Ctrl-C" not in said:
                said += process.stdout.readline()
                assert process.poll() is None, said
            env = dict(line.split("=", 1) for line in said.splitlines() if line.startswith("TDX_"))
            headers = {"Authorization": f"Bearer {env['TDX_API_TOKEN']}"}
            with httpx2.Client(base_url=env["TDX_BASE_URL"], headers=headers) as api:
                api.post("/46/tickets/9291804/feed", json={"Comments": work})
                bodies = [one["Body"] for one in api.get("/46/tickets/9291804/feed").json()]
            process.send_signal(signal.SIGTERM)
            assert process.wait(10) == 0
        return f"{said}{bodies}"

    session("before the end")
    after = session("after it")
    assert "changes so far: 1;" in after
    assert "'after it', 'before the end'" in after
    refused = subprocess.run(
        [*command, "--load-assets", "x.csv"], capture_output=True, text=True, check=False
    )
    assert refused.returncode == 2
    assert "it holds a world already" in refused.stderr
