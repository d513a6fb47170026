"""The benchmark of conditions compares like with like."""

from __future__ import annotations

import pytest

from conditions import OFFICE, RULES, world
from ticket_queue_daemon.rules.conditions import Condition

TICKETS = world(200)


@pytest.mark.parametrize("rule", RULES)
def test_the_rule_and_its_peer_agree_and_tell_tickets_apart(rule: str) -> None:
    text, peer = RULES[rule]
    condition = Condition(text, where="benchmark", calendar=OFFICE)

    judged = [condition.decide(facts).holds for facts in TICKETS]
    assert judged == [peer(facts)[0] for facts in TICKETS]
    assert set(judged) == {True, False}
