"""Post to another system: append-like, and nobody there can be asked whether it arrived."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from ticket_queue_daemon.effects.base import Doors, Effect, Look, Seen, Sight

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.client import TdxClient


@dataclass(frozen=True, slots=True)
class WebhookEffect(Effect):
    """One signed POST.

    Attributes:
        receiver: by name; address and secret are the configuration's, and never stored.
        body: the JSON that is sent, letter by letter the same at every send.
        key: the ``Idempotency-Key``, the same at every send too.
    """

    kind: ClassVar[str] = "webhook"
    can_be_seen: ClassVar[bool] = False

    receiver: str
    body: str
    key: str

    def describe(self) -> str:
        """``post a webhook to inventory``."""
        return f"post a webhook to {self.receiver}"

    def stale_reads(self) -> tuple[str, ...]:
        """Nothing of the ticket."""
        return ()

    def look(self, sight: Sight) -> Look:
        """Another system has no look; so after a lost answer a person decides, or its key does."""
        del sight
        return Look(Seen.CANNOT_TELL, {"why": f"{self.receiver} can't be asked whether it has it"})

    def recall(self, sight: Sight) -> Look:
        """Nobody can tell; the key would be another one, too."""
        return self.look(sight)

    def send(self, doors: Doors) -> dict[str, Any]:
        """One POST."""
        status = doors.outside.post(self.receiver, self.body, self.key, before=doors.before)
        return {"status": status}

    def do(self, tdx: TdxClient) -> dict[str, Any]:
        """Not TDX's to do."""
        raise NotImplementedError(f"{self.kind} does not go to {type(tdx).__name__}")
