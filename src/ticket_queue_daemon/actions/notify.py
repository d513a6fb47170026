"""Tell people: make them contacts, or send them what is said."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.actions.ids import uid
from ticket_queue_daemon.actions.wording import Wording
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.tdx.models import Ticket
    from ticket_queue_daemon.tdx.names import NameBook

ROLES: Final = ("requestor", "responsible")


class NotifyAction(BaseAction):
    """Adds contacts, and sends one comment by e-mail to those named.

    The comment is public: whether TDX mails a private one to people is not established.

    Args:
        contact_uids: people to make contacts, by UID, full name, user name or e-mail address.
        notify: e-mail addresses, or the words requestor and responsible.
        comments: what to say to them, as an entry of the feed.
        is_rich_html: the text is HTML.
        is_communication: mark it as a communication record.
        template: the text is a template.
        version: raise it to do it again.
    """

    def __init__(
        self,
        contact_uids: list[str] | None = None,
        notify: list[str] | None = None,
        comments: str = "",
        is_rich_html: bool = False,
        is_communication: bool = False,
        template: bool = False,
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        for option, given in (("contact_uids", contact_uids), ("notify", notify)):
            if isinstance(given, str):
                raise ConfigError(f"NotifyAction: {option} is a text.", "Write a list.")
        self.contact_uids = list(contact_uids or ())
        asked = {"contact": self.contact_uids, "feed_entry": notify}
        self.asks_for = frozenset(kind for kind, wanted in asked.items() if wanted)
        self.notify = list(dict.fromkeys(one.strip() for one in notify or ()))
        where = "NotifyAction: comments"
        self.comments = Wording(comments, template=template, where=where, is_html=is_rich_html)
        self.is_rich_html = is_rich_html
        self.is_communication = is_communication
        self.template = template
        if bad := [one for one in self.notify if "@" not in one and one not in ROLES]:
            raise ConfigError(
                f"NotifyAction: notify has {bad[0]!r}.",
                f"It takes e-mail addresses and the words {' and '.join(ROLES)}.",
            )
        if bool(self.notify) != bool(comments.strip()):
            raise ConfigError(
                "NotifyAction: notify and comments belong together.",
                "Name whom to notify and what to say; CommentAction says it to nobody.",
            )
        if not self.notify and not self.contact_uids:
            raise ConfigError("NotifyAction names nobody.", "Give it contact_uids or notify.")

    def get_action_type(self) -> str:
        """``notify``."""
        return "notify"

    def get_action_config(self) -> dict[str, Any]:
        """Whom and what."""
        config: dict[str, Any] = {
            "contact_uids": sorted(
                uid(one, "NotifyAction: contact_uids") for one in self.contact_uids
            ),
            "notify": sorted(self.notify),
            "comments": self.comments.text,
        }
        chosen = {
            "is_rich_html": self.is_rich_html,
            "is_communication": self.is_communication,
            "template": self.template,
        }
        return config | {name: True for name, one in chosen.items() if one}

    def resolve(self, names: NameBook) -> None:
        """People by their names."""
        where = "NotifyAction: contact_uids"
        self.contact_uids = [names.person(one, where) for one in self.contact_uids]

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """Ask for the contacts that are missing, then for the entry."""
        del dry_run
        ticket = facade.get_ticket(ticket_id)
        said = self._contacts(ticket_id, facade)
        addresses = _addresses(ticket, self.notify)
        text = self.comments.fill(ticket_id, facade) if addresses else ""
        if text.strip():
            facade.add_comment(
                ticket_id,
                text,
                is_rich_html=self.is_rich_html,
                is_communication=self.is_communication,
                notify=addresses,
            )
            said.append(f"notified {', '.join(addresses)}")
        if not said:
            return skip("nobody is left to tell: contacts already, or without an e-mail address")
        line = ", ".join(said)
        return ActionResult(message=line, summary=line[0].upper() + line[1:])

    def _contacts(self, ticket_id: int, facade: TicketFacade) -> list[str]:
        if not self.contact_uids:
            return []
        present = {one.uid for one in facade.get_contacts(ticket_id)}
        present.add(facade.get_ticket(ticket_id).requestor_uid)
        said = []
        for given in self.contact_uids:
            person = uid(given, "")
            if person not in present:
                name = facade.directory().name_of("person", person)
                facade.add_contact(ticket_id, person, name=name)
                said.append(f"added contact {name}")
        return said


def _addresses(ticket: Ticket, notify: Sequence[str]) -> list[str]:
    """The addresses behind the roles; who has none is left out."""
    roles = {"requestor": ticket.requestor_email, "responsible": ticket.responsible_email}
    found = (roles.get(one, one) for one in notify)
    return list(dict.fromkeys(one for one in found if one))
