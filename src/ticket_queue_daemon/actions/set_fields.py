"""Set members of the ticket: priority, type, location, title ... all in one change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade, skip
from ticket_queue_daemon.actions.ids import number, uid
from ticket_queue_daemon.actions.wording import Wording
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.members import (
    BY_NAME,
    MEMBERS,
    Member,
    comparable,
    member_called,
    member_value,
    snake,
    written_date,
)
from ticket_queue_daemon.tdx.names import near

if TYPE_CHECKING:
    from ticket_queue_daemon.tdx.names import NameBook

Value = str | int | float | bool | None
_EMPTY: Final = {"text": "", "id": 0, "person": None, "number": 0, "date": None, "bool": False}


class SetFieldsAction(BaseAction):
    """Sets members of the ticket in one request; what is so already is left out.

    Args:
        fields: member to value, as in ``{"priority": "High", "location": "East Hall"}``; null
            clears it.
        template: the texts (title, description) are templates.
        version: raise it to do it again.
    """

    asks_for = frozenset({"patch_ticket"})

    def __init__(self, fields: dict[str, Any], template: bool = False, version: str = "v1") -> None:
        super().__init__(version=version)
        self.template = template
        self.fields: dict[str, Any] = {}
        self._texts: dict[str, Wording] = {}
        self._rich: dict[str, Wording] = {}
        if not fields:
            raise ConfigError("SetFieldsAction has no fields.", "Name at least one.")
        for word, value in fields.items():
            member = member_called(str(word))
            if member is None:
                advice = near(str(word), [snake(one.name) for one in MEMBERS])
                raise ConfigError(f"SetFieldsAction: a ticket has no field {word!r}.", advice)
            if member.name in self.fields:
                raise ConfigError(f"SetFieldsAction sets {member.name} twice.", "Keep one.")
            self.fields[member.name] = _read(member, value)
            if member.type == "text":
                where = f"SetFieldsAction: {snake(member.name)}"
                text = self.fields[member.name]
                self._texts[member.name] = Wording(text, template=template, where=where)
                self._rich[member.name] = Wording(
                    text, template=template, where=where, is_html=True
                )

    def get_action_type(self) -> str:
        """``set_fields``."""
        return "set_fields"

    def get_action_config(self) -> dict[str, Any]:
        """The members by TDX's names, with ids."""
        fields = {name: _settled(BY_NAME[name], value) for name, value in self.fields.items()}
        return {"fields": fields, **({"template": True} if self.template else {})}

    def resolve(self, names: NameBook) -> None:
        """Every name that stands for an id."""
        for name, value in self.fields.items():
            member, where = BY_NAME[name], f"SetFieldsAction: {snake(name)}"
            if member.type == "person" and value:
                self.fields[name] = names.person(value, where)
            elif member.kind and isinstance(value, str):
                self.fields[name] = names.number(member.kind, value, where)

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """Ask for what differs."""
        del dry_run
        ticket = facade.get_ticket(ticket_id)
        changes: dict[str, Any] = {}
        for name, given in self.fields.items():
            member = BY_NAME[name]
            wanted = _settled(member, given)
            if name in self._texts:
                # A description is HTML on some tickets and plain on others.
                is_html = self.fields.get("IsRichHtml", ticket.is_rich_html)
                texts = self._rich if is_html and name == "Description" else self._texts
                wanted = texts[name].fill(ticket_id, facade)
            if comparable(wanted, name) != comparable(member_value(ticket, name), name):
                changes[name] = wanted
        if not changes:
            return skip("the ticket has these values already")
        facade.update_ticket(ticket_id, changes)
        said = [f"{_label(name)} to {_told(name, one, facade)}" for name, one in changes.items()]
        line = f"Set {', '.join(said)}"
        return ActionResult(message=line, summary=line, details={"fields": list(changes)})


def _read(member: Member, value: Value) -> Any:
    """The value as it will be sent, or a name that is still to be looked up."""
    where = f"SetFieldsAction: {snake(member.name)}"
    if value is None or value == "":
        if member.required:
            raise ConfigError(f"{where}: a ticket can't be without it.", "Give it a value.")
        return _EMPTY[member.type]
    fits = {
        "text": isinstance(value, str),
        "id": isinstance(value, int) and not isinstance(value, bool) and value >= 0,
        "person": isinstance(value, str),
        "number": isinstance(value, int | float) and not isinstance(value, bool),
        "date": isinstance(value, str),
        "bool": isinstance(value, bool),
    }[member.type]
    if member.type == "id" and isinstance(value, str):
        fits = value.strip().isdigit() or bool(member.kind)
    if not fits:
        what = {"id": "a number", "person": "a UID or a name", "bool": "true or false"}
        raise ConfigError(
            f"{where}: {value!r} is not {what.get(member.type, f'a {member.type}')}.",
            "A name can be written for: " + ", ".join(snake(o.name) for o in MEMBERS if o.kind),
        )
    if member.type == "date":
        try:
            return written_date(str(value))
        except ValueError as error:
            raise ConfigError(f"{where}: {error}.", "Write it as 2026-12-31.") from error
    return value


def _settled(member: Member, value: Any) -> Any:
    where = f"SetFieldsAction: {snake(member.name)}"
    if member.type == "id":
        return number(value, where)
    return uid(value, where) if member.type == "person" and value else value


def _label(name: str) -> str:
    return snake(name).removesuffix("_id").removesuffix("_uid").replace("_", " ")


def _told(name: str, value: Any, facade: TicketFacade) -> str:
    kind = BY_NAME[name].kind
    if value in (None, "", 0) and value is not False:
        return "nothing"
    if kind:
        return facade.directory().name_of(kind, value)
    text = str(value)
    return text if len(text) <= 60 else text[:59] + "…"  # noqa: PLR2004
