"""Find the machines that a text names, and ask TDX for the names that the list of assets lacks."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ticket_queue_daemon.assets.finder import find_in_text

if TYPE_CHECKING:
    from collections.abc import Sequence

    from ticket_queue_daemon.actions.base import TicketFacade
    from ticket_queue_daemon.assets.evidence import Finding
    from ticket_queue_daemon.assets.finder import FinderRules, TextPart


def find_asking(parts: Sequence[TextPart], facade: TicketFacade, rules: FinderRules) -> Finding:
    """What the parts name. The evidence of what stays unknown says whether TDX was asked.

    Raises:
        TdxError: TDX was asked and did not answer; nothing is concluded.
    """
    finding = find_in_text(parts, facade.asset_catalog(), rules)
    if not finding.unknown:
        return finding
    answer = facade.look_up_assets(finding.unknown)
    if answer.found:
        finding = find_in_text(parts, facade.asset_catalog(), rules)
    evidence = tuple(
        replace(one, reason=f"{one.reason}; {answer.remarks[one.token]}")
        if one.verdict == "unknown" and one.token in answer.remarks
        else one
        for one in finding.evidence
    )
    return replace(finding, evidence=evidence)
