"""What an effect will cost, and whom it will tell, known before it is sent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from ticket_queue_daemon.effects.feed_entry import FeedEntryEffect
from ticket_queue_daemon.effects.patch import PatchTicketEffect
from ticket_queue_daemon.effects.tags import TagsEffect

if TYPE_CHECKING:
    from ticket_queue_daemon.effects.base import Effect

_TICKET: Final = "GET tickets/{id}"
_SEND: Final = {
    "feed_entry": "POST tickets/{id}/feed",
    "attach_asset": "POST tickets/{id}/assets/{assetId}",
    "detach_asset": "DELETE tickets/{id}/assets/{assetId}",
    "link_item": "POST tickets/{id}/configurationItems/{configurationItemId}",
    "unlink_item": "DELETE tickets/{id}/configurationItems/{configurationItemId}",
    "patch_ticket": "PATCH tickets/{id}",
    "tags": "POST tickets/{id}/tags",
    "contact": "POST tickets/{id}/contacts/{contactUid}",
    "remove_contact": "DELETE tickets/{id}/contacts/{contactUid}",
    "create_task": "POST tickets/{id}/tasks",
}
"""The call that sends each kind, as TDX's limits are counted; what does not go to TDX is not here."""


def calls(effect: Effect) -> tuple[str, ...]:
    """The calls to TDX that sending it takes when all goes well, the look before it included.

    Each by verb and route, as in ``POST tickets/{id}/feed``; none for what goes elsewhere.
    """
    send = _SEND.get(effect.kind)
    if isinstance(effect, TagsEffect) and effect.remove:
        send = "DELETE tickets/{id}/tags"
    # Every look before a first send reads the ticket itself.
    look = (_TICKET,) if effect.needs_look else ()
    return (*look, send) if send else ()


def mailed(effect: Effect) -> tuple[str, ...]:
    """Whom TDX will e-mail because of it: the addresses that a feed entry names (fact sheet 10.7).

    What a TDX workflow or a template of the site's own sends besides can't be known here.
    """
    if isinstance(effect, FeedEntryEffect):
        return tuple(one for one in effect.notify if one != "null")
    if isinstance(effect, PatchTicketEffect) and effect.notify_new_responsible:
        return ("whoever becomes responsible",)
    return ()
