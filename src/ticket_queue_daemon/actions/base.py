"""What an action is: it looks at a ticket through a facade and asks for changes; it makes none.

The facade that an action is given *records* what the action asks for. The engine stores that plan,
carries it out, and can verify and resume it. So an action holds no state, needs no dry-run branch,
and cannot write in a dry run even if it has a bug.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol, Self

from ticket_queue_daemon.actions.identity import action_id, config_hash
from ticket_queue_daemon.errors import ConfigError, DaemonError
from ticket_queue_daemon.rules.rule import Rule

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from pydantic import SecretStr

    from ticket_queue_daemon.actions.labs import LabRecords
    from ticket_queue_daemon.assets.catalog import AssetCatalog
    from ticket_queue_daemon.assets.lookup import LookUp
    from ticket_queue_daemon.outside.receiver import Receiver
    from ticket_queue_daemon.tdx.directory import Directory
    from ticket_queue_daemon.tdx.items import Relationship
    from ticket_queue_daemon.tdx.models import Asset, FeedEntry, Person, Ticket, TicketItem
    from ticket_queue_daemon.tdx.names import NameBook
    from ticket_queue_daemon.tdx.tasks import TicketTask

OnUnknown = Literal["verify", "never_repeat", "repeat"]
"""What to do with an effect whose answer was lost and that can't be looked up."""
Reevaluate = Literal["never", "on_update"]
"""When an action looks again at a ticket that it skipped: never, or once the ticket has changed."""


ALWAYS = Rule()
"""At once, and on every ticket."""


class ActionError(DaemonError):
    """An action did what an action must not, or answered what no action may answer."""


@dataclass(frozen=True, slots=True)
class Message:
    """One thing that somebody said on a ticket: a feed entry or a reply to one."""

    text: str
    """The body as TDX gives it, HTML or plain."""
    author: str
    author_uid: str | None
    created: datetime | None
    is_html: bool
    is_reply: bool
    entry_id: int


class TicketFacade(Protocol):
    """What an action may ask. Reads are answered once per ticket and run; writes are recorded.

    A write may only be asked for on the ticket that the action was called for.
    """

    def get_ticket(self, ticket_id: int) -> Ticket:
        """The ticket, all members."""
        ...

    def get_ticket_items(self, ticket_id: int) -> Sequence[TicketItem]:
        """Assets and configuration items on the ticket; ``asset_id`` tells the assets."""
        ...

    def get_feed(self, ticket_id: int) -> Sequence[FeedEntry]:
        """The feed, newest first, without replies."""
        ...

    def get_conversation(self, ticket_id: int) -> Sequence[Message]:
        """What people said, replies included, oldest first, our own entries left out."""
        ...

    def get_contacts(self, ticket_id: int) -> Sequence[Person]:
        """The ticket's contacts; the requestor is none of them."""
        ...

    def asset_catalog(self) -> AssetCatalog:
        """Every asset that is known, to look tokens and owners up in."""
        ...

    def look_up_assets(self, tokens: Sequence[str]) -> LookUp:
        """Ask TDX for names that the catalogue does not know; what it finds is in the catalogue then.

        TDX is asked once for each name, also for the tickets to come.
        """
        ...

    def our_assets(self, ticket_id: int) -> frozenset[int]:
        """The assets that we attached to the ticket, whichever action and version did; one query.

        What of them is not on the ticket any more, a person took off, unless we did.
        """
        ...

    def detached_assets(self, ticket_id: int) -> frozenset[int]:
        """Those of our assets that we took off again ourselves, whichever action did."""
        ...

    def get_asset(self, ticket_id: int, asset_id: int) -> Asset:
        """An asset as TDX has it now, status included; the catalogue may be a day older."""
        ...

    def get_relationships(self, ticket_id: int, item_id: int) -> Sequence[Relationship]:
        """What a configuration item belongs to, and what belongs to it."""
        ...

    def get_tasks(self, ticket_id: int) -> Sequence[TicketTask]:
        """The ticket's tasks."""
        ...

    def lab_records(self, ticket_id: int) -> LabRecords:
        """What the data hub, where there is one, says of the labs of its machines and requestor."""
        ...

    def search_tickets(
        self,
        ticket_id: int,
        *,
        requestor_uid: str = "",
        item_ids: Sequence[int] = (),
        status_ids: Sequence[int] = (),
        status_class_ids: Sequence[int] = (),
        max_results: int = 0,
    ) -> Sequence[Ticket]:
        """Tickets that fit all that is given, of the same application; ``max_results`` 0 means all.

        ``ticket_id`` is the ticket that the action was called for; it may be among them. What
        evidently does not fit is left out; that a ticket has one of the items is TDX's word.
        """
        ...

    def ticket_link(self, ticket_id: int) -> str:
        """Where a person opens a ticket."""
        ...

    def paused_patterns(self) -> Mapping[str, str]:
        """The naming patterns that attach nothing at present, and why."""
        ...

    def directory(self) -> Directory:
        """Lists, groups and people of TDX, each asked for once in a run."""
        ...

    def add_comment(
        self,
        ticket_id: int,
        text: str,
        *,
        is_private: bool = False,
        is_rich_html: bool = False,
        is_communication: bool = False,
        notify: Sequence[str] = ("null",),
        new_status_id: int = 0,
        cascade_status: bool = False,
        reference: bool | None = None,
    ) -> object:
        """Post a feed entry. ``reference`` None: a visible reference on private entries only."""
        ...

    def add_asset(self, ticket_id: int, asset_id: int, *, name: str = "") -> object:
        """Attach an asset (an asset id, not the id of its configuration item)."""
        ...

    def remove_asset(self, ticket_id: int, asset_id: int, *, name: str = "") -> object:
        """Take an asset off (an asset id, not the id of its configuration item)."""
        ...

    def add_task(
        self,
        ticket_id: int,
        title: str,
        description: str = "",
        *,
        responsible_uid: str = "",
        responsible_group_id: int = 0,
        estimated_minutes: int = 0,
        complete_within_minutes: int = 0,
    ) -> object:
        """Add a plain task. A short reference, by which we know it again, ends its description."""
        ...

    def add_configuration_item(self, ticket_id: int, item_id: int, *, name: str = "") -> object:
        """Link a configuration item."""
        ...

    def update_ticket(
        self, ticket_id: int, changes: Mapping[str, Any], *, notify_new_responsible: bool = False
    ) -> object:
        """Change members (``{"StatusID": 117}``, ``{"attributes/1234": "x"}``) by PATCH.

        The change is made only while the ticket still has the values it has now.
        """
        ...

    def add_tags(self, ticket_id: int, tags: Sequence[str]) -> object:
        """Add tags."""
        ...

    def remove_tags(self, ticket_id: int, tags: Sequence[str]) -> object:
        """Remove tags."""
        ...

    def add_contact(self, ticket_id: int, person_uid: str, *, name: str = "") -> object:
        """Add a contact."""
        ...

    def post_webhook(self, ticket_id: int, receiver: str, body: str) -> object:
        """Post JSON to a receiver (see :meth:`BaseAction.receivers`), by its name."""
        ...


@dataclass(frozen=True, slots=True)
class ActionResult:
    """What an action answers.

    Attributes:
        success: False records the action as failed (it is tried again later).
        message: one sentence for the log.
        summary: the line that the summary comment tells people; "" for none.
        details: JSON for ``metadata``: what was found, why it was taken or refused.
        skipped: the action had nothing to do here; recorded as ``skipped`` with ``message``.
    """

    success: bool = True
    message: str = ""
    summary: str = ""
    details: Mapping[str, Any] = field(default_factory=dict)
    skipped: bool = False

    @classmethod
    def of(cls, answer: object) -> ActionResult:
        """Read what ``execute_action`` returned: a result, a dict like the seed's, or nothing.

        Raises:
            ActionError: anything else.
        """
        if isinstance(answer, ActionResult):
            return answer
        if answer is None:
            return cls()
        if isinstance(answer, Mapping):
            details = answer.get("details") or {}
            return cls(
                success=bool(answer.get("success", True)),
                message=str(answer.get("message") or ""),
                summary=str(answer.get("summary") or ""),
                details=details if isinstance(details, Mapping) else {"details": details},
                skipped=bool(answer.get("skipped", False)),
            )
        raise ActionError(
            f"execute_action() returned {type(answer).__name__}.",
            "Return an ActionResult, a dict with success/message/summary/details, or None.",
        )


def skip(reason: str, *, summary: str = "", **details: Any) -> ActionResult:
    """An action's answer when there is nothing to do for this ticket, and why.

    ``summary``: a line for the summary comment, if people should know of it all the same.
    """
    return ActionResult(message=reason, summary=summary, details=details, skipped=True)


class BaseAction(ABC):
    """A configured unit of work.

    A subclass gives its type word, its config (everything that decides what it does: a change of
    it makes a new action that executes again), and ``execute_action``. An option that is added
    to a released action enters the config only when it differs from its default, so that an
    upgrade of this program never re-executes what nobody edited.

    Args:
        version: raise it to execute again on purpose.
    """

    summarises: ClassVar[bool] = False
    """True for an action that tells what the actions before it did; such an action goes last."""
    on_closed: ClassVar[bool] = False
    """True if the action may touch completed and cancelled tickets; a comment may reopen them."""
    asks_for: frozenset[str] | None = None
    """The kinds of effect that its plans may hold, where that is sure; None: only a plan tells."""
    asks_outside: ClassVar[bool] = False
    """True if it asks something that is neither TDX nor the database; a replay never does."""
    on_unknown: OnUnknown = "verify"
    reevaluate: Reevaluate = "never"
    """Not part of the config: it decides when the action looks, not what it does."""
    rule: Rule = ALWAYS
    """When and on which tickets; no part of the config either."""
    label: str = ""
    """What other actions' ``depends_on`` calls it; its type word if it has none."""
    hide: Callable[[Any], Any] | None = None
    """Takes the secrets among its options out of a text or JSON; None: it has none."""

    def __init__(self, version: str = "v1", **options: Any) -> None:
        self.version = version
        self.config = options

    @abstractmethod
    def get_action_type(self) -> str:
        """The type word, such as ``comment``."""

    @abstractmethod
    def get_action_config(self) -> dict[str, Any]:
        """Everything that decides what the action does, as plain JSON, without secrets."""

    @abstractmethod
    def execute_action(self, ticket_id: int, facade: TicketFacade, dry_run: bool = False) -> Any:
        """Look at the ticket and ask the facade for changes.

        An implementation may take one more argument, ``context`` (or the seed's
        ``action_context``): a dict shared by the actions of one ticket and run.

        Returns:
            an :class:`ActionResult`, a dict like the seed's, or None for plain success.
        """

    def resolve(self, names: NameBook) -> None:
        """Turn names among the options into ids; called once, before the action's id is known.

        Raises:
            ConfigError: a name is unknown or ambiguous.
        """
        del names

    def under(self, rule: Rule, *, label: str = "") -> Self:
        """This action, under a rule."""
        self.rule = rule
        self.label = label
        return self

    def receivers(self) -> Sequence[Receiver]:
        """The systems beside TDX that its effects go to."""
        return ()

    def secrets(self) -> Sequence[SecretStr]:
        """What of its options no log may show."""
        return [secret for one in self.receivers() for secret in one.secrets()]

    def get_action_hash(self) -> str:
        """SHA-256 of the config's canonical JSON, 64 hex digits."""
        return config_hash(self.get_action_config())

    def get_action_id(self) -> str:
        """``{type}:{first 12 hex of the hash}:{version}``."""
        return action_id(self.get_action_type(), self.get_action_hash(), self.version)

    def call(
        self, ticket_id: int, facade: TicketFacade, *, dry_run: bool, context: dict[str, Any]
    ) -> ActionResult:
        """Call ``execute_action``, with the context if its signature has room for it.

        What it answers or raises is logged and stored, so its secrets are taken out.
        """
        parameters = inspect.signature(self.execute_action).parameters
        extra = {word: context for word in ("context", "action_context") if word in parameters}
        if self.hide is None:
            return ActionResult.of(self.execute_action(ticket_id, facade, dry_run=dry_run, **extra))
        try:
            answer = self.execute_action(ticket_id, facade, dry_run=dry_run, **extra)
        except DaemonError as error:
            error.message, error.advice = self.hide(error.message), self.hide(error.advice)
            raise
        except Exception as error:  # noqa: BLE001  a plug-in may raise what it likes
            raise ActionError(self.hide(f"{type(error).__name__}: {error}")) from None
        result = ActionResult.of(answer)
        return replace(
            result,
            message=self.hide(result.message),
            summary=self.hide(result.summary),
            details=self.hide(result.details),
        )

    def __repr__(self) -> str:
        try:
            name = self.get_action_id()
        except ConfigError as error:
            name = error.message
        return f"{type(self).__name__}(action_id={name!r})"
