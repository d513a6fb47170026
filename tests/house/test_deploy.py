"""What stands in deploy/ exists in the program, is what its readers expect, and works when it is typed."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
import yaml

from crash.daemons import environment
from desk import desk
from ticket_queue_daemon.cli.parser import parse
from ticket_queue_daemon.config.secret_files import CREDENTIALS_DIRECTORY, file_variables
from ticket_queue_daemon.config.settings import Settings, variables
from ticket_queue_daemon.config.sources import gather
from ticket_queue_daemon.store.orders import Orders

if TYPE_CHECKING:
    from collections.abc import Iterator

    from desk import Desk
    from ticket_queue_daemon.store.pool import Database

__all__ = ["desk"]

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
PAGE = ROOT / "docs/deployment.md"
FILES = sorted(path for path in DEPLOY.iterdir() if path.is_file())
PROGRAM = "ticket-queue-daemon"
INSTALLED = "/opt/ticket-queue-daemon/bin/ticket-queue-daemon"
# What stands around a command in a shell's line.
ENDS = re.compile(r"\s(?:>|\|\||\||&&|;|2>)|;|$|#")


def read(name: str) -> str:
    return (DEPLOY / name).read_text(encoding="utf-8")


def of_shell(text: str) -> Iterator[list[str]]:
    """The program's command lines in a shell's text."""
    for line in text.replace("\\\n", " ").splitlines():
        for found in re.finditer(rf"(?:^|\s|/){PROGRAM} (?=--[a-z]|[a-z][a-z-]*(?:\s|$))", line):
            rest = line[found.end() :]
            end = ENDS.search(rest)
            yield shlex.split(rest[: end.start()] if end else rest)


def of_yaml(node: Any) -> Iterator[list[str]]:
    """The arguments and probes of every container."""
    if isinstance(node, dict):
        for key, value in node.items():
            if key in {"args", "command"} and value[0].startswith("--"):
                yield value
            elif key == "command":
                yield from of_shell(value[-1])
            else:
                yield from of_yaml(value)
    elif isinstance(node, list):
        for one in node:
            yield from of_yaml(one)


def command_lines() -> dict[str, list[list[str]]]:
    units = {
        path.name: [
            shlex.split(line)[1:]
            for line in path.read_text().splitlines()
            if line.startswith(f"ExecStart={INSTALLED}")
        ]
        for path in DEPLOY.glob("*.service")
    }
    docker = read("Dockerfile")
    shells = re.findall(r'"/bin/sh", "-c", (".*?")\]', docker)
    return {
        **units,
        "cron": list(of_shell(read("ticket-queue-daemon.cron").split("cron.lock", 1)[1])),
        "Dockerfile": [json.loads(re.findall(r"^CMD (.*)$", docker, re.MULTILINE)[0])]
        + [argv for shell in shells for argv in of_shell(json.loads(shell))],
        "compose.yaml": list(of_yaml(yaml.safe_load(read("compose.yaml")))),
        "kubernetes.yaml": list(of_yaml(list(yaml.safe_load_all(read("kubernetes.yaml"))))),
        "deployment.md": [
            argv
            for block in re.findall(r"```sh\n(.*?)```|`(ticket-queue-daemon [^`]+)`", PAGE.read_text(), re.DOTALL)
            for argv in of_shell("".join(block))
        ],
    }  # fmt: skip


LEAST = {"deployment.md": 6, "kubernetes.yaml": 4, "Dockerfile": 2}


@pytest.mark.parametrize(("where", "lines"), command_lines().items())
def test_the_program_understands_every_command_line(where: str, lines: list[list[str]]) -> None:
    assert len(lines) >= LEAST.get(where, 1)
    for argv in lines:
        parse(argv)


@pytest.mark.parametrize("path", [*FILES, PAGE], ids=lambda path: path.name)
def test_every_setting_exists(path: Path) -> None:
    known = {variable.name for variable in variables().values()}
    known |= {*file_variables(variables().values()), CREDENTIALS_DIRECTORY}

    named = re.findall(r"\b(?:DAEMON|TDX|DATABASE|CREDENTIALS)_[A-Z_]+\b", path.read_text())

    assert set(named) - known == set()


def test_the_settings_of_each_way_are_accepted() -> None:
    config_map = next(yaml.safe_load_all(read("kubernetes.yaml")))["data"]
    env = dict(
        line.split("=", 1) for line in read("env.example").replace("# D", "D").splitlines()
        if "=" in line and not line.startswith("#")
    )  # fmt: skip
    env.pop("DAEMON_CONFIG")  # a file of the target's
    for given in (config_map, env):
        settings = Settings.load(environ=given, dotenv=None)
        assert (settings.dry_run, settings.standby, settings.report_id) == (True, True, 1344)


def test_what_systemd_hands_over_are_secrets_of_the_program() -> None:
    secrets = {one.name for one in variables().values() if one.secret}
    for path in DEPLOY.glob("*.service"):
        handed = re.findall(r"^#? ?LoadCredential=(\w+):(\S+)$", path.read_text(), re.MULTILINE)
        assert {"TDX_BEID", "TDX_WEB_SERVICES_KEY", "DATABASE_URL"} <= {name for name, _ in handed}
        assert {name for name, _ in handed} <= secrets
        assert all(file.endswith(f"/credentials/{name}") for name, file in handed)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_every_path_is_there_or_is_made_by_the_page(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    page = PAGE.read_text(encoding="utf-8")
    ours = re.findall(r"\b((?:deploy|docs|src)/[\w./-]*\w)", text)
    theirs = re.findall(r"/(?:etc|opt|var/log|usr/local/sbin)/ticket-queue-daemon[\w/-]*", text)
    folders = {str(Path(one)) if one.count("/") == 2 else str(Path(one).parent) for one in theirs}

    assert [one for one in ours if not (ROOT / one).exists()] == []
    assert [one for one in folders if one.removesuffix("/bin") not in page] == []


def test_the_page_installs_every_file() -> None:
    page = PAGE.read_text(encoding="utf-8")
    found_by_docker = {"compose.yaml", "Dockerfile.dockerignore"}

    assert {path.name for path in FILES if path.name not in page} == found_by_docker


def test_the_two_units_are_hardened_alike() -> None:
    daemon, once = (
        read(f"ticket-queue-daemon{name}.service").split("NoNewPrivileges=yes")[1]
        for name in ("", "-once")
    )

    assert daemon.split("[Install]")[0].strip() == once.strip()
    for wanted in ("ProtectSystem=strict", "CapabilityBoundingSet=\n", "SystemCallFilter=@system"):
        assert wanted in daemon


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd is not at hand")
def test_systemd_finds_nothing_wrong_with_the_units(tmp_path: Path) -> None:
    program = tmp_path / "program"
    program.write_text("#!/bin/sh\n")
    program.chmod(0o755)
    for unit in (*DEPLOY.glob("*.service"), *DEPLOY.glob("*.timer")):
        (tmp_path / unit.name).write_text(unit.read_text().replace(INSTALLED, str(program)))
    units = [str(path) for path in (*tmp_path.glob("*.service"), *tmp_path.glob("*.timer"))]

    done = subprocess.run(
        ["systemd-analyze", "verify", *units], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_hadolint_finds_nothing_wrong_with_the_image() -> None:
    hadolint = shutil.which("hadolint", path=Path(sys.executable).parent)
    if hadolint is None:
        pytest.skip("make lint-deploy installs it")

    done = subprocess.run(
        [hadolint, str(DEPLOY / "Dockerfile")], capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stdout) == (0, "")


def test_the_manifest_is_what_kubernetes_expects() -> None:
    validate = pytest.importorskip("kubernetes_validate", reason="make lint-deploy installs it")
    for one in yaml.safe_load_all(read("kubernetes.yaml")):
        validate.validate(one, validate.latest_version(), strict=True)


def test_the_compose_file_is_what_compose_expects() -> None:
    compose = pytest.importorskip("compose_spec", reason="make lint-deploy installs it")

    assert set(compose.PyCompose.from_yaml(read("compose.yaml")).services) == {"database", "daemon"}


def test_no_container_can_write_or_become_more_than_it_is() -> None:
    docker = read("Dockerfile")
    deployment = list(yaml.safe_load_all(read("kubernetes.yaml")))[1]
    pod = deployment["spec"]["template"]["spec"]
    [container] = pod["containers"]
    daemon = yaml.safe_load(read("compose.yaml"))["services"]["daemon"]

    assert re.findall(r"^USER (.*)$", docker, re.MULTILINE) == ["10001:10001"]
    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] == 10001
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert (daemon["read_only"], daemon["cap_drop"]) == (True, ["ALL"])
    assert daemon["security_opt"] == ["no-new-privileges:true"]


def test_every_secret_of_the_compose_file_is_read_from_where_it_is_mounted() -> None:
    compose = yaml.safe_load(read("compose.yaml"))
    for service in compose["services"].values():
        named = {
            value.removeprefix("/run/secrets/")
            for name, value in service["environment"].items()
            if name.endswith("_FILE")
        }
        assert named == set(service["secrets"])
    page = PAGE.read_text(encoding="utf-8")
    assert [name for name in compose["secrets"] if f"secrets/{name}" not in page] == []


def shell(command: list[str], **more: str) -> int:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return subprocess.run(
        command, env={**os.environ, **more, "PATH": path}, capture_output=True, check=False
    ).returncode


def test_a_pause_makes_no_container_ill_and_a_lost_database_does(
    desk: Desk, database: Database
) -> None:
    health = json.loads(re.findall(r"^\s+CMD (\[.*\])$", read("Dockerfile"), re.MULTILINE)[0])
    deployment = list(yaml.safe_load_all(read("kubernetes.yaml")))[1]
    [container] = deployment["spec"]["template"]["spec"]["containers"]
    assert container["readinessProbe"]["exec"]["command"] == health
    Orders(database).pause("*", "alice@desk12", span=timedelta(hours=1))
    here = dict(environment(desk))
    away = {**here, "DATABASE_URL": "postgresql://tqd@127.0.0.1:1/tqd"}

    assert shell(health, **here) == 0
    assert shell(health, **away) == 1


def test_the_admins_command_has_the_services_settings_and_secrets(
    desk: Desk, tmp_path: Path
) -> None:
    folder = tmp_path / "etc"
    (folder / "credentials").mkdir(parents=True)
    (folder / "credentials/DATABASE_URL").write_text(f"{desk.database_url}\n")
    script = tmp_path / "command"
    script.write_text(
        read("ticket-queue-daemon.sh")
        .replace("/etc/ticket-queue-daemon", str(folder))
        .replace("/opt/ticket-queue-daemon/bin", str(Path(sys.executable).parent))
    )

    assert shell(["/bin/sh", str(script), "status"]) == 0
    assert gather(
        variables(), {}, {CREDENTIALS_DIRECTORY: str(folder / "credentials")}, None
    ).origins
