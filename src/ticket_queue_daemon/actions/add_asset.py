"""Attach the computers that a ticket talks about."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Literal

from ticket_queue_daemon.actions.asking import find_asking
from ticket_queue_daemon.actions.base import (
    ActionResult,
    BaseAction,
    Reevaluate,
    TicketFacade,
    skip,
)
from ticket_queue_daemon.assets.catalog import FIELDS
from ticket_queue_daemon.assets.finder import (
    FinderRules,
    Finding,
    TextPart,
    owner_assets,
)
from ticket_queue_daemon.assets.naming import decoys as read_decoys
from ticket_queue_daemon.assets.naming import naming_patterns
from ticket_queue_daemon.assets.records import label
from ticket_queue_daemon.assets.rules import fields_of, insides_of
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from pydantic import SecretStr

    from ticket_queue_daemon.assets.catalog import AssetRecord

COMPUTER_FORM_ID = 2448
ACTIVE_STATUS_ID = 38
OWNER_PATTERN = "requestor's computer"
"""What phase 3 counts as when precision is counted."""
_TITLE_KEPT = 200
_NOTES = 5


class AddAssetAction(BaseAction):
    """Finds computers in three phases and attaches those that are not on the ticket yet.

    1. names, serial numbers and tags in title and description;
    2. if nothing there is a computer to attach: in the conversation, replies included;
    3. if nobody named any computer: the requestor's, if there is exactly one.

    Whether a word is a computer is decided by the list of assets, not by its shape. A computer
    that is named but not eligible (retired, another form) still counts as named: then phase 3
    would attach one that nobody meant, so it does not run.

    An asset of ours that a person took off the ticket is never put back. A pattern that people
    corrected too often is paused: what it finds is suggested and not attached.

    Args:
        add_summary_comment: give the summary comment a line.
        max_assets_to_add: attach no more than this on one ticket; the rest is said, not dropped.
        skip_if_requestor_asset_exists: no phase 3 on a ticket that has an asset already.
        active_status_only: attach only assets in an active status.
        computer_form_id: the form of a computer.
        computer_form_ids: several forms, instead.
        active_status_ids: the statuses that are active.
        fields: by which fields an asset is named: of name, serial and tag.
        count_inside: addresses in which a name counts after all: of url, email and path.
        patterns: more ways in which computers are called, by name: ``{"kiosk": "kio[0-9]{3}"}``.
            Such a word names a computer that the list of assets does not know, and if it is a
            plain word or number, needs no "asset tag" before it.
        decoys: words that never name a computer; between slashes an expression for the whole word.
        owner_fallback: phase 3 takes the asset that the requestor owns ("owner"), or that was
            requested for them ("requestor"), or does not run ("off").
        database_url: taken for the seed's sake; the daemon's own database is used.
        version: raise it to look at every ticket again.
        reevaluate: ``on_update``: look again at a ticket that was skipped, once it has changed; the
            requestor may have named the machine since. The action id stays as it is.
    """

    asks_for = frozenset({"attach_asset"})

    def __init__(
        self,
        add_summary_comment: bool = True,
        max_assets_to_add: int = 10,
        skip_if_requestor_asset_exists: bool = True,
        active_status_only: bool = True,
        computer_form_id: int = COMPUTER_FORM_ID,
        computer_form_ids: Iterable[int] | None = None,
        active_status_ids: Iterable[int] = (ACTIVE_STATUS_ID,),
        database_url: str | SecretStr | None = None,
        fields: Iterable[str] = FIELDS,
        count_inside: Iterable[str] = (),
        patterns: Mapping[str, str] | Iterable[tuple[str, str]] = (),
        decoys: Iterable[str] = (),
        owner_fallback: Literal["owner", "requestor", "off"] = "owner",
        version: str = "v1",
        reevaluate: Reevaluate = "never",
    ) -> None:
        super().__init__(version=version)
        del database_url
        if max_assets_to_add < 1:
            raise ConfigError(
                f"AddAssetAction: max_assets_to_add is {max_assets_to_add}.",
                "It must be 1 or more.",
            )
        self.add_summary_comment = add_summary_comment
        self.max_assets_to_add = max_assets_to_add
        self.skip_if_requestor_asset_exists = skip_if_requestor_asset_exists
        self.active_status_only = active_status_only
        self.reevaluate = reevaluate
        self.form_ids = tuple(sorted(computer_form_ids or (computer_form_id,)))
        self.active_status_ids = tuple(sorted(active_status_ids))
        if owner_fallback not in {"owner", "requestor", "off"}:
            raise ConfigError(
                f"AddAssetAction: owner_fallback is {owner_fallback!r}.",
                "It is one of owner, requestor, off.",
            )
        self.owner_fallback = owner_fallback
        self.patterns = tuple(patterns.items() if isinstance(patterns, Mapping) else patterns)
        self.decoys = tuple(decoys)
        self._rules = FinderRules(
            form_ids=frozenset(self.form_ids),
            active_status_ids=frozenset(self.active_status_ids) if active_status_only else None,
            fields=fields_of(fields),
            count_inside=insides_of(count_inside),
            patterns=naming_patterns(self.patterns),
            decoys=read_decoys(self.decoys),
            owner_side="requestor" if owner_fallback == "requestor" else "owner",
        )

    def get_action_type(self) -> str:
        """``add_asset``."""
        return "add_asset"

    def get_action_config(self) -> dict[str, Any]:
        """The seed's options; forms and statuses in a form that keeps the default's hash."""
        config: dict[str, Any] = {
            "add_summary_comment": self.add_summary_comment,
            "max_assets_to_add": self.max_assets_to_add,
            "skip_if_requestor_asset_exists": self.skip_if_requestor_asset_exists,
            "active_status_only": self.active_status_only,
            "computer_form_id": self.form_ids[0],
        }
        if len(self.form_ids) > 1:
            config["computer_form_ids"] = list(self.form_ids)
        if self.active_status_ids != (ACTIVE_STATUS_ID,):
            config["active_status_ids"] = list(self.active_status_ids)
        rules = self._rules
        chosen: dict[str, Any] = {
            "fields": sorted(rules.fields) if rules.fields != FIELDS else [],
            "count_inside": sorted(rules.count_inside),
            "patterns": [list(pair) for pair in self.patterns],
            "decoys": list(self.decoys),
            "owner_fallback": "" if self.owner_fallback == "owner" else self.owner_fallback,
        }
        return config | {name: value for name, value in chosen.items() if value}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        """The three phases, each only if the one before decided nothing."""
        del dry_run
        ticket = facade.get_ticket(ticket_id)
        texts = [
            TextPart("title", ticket.title),
            TextPart("description", ticket.description, ticket.is_rich_html),
        ]
        first = find_asking(texts, facade, self._rules_now(facade))
        if first.matches:
            return self._attach(ticket_id, facade, first, _places(first, "ticket "))
        second = self._in_conversation(ticket_id, facade)
        if second.matches:
            return self._attach(ticket_id, facade, second, "ticket conversation")
        return self._owned(ticket_id, facade, [first, second])

    def _in_conversation(self, ticket_id: int, facade: TicketFacade) -> Finding:
        said = [
            TextPart(
                f"{'reply' if message.is_reply else 'comment'} by {message.author}",
                message.text,
                message.is_html,
            )
            for message in facade.get_conversation(ticket_id)
        ]
        return find_asking(said, facade, self._rules_now(facade))

    def _rules_now(self, facade: TicketFacade) -> FinderRules:
        return replace(self._rules, paused_patterns=facade.paused_patterns())

    def _attach(
        self,
        ticket_id: int,
        facade: TicketFacade,
        finding: Finding,
        where: str,
    ) -> ActionResult:
        found = [match.asset for match in finding.matches]
        attached = _on_ticket(ticket_id, facade)
        new = [asset for asset in found if asset.id not in attached]
        details = {
            "evidence": finding.to_json(),
            "found": [label(asset) for asset in found],
            **_seen(ticket_id, facade, attached),
        }
        if not new:
            reason = f"{_names(found)} found in {where}, on the ticket already"
            line = self._line(ticket_id, facade, [finding], attached)
            return skip(reason, summary=line, **details)
        line = self._line(ticket_id, facade, [finding], attached)
        return self._add(ticket_id, facade, new, f"Computer names found in {where}", details, line)

    def _line(
        self,
        ticket_id: int,
        facade: TicketFacade,
        findings: Sequence[Finding],
        attached: set[int],
    ) -> str:
        """A summary line of what people should know; the same thing said twice is said once."""
        if not self.add_summary_comment or not any(one.notes(attached) for one in findings):
            return ""
        settled = attached | facade.our_assets(ticket_id)
        told = list(dict.fromkeys(note for one in findings for note in one.notes(settled)))
        more = f"; and {len(told) - _NOTES} more" if len(told) > _NOTES else ""
        return "; ".join(told[:_NOTES]) + more

    def _owned(
        self, ticket_id: int, facade: TicketFacade, findings: Sequence[Finding]
    ) -> ActionResult:
        """Phase 3, and every reason not to come to it.

        What is on the ticket is read only where it decides something, or where a person who adds an
        asset later shows that we missed it: where the text held anything that could be one.
        """
        details: dict[str, Any] = {
            "evidence": [finding.to_json() for finding in findings],
            **_seen(ticket_id, facade),
        }
        if any(finding.could_name_an_asset for finding in findings):
            details |= _seen(ticket_id, facade, _on_ticket(ticket_id, facade))
        if any(finding.found_identifier for finding in findings):
            line = self._line(ticket_id, facade, findings, _on_ticket(ticket_id, facade))
            named = "; ".join(reason for finding in findings for reason in finding.why_nothing())
            return skip(f"named, but nothing to attach: {named}", summary=line, **details)
        if self.owner_fallback == "off":
            return skip("no computer is named", **details)
        return self._requestors(ticket_id, facade, details)

    def _requestors(
        self, ticket_id: int, facade: TicketFacade, details: dict[str, Any]
    ) -> ActionResult:
        uid = facade.get_ticket(ticket_id).requestor_uid
        if uid is None:
            return skip("no computer is named, and the ticket has no requestor", **details)
        owned = owner_assets(uid, facade.asset_catalog(), self._rules)
        if owned.asset is None:
            return skip(f"no computer is named, and the requestor {owned.reason}", **details)
        attached = _on_ticket(ticket_id, facade)
        details |= _seen(ticket_id, facade, attached)
        if attached and self.skip_if_requestor_asset_exists:
            return skip("no computer is named, and the ticket has an asset already", **details)
        if owned.asset.id in attached:
            return skip("the requestor's only computer is on the ticket already", **details)
        details["pattern"] = OWNER_PATTERN
        if why := facade.paused_patterns().get(OWNER_PATTERN):
            suggestion = f"{label(owned.asset)} (the requestor's only computer; paused: {why})"
            details["suggested"] = _listed([owned.asset])
            reason = f"Nothing added. Suggested: {suggestion}"
            return skip(reason, summary=reason if self.add_summary_comment else "", **details)
        return self._add(ticket_id, facade, [owned.asset], "Requestor's only computer", details)

    def _add(
        self,
        ticket_id: int,
        facade: TicketFacade,
        assets: Sequence[AssetRecord],
        reason: str,
        details: dict[str, Any],
        line: str = "",
    ) -> ActionResult:
        ours = facade.our_assets(ticket_id)
        refused = [asset for asset in assets if asset.id in ours]
        by = (
            "us"
            if {asset.id for asset in refused} <= facade.detached_assets(ticket_id)
            else "a person"
        )
        taken_off = f"{_names(refused)} was taken off by {by}"
        if refused:
            details = {**details, "taken_off": _listed(refused)}
            assets = [asset for asset in assets if asset.id not in ours]
            if not assets:
                why = f"{taken_off} and is not put back. {reason}"
                return skip(why, summary=line, **details)
            reason += f". Not put back: {taken_off}"
        taken, left = assets[: self.max_assets_to_add], assets[self.max_assets_to_add :]
        for asset in taken:
            facade.add_asset(ticket_id, asset.id, name=label(asset))
        many = f"{len(taken)} asset{'s' if len(taken) != 1 else ''}"
        summary = f"Added {many}: {_names(taken)}. Reason: {reason}"
        if left:
            summary += f". Not added, since {self.max_assets_to_add} is the most: {_names(left)}"
        return ActionResult(
            message=summary,
            summary=". ".join(filter(None, [summary, line])) if self.add_summary_comment else "",
            details={
                **details,
                "reason": reason,
                "added": _listed(taken),
                "not_added": _listed(left),
            },
        )


def _on_ticket(ticket_id: int, facade: TicketFacade) -> set[int]:
    items = facade.get_ticket_items(ticket_id)
    return {item.asset_id for item in items if item.asset_id is not None}


def _seen(ticket_id: int, facade: TicketFacade, attached: set[int] | None = None) -> dict[str, Any]:
    """What the ticket was when it was read: a later reader can tell what people changed since."""
    seen: dict[str, Any] = {"title": (facade.get_ticket(ticket_id).title or "")[:_TITLE_KEPT]}
    return seen if attached is None else {**seen, "on_ticket": sorted(attached)}


def _listed(assets: Iterable[AssetRecord]) -> list[dict[str, Any]]:
    return [{"asset_id": asset.id, "name": label(asset)} for asset in assets]


def _names(assets: Iterable[AssetRecord]) -> str:
    return ", ".join(label(asset) for asset in assets)


def _places(finding: Finding, prefix: str) -> str:
    """``ticket title``, ``ticket description``, or ``ticket title and description``."""
    places = dict.fromkeys(match.where for match in finding.matches)
    return prefix + " and ".join(places)
