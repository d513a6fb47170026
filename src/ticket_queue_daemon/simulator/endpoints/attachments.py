"""Files on tickets and assets (fact sheet 10.2, 11): multipart in, bytes out."""

from __future__ import annotations

import re
from urllib.parse import unquote

from ticket_queue_daemon.simulator import dress
from ticket_queue_daemon.simulator.deeds import Refused, journal, touch
from ticket_queue_daemon.simulator.entities import Attachment
from ticket_queue_daemon.simulator.routing import Call, Reply, Routes, answer
from ticket_queue_daemon.simulator.values import guid_for

from .common import asset_of, writable_ticket

ROUTES = Routes()
TICKET_ROUTES = Routes("TDTickets")
ASSET_ROUTES = Routes("TDAssets")
_TICKET, _ASSET = 9, 27
_BOUNDARY = re.compile(r'boundary="?([^";]+)"?', re.IGNORECASE)
_NAME = re.compile(r"""filename\*?=(?:UTF-8'')?"?([^";\r\n]+)"?""", re.IGNORECASE)
_TYPE = re.compile(r"^content-type:\s*(\S+)", re.IGNORECASE | re.MULTILINE)


def read_file(body: bytes, content_type: str) -> tuple[str, str, bytes]:
    """Name, type and bytes of the one file of a multipart body.

    Public clients end header lines with a bare line feed, name the field as they like, and
    write ``multipart/formdata``.
    """
    boundary = _BOUNDARY.search(content_type)
    if not content_type.lower().startswith("multipart/") or boundary is None:
        raise Refused(415, "The request must be multipart/form-data.")
    for part in body.split(b"--" + boundary[1].strip().encode())[1:]:
        gap = re.search(rb"\r?\n\r?\n", part)
        if gap is None:
            continue
        header = part[: gap.start()].decode("utf-8", "replace")
        name = _NAME.search(header)
        if name is not None:
            kind = _TYPE.search(header)
            content = re.sub(rb"\r?\n\Z", b"", part[gap.end() :])
            return unquote(name[1]), kind[1] if kind else "application/octet-stream", content
    raise Refused(400, "A file is required.")


def _keep(call: Call, type_id: int, item_id: int) -> Attachment:
    name, kind, content = read_file(call.raw_body, call.content_type)
    world = call.world
    uid = guid_for("attachment", world.seed, world.next_id("attachment"))
    private = bool(call.flag("isPrivate"))
    kept = Attachment(
        uid, type_id, item_id, name, world.now(), call.user.uid, content, kind, private
    )
    world.attachments[uid] = kept
    return kept


@TICKET_ROUTES.on("POST", "/{appId}/tickets/{id}/attachments")
def on_ticket(call: Call) -> Reply:
    """A file on a ticket."""
    ticket = writable_ticket(call)
    kept = _keep(call, _TICKET, ticket.id)
    touch(ticket, call.user, kept.created)
    details = {"attachment": kept.uid, "name": kept.name, "size": len(kept.content)}
    journal(call.world, "attachment_added", ticket.id, call.user, details)
    return answer(dress.attachment(call.world, kept), call.world.behaviour.create_status)


@ASSET_ROUTES.on("POST", "/{appId}/assets/{id}/attachments")
def on_asset(call: Call) -> Reply:
    """A file on an asset."""
    asset = asset_of(call)
    kept = _keep(call, _ASSET, asset.id)
    details = {"asset_id": asset.id, "attachment": kept.uid, "name": kept.name}
    journal(call.world, "asset_attachment_added", None, call.user, details)
    return answer(dress.attachment(call.world, kept), call.world.behaviour.create_status)


def _attachment_of(call: Call) -> Attachment:
    found = call.world.attachments.get(call.params["attachmentUid"].lower())
    if found is None:
        raise Refused(404)
    return found


@ROUTES.on("GET", "/attachments/{attachmentUid}")
def get(call: Call) -> Reply:
    """What is known of a file."""
    return answer(dress.attachment(call.world, _attachment_of(call)))


@ROUTES.on("GET", "/attachments/{attachmentUid}/content")
def content_of(call: Call) -> Reply:
    """The file itself."""
    found = _attachment_of(call)
    return Reply(200, found.content, found.content_type)


@ROUTES.on("DELETE", "/attachments/{attachmentUid}")
def delete(call: Call) -> Reply:
    """Delete a file."""
    found = _attachment_of(call)
    del call.world.attachments[found.uid]
    ticket_id = found.item_id if found.type_id == _TICKET else None
    journal(call.world, "attachment_deleted", ticket_id, call.user, {"attachment": found.uid})
    return answer("The attachment was deleted.")
