"""The error tree, whole. Every leaf says what happened, why, and what to do next.

::

    DaemonError                     exit code
    ├── ConfigError                 2   settings or usage, all that is wrong in one message
    │   ├── BlastRadiusError        2   a run would newly touch more tickets than allowed
    │   ├── Unconfirmed             2   nobody has said yet that this TDX instance may be changed
    │   └── ReportError             2   the report cannot be read as a list of tickets
    ├── StoreError                  3   PostgreSQL
    │   ├── DatabaseUnreachable     3   not there, or it refused us
    │   ├── MigrationNeeded         2   the schema is missing, behind or ahead
    │   ├── InstanceMismatch        2   this database belongs to another TDX instance
    │   └── LeaseLost               3   somebody else may own this work now: stop before the next write
    ├── HubError                    3   the data hub's views; it fails the ticket, not the run
    ├── OutsideError                3   a system that a webhook goes to, or a command that is asked
    ├── Stopped                     3   told to stop in the middle of it; nothing was sent
    ├── QueuePaused                 0   a person has paused the queue; nothing is done
    ├── NotAllowed                  1   a plan holds an effect that the settings do not allow
    └── TdxError                    3   see ``tdx/errors.py`` for its leaves
"""

from __future__ import annotations

from typing import ClassVar


class DaemonError(Exception):
    """Base of every error that is meant for a person to read.

    Args:
        message: what happened and why, one sentence, free of secrets.
        advice: what to do next; shown on its own line, may be empty.
    """

    exit_code: ClassVar[int] = 1
    final: ClassVar[bool] = False
    """Whether another attempt would end the same way, so that none is made by itself."""

    def __init__(self, message: str, advice: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.advice = advice


class ConfigError(DaemonError):
    """Settings or usage are wrong; nothing was touched."""

    exit_code = 2


class BlastRadiusError(ConfigError):
    """A run would newly execute an action on more tickets than is allowed without a confirmation."""


class QueuePaused(DaemonError):  # noqa: N818  no error: a person wants it so
    """A person has paused the queue: nothing is done on it, whoever runs it.

    Args:
        told: the one line that says who, since when, why and until when.
    """

    exit_code = 0

    def __init__(self, told: str) -> None:
        super().__init__(told)
        self.told = told


class Unconfirmed(ConfigError):  # noqa: N818  the name says the state
    """The first run that may change tickets of a TDX instance, and nobody has confirmed it."""


class ReportError(ConfigError):
    """The report's answer can't be read as a list of tickets; nothing is concluded from it."""


class StoreError(DaemonError):
    """PostgreSQL did not do what was asked. Never to be read as "not executed"."""

    exit_code = 3


class DatabaseUnreachable(StoreError):  # noqa: N818  the name says the state, as the docs do
    """The database is not there, or it refused the connection."""


class MigrationNeeded(StoreError):  # noqa: N818
    """The schema is missing, behind, or ahead of this program."""

    exit_code = 2


class InstanceMismatch(StoreError):  # noqa: N818
    """The database is bound to another TDX instance; ticket ids would be confused."""

    exit_code = 2


class LeaseLost(StoreError):  # noqa: N818
    """The claim's lease ran out or was taken over: stop before the next write."""


class HubError(DaemonError):
    """The data hub has a view that can't be read; what it would say is not known."""

    exit_code = 3


class OutsideError(DaemonError):
    """What is neither TDX nor ours did not do as it should; the leaves stand in ``outside/``."""

    exit_code = 3


class Stopped(DaemonError):  # noqa: N818
    """Work was broken off before anything was sent, since the daemon is going down."""

    exit_code = 3


class NotAllowed(DaemonError):  # noqa: N818  the name says the state
    """A plan holds an effect that the settings do not allow; nothing of it was sent."""

    final = True


class TdxError(DaemonError):
    """TDX did not answer as asked; the leaves stand in ``tdx/errors.py``."""

    exit_code = 3
