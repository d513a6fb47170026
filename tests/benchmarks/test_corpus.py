"""The corpus that judges matching: repeatable, complete, and labelled truly."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

from corpus.build import corpus
from corpus.campus import Campus
from corpus.judge import is_true
from corpus.machines import Machine
from corpus.scoring import Score, wilson
from corpus.ticket import WAYS, Draft, Ticket
from seed_matcher import SeedMatcher, candidates

ROOT = Path(__file__).parents[2] / "benchmarks"


@pytest.fixture(scope="module")
def campus() -> Campus:
    return Campus(2_000, "test")


@pytest.fixture(scope="module")
def tickets(campus: Campus) -> list[Ticket]:
    return corpus(campus, 3 * len(WAYS), "test")


def test_the_same_seed_gives_the_same_campus_and_tickets(
    campus: Campus, tickets: list[Ticket]
) -> None:
    again = Campus(2_000, "test")

    assert again.machines == campus.machines
    assert corpus(again, 3 * len(WAYS), "test") == tickets


def test_another_seed_gives_other_tickets(campus: Campus, tickets: list[Ticket]) -> None:
    texts = {(ticket.title, ticket.body) for ticket in tickets}
    others = corpus(campus, len(WAYS), "another")

    same = [ticket for ticket in others if (ticket.title, ticket.body) in texts]
    assert {ticket.way for ticket in same} <= {"empty_ticket"}


def test_the_tickets_are_spread_evenly_over_at_least_25_ways(tickets: list[Ticket]) -> None:
    counts = dict.fromkeys(WAYS, 0)
    for ticket in tickets:
        counts[ticket.way] += 1

    assert len(counts) >= 25
    assert set(counts.values()) == {3}


def test_each_way_says_what_is_right() -> None:
    assert [name for name, way in WAYS.items() if not way.rule] == []


def test_no_label_holds_a_machine_that_may_not_be_attached(
    campus: Campus, tickets: list[Ticket]
) -> None:
    eligible = {machine.id for machine in campus.machines if machine.eligible}

    assert [ticket for ticket in tickets if not ticket.expected <= eligible] == []


def test_no_identifier_of_a_machine_that_the_label_leaves_out_is_in_a_plain_ticket(
    campus: Campus, tickets: list[Ticket]
) -> None:
    """Brute force, without the corpus's own judge: every name and serial number is searched for."""
    wrong = []
    ways = ("plain_mid_sentence", "decoy_everything", "long_ramble_with_logs", "unknown_machine")
    for ticket in (ticket for ticket in tickets if ticket.way in ways):
        text = f"{ticket.title}\n{ticket.body}".casefold()
        for machine in campus.machines:
            values = (value.casefold() for value in machine.identifiers() if len(value) > 6)
            held = any(
                f" {value}{end}" in text for value in values for end in (" ", ".", ",", "\n")
            )
            if held and machine.id not in ticket.expected:
                wrong.append((ticket, machine))
    assert wrong == []


def test_a_draft_that_hits_another_machine_by_accident_is_refused(campus: Campus) -> None:
    one, other = campus.computers[:2]

    assert is_true(Draft("Help", f"about {one.name}", expected=(one,)), campus)
    assert not is_true(Draft("Help", f"{one.name} and {other.name}", expected=(one,)), campus)
    assert not is_true(Draft("Help", "about nothing", expected=(one,)), campus)
    assert not is_true(Draft("Help", f"order {one.tag}"), campus)


def test_nothing_in_the_corpus_knows_the_matcher() -> None:
    for source in (*ROOT.glob("corpus/*.py"), ROOT / "seed_matcher.py"):
        for node in ast.walk(ast.parse(source.read_text(encoding="utf-8"))):
            names = [node.module] if isinstance(node, ast.ImportFrom) else []
            names += [name.name for name in node.names] if isinstance(node, ast.Import) else []
            assert not any((name or "").startswith("ticket_queue_daemon") for name in names)


def test_files_and_functions_of_the_benchmarks_stay_small() -> None:
    for source in ROOT.rglob("*.py"):
        text = source.read_text(encoding="utf-8")
        assert text.count("\n") <= 400
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert (node.end_lineno or 0) - node.lineno < 50, node.name


def test_the_seed_reads_its_names_as_the_facts_say() -> None:
    assert candidates("IC-EHLB760-F16") == ["IC-EHLB760-F16", "IC-EHLB760"]
    assert set(candidates("L-C02XJ0AXJGH5")) == {"L-C02XJ0AXJGH5", "C02XJ0AXJGH5"}
    assert candidates("D30H6J3 eng-x-lec12") == []
    assert candidates("a well-known word to-date, ATTACHMENTS 1234567890") == [
        "well-known",
        "to-date",
        "ATTACHMENTS",
        "1234567890",
    ]


def test_the_seed_attaches_active_computers_by_exact_equality() -> None:
    def machine(number: int, name: str, status: int = 38, form: int = 2448) -> Machine:
        return Machine(number, name, "", "", "", status, form, "", "")

    seed = SeedMatcher(
        [
            machine(1, "chem-smald1"),
            machine(2, "CHEM-SMALD2", status=41),
            machine(3, "CHEM-X99", form=1),
        ]
    )

    assert seed.attached("CHEM-SMALD1", "CHEM-SMALD2 and CHEM-X99") == {1}


def test_scores_count_what_is_right_false_and_missed() -> None:
    score = Score()
    score.count({1, 2}, {2, 3})
    score.count(set(), set())

    assert (score.tickets, score.right, score.false, score.missed) == (2, 1, 1, 1)
    assert score.precision == score.recall == 0.5
    assert Score().precision is None
    low, high = wilson(99, 100)
    assert 0.94 < low < 0.99 < high < 1
