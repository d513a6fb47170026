"""Put tags on the ticket, or take them off."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.actions.base import ActionResult, BaseAction, TicketFacade
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Sequence


class TagAction(BaseAction):
    """Adds and removes tags. TDX does not tell which a ticket has; doing it again changes nothing.

    Args:
        add: tags to put on the ticket.
        remove: tags to take off it.
        version: raise it to do it again.
    """

    asks_for = frozenset({"tags"})

    def __init__(
        self,
        add: list[str] | None = None,
        remove: list[str] | None = None,
        version: str = "v1",
    ) -> None:
        super().__init__(version=version)
        self.add, self.remove = _tags("add", add), _tags("remove", remove)
        if not self.add and not self.remove:
            raise ConfigError("TagAction has neither add nor remove.", "Name at least one tag.")
        folded = {tag.casefold() for tag in self.add}
        if both := [tag for tag in self.remove if tag.casefold() in folded]:
            raise ConfigError(f"TagAction adds and removes {both[0]!r}.", "Decide for one of them.")

    def get_action_type(self) -> str:
        """``tag``."""
        return "tag"

    def get_action_config(self) -> dict[str, Any]:
        """Both lists, in any order the same."""
        return {"add": sorted(self.add), "remove": sorted(self.remove)}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """Ask for both; the ticket is read so that a closed one is left alone."""
        del dry_run
        facade.get_ticket(ticket_id)
        said: list[str] = []
        if self.add:
            facade.add_tags(ticket_id, self.add)
            said.append(f"added {_many(self.add)}")
        if self.remove:
            facade.remove_tags(ticket_id, self.remove)
            said.append(f"removed {_many(self.remove)}")
        line = ", ".join(said)
        return ActionResult(message=line, summary=line[0].upper() + line[1:])


def _tags(option: str, given: Sequence[str] | None) -> list[str]:
    if isinstance(given, str):
        raise ConfigError(f"TagAction: {option} is a text.", f"Write a list: [{given!r}].")
    tags = list(dict.fromkeys(tag.strip() for tag in given or ()))
    if "" in tags:
        raise ConfigError(f"TagAction: {option} has an empty tag.", "Leave it out.")
    return tags


def _many(tags: Sequence[str]) -> str:
    return f"tag{'s' if len(tags) > 1 else ''} {', '.join(tags)}"
