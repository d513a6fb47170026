"""Tell another system of a ticket."""

from __future__ import annotations

import json
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final, get_args

from pydantic import SecretStr

from ticket_queue_daemon.actions.base import (
    ActionError,
    ActionResult,
    BaseAction,
    OnUnknown,
    TicketFacade,
)
from ticket_queue_daemon.actions.wording import Wording
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.outside.receiver import Receiver
from ticket_queue_daemon.tdx.models import Ticket
from ticket_queue_daemon.tdx.names import near

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

FIELDS: Final = tuple(name for name in Ticket.model_fields if name != "tags")
"""TDX does not give tags."""
USUAL_FIELDS: Final = ("id", "title", "status_name", "created_date", "modified_date")
MOST_BYTES: Final = 262_144


class WebhookAction(BaseAction):
    """Posts JSON to another system, signed, with an idempotency key.

    Args:
        url: where to; https, or http on this machine. A secret, as it may hold one.
        secret: signs the request, 16 characters or more; both sides know it.
        name: what the receiver is called in plans and logs; "" takes the URL's host and port.
        fields: which members of the ticket are sent; None: id, title, status_name, created_date and
            modified_date. "attributes" sends the custom attributes.
        body: another JSON instead, of your own; with ``template`` its texts are templates.
        template: the texts in the body are templates.
        headers: more headers, such as a token; their values are secrets.
        on_unknown: after a lost answer: "verify" holds it for a person; "repeat" sends it again with
            the same key, for a receiver that honours keys.
        timeout: how many seconds to wait for an answer.
        allow_http: post over http to another machine too, in plain sight of the network.
        version: raise it to tell of every ticket again.
    """

    asks_for = frozenset({"webhook"})

    def __init__(
        self,
        url: str | SecretStr,
        secret: str | SecretStr,
        name: str = "",
        fields: Sequence[str] | None = None,
        body: dict[str, Any] | list[Any] | None = None,
        template: bool = False,
        headers: Mapping[str, str | SecretStr] | None = None,
        on_unknown: OnUnknown = "verify",
        timeout: float = 10.0,
        allow_http: bool = False,
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        if on_unknown not in get_args(OnUnknown):
            raise ConfigError(
                f"WebhookAction: on_unknown is {on_unknown!r}.",
                f"One of {', '.join(get_args(OnUnknown))}.",
            )
        if body is not None and fields is not None:
            raise ConfigError("WebhookAction has both fields and body.", "Keep one.")
        if template and body is None:
            raise ConfigError("WebhookAction has a template, but no body.", "Write the body.")
        self.receiver = Receiver(
            _secret(url),
            _secret(secret),
            name=name.strip(),
            headers={header: _secret(value) for header, value in (headers or {}).items()},
            timeout=timeout,
            allow_http=allow_http,
        )
        self.fields = list(dict.fromkeys(USUAL_FIELDS if fields is None else fields))
        for word in self.fields:
            if word not in FIELDS:
                raise ConfigError(
                    f"WebhookAction: a ticket has no field {word!r}.", near(str(word), FIELDS)
                )
        self.body = body
        self.template = template
        self.on_unknown = on_unknown
        self._wording = _compiled(body, "WebhookAction: body") if template else body

    def get_action_type(self) -> str:
        """``webhook``."""
        return "webhook"

    def get_action_config(self) -> dict[str, Any]:
        """Whom is told what; nothing of how, so that a new secret tells nobody again."""
        config: dict[str, Any] = {"receiver": self.receiver.name}
        if self.body is None:
            return config | {"fields": sorted(self.fields)}
        return config | {"body": self.body, **({"template": True} if self.template else {})}

    def receivers(self) -> Sequence[Receiver]:
        """The one."""
        return [self.receiver]

    def execute_action(
        self,
        ticket_id: int,
        facade: TicketFacade,
        dry_run: bool = False,
        context: dict[str, Any] | None = None,
    ) -> ActionResult:
        """Make the body and ask for the post."""
        del dry_run
        if self.body is None:
            document = self._document(ticket_id, facade, str((context or {}).get("run_id", "")))
        else:
            document = _filled(self._wording, ticket_id, facade)
        text = json.dumps(document, separators=(",", ":"), allow_nan=False)
        if len(text) > MOST_BYTES:
            raise ActionError(
                f"The body for {self.receiver.name} is {len(text):,} bytes long.",
                f"{MOST_BYTES:,} are the most: leave fields out.",
            )
        facade.post_webhook(ticket_id, self.receiver.name, text)
        return ActionResult(
            message=f"Told {self.receiver.name}: {_preview(text)}",
            summary=f"Told {self.receiver.name}",
        )

    def _document(self, ticket_id: int, facade: TicketFacade, run_id: str) -> dict[str, Any]:
        ticket = facade.get_ticket(ticket_id)
        shown = {name: _plain(getattr(ticket, name)) for name in self.fields if name in _PLAIN}
        if "attributes" in self.fields:
            shown["attributes"] = [
                {
                    "id": one.id,
                    "name": one.name,
                    "value": one.value,
                    "text": one.value_text or one.choices_text or one.value,
                }
                for one in ticket.attributes
            ]
        return {
            "ticket": shown,
            "link": facade.ticket_link(ticket_id),
            "action": self.get_action_id(),
            "run": run_id,
        }


_PLAIN: Final = frozenset(FIELDS) - {"attributes"}
_PREVIEW_LENGTH: Final = 160


def _secret(value: str | SecretStr) -> SecretStr:
    return value if isinstance(value, SecretStr) else SecretStr(value)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _preview(text: str) -> str:
    return text if len(text) <= _PREVIEW_LENGTH else text[: _PREVIEW_LENGTH - 1] + "…"


def _compiled(part: Any, where: str) -> Any:
    """The body with a template for each of its texts: what a ticket says can't leave its text."""
    if isinstance(part, str):
        return Wording(part, template=True, where=where)
    if isinstance(part, dict):
        return {name: _compiled(one, f"{where}.{name}") for name, one in part.items()}
    if isinstance(part, list):
        return [_compiled(one, f"{where}[{number}]") for number, one in enumerate(part)]
    return part


def _filled(part: Any, ticket_id: int, facade: TicketFacade) -> Any:
    if isinstance(part, Wording):
        return part.fill(ticket_id, facade)
    if isinstance(part, dict):
        return {name: _filled(one, ticket_id, facade) for name, one in part.items()}
    if isinstance(part, list):
        return [_filled(one, ticket_id, facade) for one in part]
    return part
