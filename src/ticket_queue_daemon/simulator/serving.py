"""The simulator in the foreground, for people: a campus or their own data, kept if they wish.

Promise: nothing that no simulator wrote is overwritten; what can't be read is said before the
port is opened.
"""

from __future__ import annotations

import contextlib
import errno
import signal
import ssl
import sys
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from . import catalogue
from .files import UnusableFileError, write_whole
from .loading import load_assets, load_tickets
from .reports import report_rows
from .server import SimulatorServer
from .state import Keeper, read_state
from .world import World

ENV_FILE_MARK = "# Demo credentials of a TeamDynamix simulator"
"""The first line of a file that may be overwritten."""


@dataclass(frozen=True, slots=True)
class Contents:
    """What to serve: a campus of a size, or a state that was kept."""

    tickets: int = 12
    assets: int = 40
    seed: int = 1
    state: Path | None = None
    load_assets: Path | None = None
    load_tickets: Path | None = None


def write_env_file(path: Path, variables: dict[str, str]) -> None:
    """Write the variables where only this user can read them.

    Raises:
        FileExistsError: there is a file that no simulator wrote; it may hold real credentials.
    """
    if path.exists() and not path.read_text(encoding="utf-8", errors="replace").startswith(
        ENV_FILE_MARK
    ):
        raise FileExistsError(errno.EEXIST, "it was not written by a simulator", str(path))
    text = f"{ENV_FILE_MARK}; written anew at each start.\n" + "".join(
        f"{name}={value}\n" for name, value in variables.items()
    )
    write_whole(path, text)


def open_world(contents: Contents) -> tuple[World, int, list[str]]:
    """The world to serve, the generation of its tokens, and sentences about where it comes from.

    Raises:
        UnusableFileError: a file holds no state, or rows that can't be loaded.
    """
    from .campus import campus  # noqa: PLC0415 - the word lists are for seeded worlds only

    path, exports = contents.state, (contents.load_assets, contents.load_tickets)
    loads = any(one is not None for one in exports)
    if path is not None and path.exists():
        if loads:
            raise UnusableFileError(path, "it holds a world already; load into a new file")
        world, generation = read_state(path)
        kept = f"State: {path}, changes so far: {len(world.journal)}; sizes and seed come from it."
        return world, generation, [kept]
    said: list[str] = [] if path is None else [f"State: {path}, begun."]
    if not loads:
        world = campus(contents.seed, tickets=contents.tickets, assets=contents.assets)
        return world, 0, said
    world = World(contents.seed)
    if contents.load_assets is not None:
        said.extend(load_assets(world, contents.load_assets).sentences())
    if contents.load_tickets is not None:
        said.extend(load_tickets(world, contents.load_tickets).sentences())
    return world, 0, said


def serve(
    *,
    port: int = 0,
    contents: Contents | None = None,
    limits: object = 1,
    env_file: str | Path | None = None,
    control_token: str | None = None,
    tls: Path | None = None,
    out: TextIO | None = None,
) -> int:
    """Serve in the foreground until SIGINT or SIGTERM; returns the exit code.

    Prints the variables that a client needs and, with ``env_file``, writes them there (mode
    0600). ``limits`` is ``"on"``, ``"off"`` or a factor for the windows' length; ``tls`` names a
    PEM file with a certificate and its key.
    """
    contents = contents or Contents()
    world, generation, said = open_world(contents)
    if tls is not None:
        _check_certificate(tls)
    server = SimulatorServer(world, port=port, limits=limits, control_token=control_token, tls=tls)
    server.simulator.authority.generation = generation
    stop = threading.Event()
    handlers = {
        number: signal.signal(number, lambda *_: stop.set())
        for number in (signal.SIGINT, signal.SIGTERM)
    }
    try:
        with server, contextlib.ExitStack() as stack:
            if contents.state is not None:
                keeper = Keeper(server.simulator, contents.state, complain=_complain)
                stack.enter_context(keeper)
            _announce(server, env_file, said, out or sys.stdout)
            while not stop.wait(3600):
                pass
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    return 0


def _check_certificate(path: Path) -> None:
    try:
        ssl.create_default_context(ssl.Purpose.CLIENT_AUTH).load_cert_chain(path)
    except OSError as problem:
        reason = "it holds no certificate and key in PEM form"
        if isinstance(problem, FileNotFoundError | PermissionError):
            reason = f"it can't be read: {problem.strerror}"
        raise UnusableFileError(path, reason) from problem


def _complain(sentence: str) -> None:
    sys.stderr.write(f"{sentence}\n")


def _announce(
    server: SimulatorServer, env_file: str | Path | None, said: list[str], out: TextIO
) -> None:
    variables, world = server.env(), server.world
    report = world.reports[catalogue.EAST_HALL_REPORT]
    rows = report_rows(world, report)
    listed = len(rows) if isinstance(rows, list) else 0
    sizes = f"{listed} tickets in report {report.id} ({len(world.tickets)} in all)"
    lines = [
        f"TeamDynamix simulator: {sizes}, {len(world.assets)} assets.",
        *said,
        f"Sandbox API: {server.sandbox_url}   faults and journal: {server.control_url}/",
        "",
        *(f"{name}={value}" for name, value in variables.items()),
        "",
    ]
    if env_file is not None:
        write_env_file(Path(env_file), variables)
        lines.append(
            f"Written to {env_file}. In another terminal there: ticket-queue-daemon --dry-run"
        )
    lines.append("Stop with Ctrl-C.")
    out.write("\n".join(lines) + "\n")
    out.flush()
