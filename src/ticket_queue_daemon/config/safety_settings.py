"""The settings that bound what the program may do to TDX, whatever its rules say."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator

from ticket_queue_daemon.config.variables import Variable, envbool


class SafetySettings(BaseModel):
    """Fields of ``Settings``; the documentation lists them after the daemon's own."""

    read_only: Annotated[
        bool,
        BeforeValidator(envbool),
        Variable(
            "DAEMON_READ_ONLY",
            "never change TDX: the client refuses every write, and a run is a dry run",
            "true or false (also 1, 0, yes, no, on, off)",
            "--read-only",
        ),
    ] = False
