"""What stands between a run and TDX, whatever the actions want: made of settings and the state."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from ticket_queue_daemon.engine.allowing import allowed_kinds
from ticket_queue_daemon.engine.bounds import Bounds, EffectCap
from ticket_queue_daemon.errors import Unconfirmed
from ticket_queue_daemon.tdx.config import host_of, is_local, is_sandbox

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.config.settings import Settings
    from ticket_queue_daemon.store.tracker import StateTracker
    from ticket_queue_daemon.tdx.client import TdxClient

READ_ONLY = (
    "Read-only (--read-only, DAEMON_READ_ONLY): TDX is not changed; this run shows what a real one "
    "would do."
)


def bounds_of(settings: Settings, tracker: StateTracker) -> Bounds:
    """What holds in every pass.

    Raises:
        ConfigError: an allowed effect is of no kind that there is.
    """
    return Bounds(
        remarks=(READ_ONLY,) if settings.read_only else (),
        allowed=allowed_kinds(settings.allowed_effects),
        cap=EffectCap(settings.max_effects_per_hour, tracker.effects_last_hour),
    )


class InstanceGuard:
    """The first run that may change tickets of an instance has to be meant: a person says its host.

    What a mistake can't hurt needs no word: the sandbox, which the next refresh makes anew, and this
    very machine, where the simulator runs. The word is kept in the database once TDX has answered,
    so that a mistyped address binds nothing.

    Args:
        tracker: remembers.
        client: knows where TDX is.
    """

    def __init__(self, tracker: StateTracker, client: TdxClient) -> None:
        self._tracker = tracker
        self._instance = client.instance
        self._settled = is_sandbox(client.base_url) or is_local(client.base_url)
        self._by = ""
        self.host = host_of(client.instance)

    def asks(self) -> bool:
        """Whether somebody has to confirm the instance before a run may change its tickets."""
        if not self._settled and not self._by:
            self._settled = self._tracker.is_confirmed(self._instance)
        return not self._settled and not self._by

    def accept(self, host: str, by: str) -> None:
        """Take somebody's word.

        Args:
            host: what they say that the host is, with its port if it has one; in any case.
            by: how they said it, for the record.

        Raises:
            Unconfirmed: it is another host than TDX_BASE_URL names.
        """
        said = host.strip().lower()
        if said != self.host:
            raise Unconfirmed(
                f'Confirmed was "{said}", and TDX_BASE_URL names {self.host}: no ticket was touched.',
                "Correct the one that is wrong. A look changes nothing: ticket-queue-daemon --dry-run.",
            )
        if self.asks():
            self._by = f"{by}, {self._tracker.worker}"

    def check(self) -> None:
        """Refuse a run that nobody has confirmed.

        Raises:
            Unconfirmed: with what to type.
        """
        if self.asks():
            raise Unconfirmed(
                f"This is the first run that may change tickets on {self.host}, and nobody has "
                "confirmed it: no ticket was touched.",
                "See what it would do: ticket-queue-daemon --dry-run. Then run it once with: "
                f"--confirm-instance {self.host}",
            )

    @contextmanager
    def over_a_run(self, *, dry_run: bool) -> Iterator[None]:
        """Around a run: it is refused unless it is confirmed, and then the word is kept.

        Raises:
            Unconfirmed: nobody has confirmed it.
        """
        if not dry_run:
            self.check()
        yield
        if not dry_run:
            self.remember()

    def remember(self) -> None:
        """Write the word down, now that TDX has answered."""
        if self._by:
            self._tracker.confirm_instance(self._instance, self._by)
            self._settled, self._by = True, ""
