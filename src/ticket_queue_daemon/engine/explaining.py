"""Why the daemon did what it did to one ticket, and what it would do now. Nothing is changed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from ticket_queue_daemon.assets.considered import considered
from ticket_queue_daemon.assets.identifiers import fold
from ticket_queue_daemon.engine.dry_run import Look, look
from ticket_queue_daemon.engine.standing import Standing, stand, stand_summary, stand_unknown
from ticket_queue_daemon.errors import ConfigError, TdxError
from ticket_queue_daemon.tdx.errors import is_final

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from ticket_queue_daemon.engine.keys import BoundAction
    from ticket_queue_daemon.engine.reading import TicketReader
    from ticket_queue_daemon.engine.rehearsal import Rehearsal


@dataclass(frozen=True, slots=True)
class Explained:
    """One action on the ticket.

    Attributes:
        row: what the log knows of it; None: nothing.
        standing: what the next run does.
        look: what came of looking at the ticket now; None: it was not looked at.
    """

    action_id: str
    row: Mapping[str, Any] | None
    standing: Standing
    look: Look | None = None


@dataclass(frozen=True, slots=True)
class Explanation:
    """A ticket, explained.

    Attributes:
        trouble: why the ticket could not be read; "" if it was.
        lines: what no summary has told yet.
        asset_names: what assets that the evidence speaks of are called.
    """

    ticket_id: int
    title: str = ""
    modified: datetime | None = None
    trouble: str = ""
    actions: tuple[Explained, ...] = ()
    lines: tuple[str, ...] = ()
    asset_names: Mapping[int, str] = field(default_factory=dict)


def explain(
    reader: TicketReader,
    actions: Sequence[BoundAction],
    rows: Sequence[Mapping[str, Any]],
    lines: Sequence[str],
    now: datetime,
    rehearsal: Rehearsal,
) -> Explanation:
    """Look at every action in turn, configured or only recorded.

    Args:
        reader: the ticket's reads.
        actions: as configured.
        rows: what the log knows of the ticket.
        lines: what no summary has told yet.
        now: the present.
        rehearsal: knows which occurrence is next and what other tickets have.

    Raises:
        TdxError: TDX is away.
        ConfigError: TDX does not show the ticket, and the log does not know it.
    """
    title, modified, trouble = _read(reader, known=bool(rows))
    teller = _Teller(None if trouble else reader, modified, now, list(lines), rehearsal)
    by_id = {row["action_id"]: row for row in rows}
    told = [teller.tell(bound, by_id.pop(bound.key.action_id, None)) for bound in actions]
    told += [Explained(row["action_id"], row, stand_unknown(row)) for row in by_id.values()]
    return Explanation(
        ticket_id=reader.ticket_id,
        title=title,
        modified=modified,
        trouble=trouble,
        actions=tuple(told),
        lines=tuple(lines),
        asset_names={} if trouble else _asset_names(reader, told),
    )


def _read(reader: TicketReader, *, known: bool) -> tuple[str, datetime | None, str]:
    """Title, modified date, and why the ticket could not be read."""
    try:
        ticket = reader.ticket()
    except TdxError as error:
        if not is_final(error):
            raise
        if not known:
            # TDX was reached and has answered: the id is wrong, or the application.
            raise ConfigError(
                f"Ticket {reader.ticket_id}: {error.message}", error.advice
            ) from error
        return "", None, f"{error.message} {error.advice}".strip()
    return ticket.title, ticket.modified_date, ""


@dataclass(slots=True)
class _Teller:
    """Goes from action to action as a run would; the plans' lines gather for the summary."""

    reader: TicketReader | None
    modified: datetime | None
    now: datetime
    lines: list[str]
    rehearsal: Rehearsal
    done: dict[str, str] = field(default_factory=dict)
    shared: dict[str, Any] = field(default_factory=dict)

    def tell(self, bound: BoundAction, row: Mapping[str, Any] | None) -> Explained:
        key = bound.key
        if key.summarises:
            standing = stand_summary(row, self.lines, self.now)
            if row is None and not key.skip_if_empty:
                standing = Standing(True, "a first summary is wanted, even of nothing")
        else:
            standing = stand(row, key, modified=self.modified, now=self.now)
            if standing.acts and not standing.stored and not bound.acts_at(self.now):
                standing = Standing(
                    False, f"outside of its schedule; when that opens: {standing.sentence}"
                )
        return Explained(key.action_id, row, standing, self._look(bound, standing))

    def _look(self, bound: BoundAction, standing: Standing) -> Look | None:
        # A stored plan is finished and not made anew; a summary is only made to be posted.
        if self.reader is None or standing.stored or (bound.key.summarises and not standing.acts):
            return None
        lines = self.lines if bound.key.summarises else ()
        seen = look(bound, self.reader, lines, self.shared, self.rehearsal, self.done)
        if standing.acts and not bound.key.summarises:
            self.lines += seen.lines
            self.done[bound.key.action_id] = seen.outcome
        return seen


def _asset_names(reader: TicketReader, told: Sequence[Explained]) -> dict[int, str]:
    """The names of the assets that the evidence has by number; asks the list only if there are any."""
    return {
        asset.id: asset.name
        for token, asset_id in _matched(told)
        for asset in reader.assets.catalog().lookup(fold(token))
        if asset.id == asset_id and asset.name
    }


def _matched(told: Sequence[Explained]) -> Iterator[tuple[str, int]]:
    for one in told:
        for candidate in considered(one.look.details if one.look else None).candidates:
            if candidate.asset_id is not None:
                yield candidate.token, candidate.asset_id
