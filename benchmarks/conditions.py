"""How fast conditions are decided: 100,000 tickets, each with its reason, beside the same in Python.

Run: ``python benchmarks/conditions.py [--quick]``. The peer is each rule as somebody would write it by
hand in Python, with a reason that names the deciding part and its values: as fast as it gets, and
without sandbox, checks and explanations made by themselves. Both see the same tickets, take turns in
one process, and must agree on every ticket. Business hours are measured over three months of an
office's calendar. The bound is on the ratio, which does not depend on the machine; the target of
"seconds" is a speed that any machine should reach.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING

from ticket_queue_daemon.rules.calendar import Calendar
from ticket_queue_daemon.rules.conditions import Condition
from ticket_queue_daemon.rules.facts import AssetFact, Feed, KnownFacts
from ticket_queue_daemon.tdx.models import Ticket

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

TICKETS = 100_000
BOUND_RATIO = 60.0
LEAST_PER_SECOND = 2_000
NOW = datetime(2026, 11, 25, 15, tzinfo=UTC)
OFFICE = Calendar("Mon-Fri 08:00-17:00", "America/Detroit", [date(2026, 11, 26)])

Judged = tuple[bool, str]


def one_field(facts: KnownFacts) -> Judged:
    """The first rule, by hand."""
    status = facts.of_ticket.status_name
    return status == "Closed", f'ticket.StatusName is "{status}"'


def three_parts(facts: KnownFacts) -> Judged:
    """The second rule, by hand."""
    ticket = facts.of_ticket
    if ticket.status_class != 2:
        return False, f"ticket.StatusClass is {ticket.status_class}"
    if ticket.priority_name.casefold() not in {"high", "emergency"}:
        return False, f'ticket.PriorityName is "{ticket.priority_name}"'
    age = NOW - ticket.created_date
    return age > timedelta(days=2), f"age(ticket) is {age}, now is {NOW:%Y-%m-%d %H:%M}"


def feed_and_assets(facts: KnownFacts) -> Judged:
    """The third rule, by hand."""
    feed = facts.of_feed
    if feed.last_reply is None or not NOW - feed.last_reply > timedelta(days=3):
        return False, f"feed.last_reply is {feed.last_reply}"
    retired = [asset.name for asset in facts.of_assets if asset.status == "Retired"]
    return bool(retired), f"assets is {retired}"


def business_time(facts: KnownFacts) -> Judged:
    """The fourth rule, by hand; the calendar is ours."""
    hours = OFFICE.between(facts.of_ticket.created_date, NOW).total_seconds() / 3600
    return hours > 40, f"business hours are {hours:.4g}"


RULES: dict[str, tuple[str, Callable[[KnownFacts], Judged]]] = {
    "one field": ('ticket.StatusName == "Closed"', one_field),
    "three parts": (
        (
            "ticket.StatusClass == 2 && one_of(ticket.PriorityName, ['High', 'Emergency'])"
            " && age(ticket) > duration('2d')"
        ),
        three_parts,
    ),
    "feed and assets": (
        (
            "feed.last_reply != null && age(feed.last_reply) > duration('3d')"
            " && assets.exists(a, a.status == 'Retired')"
        ),
        feed_and_assets,
    ),
    "business hours": (
        "business_hours_between(ticket.CreatedDate, now) > 40.0",
        business_time,
    ),
}


def world(count: int) -> list[KnownFacts]:
    """Tickets of the last three months, the same in every run."""
    dice = random.Random(6)
    made = []
    for number in range(count):
        created = NOW - timedelta(minutes=dice.randrange(90 * 24 * 60))
        replied = created + timedelta(minutes=dice.randrange(20 * 24 * 60))
        ticket = Ticket(
            id=number,
            status_name=dice.choice(["New", "In Process", "On Hold", "Closed"]),
            status_class=dice.choice([1, 2, 2, 3]),
            priority_name=dice.choice(["Low", "Medium", "High", "Emergency"]),
            created_date=created,
        )
        made.append(
            KnownFacts(
                NOW,
                of_ticket=ticket,
                of_feed=Feed(count=1, last_reply=replied if replied < NOW else None),
                of_assets=[
                    AssetFact(one, f"PC-{one}", status=dice.choice(["Active", "Retired"]))
                    for one in range(dice.randrange(3))
                ],
            )
        )
    return made


def seconds(judge: Callable[[KnownFacts], Judged], tickets: Sequence[KnownFacts]) -> float:
    """CPU seconds for all tickets: others on the machine do not count."""
    start = time.process_time()
    for facts in tickets:
        judge(facts)
    return time.process_time() - start


def compared(
    text: str, peer: Callable[[KnownFacts], Judged], tickets: list[KnownFacts]
) -> tuple[float, float]:
    """CPU seconds for all tickets, and the ratio to the peer: the median of rounds that take turns."""
    condition = Condition(text, where="benchmark", calendar=OFFICE)

    def ours(facts: KnownFacts) -> Judged:
        verdict = condition.decide(facts)
        return verdict.holds, verdict.because

    differing = [facts for facts in tickets[:2_000] if ours(facts)[0] is not peer(facts)[0]]
    assert not differing, f"{text}: {len(differing)} tickets are judged otherwise"
    # Whole days of the calendar are kept; both find them ready.
    seconds(peer, tickets)
    rounds = 5
    share = len(tickets) // rounds
    pairs = []
    for number in range(rounds):
        part = tickets[number * share : (number + 1) * share]
        pairs.append((seconds(ours, part), seconds(peer, part)))
    spent = sum(our for our, _ in pairs)
    return spent, statistics.median(our / theirs for our, theirs in pairs)


def main() -> int:
    """Print the table; 1 when a bound is passed."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--quick", action="store_true", help="5,000 tickets")
    count = 5_000 if parser.parse_args().quick else TICKETS
    tickets = world(count)
    passed = False
    print(f"{count:,} tickets, each decided and explained\n")
    print(f"{'rule':<16} {'seconds':>8} {'tickets/s':>10} {'ratio to Python':>16}")
    for name, (text, peer) in RULES.items():
        spent, ratio = compared(text, peer, tickets)
        print(f"{name:<16} {spent:8.2f} {count / spent:10,.0f} {ratio:15.1f}x")
        passed = passed or ratio > BOUND_RATIO or count / spent < LEAST_PER_SECOND
    print(f"\nbounds: ratio {BOUND_RATIO:g}x, {LEAST_PER_SECOND:,} tickets/s")
    if passed:
        print("a bound is passed", file=sys.stderr)
    return int(passed)


if __name__ == "__main__":
    sys.exit(main())
