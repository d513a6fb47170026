"""Everything that needs no claim: the seed's questions, the pending pairs, the books beside the log."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.errors import InstanceMismatch, StoreError
from ticket_queue_daemon.store import values
from ticket_queue_daemon.store.claims import columns
from ticket_queue_daemon.store.rows import ActionKey, EffectsSent, HistoryEvent, Pending

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.store.session import Session


class Records:
    """What is recorded, and what is not yet."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def has_executed(self, ticket_id: int, action_id: str) -> bool:
        """Whether the action is completed or skipped on the ticket; a failing store raises."""
        found = self._session.rows("has_executed", {"ticket_id": ticket_id, "action_id": action_id})
        return bool(found[0]["executed"])

    def mark_completed(
        self,
        ticket_id: int,
        action_id: str,
        action_type: str,
        action_hash: str | None,
        status: str = "completed",
        error_message: str | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> None:
        """Record an outcome by hand, as the original did; ``failed`` blocks until it is cleared.

        Raises:
            ValueError: the status is none of the seed's three.
            StoreError: a daemon is executing it just now.
        """
        if status not in {"completed", "failed", "skipped"}:
            raise ValueError(f"{status!r} is not completed, failed or skipped")
        marked = self._session.rows(
            "mark_completed",
            {
                "ticket_id": ticket_id,
                "action_id": action_id,
                "action_type": action_type,
                "action_hash": action_hash,
                "status": status,
                "error_message": None if error_message is None else values.text(error_message),
                "metadata": values.jsonb(metadata or {}),
                "worker": self._session.worker,
            },
        )
        if not marked:
            raise StoreError(
                f"{action_id} is being executed on ticket {ticket_id} just now.",
                "Wait for its outcome; `ticket-queue-daemon ticket ID` shows it.",
            )

    def get_ticket_actions(self, ticket_id: int) -> list[dict[str, Any]]:
        """All that is recorded of a ticket, newest first."""
        return self._session.rows("get_ticket_actions", {"ticket_id": ticket_id})

    def get_action_stats(self) -> dict[str, Any]:
        """``total_actions``, ``by_status`` and ``by_type``."""
        by_status: dict[str, int] = {}
        by_type: dict[str, int] = {}
        for row in self._session.rows("get_action_stats"):
            by_status[row["status"]] = by_status.get(row["status"], 0) + row["actions"]
            by_type[row["action_type"]] = by_type.get(row["action_type"], 0) + row["actions"]
        return {
            "total_actions": sum(by_status.values()),
            "by_status": by_status,
            "by_type": by_type,
        }

    def clear_failed_actions(self, ticket_id: int | None = None) -> int:
        """Make failed rows due now with all attempts before them; how many. Ticks are kept."""
        params = {"ticket_id": ticket_id, "worker": self._session.worker}
        return int(self._session.rows("clear_failed_actions", params)[0]["cleared"])

    def pending(
        self,
        queue: str,
        ticket_ids: Sequence[int],
        actions: Sequence[ActionKey],
        modified: Mapping[int, datetime] | None = None,
    ) -> list[Pending]:
        """The pairs that need work, in the order to do it; reads only."""
        work = [action for action in actions if not action.summarises]
        summaries = [action for action in actions if action.summarises]
        tickets = list(dict.fromkeys(ticket_ids))
        dates = modified if modified and any(action.on_update for action in work) else {}
        found = self._session.rows(
            "pending",
            {
                "queue": queue,
                "ticket_ids": tickets,
                # A shorter array is filled up with NULLs.
                "modified": [dates.get(ticket) for ticket in tickets] if dates else [],
                "work_ids": [action.action_id for action in work],
                "work_places": [action.position for action in work],
                "work_on_update": [action.on_update for action in work],
                "work_repeats": [action.repeats for action in work],
                "work_rule_hashes": [action.rule_hash for action in work],
                "summary_ids": [action.action_id for action in summaries],
                "summary_places": [action.position for action in summaries],
                "summary_even_if_empty": [not action.skip_if_empty for action in summaries],
            },
        )
        return [Pending(**row) for row in found]

    def under_way(self, ticket_id: int) -> set[str]:
        """The actions on a ticket of whose plan something was sent."""
        return {
            row["action_id"] for row in self._session.rows("under_way", {"ticket_id": ticket_id})
        }

    def baseline(
        self, queue: str, ticket_ids: Sequence[int], actions: Sequence[ActionKey], reason: str
    ) -> int:
        """Mark pairs as done without executing them; how many had no row yet."""
        marked = self._session.rows(
            "baseline",
            {
                **columns(actions),
                "queue": queue,
                "ticket_ids": list(dict.fromkeys(ticket_ids)),
                "reason": values.text(reason),
                "worker": self._session.worker,
            },
        )
        return int(marked[0]["marked"])

    def register_actions(self, actions: Sequence[ActionKey]) -> None:
        """Remember configured actions; those known already stay as they were first seen."""
        self._session.rows(
            "register_actions",
            {
                **columns(actions),
                "versions": [action.version for action in actions],
                # As text: an array of jsonb parameters would need a type for its empty case.
                "configs": [json.dumps(values.plain(action.config)) for action in actions],
            },
        )

    def previous_actions(self, action_type: str) -> list[dict[str, Any]]:
        """The actions of one type that were ever configured, newest first, with their config."""
        return self._session.rows("previous_actions", {"action_type": action_type})

    def bind_instance(self, instance: str) -> None:
        """Bind the database to a TDX instance at its first use.

        Raises:
            InstanceMismatch: it is bound to another one.
        """
        self._session.rows("bind_instance", {"instance": instance})
        self.check_instance(instance)

    def check_instance(self, instance: str) -> None:
        """See that the database is bound to this TDX instance, or to none yet; writes nothing.

        Raises:
            InstanceMismatch: it is bound to another.
        """
        for bound in self._session.rows("bound_instance"):
            if bound["instance"] != instance:
                raise InstanceMismatch(
                    f"This database belongs to {bound['instance']} since {bound['bound_at']:%Y-%m-%d},"
                    f" and TDX_BASE_URL names {instance}.",
                    "Sandbox and production share ticket ids: give each its own database, or correct"
                    " TDX_BASE_URL or DATABASE_URL.",
                )

    def is_confirmed(self, instance: str) -> bool:
        """Whether somebody has confirmed that tickets of this TDX instance may be changed."""
        return any(
            bound["instance"] == instance and bound["confirmed_at"] is not None
            for bound in self._session.rows("bound_instance")
        )

    def confirm_instance(self, instance: str, by: str) -> None:
        """Remember who has confirmed it, and bind the database to it.

        Raises:
            InstanceMismatch: it is bound to another.
        """
        self._session.rows("confirm_instance", {"instance": instance, "by": values.text(by)})
        self.check_instance(instance)

    def circuit_is_open(self, queue: str) -> bool:
        """Whether the queue's last run was stopped because too much failed."""
        return bool(self._session.rows("open_circuits", {"queue": queue}))

    def open_circuit(self, queue: str, reason: str) -> None:
        """Make the queue's next run, by whichever process, a probe."""
        self._session.rows("open_circuit", {"queue": queue, "reason": values.text(reason)})

    def close_circuit(self, queue: str) -> None:
        """The queue works again."""
        self._session.rows("close_circuit", {"queue": queue})

    def effects_last_hour(self) -> EffectsSent:
        """How many effects were sent in the last hour, by whichever daemon."""
        return EffectsSent(**self._session.rows("effects_last_hour")[0])

    def history(self, ticket_id: int) -> list[HistoryEvent]:
        """What happened on a ticket, in order."""
        return [
            HistoryEvent(**row) for row in self._session.rows("history", {"ticket_id": ticket_id})
        ]

    def known_task_ids(self, ticket_id: int) -> set[int]:
        """Tasks of the ticket that are known to be effects of ours."""
        found = self._session.rows("known_task_ids", {"ticket_id": ticket_id})
        return {row["task_id"] for row in found}

    def known_entry_ids(self, ticket_id: int) -> set[int]:
        """Feed entries of the ticket that are known to be effects of ours."""
        found = self._session.rows("known_entry_ids", {"ticket_id": ticket_id})
        return {row["entry_id"] for row in found}
