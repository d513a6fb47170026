"""A rules file to begin with, with the words of the tenant that it is for."""

from __future__ import annotations

import json
import re
import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.config.schema import FILE_NAME
from ticket_queue_daemon.tdx.groups import GroupSearch

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from ticket_queue_daemon.tdx.client import TdxClient

_LISTED = 60
# What YAML reads as this very text, also in the words of YAML 1.1.
_PLAIN = re.compile(r"(?!(?i:y|n|yes|no|on|off|true|false|null)$)[A-Za-z][A-Za-z0-9 ()/&._-]*")
_REPORT = 1344
_TEMPLATE = """\
# yaml-language-server: $schema={schema}
# Rules of the Ticket Queue Daemon: what is done to each ticket of a report, exactly once.
# Is it right?                     ticket-queue-daemon config validate {file}
# What would it do now?            ticket-queue-daemon --config {file} --dry-run
# Which actions would run again?   ticket-queue-daemon config diff OLD.yaml {file}
# What else is there?              ticket-queue-daemon actions list
version: 1

queue:
  report: {report}{unsure}
  # interval: 300            # seconds between two runs with --daemon
  # max_new_tickets: 50      # more at once only with --confirm

# Or several, side by side, each with its own schedule, limits and actions, instead of queue:
# queues:
#   - name: desk
#     report: {report}
#   - search: 7001             # a saved search of tickets
#     cron: "*/5 8-17 * * Mon-Fri"

# Given to every action that has such an option:
# defaults:
#   is_private: true

# In this order. Change an option and it is another action, which executes again on every ticket.
# Names may stand for numbers: they are looked up in TDX when the daemon starts.
actions:
  # Attach the computers that a ticket talks about.
  - add_asset:
      max_assets_to_add: 10
      # computer_form_ids: {asset_forms}      # asset forms that are computers
      # active_status_ids: {asset_statuses}        # asset statuses of machines in use

  # - comment:
  #     comment_text: We are looking into it.
  #     is_private: false

  # - status_change:
  #     new_status_id: {status}

  # - assign:
  #     responsible_group_id: {group}

  # - set_fields:
  #     fields:
  #       priority: {priority}

  # Last: one private comment that tells what was done.
  - summary_comment
{lists}"""
_WORDS = {
    "status": ("ticket statuses", "In Progress"),
    "group": ("groups", "Desktop Support"),
    "priority": ("priorities", "High"),
}
"""The blanks of the template that a name of the tenant fills, and what stands there without one."""
_NUMBERS = {"asset_forms": ("asset forms", 2448), "asset_statuses": ("asset statuses", 38)}


@dataclass(frozen=True)
class Tenant:
    """What a TDX instance has, by heading: ids with names."""

    lists: dict[str, Sequence[tuple[int, str]]]


def look_at(client: TdxClient) -> Tenant:
    """Read statuses, priorities, forms and groups: seven calls at the most; nothing is changed.

    Raises:
        TdxError: TDX is away or refuses.
    """
    client.check_applications()
    tickets, assets = client.lists.tickets, client.lists.assets
    return Tenant(
        {
            "ticket statuses": _named(tickets.statuses()),
            "priorities": _named(tickets.priorities()),
            "ticket forms": _named(tickets.forms()),
            "asset statuses": _named(assets.statuses()),
            "asset forms": _named(assets.forms()),
            "groups": _named(client.groups.search(GroupSearch(is_active=True))),
        }
    )


def starter(file: str, report_id: int | None, tenant: Tenant | None) -> str:
    """The text of the file; what is commented out in it is right as well.

    Args:
        file: its path, as commands name it.
        report_id: the report to watch; None: a stand-in that says so.
        tenant: whose names stand in it; None: stand-ins.
    """
    lists = tenant.lists if tenant else {}
    return _TEMPLATE.format(
        schema=FILE_NAME,
        file=shlex.quote(file),
        report=report_id or _REPORT,
        unsure="" if report_id else "               # the id of your report",
        lists=_lists(tenant),
        **{word: _name(lists.get(heading, ()), usual) for word, (heading, usual) in _WORDS.items()},
        **{word: _number(lists.get(heading, ()), one) for word, (heading, one) in _NUMBERS.items()},
    )


def _name(entries: Sequence[tuple[int, str]], usual: str) -> str:
    """The usual name if the tenant has it, else one that stands for one entry only; quoted if need be."""
    names = [name for _, name in entries]
    once = [name for name in names if name and names.count(name) == 1]
    name = usual if usual in once or not once else once[0]
    return name if _PLAIN.fullmatch(name) else json.dumps(name, ensure_ascii=False)


def _number(entries: Sequence[tuple[int, str]], usual: int) -> str:
    numbers = [number for number, _ in entries]
    return f"[{usual if usual in numbers or not numbers else numbers[0]}]"


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
