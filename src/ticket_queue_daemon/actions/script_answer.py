"""What a script answers, as a model; and each of its wishes, asked of the facade.

No wish names a ticket: there is one, and it is not for the script to choose. Names are looked up
and what is so already is left out by the same actions that do it elsewhere.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from ticket_queue_daemon.actions.base import ActionError
from ticket_queue_daemon.actions.custom_field import CustomFieldAction
from ticket_queue_daemon.actions.ids import number, uid
from ticket_queue_daemon.actions.notify import NotifyAction
from ticket_queue_daemon.actions.set_fields import SetFieldsAction
from ticket_queue_daemon.tdx.names import NameBook, near
from ticket_queue_daemon.tdx.wire import decoded

if TYPE_CHECKING:
    from ticket_queue_daemon.actions.base import BaseAction, TicketFacade

Word = Annotated[str, Field(min_length=1, pattern=r"\S")]
Words = Annotated[list[Word], Field(min_length=1)]
Id = Annotated[int, Field(gt=0)]
Scalar = str | int | float | bool | None
MOST_WISHES: Final = 50
_SHOWN: Final = 5


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Comment(_Strict):
    """An entry of the feed."""

    text: Word
    is_private: bool = False
    is_rich_html: bool = False
    is_communication: bool = False
    notify: list[Word] = ["null"]
    new_status_id: int | Word = 0
    cascade_status: bool = False


class Asset(_Strict):
    """An asset, by asset id."""

    asset_id: Id
    name: str = ""


class Item(_Strict):
    """A configuration item."""

    item_id: Id
    name: str = ""


class CustomField(_Strict):
    """A custom attribute and its value, both by name or number."""

    attribute_id: int | Word
    value: str | list[str]


class Contact(_Strict):
    """A person, by UID, full name, user name or e-mail address."""

    person_uid: Word


class Task(_Strict):
    """A task; the group by number or name, the person as a contact is."""

    title: Word
    description: str = ""
    responsible_uid: str = ""
    responsible_group_id: int | Word = 0
    estimated_minutes: Annotated[int, Field(ge=0)] = 0
    complete_within_minutes: Annotated[int, Field(ge=0)] = 0


class Wish(_Strict):
    """One effect: exactly one of these."""

    comment: Comment | None = None
    add_asset: Asset | None = None
    remove_asset: Asset | None = None
    add_configuration_item: Item | None = None
    set_fields: dict[str, Scalar] | None = None
    custom_field: CustomField | None = None
    add_tags: Words | None = None
    remove_tags: Words | None = None
    add_contact: Contact | None = None
    add_task: Task | None = None

    @model_validator(mode="after")
    def _is_one(self) -> Wish:
        if len(self.model_fields_set) != 1 or None in self.model_dump(exclude_unset=True).values():
            raise ValueError(f"names one effect: {', '.join(type(self).model_fields)}")
        return self


class Answer(_Strict):
    """The whole answer.

    Attributes:
        effects: what is wished, in order.
        summary: the line for the summary comment.
        message: the sentence for the log.
        skip: why there is nothing to do.
    """

    effects: Annotated[list[Wish], Field(max_length=MOST_WISHES)] = []
    summary: str = ""
    message: str = ""
    skip: str = ""

    @model_validator(mode="after")
    def _is_plain(self) -> Answer:
        if self.skip and self.effects:
            raise ValueError("has both effects and a reason to skip; keep one")
        return self


def read_answer(output: bytes) -> Answer:
    """The answer in what a script wrote.

    Raises:
        ActionError: it is none; names every place.
    """
    advice = "docs/actions.md, ScriptAction, shows what an answer looks like."
    if not output.strip():
        raise ActionError(
            "The script answered nothing.", 'An answer with nothing to do is {"skip": "why"}.'
        )
    try:
        data = decoded(output)
    except (ValueError, RecursionError) as error:
        raise ActionError(f"The script's answer is no JSON: {error}.", advice) from None
    try:
        return Answer.model_validate(data)
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_context=False)
        told = "; ".join(_told(one) for one in wrong[:_SHOWN])
        more = f"; and {len(wrong) - _SHOWN} more" if len(wrong) > _SHOWN else ""
        raise ActionError(f"The script's answer is wrong: {told}{more}.", advice) from None


def _told(wrong: Any) -> str:
    """``effects[0].comment.txt: there is no such word. Did you mean text?``."""
    place = ""
    for part in wrong["loc"]:
        if isinstance(part, int):
            place += f"[{part}]"
        # The branch of a union is no place in the answer.
        elif part not in _BRANCHES:
            place += f".{part}" if place else part
    if wrong["type"] == "extra_forbidden":
        *_, word = wrong["loc"]
        return f"{place}: there is no such word. {near(str(word), _words(wrong['loc'][:-1]))}"
    said = wrong["msg"].removeprefix("Value error, ")
    return f"{place or 'it'}: {said[:1].lower()}{said[1:]}"


_BRANCHES: Final = frozenset(
    {"str", "int", "float", "bool", "list[str]", "none", "constrained-str", "constrained-int"}
)
_PARTS: Final[dict[str, type[BaseModel]]] = {
    "comment": Comment,
    "add_asset": Asset,
    "remove_asset": Asset,
    "add_configuration_item": Item,
    "custom_field": CustomField,
    "add_contact": Contact,
    "add_task": Task,
}


def _words(place: tuple[int | str, ...]) -> list[str]:
    if not place:
        return list(Answer.model_fields)
    return list(_PARTS.get(str(place[-1]), Wish).model_fields)


def ask_for(wish: Wish, ticket_id: int, facade: TicketFacade) -> str:
    """Ask the facade for one wish. Returns why nothing of it is left to do, or "".

    Raises:
        ConfigError: a name is unknown or ambiguous, or a value does not fit.
        TdxError: TDX did not answer.
    """
    names = NameBook(facade.directory())
    (word,) = wish.model_fields_set
    given = getattr(wish, word)
    match given:
        case Comment():
            options = given.model_dump(exclude={"text", "new_status_id"})
            status = names.number("status", given.new_status_id, "comment: new_status_id")
            facade.add_comment(ticket_id, given.text, new_status_id=status, **options)
        case Asset():
            return _asset(word, given, ticket_id, facade)
        case Item():
            if any(item.id == given.item_id for item in facade.get_ticket_items(ticket_id)):
                return f"configuration item {given.item_id} is on the ticket already"
            facade.add_configuration_item(ticket_id, given.item_id, name=given.name)
        case CustomField():
            return _by(CustomFieldAction(given.attribute_id, given.value), ticket_id, facade)
        case Contact():
            return _by(NotifyAction(contact_uids=[given.person_uid]), ticket_id, facade)
        case Task():
            _task(given, ticket_id, facade, names)
        case dict():
            return _by(SetFieldsAction(given), ticket_id, facade)
        case _:
            add = facade.add_tags if word == "add_tags" else facade.remove_tags
            add(ticket_id, given)
    return ""


def _by(action: BaseAction, ticket_id: int, facade: TicketFacade) -> str:
    action.resolve(NameBook(facade.directory()))
    result = action.call(ticket_id, facade, dry_run=False, context={})
    return result.message if result.skipped else ""


def _asset(word: str, given: Asset, ticket_id: int, facade: TicketFacade) -> str:
    called = given.name or str(given.asset_id)
    there = any(item.asset_id == given.asset_id for item in facade.get_ticket_items(ticket_id))
    if word == "remove_asset":
        if not there:
            return f"asset {called} is not on the ticket"
        facade.remove_asset(ticket_id, given.asset_id, name=given.name)
        return ""
    if there:
        return f"asset {called} is on the ticket already"
    if given.asset_id in facade.our_assets(ticket_id) - facade.detached_assets(ticket_id):
        return f"a person took asset {called} off after the daemon had attached it"
    facade.add_asset(ticket_id, given.asset_id, name=given.name)
    return ""


def _task(given: Task, ticket_id: int, facade: TicketFacade, names: NameBook) -> None:
    who, where = given.responsible_uid, "add_task: responsible"
    facade.add_task(
        ticket_id,
        given.title,
        given.description,
        responsible_uid=uid(names.person(who, where), where) if who.strip() else "",
        responsible_group_id=number(names.number("group", given.responsible_group_id, where), ""),
        estimated_minutes=given.estimated_minutes,
        complete_within_minutes=given.complete_within_minutes,
    )
