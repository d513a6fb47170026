"""What an action is: it looks at a ticket through a facade and asks for changes; it makes none.

The facade that an action is given *records* what the action asks for. The engine stores that plan,
carries it out, and can verify and resume it. So an action holds no state, needs no dry-run branch,
and cannot write in a dry run even if it has a bug.
"""

from __future__ import annotations

import inspect
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, ClassVar, Literal, Protocol

from ticket_queue_daemon.actions.identity import action_id, config_hash
from ticket_queue_daemon.errors import DaemonError

if TYPE_CHECKING:
    from datetime import datetime

    from ticket_queue_daemon.assets.catalog import AssetCatalog
    from ticket_queue_daemon.assets.lookup import LookUp
    from ticket_queue_daemon.tdx.models import FeedEntry, Person, Ticket, TicketItem

OnUnknown = Literal["verify", "never_repeat", "repeat"]
"""What to do with an effect whose answer was lost and that can't be looked up."""
Reevaluate = Literal["never", "on_update"]
"""When an action looks again at a ticket that it skipped: never, or once the ticket has changed."""


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

        What of them is not on the ticket any more, a person took off.
        """
        ...

    def paused_patterns(self) -> Mapping[str, str]:
        """The naming patterns that attach nothing at present, and why."""
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

    def add_configuration_item(self, ticket_id: int, item_id: int, *, name: str = "") -> object:
        """Link a configuration item."""
        ...

    def update_ticket(self, ticket_id: int, changes: Mapping[str, Any]) -> object:
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
    on_unknown: OnUnknown = "verify"
    reevaluate: Reevaluate = "never"
    """Not part of the config: it decides when the action looks, not what it does."""

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

    def get_action_hash(self) -> str:
        """SHA-256 of the config's canonical JSON, 64 hex digits."""
        return config_hash(self.get_action_config())

    def get_action_id(self) -> str:
        """``{type}:{first 12 hex of the hash}:{version}``."""
        return action_id(self.get_action_type(), self.get_action_hash(), self.version)

    def call(
        self, ticket_id: int, facade: TicketFacade, *, dry_run: bool, context: dict[str, Any]
    ) -> ActionResult:
        """Call ``execute_action``, with the context if its signature has room for it."""
        parameters = inspect.signature(self.execute_action).parameters
        extra = {word: context for word in ("context", "action_context") if word in parameters}
        return ActionResult.of(self.execute_action(ticket_id, facade, dry_run=dry_run, **extra))

    def __repr__(self) -> str:
        return f"{type(self).__name__}(action_id={self.get_action_id()!r})"
