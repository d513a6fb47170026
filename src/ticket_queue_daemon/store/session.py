"""What every part of the tracker shares: the database, the worker's name, and the door for claims."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NoReturn

from ticket_queue_daemon.errors import LeaseLost, StoreError
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.rows import Claim


@dataclass(frozen=True)
class Session:
    """A worker at a database.

    Attributes:
        database: where the state is kept.
        worker: who is at work, as the claims and the history name it.
    """

    database: Database
    worker: str

    def rows(self, name: str, params: Mapping[str, Any] | None = None) -> list[dict[str, Any]]:
        """Run the statement of that name; committed when this returns."""
        return self.database.rows(sql(name), params)

    def write(self, name: str, claim: Claim, **params: object) -> None:
        """Run a statement that writes in the name of a claim; committed when this returns.

        Raises:
            LeaseLost: the claim is no longer ours; nothing was written.
            StoreError: the claim is ours, but what was asked contradicts the row; nothing was written.
                Or PostgreSQL failed, and nothing is known.
        """
        given = {"log_id": claim.log_id, "token": claim.token, **params}
        if not self.rows(name, given):
            self._refuse(name, claim, given.get("effect_no"))

    def _refuse(self, name: str, claim: Claim, effect_no: object) -> NoReturn:
        pair = f"{claim.action_id} on ticket {claim.ticket_id}"
        found = self.rows(
            "why_not", {"log_id": claim.log_id, "token": claim.token, "effect_no": effect_no}
        )
        row = found[0] if found else None
        if row is not None and row["ours"] and row["live"]:
            raise StoreError(
                f"{name} was refused for {pair}: "
                + (
                    "the new plan forgets an effect that was sent or applied."
                    if effect_no is None
                    else f"effect {effect_no} is {row['effect_state'] or 'not in the plan'}."
                ),
                "This is a fault of the program; please report it. Nothing was sent.",
            )
        if row is None:
            why = "its row is gone"
        elif row["ours"]:
            why = "the lease ran out"
        elif row["status"] == "started":
            why = f"{row['claimed_by']} has taken it over"
        else:
            why = f"it is {row['status']} by now"
        raise LeaseLost(
            f"The claim of {pair} was lost: {why}.",
            "Nothing more is sent for it here; raise DAEMON_LEASE_SECONDS if this happens often.",
        )
