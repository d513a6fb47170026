"""What an action does once for several tickets: for a requestor, on a day."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.errors import LeaseLost
from ticket_queue_daemon.store import values
from ticket_queue_daemon.store.pool import fetch
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from ticket_queue_daemon.store.rows import Claim
    from ticket_queue_daemon.store.session import Session


class Once:
    """Who of several tickets has it."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def take(self, claim: Claim, subject: str) -> tuple[int, bool]:
        """The ticket that has it: the claim's own, if it was free or came to nothing elsewhere.

        With it, whether another's may still come to nothing.

        Args:
            claim: of the action on the ticket that asks.
            subject: what it is done once for, such as ``requestor:{UID}``.

        Raises:
            LeaseLost: the claim is not ours any more.
        """
        given = {
            "log_id": claim.log_id,
            "token": claim.token,
            "action_id": claim.action_id,
            "subject": values.text(subject),
        }
        with self._session.database.transaction() as connection:
            fetch(connection, sql("lock_once"), given)
            found = fetch(connection, sql("take_once"), given)
        if not found:
            raise LeaseLost(
                f"The claim of {claim.action_id} on ticket {claim.ticket_id} was lost.",
                "Nothing more is sent for it here; raise DAEMON_LEASE_SECONDS if this happens often.",
            )
        return int(found[0]["ticket_id"]), bool(found[0]["is_open"])

    def holder(self, action_id: str, subject: str) -> int | None:
        """The ticket that has it; None: it is free."""
        given = {"action_id": action_id, "subject": values.text(subject)}
        found = self._session.rows("holds_once", given)
        return int(found[0]["ticket_id"]) if found else None
