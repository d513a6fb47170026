"""Effects to JSON and back, for the plan that is stored ahead of every write."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.effects.contact import ContactEffect, RemoveContactEffect
from ticket_queue_daemon.effects.detach import DetachAssetEffect
from ticket_queue_daemon.effects.feed_entry import FeedEntryEffect
from ticket_queue_daemon.effects.link import AttachAssetEffect, LinkItemEffect, UnlinkItemEffect
from ticket_queue_daemon.effects.patch import PatchTicketEffect
from ticket_queue_daemon.effects.tags import TagsEffect
from ticket_queue_daemon.effects.task import CreateTaskEffect
from ticket_queue_daemon.effects.webhook import WebhookEffect
from ticket_queue_daemon.errors import DaemonError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from ticket_queue_daemon.effects.base import Effect

KINDS: dict[str, type[Effect]] = {
    effect.kind: effect
    for effect in (
        FeedEntryEffect,
        AttachAssetEffect,
        LinkItemEffect,
        PatchTicketEffect,
        TagsEffect,
        ContactEffect,
        DetachAssetEffect,
        CreateTaskEffect,
        WebhookEffect,
        UnlinkItemEffect,
        RemoveContactEffect,
    )
}


# Added to a released effect: stored only when set, so that older versions read all other plans,
# and a plan that was stored before is still the same plan.
_LATER = frozenset({"status_was", "notify_new_responsible"})


class UnknownEffect(DaemonError):  # noqa: N818  the name says what was met
    """A stored plan holds an effect that this version of the program does not know."""


def encode(effect: Effect) -> dict[str, Any]:
    """``{"kind": …, "params": {…}}``, plain JSON."""
    params = {entry.name: getattr(effect, entry.name) for entry in fields(effect)}
    return {
        "kind": effect.kind,
        "params": {
            name: list(value) if isinstance(value, tuple) else value
            for name, value in params.items()
            if value or name not in _LATER
        },
    }


def decode(stored: Mapping[str, Any]) -> Effect:
    """The effect that :func:`encode` wrote.

    Raises:
        UnknownEffect: another version of the program stored it.
    """
    kind, params = stored.get("kind"), dict(stored.get("params") or {})
    effect_class = KINDS.get(str(kind))
    if effect_class is None or set(params) - {entry.name for entry in fields(effect_class)}:
        raise UnknownEffect(
            f"A stored plan holds an effect of kind {kind!r} that this version can't read.",
            "Run the version that stored it until it is done, then upgrade again.",
        )
    arguments: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in params.items()
    }
    return effect_class(**arguments)
