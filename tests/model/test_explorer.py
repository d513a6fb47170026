"""Every interleaving of two daemons, two effects and a few faults; and teeth for each safety line."""

from __future__ import annotations

from dataclasses import fields
from functools import cache
from typing import TYPE_CHECKING

import pytest
from explore import ASSUMPTIONS, FAULT_MARK, SAFETY_LINES, VARIANTS, explore
from world import Rules

if TYPE_CHECKING:
    from explore import Result

MUST_BE_TRIED = (
    "is killed",
    "is paused past its lease",
    "is paused up to the end of its lease",
    "renews its lease in time",
    "the lease runs out",
    "claims: commit not confirmed",
    "writes its plan: database away",
    "marks it sent: commit not confirmed",
    "marks it sent: lease lost",
    "sees that it overslept",
    "sends it: applied, but the answer is lost or a 500",
    "sends it: lost on the way",
    "sends it: no answer, to be applied late",
    "sends it: 429, not applied",
    "sends it: 400, not applied",
    "TDX applies a request late",
    "ticks it off: commit not confirmed",
    "looks first: there",
    "looks: there",
    "looks: not there",
    "looks: TDX is away",
    "is told to stop while it waits",
    "gives it back",
    "records: completed: commit not confirmed",
    "records: failed",
    "records: failed for good",
    "records the summary: completed: commit not confirmed",
)
"""Without these the space would be a smaller one than it claims to be."""


def report(found: Result, words: str) -> None:
    print(  # noqa: T201  pytest shows it with -s: the counts are the result
        f"{words}: {found.states:,} states, {found.transitions:,} transitions, "
        f"{found.terminals} ends, {found.seconds:.1f} s"
    )


@pytest.mark.parametrize(("words", "rules"), VARIANTS, ids=[words for words, _ in VARIANTS])
@pytest.mark.parametrize("faults", [0, 1, 2])
def test_the_invariant_holds_in_every_state(words: str, rules: Rules, faults: int) -> None:
    found = explore(rules, faults)

    report(found, f"{words}, {faults} faults")
    assert not found.wrong, "\n".join([found.wrong, *found.trace])
    assert found.ends["action completed, summary completed"] > 0


def test_the_invariant_holds_even_with_a_third_fault() -> None:
    found = explore(Rules(), 3)

    report(found, "3 faults")
    assert not found.wrong, "\n".join([found.wrong, *found.trace])


def test_every_kind_of_step_and_fault_is_tried() -> None:
    assert {what for what in MUST_BE_TRIED if not explored().seen[what]} == set()


def test_without_faults_every_story_ends_in_completed() -> None:
    assert set(explore(Rules(), 0).ends) == {"action completed, summary completed"}


def test_what_is_never_repeated_is_parked_when_it_stays_unknown() -> None:
    found = explore(Rules(never_repeat=True))

    assert found.ends["action needs_review, summary completed"] > 0


def test_exchanging_the_daemons_names_changes_nothing_but_the_count() -> None:
    whole, half = explore(Rules(), symmetry=False), explored()

    assert whole.wrong == half.wrong == ""
    assert set(whole.ends) == set(half.ends)
    assert set(whole.seen) == set(half.seen)
    assert half.states < whole.states <= 2 * half.states


DOUBLE = "an effect was applied twice"
AGAINST_DOUBLES = (
    "intent",
    "look",
    "settle",
    "own_deadline",
    "fail_closed",
    "exclusive_claim",
    "settle_from_claim",
    "whole_waits",
    "gate_at_send",
    "clock_runs_asleep",
)
FOR_THE_TRUTH = {
    "lease_check": "failed for good, and the row does not tell the truth",
    "tick_off": "failed for good, and the row does not tell the truth",
    "atomic_cover": "a summary line was told twice",
    "told_marks": "an effect was applied, and never told",
    "leases_end": "stuck: the action is started and nobody takes it up",
}
"""Lines without which nothing is doubled, but the row or the summary says what is not so."""
SWITCHES = {switch.name: switch for switch in (*SAFETY_LINES, *ASSUMPTIONS)}


@pytest.mark.parametrize("name", AGAINST_DOUBLES)
def test_without_this_line_an_effect_is_doubled(name: str) -> None:
    found = explore(SWITCHES[name].off())

    assert found.wrong == DOUBLE
    assert found.trace


@pytest.mark.parametrize("name", FOR_THE_TRUTH)
def test_without_this_line_nothing_is_doubled_but_something_false_is_said(name: str) -> None:
    found = explore(SWITCHES[name].off(), thorough=True)

    assert found.wrong == FOR_THE_TRUTH[name]
    assert found.trace
    assert DOUBLE not in found.wrongs


def test_every_switch_has_a_tooth() -> None:
    toothed = {*AGAINST_DOUBLES, *FOR_THE_TRUTH}
    assumed = {"lease_outlasts_late", "never_repeat"}

    assert set(SWITCHES) == toothed
    assert {field.name for field in fields(Rules)} == toothed | assumed


def test_two_daemons_double_an_effect_without_any_fault_if_both_can_claim_it() -> None:
    found = explore(Rules(exclusive_claim=False), 0)

    assert found.wrong == DOUBLE


def test_a_counterexample_tells_its_faults() -> None:
    trace = explore(Rules(look=False)).trace

    assert [step for step in trace if step.endswith(FAULT_MARK)] == [
        f"daemon A   comment  sends it: applied, but the answer is lost or a 500{FAULT_MARK}"
    ]


@cache
def explored() -> Result:
    return explore(Rules())
