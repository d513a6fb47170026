"""The data hub's silver views of labs, where there are any; read only, and their absence is no error."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.errors import DatabaseUnreachable, HubError, StoreError
from ticket_queue_daemon.store.sql import sql

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ticket_queue_daemon.store.pool import Database


@dataclass(frozen=True, slots=True)
class HubLab:
    """A lab as the hub knows it: the id of its configuration item, and what it is called, or ""."""

    item_id: int
    name: str


class HubLabs:
    """Which lab a machine or a person belongs to.

    Every method raises DatabaseUnreachable; HubError for a view that fails, since somebody else's
    view is no reason to stop all work.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def of_computers(self, item_ids: Sequence[int]) -> list[HubLab] | None:
        """The labs of machines, by their configuration items; None where the hub does not say."""
        if not self._views()["computers"]:
            return None
        return self._labs("labs_of_computers", item_ids=[str(one) for one in item_ids])

    def of_member(self, uid: str) -> list[HubLab] | None:
        """The labs of a person; None where the hub does not say."""
        if not self._views()["members"]:
            return None
        return self._labs("labs_of_member", uid=uid)

    def _views(self) -> dict[str, Any]:
        return self._database.rows(sql("lab_views"))[0]

    def _labs(self, name: str, **params: object) -> list[HubLab]:
        try:
            return _read(self._database.rows(sql(name), params))
        except DatabaseUnreachable:
            raise
        except StoreError as error:
            raise HubError(
                f"The data hub's views of labs can't be read: {error.message}",
                "Look at silver.v_lab_computers_tdx_reference and v_lab_members_all_tdx_reference.",
            ) from error


def _read(rows: Iterable[dict[str, Any]]) -> list[HubLab]:
    """Each lab once; an id that is no whole number above 0 names none."""
    found: dict[int, HubLab] = {}
    for row in rows:
        whole, _, rest = str(row["item_id"]).strip().partition(".")
        if whole.isascii() and whole.isdigit() and int(whole) > 0 and not rest.strip("0"):
            found.setdefault(int(whole), HubLab(int(whole), str(row["name"]).strip()))
    return list(found.values())
