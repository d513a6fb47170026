"""A rules file to begin with, with the words of the tenant that it is for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.config.schema import FILE_NAME
from ticket_queue_daemon.tdx.groups import GroupSearch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ticket_queue_daemon.tdx.client import TdxClient

_LISTED = 60
_REPORT = 1344
_TEMPLATE = """\
# yaml-language-server: $schema={schema}
# Rules of the Ticket Queue Daemon: what is done to each ticket of a report, exactly once.
#   ticket-queue-daemon config validate {file}            is it right?
#   ticket-queue-daemon --config {file} --dry-run         what would it do?
#   ticket-queue-daemon config diff OLD.yaml {file}       which actions would run again?
#   ticket-queue-daemon actions list                      what else is there?
version: 1

queue:
  report: {report}{unsure}
  # interval: 300            # seconds between two runs with --daemon
  # max_new_tickets: 50      # more at once only with --confirm

# Given to every action that has such an option:
# defaults:
#   is_private: true

# In this order. Change an option and it is another action, which executes again on every ticket.
actions:
  # Attach the computers that a ticket talks about.
  - add_asset:
      max_assets_to_add: 10{eligible}

  # - comment:
  #     comment_text: We are looking into it.
  #     new_status_id: 0     # also move the ticket to this status; 0 leaves it

  # Last: one private comment that tells what was done.
  - summary_comment
{lists}"""


@dataclass(frozen=True)
class Tenant:
    """What a TDX instance has, by heading: ids with names."""

    lists: dict[str, Sequence[tuple[int, str]]]


def look_at(client: TdxClient) -> Tenant:
    """Read statuses, forms and groups: six calls at the most; nothing is changed.

    Raises:
        TdxError: TDX is away or refuses.
    """
    client.check_applications()
    tickets, assets = client.lists.tickets, client.lists.assets
    return Tenant(
        {
            "ticket statuses": _named(tickets.statuses()),
            "ticket forms": _named(tickets.forms()),
            "asset statuses": _named(assets.statuses()),
            "asset forms": _named(assets.forms()),
            "groups": _named(client.groups.search(GroupSearch(is_active=True))),
        }
    )


def starter(file: str, report_id: int | None, tenant: Tenant | None) -> str:
    """The text of the file."""
    return _TEMPLATE.format(
        schema=FILE_NAME,
        file=file,
        report=report_id or _REPORT,
        unsure="" if report_id else "               # the id of your report",
        eligible=_eligible(tenant),
        lists=_lists(tenant),
    )


def _eligible(tenant: Tenant | None) -> str:
    if tenant is None:
        return ""
    return (
        "\n      # computer_form_ids: [2448]      # asset forms that are computers, see below"
        "\n      # active_status_ids: [38]        # asset statuses of machines in use"
    )


def _lists(tenant: Tenant | None) -> str:
    if tenant is None:
        return ""
    lines = ["", "# What your TDX has:"]
    for heading, entries in tenant.lists.items():
        lines.append(f"# {heading}:" if entries else f"# {heading}: none, or none that we may see")
        lines += [f"#   {number:<8} {name}" for number, name in entries[:_LISTED]]
        if len(entries) > _LISTED:
            lines.append(f"#   and {len(entries) - _LISTED} more")
    return "\n".join([*lines, ""])


def _named(entries: Iterable[Any]) -> Sequence[tuple[int, str]]:
    """Ids and names of what is active, by name; a name can't end the comment that it stands in."""
    found = [
        (one.id, " ".join("".join(filter(str.isprintable, str(one.name or ""))).split()))
        for one in entries
        if getattr(one, "is_active", None) is not False
    ]
    return sorted(found, key=lambda one: one[1].casefold())
