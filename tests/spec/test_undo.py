"""``undo``: what we did is taken back once, as far as it can be, and nothing that is a person's."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from crash.daemons import run
from ledger import let_leases_run_out, sql
from ticket_queue_daemon.actions import (
    ActionResult,
    AddAssetAction,
    BaseAction,
    CommentAction,
    RemoveAssetAction,
    StatusChangeAction,
    SummaryCommentAction,
    TagAction,
    TicketFacade,
)
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.rules.making import RuleWords

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Asset, Ticket
    from ticket_queue_daemon.store.tracker import StateTracker

    Undo = Callable[..., tuple[int, str]]
    Ask = Callable[[TicketFacade, int], object]

NAME = "IC-EHLB760-F16"
IN_PROCESS = 117


class Did(BaseAction):
    """Asks for what it is told to ask for."""

    def __init__(self, *asks: Ask, word: str = "did") -> None:
        super().__init__()
        self._asks = asks
        self._word = word

    def get_action_type(self) -> str:
        return self._word

    def get_action_config(self) -> dict[str, Any]:
        return {}

    def execute_action(
        self, ticket_id: int, facade: TicketFacade, dry_run: bool = False
    ) -> ActionResult:
        for ask in self._asks:
            ask(facade, ticket_id)
        return ActionResult(summary="did it")


@pytest.fixture
def undo(desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Undo:
    """The command, as typed; its exit code and all that it said."""
    for name, value in desk.simulator.env().items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DATABASE_URL", desk.database_url)
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "0")

    def command(*words: object, word: str = "undo") -> tuple[int, str]:
        capsys.readouterr()
        code = main([word, *map(str, words)])
        told = capsys.readouterr()
        return code, " ".join((told.out + told.err).split())

    return command


@pytest.fixture
def machine(desk: Desk) -> Asset:
    return desk.asset(NAME, "SN000000001")


def undos(log: StateTracker, ticket: Ticket) -> list[dict[str, Any]]:
    return [one for one in log.get_ticket_actions(ticket.id) if one["action_type"] == "undo"]


def test_every_kind_is_taken_back_or_said_to_stay(
    desk: Desk, log: StateTracker, machine: Asset, undo: Undo
) -> None:
    lab = desk.world.add_lab("aabol Lab")
    ticket = desk.ticket("Printer", priority_id=20)
    ticket.tags.append("lab")
    everything = Did(
        lambda f, t: f.add_asset(t, machine.id, name=NAME),
        lambda f, t: f.add_configuration_item(t, lab.id, name="aabol Lab"),
        lambda f, t: f.update_ticket(t, {"PriorityID": 21, "attributes/18377": "2364"}),
        lambda f, t: f.add_contact(t, desk.theo.uid, name="Theo"),
        lambda f, t: f.add_tags(t, ["vip"]),
        lambda f, t: f.remove_tags(t, ["lab"]),
        lambda f, t: f.add_comment(t, "Hello", new_status_id=0),
        lambda f, t: f.add_task(t, "Fetch it"),
    )
    desk.run(everything)
    tasks = list(ticket.tasks)
    assert (ticket.priority_id, ticket.contacts, ticket.tags) == (21, [desk.theo.uid], ["vip"])

    code, said = undo(ticket.id)

    assert code == 0
    assert (desk.attached(ticket), ticket.items, ticket.contacts) == ([], [], [])
    assert (ticket.priority_id, ticket.attributes.get(18377)) == (20, None)
    assert ticket.tags == ["lab"]
    assert (len(desk.comments(ticket)), ticket.tasks) == (1, tasks)
    for words in (
        f"attach asset {NAME}: take off asset {NAME}",
        "add contact Theo: remove contact Theo",
        "set PriorityID to 21: set PriorityID back to 20",
        "add tags vip: remove tags vip (tags can't be read",
        "remove tags lab: add tags lab",
        "post public comment: Hello: a comment can't be taken back, nor the mails that it sent",
        "create task Fetch it: a task can't be taken back",
    ):
        assert words in said
    [row] = undos(log, ticket)
    assert (row["status"], row["metadata"]["details"]["undoes"]) == (
        "completed",
        everything.get_action_id(),
    )


def test_a_second_undo_does_nothing_and_the_action_does_not_run_again(
    desk: Desk, log: StateTracker, machine: Asset, undo: Undo
) -> None:
    ticket = desk.ticket(f"{NAME} is slow")
    actions = (AddAssetAction(), SummaryCommentAction())
    desk.run(*actions)
    undo(ticket.id)
    writes = desk.writes()

    code, said = undo(ticket.id)
    desk.run(*actions)

    assert (code, desk.writes(), desk.attached(ticket)) == (0, writes, [])
    assert "undone by" in said
    assert "nothing to do" in said
    assert log.has_executed(ticket.id, AddAssetAction().get_action_id())
    # No lines for a summary, and no correction of people's, whoever looks again.
    desk.run(AddAssetAction(version="v2"), SummaryCommentAction())
    assert (len(desk.comments(ticket)), desk.attached(ticket)) == (1, [])
    assert sql(desk.database_url, "SELECT * FROM meta.daemon_corrections") == []
    assert f"{NAME} was taken off by us" in str(log.get_ticket_actions(ticket.id))


def test_what_a_person_changed_since_is_theirs(
    desk: Desk, log: StateTracker, machine: Asset, undo: Undo
) -> None:
    """Field by field: what is still ours is restored."""
    theirs = desk.asset("CHEM-SMALD1", "SN-B")
    ticket = desk.ticket("Printer", priority_id=20)
    desk.world.attach_asset(ticket.id, theirs.id)
    desk.run(
        Did(
            lambda f, t: f.add_asset(t, machine.id),
            lambda f, t: f.add_contact(t, desk.theo.uid),
            lambda f, t: f.update_ticket(t, {"PriorityID": 21, "Title": "Ours"}),
        )
    )
    desk.world.remove_asset_from_ticket(ticket.id, machine.id)
    ticket.contacts.clear()
    ticket.title = "Theirs"

    code, said = undo(ticket.id)

    assert code == 0
    assert (ticket.title, ticket.priority_id, desk.attached(ticket)) == ("Theirs", 20, [theirs.id])
    assert "set Title to 'Ours': it is 'Theirs' now, which is not what this set: left alone" in said
    assert said.count("it is not on the ticket any more: left alone") == 2
    assert desk.simulator.journal.for_ticket(ticket.id, "asset_detached") == []


def test_what_was_so_before_us_stays(desk: Desk, machine: Asset, undo: Undo) -> None:
    """By the log: a person had taken it off first; a look before a later attempt found it done."""
    ticket = desk.ticket("Printer")
    desk.world.behaviour.detach_absent_status = 404
    desk.run(
        Did(
            lambda f, t: f.remove_asset(t, machine.id, name=NAME),
            lambda f, t: f.add_contact(t, desk.theo.uid, name="Theo"),
        )
    )
    sql(
        desk.database_url,
        "UPDATE meta.daemon_action_log"
        " SET plan = jsonb_set(plan, '{effects,1,state}', '\"already_there\"')",
    )

    code, said = undo(ticket.id)

    assert code == 0
    assert (ticket.contacts, desk.attached(ticket)) == ([desk.theo.uid], [])
    assert f"take off asset {NAME}: it was so before us: left alone" in said
    assert "add contact Theo: it was so before us: left alone" in said


@pytest.mark.parametrize("closed", [False, True])
def test_a_status_goes_back_and_one_comment_tells_of_all(
    desk: Desk, log: StateTracker, undo: Undo, closed: bool
) -> None:
    status = next(one.id for one in desk.world.ticket_statuses if one.status_class == 3)
    wanted = status if closed else IN_PROCESS
    ticket = desk.ticket("Printer")
    before = ticket.status_id
    desk.run(TagAction(add=["vip"]), StatusChangeAction(new_status_id=wanted, comment="Soon"))
    assert ticket.status_id == wanted

    code, said = undo(ticket.id, "--comment")

    assert (code, ticket.status_id, ticket.tags) == (0, before, [])
    *_, comment = desk.comments(ticket)
    assert len(desk.comments(ticket)) == 2
    assert "- remove tags vip" in comment
    assert "- set StatusID to" in comment
    entry = max(desk.world.feed_of(ticket.id), key=lambda one: one.id)
    assert entry.is_private
    assert "a comment can't be taken back" in said


def test_two_of_ours_are_taken_back_last_first_and_previewed_so(
    desk: Desk, machine: Asset, undo: Undo
) -> None:
    ticket = desk.ticket(f"{NAME} is slow")
    before = ticket.title
    desk.run(
        AddAssetAction(),
        Did(lambda f, t: f.update_ticket(t, {"Title": "One"}), word="first"),
        Did(lambda f, t: f.update_ticket(t, {"Title": "Two"}), word="second"),
        RemoveAssetAction(names=[NAME]),
    )
    writes = desk.writes()
    words = (
        f"would attach asset {NAME}",
        "would set Title to 'One' (was 'Two')",
        f"would take off asset {NAME}",
    )

    code, said = undo(ticket.id, "--dry-run")
    assert (code, desk.writes(), undos_in(desk)) == (0, writes, 0)
    assert [said.count(one) for one in words] == [1, 1, 1], said

    assert undo(ticket.id)[0] == 0
    assert (ticket.title, desk.attached(ticket)) == (before, [])


def undos_in(desk: Desk) -> int:
    return len(
        sql(desk.database_url, "SELECT 1 FROM meta.daemon_action_log WHERE action_type = 'undo'")
    )


def test_what_we_took_off_and_a_person_put_back_is_theirs(
    desk: Desk, machine: Asset, undo: Undo
) -> None:
    ticket = desk.ticket(f"{NAME} is slow")
    add = AddAssetAction()
    desk.run(add, RemoveAssetAction(names=[NAME]))
    desk.world.attach_asset(ticket.id, machine.id)

    _, said = undo(ticket.id, "--action", add.get_action_id())

    assert desk.attached(ticket) == [machine.id]
    assert "we have done the opposite since, so it is a person's by now" in said


def test_a_run_is_taken_back_by_the_beginning_of_its_id(desk: Desk, undo: Undo) -> None:
    """More than a few tickets need a word more; another run's work stays.

    The first run's line for the summary, too, was told by the second run.
    """
    tag = TagAction(add=["vip"])
    earlier = desk.ticket("Printer")
    desk.run(tag)
    tickets = [desk.ticket(f"Printer {number}") for number in range(4)]
    run_id = str(desk.run(tag, SummaryCommentAction()).run_id)

    code, said = undo(run_id[:13])
    assert code == 2
    assert "would undo 9 actions on 5 tickets" in said
    assert [one.tags for one in tickets] == [["vip"]] * 4

    code, said = undo(run_id[:13], "--action", tag.get_action_id(), "--yes")
    assert code == 0
    assert [one.tags for one in (earlier, *tickets)] == [["vip"], [], [], [], []]
    assert (
        undo("0123")[0] == undo(999)[0] == undo(run_id, "--action", "tag:000000000000:v1")[0] == 2
    )


def test_what_is_undone_is_not_repeated(desk: Desk, log: StateTracker, undo: Undo) -> None:
    """Neither the next occurrence nor the next attempt, though a comment can't be taken back."""
    ticket = desk.ticket("Printer")
    remind = CommentAction("Hello").under(RuleWords(every="1h").made())
    half = Did(
        lambda f, t: f.add_tags(t, ["vip"]), lambda f, t: f.update_ticket(t, {"Title": "New"})
    )
    desk.simulator.faults.add("status_before", "PATCH", r"/tickets/\{id\}$", status=400)
    desk.run(remind, half)
    undo("--ticket", ticket.id, word="retry")

    code, _ = undo(ticket.id)
    desk.simulator.faults.clear()
    sql(
        desk.database_url,
        "UPDATE meta.daemon_action_log SET look_again_at = now() - interval '2h'"
        " WHERE look_again_at IS NOT NULL",
    )
    desk.run(remind, half, retry_seconds=0)

    assert (code, ticket.tags, ticket.title) == (0, [], "Printer")
    assert len(desk.comments(ticket)) == 1
    statuses = {one["action_type"]: one["status"] for one in log.get_ticket_actions(ticket.id)}
    assert (statuses["comment"], statuses["did"]) == ("completed", "skipped")


def test_the_story_explain_and_verify_know_of_it(desk: Desk, machine: Asset, undo: Undo) -> None:
    lab = desk.world.add_lab("aabol Lab")
    ticket = desk.ticket("Printer")
    config = "from ticket_queue_daemon.actions import TagAction\nactions = [TagAction(add=['vip'])]"
    Path("actions.py").write_text(config, "utf-8")
    desk.run(
        TagAction(add=["vip"]),
        Did(
            lambda f, t: f.add_asset(t, machine.id),
            lambda f, t: f.add_configuration_item(t, lab.id),
            lambda f, t: f.add_contact(t, desk.theo.uid),
            lambda f, t: f.update_ticket(t, {"PriorityID": 21}),
        ),
    )
    undo(ticket.id)

    told = undo(ticket.id, word="ticket")[1]
    explained = undo(ticket.id, "--config", "actions.py", word="explain")[1]
    code, verified = undo("--ticket", ticket.id, "--json", word="verify")

    assert "undone by" in told
    assert f"sent: take off asset {machine.id}" in told
    assert "undone by" in explained
    assert "not done again by itself" in explained
    assert "a person took back did:" in explained
    assert (code, '"missing": 0' in verified, '"changed": 4' in verified) == (0, True, True)


def test_a_refusal_is_told_and_can_be_tried_again(
    desk: Desk, log: StateTracker, machine: Asset, undo: Undo
) -> None:
    ticket = desk.ticket(f"{NAME} is slow")
    desk.run(AddAssetAction())
    desk.simulator.faults.add("status_before", "DELETE", r"/assets/", status=403)

    code, said = undo(ticket.id)
    assert code == 1
    assert f"Then `retry --ticket {ticket.id}`, and give this command again." in said
    assert desk.attached(ticket) == [machine.id]

    desk.simulator.faults.clear()
    undo("--ticket", ticket.id, word="retry")
    assert undo(ticket.id)[0] == 0
    assert (desk.attached(ticket), undos(log, ticket)[0]["status"]) == ([], "completed")
    desk.run(SummaryCommentAction())
    assert "take off" not in str(desk.comments(ticket))


@pytest.mark.parametrize("fault", ["drop_after", "drop_before"])
def test_a_lost_answer_is_looked_up(desk: Desk, log: StateTracker, undo: Undo, fault: str) -> None:
    lab = desk.world.add_lab("aabol Lab")
    ticket = desk.ticket("Printer")
    desk.run(
        Did(
            lambda f, t: f.add_configuration_item(t, lab.id),
            lambda f, t: f.add_contact(t, desk.theo.uid),
        )
    )
    for route in (r"/configurationItems/", r"/contacts/"):
        desk.simulator.faults.add(fault, "DELETE", route, nth=1)

    assert undo(ticket.id)[0] == 0

    gone = [one.kind for one in desk.simulator.journal.for_ticket(ticket.id)][-2:]
    assert gone == ["contact_removed", "ci_unlinked"]
    assert (ticket.items, ticket.contacts) == ([], [])
    assert undos(log, ticket)[0]["status"] == "completed"


def test_what_is_not_settled_is_not_touched(desk: Desk, undo: Undo) -> None:
    ticket, other = desk.ticket("Printer"), desk.ticket("Beamer")
    tag = TagAction(add=["vip"])
    desk.run(tag)
    sql(
        desk.database_url,
        "UPDATE meta.daemon_action_log SET status = 'needs_review' WHERE ticket_id = %s",
        ticket.id,
    )
    # A daemon is at work on another action of the other ticket.
    sql(
        desk.database_url,
        "INSERT INTO meta.daemon_action_log (ticket_id, action_id, action_type, status, queue, run_id,"
        " claim_token, claimed_by, claimed_at, lease_until, claims) VALUES (%s, 'x', 'x', 'started',"
        " 'q', gen_random_uuid(), gen_random_uuid(), 'them', now(), now() + interval '1h', 1)",
        other.id,
    )

    assert undo(ticket.id)[0] == 1
    code, said = undo(other.id)

    assert (code, ticket.tags, other.tags) == (1, ["vip"], ["vip"])
    assert "a daemon is at work on the ticket" in said


@pytest.mark.parametrize(
    ("point", "by"),
    [("planned", "undo"), ("effect_marked_sent", "undo"), ("effect_done", "daemon")],
)
def test_killed_and_taken_up_again_it_is_done_once(
    desk: Desk, log: StateTracker, machine: Asset, undo: Undo, point: str, by: str
) -> None:
    """By another undo; what was sent, by the queue's daemon as well."""
    ticket = desk.ticket(f"{NAME} is slow")
    desk.run(AddAssetAction())

    killed = run(desk, "undo", str(ticket.id), DAEMON_FAILPOINT=point)
    let_leases_run_out(desk.database_url)
    if by == "daemon":
        desk.run(AddAssetAction())
    code, _ = undo(ticket.id)

    assert (killed, code) == (-signal.SIGKILL, 0)
    assert len(desk.simulator.journal.for_ticket(ticket.id, "asset_detached")) == 1
    assert [one["status"] for one in undos(log, ticket)] == ["completed"]
    assert desk.attached(ticket) == []


def test_what_bounds_a_run_bounds_an_undo(
    desk: Desk, log: StateTracker, machine: Asset, undo: Undo, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.ticket("Printer")
    attach = Did(lambda f, t: f.add_asset(t, machine.id, name=NAME))
    desk.run(attach)
    assert len(ticket.items) == 1

    monkeypatch.setenv("DAEMON_READ_ONLY", "true")
    code, said = undo(ticket.id)
    assert (code, len(ticket.items), undos(log, ticket)) == (0, 1, [])
    assert "Read-only" in said
    assert f"would take off asset {NAME}" in said
    monkeypatch.delenv("DAEMON_READ_ONLY")

    # The one effect of the run has filled the hour: nothing is begun, and no attempt is counted.
    monkeypatch.setenv("DAEMON_MAX_EFFECTS_PER_HOUR", "1")
    code, said = undo(ticket.id)
    assert (code, len(ticket.items), undos(log, ticket)) == (1, 1, [])
    assert "DAEMON_MAX_EFFECTS_PER_HOUR is 1" in said
    monkeypatch.delenv("DAEMON_MAX_EFFECTS_PER_HOUR")

    # A kind that is not allowed is refused, and what stays as it is does not count as undone.
    monkeypatch.setenv("DAEMON_ALLOWED_EFFECTS", "attach_asset")
    code, said = undo(ticket.id)
    assert (code, len(ticket.items)) == (1, 1)
    assert "detach_asset is not among the effects that DAEMON_ALLOWED_EFFECTS allows" in said
    [row] = [one for one in log.get_ticket_actions(ticket.id) if one["action_type"] == "did"]
    assert "undone" not in row["metadata"]
    monkeypatch.delenv("DAEMON_ALLOWED_EFFECTS")

    # It is to be made due, as any refusal; a pause of the queue is no matter.
    undo("--ticket", ticket.id, word="retry")
    undo("--reason", "something is wrong", word="pause")
    code, said = undo(ticket.id)
    assert (code, ticket.items) == (0, [])
