"""``plan`` says what a run would do; ``apply`` does just that, once, and leaves alone what has changed."""

from __future__ import annotations

import json
import signal
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from crash.daemons import let_leases_run_out, run
from spec.test_dry_run_touches_nothing import rows_in
from ticket_queue_daemon.actions.python_file import load_actions
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.effects import KINDS, foretold
from ticket_queue_daemon.engine.plan_file import PlanFile

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.store.pool import Database
    from ticket_queue_daemon.store.tracker import StateTracker

USUAL = """\
from ticket_queue_daemon.actions import AddAssetAction, SummaryCommentAction

actions = [AddAssetAction(), SummaryCommentAction()]
"""
RULES = """\
from ticket_queue_daemon.actions import CommentAction, StatusChangeAction, TagAction
from ticket_queue_daemon.rules.making import RuleWords

actions = [
    CommentAction("Hello", notify=["desk@example.edu"]).under(
        RuleWords(when='ticket.Title.contains("printer")').made()
    ),
    StatusChangeAction(new_status_id=117).under(RuleWords(after="3d", since="created").made()),
    TagAction(["seen"]).under(RuleWords(limit=2).made()),
]
"""
HELLO = """\
from ticket_queue_daemon.actions import CommentAction

actions = [CommentAction("Hello {{ ticket.title }}", template=True)]
"""


class Said(NamedTuple):
    """What a command answered."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> dict[str, Any]:
        return dict(json.loads(self.out))


class Office:
    """A person at the desk who types commands."""

    def __init__(self, desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
        self.desk = desk
        self._capsys = capsys
        self.rules(USUAL)

    def rules(self, text: str) -> None:
        Path("actions.py").write_text(text, encoding="utf-8")

    def type(self, *words: str) -> Said:
        self._capsys.readouterr()
        code = main([*words, "--config", "actions.py"])
        return Said(code, *self._capsys.readouterr())

    def plan(self, *words: str) -> dict[str, Any]:
        """As JSON, and as plan.json; never a write to TDX."""
        writes = self.desk.writes()
        said = self.type("plan", "--json", "--out", "plan.json", *words)
        assert (said.code, self.desk.writes()) == (0, writes), said.err
        return said.json

    def apply(self, *words: str) -> tuple[int, dict[str, Any]]:
        said = self.type("apply", "plan.json", "--json", *words)
        assert said.out, said.err
        return said.code, said.json


@pytest.fixture
def office(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Office:
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "0")
    return Office(desk, capsys)


def only(told: dict[str, Any], number: int = 0) -> dict[str, Any]:
    """What is told of one action."""
    return dict(told["actions"][number])


class TestPlan:
    def test_its_numbers_are_the_dry_runs_and_nothing_is_written(
        self, desk: Desk, office: Office, database: Database
    ) -> None:
        desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
        desk.ticket("My IC-EHLB760-F16 is slow", "very")
        desk.ticket("A screen")
        desk.ticket("The printer", status_id=121)
        for rules in (USUAL, RULES):
            office.rules(rules)
            dry = desk.run(*load_actions(Path("actions.py")), dry_run=True)

            told = office.plan()

            for figure in ("found", "pending", "executed", "succeeded", "skipped", "failed"):
                assert told[figure] == getattr(dry, figure), figure
            assert told["changes"] == sum(len(view.effects) for view in dry.plans)
            assert set(rows_in(database).values()) == {0}

    def test_the_evidence_and_the_cost_are_told(self, desk: Desk, office: Office) -> None:
        desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
        ticket = desk.ticket("My IC-EHLB760-F16 is slow", "very")

        told = office.plan()

        [entry] = only(told)["now"]
        assert (entry["ticket"], entry["effects"]) == (ticket.id, ["attach asset IC-EHLB760-F16"])
        [seen] = entry["evidence"]
        assert (seen["where"], seen["before"]) == ("title", "My ")
        assert only(told, 1)["now"][0]["effects"][0].startswith("post private comment")
        writes = {one["endpoint"]: one["writes"] for one in told["costs"] if one["writes"]}
        assert writes == {
            "POST tickets/{id}/assets/{assetId}": 1,
            "POST tickets/{id}/feed": 1,
        }

    def test_now_later_and_never_each_with_its_reason(self, desk: Desk, office: Office) -> None:
        here, there, late = (desk.ticket(one) for one in ("The printer", "A screen", "A mouse"))
        office.rules(RULES)

        told = office.plan()

        hello, status, tag = told["actions"]
        [now] = hello["now"]
        assert (now["ticket"], now["mailed"]) == (here.id, ["desk@example.edu"])
        assert 'ticket.Title is "The printer"' in now["condition"]
        assert told["mailed"] == [{"who": "desk@example.edu", "changes": 1}]
        assert {one["ticket"] for one in hello["never"]} == {there.id, late.id}
        assert all("ticket.Title is" in one["reason"] for one in hello["never"])
        assert len(status["later"]) == 3
        assert all(one["due"] and "waits until" in one["reason"] for one in status["later"])
        assert (len(tag["now"]), len(tag["later"])) == (2, 1)
        assert "limit of 2" in tag["later"][0]["reason"]

    def test_what_waits_is_done_or_needs_a_person_is_told_from_the_log(
        self, desk: Desk, office: Office
    ) -> None:
        for one in ("The printer", "A screen"):
            desk.ticket(one)
        office.rules(RULES)
        desk.run(*load_actions(Path("actions.py")))

        told = office.plan()

        hello, status, tag = told["actions"]
        assert (told["changes"], hello["done"], tag["done"]) == (0, 1, 2)
        assert len(status["later"]) == 2
        assert "ticket.Title is" in hello["never"][0]["reason"]

    def test_a_closed_schedule_is_later(self, desk: Desk, office: Office) -> None:
        ticket = desk.ticket("Screen")
        now = desk.app().clock.now()
        hours = f"{now + timedelta(hours=5):%H}:00-{now + timedelta(hours=6):%H}:00"
        office.rules(
            RULES.partition("actions = ")[0]
            + f"actions = [CommentAction('Hi').under(RuleWords(schedule={hours!r}).made())]\n"
        )

        [entry] = only(office.plan())["later"]

        assert entry["ticket"] == ticket.id
        assert "schedule is closed until" in entry["reason"]

    def test_the_guards_verdict_is_told_and_apply_needs_no_confirmation(
        self, desk: Desk, office: Office, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setenv("DAEMON_MAX_NEW_TICKETS", "1")
        tickets = [desk.ticket(f"Screen {number}") for number in range(3)]
        office.rules(HELLO)

        assert "on 3 tickets" in office.plan()["guard"]
        code, done = office.apply()

        assert (code, done["succeeded"]) == (0, 3)
        assert [desk.comments(one) for one in tickets] == [[f"Hello Screen {n}"] for n in range(3)]

    def test_nothing_from_outside_is_markup_on_the_page_or_in_markdown(
        self, desk: Desk, office: Office
    ) -> None:
        desk.ticket("<script>alert(1)</script> | **a** [b](c)")
        office.rules(HELLO)

        office.type("plan", "--html", "plan.html")
        said = office.type("plan", "--markdown")

        page = Path("plan.html").read_text(encoding="utf-8")
        assert "<script" not in page
        assert "&lt;script&gt;alert(1)" in page
        assert "<script" not in said.out
        assert r"\| \*\*a\*\* \[b\](c)" in said.out
        assert said.err == ""

    def test_the_table_fits_eighty_columns(self, desk: Desk, office: Office) -> None:
        desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
        desk.ticket("My IC-EHLB760-F16 is slow and I do not know what to do about it any more")

        said = office.type("plan")

        tables = [line for line in said.out.splitlines() if line.startswith("  ")]
        assert max(map(len, tables)) <= 80
        assert "2 changes planned on 1" in said.out

    def test_a_file_of_somebody_elses_is_left_as_it_is(self, desk: Desk, office: Office) -> None:
        desk.ticket("Screen")
        Path("mine.json").write_text("{}", encoding="utf-8")

        said = office.type("plan", "--out", "mine.json")

        assert (said.code, Path("mine.json").read_text(encoding="utf-8")) == (2, "{}")
        assert "--force" in said.err

    def test_what_each_kind_of_effect_costs_is_known(self) -> None:
        assert set(foretold._SEND) == set(KINDS) - {"webhook"}


class TestApply:
    def test_it_does_just_that_and_a_second_time_nothing(
        self, desk: Desk, office: Office, log: StateTracker
    ) -> None:
        machine = desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
        ticket, plain = desk.ticket("My IC-EHLB760-F16 is slow"), desk.ticket("A screen")
        foretold_calls = {one["endpoint"]: one["writes"] for one in office.plan()["costs"]}
        late = desk.ticket("IC-EHLB760-F16 again")

        code, done = office.apply()
        writes = desk.writes()
        again, nothing = office.apply()

        assert (code, done["succeeded"], done["skipped"], done["failed"]) == (0, 2, 1, 0)
        assert desk.attached(ticket) == [machine.id]
        assert len(desk.comments(ticket)) == 1
        assert log.get_ticket_actions(plain.id)[0]["status"] == "skipped"
        assert log.get_ticket_actions(late.id) == []
        assert writes == 2 == sum(foretold_calls.values())
        assert (again, nothing["succeeded"], desk.writes()) == (0, 0, writes)
        assert {one["ticket"] for one in nothing["not_pending"]} == {ticket.id, plain.id}

    def test_the_calls_are_those_that_were_foretold(self, desk: Desk, office: Office) -> None:
        """No ticket has two actions here, so nothing is read again."""
        for number in range(2):
            desk.ticket(f"Screen {number}")
        for rules in (HELLO, RULES):
            office.rules(rules)
            costs = office.plan()["costs"]
            before = self.calls(desk)

            _, done = office.apply()

            foretold_calls = sum(one["reads"] + one["writes"] for one in costs)
            assert self.calls(desk) - before == foretold_calls
            assert (done["failed"], done["changed"]) == (0, [])

    def calls(self, desk: Desk) -> int:
        """Without the signing in."""
        counts = desk.simulator.requests.counts()
        return sum(number for route, number in counts.items() if "auth/" not in route)

    def test_a_changed_ticket_is_left_alone_and_named_and_the_others_are_done(
        self, desk: Desk, office: Office, log: StateTracker
    ) -> None:
        changed, same = desk.ticket("Screen"), desk.ticket("Mouse")
        office.rules(HELLO)
        office.plan()
        changed.title = "Printer"

        code, done = office.apply()

        assert (code, done["succeeded"]) == (1, 1)
        [one] = done["changed"]
        assert one["ticket"] == changed.id
        assert "Hello Screen" in one["why"]
        assert "now it would be: post public comment: Hello Printer" in one["why"]
        assert (desk.comments(changed), desk.comments(same)) == ([], ["Hello Mouse"])
        assert log.get_ticket_actions(changed.id) == []
        desk.run(*load_actions(Path("actions.py")))
        assert desk.comments(changed) == ["Hello Printer"]

    def test_a_value_that_a_person_has_changed_is_left_to_the_next_plan(
        self, desk: Desk, office: Office
    ) -> None:
        ticket = desk.ticket("Screen")
        office.rules(
            "from ticket_queue_daemon.actions import StatusChangeAction\n"
            "actions = [StatusChangeAction(new_status_id=117)]\n"
        )
        office.plan()
        ticket.status_id = 116

        code, done = office.apply()

        assert (code, desk.writes()) == (1, 0)
        assert "(was 116)" in done["changed"][0]["why"]

    def test_a_ticket_that_has_left_the_report_is_not_touched(
        self, desk: Desk, office: Office
    ) -> None:
        ticket = desk.ticket("Screen")
        office.rules(HELLO)
        office.plan()
        ticket.responsible_uid = desk.theo.uid

        code, done = office.apply()

        assert (code, desk.writes()) == (0, 0)
        assert "not in the report" in done["not_pending"][0]["why"]

    def test_once_per_requestor_holds_although_the_plan_names_them_all(
        self, desk: Desk, office: Office
    ) -> None:
        tickets = [desk.ticket(f"Screen {number}") for number in range(3)]
        office.rules(
            RULES.partition("actions = ")[0]
            + "actions = [CommentAction('Hi').under(RuleWords(once_per='requestor').made())]\n"
        )
        assert "Once per requestor" in only(office.plan())["caution"]

        code, done = office.apply()

        assert (code, done["succeeded"], done["skipped"]) == (0, 1, 2)
        assert sum(len(desk.comments(one)) for one in tickets) == 1

    def test_a_webhook_is_named_by_its_receiver_alone_and_is_the_same_plan_later(
        self, desk: Desk, office: Office
    ) -> None:
        desk.ticket("Screen")
        office.rules(
            "from ticket_queue_daemon.actions import WebhookAction\n"
            "actions = [WebhookAction('http://127.0.0.1:9/very-private', 'b' * 20, name='inventory')]\n"
        )
        office.plan()

        _, done = office.apply()

        text = Path("plan.json").read_text(encoding="utf-8")
        assert "post a webhook to inventory" in text
        assert "private" not in text
        assert "bbbb" not in text
        # Nobody listens there; but that is told by the attempt, not by the comparison.
        assert (done["changed"], done["failed"]) == ([], 1)

    def test_killed_it_goes_on_where_it_was(
        self, desk: Desk, office: Office, database: Database
    ) -> None:
        machine = desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
        ticket = desk.ticket("My IC-EHLB760-F16 is slow")
        office.plan()
        words = ("apply", "plan.json", "--config", "actions.py", "--report-id", "1344")

        killed = run(desk, *words, DAEMON_FAILPOINT="effect_done:1")
        let_leases_run_out(database)
        code, done = office.apply()

        assert killed == -signal.SIGKILL
        assert (code, done["changed"], done["failed"]) == (0, [], 0)
        assert desk.attached(ticket) == [machine.id]
        assert (len(desk.comments(ticket)), desk.writes()) == (1, 2)


class TestRefused:
    @pytest.fixture
    def planned(self, desk: Desk, office: Office) -> Office:
        desk.ticket("Screen")
        office.rules(HELLO)
        office.plan()
        return office

    def refused(self, office: Office, *words: str) -> str:
        said = office.type("apply", "plan.json", *words)
        assert (said.code, office.desk.writes(), said.out) == (2, 0, "")
        return said.err

    def test_each_wrong_file_with_its_message(self, planned: Office) -> None:
        file = Path("plan.json")
        whole = file.read_text(encoding="utf-8")
        plan = PlanFile.model_validate(json.loads(whole))

        def rewritten(**changes: Any) -> str:
            other = plan.model_copy(update=changes)
            return other.model_copy(update={"digest": other.digest_of_all_else()}).text()

        day = timedelta(days=1, minutes=1)
        for text, said in (
            ("no json", "it is not JSON"),
            ("[]", "no plan of this program"),
            ('{"kind": "another"}', "no plan of this program"),
            (whole.replace('"format": 1', '"format": 2'), "format 2"),
            (whole.replace('"ticket":', '"tickt":'), "is damaged: entries.0.ticket"),
            (whole.replace("Hello", "Hullo"), "its digest does not fit"),
            (rewritten(instance="elsewhere.example.edu"), "made for elsewhere.example.edu"),
            (rewritten(queue="report:9"), "made for report:9, and this is report:1344"),
            (rewritten(actions=()), "is not in the plan"),
            (rewritten(made_at=plan.made_at - day), "made 24 h 1 min ago"),
            (rewritten(made_at=plan.made_at + day), "from now, by its own word"),
        ):
            file.write_text(text, encoding="utf-8")
            assert said in self.refused(planned), said
        file.unlink()
        assert "can't be read: No such file" in self.refused(planned)

    def test_other_rules_or_a_shorter_age(self, planned: Office) -> None:
        file = Path("plan.json")
        plan = PlanFile.model_validate(json.loads(file.read_text(encoding="utf-8")))
        older = plan.model_copy(update={"made_at": plan.made_at - timedelta(minutes=90)})
        older = older.model_copy(update={"digest": older.digest_of_all_else()})
        file.write_text(older.text(), encoding="utf-8")
        assert "made 1 h 30 min ago" in self.refused(planned, "--max-age", "1h")

        planned.rules(HELLO.replace("Hello", "Good day"))
        assert "is not configured here" in self.refused(planned)

    def test_a_plan_is_only_for_the_one_who_made_it(self, planned: Office) -> None:
        assert Path("plan.json").stat().st_mode & 0o077 == 0
        assert planned.desk.writes() == 0
