"""The endpoints, one module per group of the Web API's documentation."""

from __future__ import annotations

from ticket_queue_daemon.simulator.routing import Router

from . import (
    assets,
    attachments,
    auth,
    cmdb,
    configuring,
    general,
    people,
    people_admin,
    reports,
    searches,
    ticket_edit,
    ticket_feed,
    ticket_items,
    ticket_lists,
    ticket_tasks,
    tickets,
)

__all__ = ["build_router"]


def build_router() -> Router:
    """A router with every modelled route."""
    return Router(
        auth.ROUTES,
        general.ROUTES,
        reports.ROUTES,
        people.ROUTES,
        people_admin.ROUTES,
        tickets.ROUTES,
        ticket_edit.ROUTES,
        ticket_feed.ROUTES,
        ticket_items.ROUTES,
        ticket_lists.ROUTES,
        ticket_tasks.ROUTES,
        assets.ROUTES,
        cmdb.ROUTES,
        searches.TICKET_ROUTES,
        searches.ASSET_ROUTES,
        attachments.ROUTES,
        attachments.TICKET_ROUTES,
        attachments.ASSET_ROUTES,
        configuring.ROUTES,
        configuring.TICKET_ROUTES,
        configuring.ASSET_ROUTES,
    )
