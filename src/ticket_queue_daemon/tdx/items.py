"""Configuration items (labs, for one) of the assets application."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ticket_queue_daemon.tdx.models import ConfigurationItem
from ticket_queue_daemon.tdx.wire import Call, Due

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.applications import AppIds
    from ticket_queue_daemon.tdx.session import Session


class ConfigurationItemsApi:
    """The CMDB. Raises leaves of ``TdxCallError``, and ConfigError without an assets application."""

    def __init__(self, session: Session, apps: AppIds) -> None:
        self._session = session
        self._apps = apps

    def get(self, item_id: int) -> ConfigurationItem:
        """One configuration item, by its own id."""
        path = f"{self._apps.asset()}/cmdb/{item_id}"
        return self._session.fetch(Call("GET", "cmdb/{id}", path, Due.OBJECT), ConfigurationItem)
