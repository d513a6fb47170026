"""Another system is told of each ticket once, and by nobody else; what can't be known is held."""

from __future__ import annotations

import base64
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from hook import DROP, SECRET, Hook, Reply, hook
from ticket_queue_daemon.actions import CommentAction, SummaryCommentAction, WebhookAction
from ticket_queue_daemon.actions.webhook import _compiled, _filled
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.models import Ticket

if TYPE_CHECKING:
    from desk import Desk
    from ticket_queue_daemon.simulator.entities import Ticket as SimTicket
    from ticket_queue_daemon.store.tracker import StateTracker

__all__ = ["hook"]

PAGE = (Path(__file__).parents[2] / "docs" / "webhooks.md").read_text(encoding="utf-8")


def webhook(hook: Hook, **options: Any) -> WebhookAction:
    return WebhookAction(**{"url": hook.url, "secret": SECRET, "name": "inventory", **options})


def row_of(log: StateTracker, ticket: SimTicket) -> dict[str, Any]:
    (row,) = log.get_ticket_actions(ticket.id)
    return row


def is_genuine(hook: Hook) -> bool:
    """By the code that docs/webhooks.md gives to whoever writes a receiver."""
    page: dict[str, Any] = {}
    exec(re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)[0], page)  # noqa: S102
    told = hook.told[-1]
    changed = (
        {**told.headers, "idempotency-key": "another"},
        {**told.headers, "x-tqd-timestamp": str(int(told.headers["x-tqd-timestamp"]) + 1)},
        {**told.headers, "x-tqd-timestamp": "1767225600"},
    )
    forged = [page["is_genuine"](SECRET, headers, told.body) for headers in changed]
    forged += [
        page["is_genuine"](SECRET, told.headers, told.body + b" "),
        page["is_genuine"](f"{SECRET}x", told.headers, told.body),
    ]
    return page["is_genuine"](SECRET, told.headers, told.body) and not any(forged)


def test_applied_and_told(desk: Desk, hook: Hook, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")

    report = desk.run(webhook(hook), SummaryCommentAction())

    assert report.failed == 0
    (told,) = hook.told
    said = json.loads(told.body)
    assert (told.path, said["run"]) == ("/hooks/tickets", str(report.run_id))
    assert said["action"] == webhook(hook).get_action_id()
    assert said["ticket"]["id"] == ticket.id
    assert set(said["ticket"]) == {"id", "title", "status_name", "created_date", "modified_date"}
    assert is_genuine(hook)
    assert "Told inventory" in desk.comments(ticket)[-1]
    assert {row["status"] for row in log.get_ticket_actions(ticket.id)} == {"completed"}


def test_a_dry_run_says_it_and_posts_nothing(desk: Desk, hook: Hook, log: StateTracker) -> None:
    ticket = desk.ticket("Printer")

    report = desk.run(webhook(hook), dry_run=True)

    assert report.plans[0].effects == ("post a webhook to inventory",)
    assert "Printer" in report.plans[0].reason
    assert (hook.told, log.get_ticket_actions(ticket.id)) == ([], [])


def test_repeated_it_does_nothing(desk: Desk, hook: Hook) -> None:
    desk.ticket("Printer")

    desk.run(webhook(hook))
    again = desk.run(webhook(hook))

    assert (again.executed, len(hook.told)) == (0, 1)


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(422, '{"Message": "No such room."}'), "No such room."),
        (Reply(302, headers={"Location": "/elsewhere"}), "never followed"),
    ],
)
def test_refused_it_fails_for_good_in_the_receivers_words(
    desk: Desk, hook: Hook, log: StateTracker, reply: Reply, words: str
) -> None:
    ticket = desk.ticket("Printer")
    hook.replies.append(reply)

    for _ in range(2):
        desk.run(webhook(hook), retry_seconds=0)

    assert [one.path for one in hook.told] == ["/hooks/tickets"]
    assert row_of(log, ticket)["status"] == "failed"
    assert words in row_of(log, ticket)["error_message"]


@pytest.mark.parametrize("reply", [DROP, Reply(500)])
def test_in_doubt_it_is_held_and_not_repeated(
    desk: Desk, hook: Hook, log: StateTracker, reply: Reply
) -> None:
    ticket = desk.ticket("Printer")
    hook.replies.append(reply)

    first = desk.run(webhook(hook), retry_seconds=0)
    desk.run(webhook(hook), retry_seconds=0)

    assert (first.held, len(hook.told)) == (1, 1)
    assert row_of(log, ticket)["status"] == "needs_review"
    assert "can't be asked" in row_of(log, ticket)["error_message"]


def test_a_person_who_says_try_again_sends_it_with_the_same_key(
    desk: Desk, hook: Hook, log: StateTracker, monkeypatch: pytest.MonkeyPatch
) -> None:
    ticket = desk.ticket("Printer")
    hook.replies.append(DROP)
    desk.run(webhook(hook))
    monkeypatch.setenv("DATABASE_URL", desk.database_url)

    assert main(["resolve", str(ticket.id), "--retry"]) == 0
    desk.run(webhook(hook))

    assert len(hook.told) == 2
    assert len(set(hook.keys)) == 1
    assert row_of(log, ticket)["status"] == "completed"


def test_a_receiver_that_honours_keys_is_told_again_in_the_same_words(
    desk: Desk, hook: Hook, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")
    hook.replies.append(DROP)

    report = desk.run(webhook(hook, on_unknown="repeat"))

    assert report.failed == 0
    first, second = hook.told
    assert (first.key, first.body) == (second.key, second.body)
    assert is_genuine(hook)
    assert row_of(log, ticket)["status"] == "completed"


@pytest.mark.parametrize(
    "reply", [Reply(429), Reply(503, headers={"Retry-After": "0"})], ids=["429", "503"]
)
def test_later_means_again_with_the_same_key(
    desk: Desk, hook: Hook, log: StateTracker, reply: Reply
) -> None:
    ticket = desk.ticket("Printer")
    hook.replies.append(reply)

    first = desk.run(webhook(hook), retry_seconds=0)
    desk.run(webhook(hook), retry_seconds=0)

    assert (first.failed, len(set(hook.keys)), len(hook.told)) == (1, 1, 2)
    assert row_of(log, ticket)["status"] == "completed"


def test_whoever_asks_to_be_left_alone_is(desk: Desk, hook: Hook) -> None:
    for title in ("Printer", "Screen", "Mouse"):
        desk.ticket(title)
    hook.replies.append(Reply(429, headers={"Retry-After": "600"}))

    report = desk.run(webhook(hook), workers=1)

    assert (report.failed, len(hook.told)) == (3, 1)


def test_a_receiver_that_is_away_stops_nothing_else(
    desk: Desk, hook: Hook, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")
    nobody = webhook(hook, url="http://127.0.0.1:9/")

    report = desk.run(nobody, CommentAction("Hello"))

    assert desk.comments(ticket) == ["Hello"]
    assert (report.failed, report.succeeded, report.stopped) == (1, 1, "")
    rows = {row["action_type"]: row for row in log.get_ticket_actions(ticket.id)}
    assert "can't be reached" in rows["webhook"]["error_message"]


def test_in_doubt_of_an_action_that_is_gone_nothing_is_sent_anywhere(
    desk: Desk, hook: Hook, log: StateTracker
) -> None:
    ticket = desk.ticket("Printer")
    hook.replies += [DROP, DROP]
    desk.run(webhook(hook, on_unknown="repeat"), retry_seconds=0)

    desk.run(CommentAction("Hello"), retry_seconds=0)

    assert len(hook.told) == 2
    rows = {row["action_type"]: row for row in log.get_ticket_actions(ticket.id)}
    assert "its address is not known" in rows["webhook"]["error_message"]
    assert rows["webhook"]["status"] == "failed"


def test_verify_can_not_check_it_and_says_so(
    desk: Desk, hook: Hook, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk.ticket("Printer")
    desk.run(webhook(hook))
    for name, value in {**desk.simulator.env(), "DATABASE_URL": desk.database_url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("DAEMON_SETTLE_SECONDS", "0")
    capsys.readouterr()

    code = main(["verify", "--json"])

    told = json.loads(capsys.readouterr().out)
    assert (code, {kind for kind, many in told["counts"].items() if many}) == (0, {"unchecked"})


def test_no_secret_is_seen_anywhere(
    desk: Desk, hook: Hook, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Though the receiver repeats all that it was sent, and the log is at its most talkative."""
    desk.ticket("Printer")
    pair = base64.b64encode(b"user:pass-word-4711").decode()
    secrets = [SECRET, "pass-word-4711", "T0KEN-IN-THE-PATH", "bearer-9f8e7d", pair]
    hook.replies.append(Reply(400, " ".join(secrets)))
    file, log_file = tmp_path / "actions.py", tmp_path / "daemon.log"
    file.write_text(
        "from ticket_queue_daemon.actions import WebhookAction\n"
        f"actions = [WebhookAction('http://user:pass-word-4711@{hook.host}/T0KEN-IN-THE-PATH', "
        f"{SECRET!r}, name='inventory', headers={{'X-Token': 'bearer-9f8e7d'}})]\n"
        f"print(actions, vars(actions[0]), actions[0].get_action_config())\n"
    )
    for name, value in {**desk.simulator.env(), "DATABASE_URL": desk.database_url}.items():
        monkeypatch.setenv(name, value)

    main(["--config", str(file), "--dry-run"])
    main(["--config", str(file), "--log", str(log_file), "--log-level", "DEBUG"])

    assert hook.told[0].headers["x-token"] == "bearer-9f8e7d"
    assert hook.told[0].headers["authorization"] == f"Basic {pair}"
    with psycopg.connect(desk.database_url) as connection:
        stored = [
            str(connection.execute(f"SELECT * FROM meta.{table}").fetchall())
            for table in ("daemon_action_log", "daemon_action_history", "daemon_summary_lines")
        ]
    seen = "".join([*stored, log_file.read_text()])
    assert "inventory answered 400" in seen
    assert [secret for secret in secrets if secret in seen] == []


def test_what_it_prints_of_itself_holds_no_secret(hook: Hook) -> None:
    action = webhook(hook, headers={"X-Token": "bearer-9f8e7d"})

    shown = f"{action!r} {vars(action)} {action.receiver!r} {action.get_action_config()}"

    assert [one for one in (SECRET, "bearer-9f8e7d", hook.url) if one in shown] == []


class TestTheSameActionStays:
    def test_with_another_secret_address_and_manner(self, hook: Hook) -> None:
        other = webhook(
            hook,
            url="https://new.example.edu/x",
            secret=f"{SECRET}-new",
            headers={"X-Token": "t"},
            timeout=3,
            on_unknown="repeat",
        )

        assert other.get_action_id() == webhook(hook).get_action_id()

    @pytest.mark.parametrize("change", [{"name": "other"}, {"fields": ["id"]}, {"body": {"a": 1}}])
    def test_but_not_when_others_are_told_or_other_things(
        self, hook: Hook, change: dict[str, Any]
    ) -> None:
        assert webhook(hook, **change).get_action_id() != webhook(hook).get_action_id()


class TestBody:
    def test_the_fields_that_are_named(self, desk: Desk, hook: Hook) -> None:
        desk.ticket("Printer").attributes[18376] = "B 12"

        desk.run(webhook(hook, fields=["requestor_email", "attributes"]))

        ticket = json.loads(hook.told[0].body)["ticket"]
        assert ticket["requestor_email"] == desk.alice.email
        (attribute,) = ticket["attributes"]
        assert (attribute["id"], attribute["value"]) == (18376, "B 12")

    def test_a_body_of_ones_own(self, desk: Desk, hook: Hook) -> None:
        desk.ticket('Printer "1"')
        body = {"text": "{{ ticket.title }}", "many": [1, {"who": "{{ requestor.name }}"}]}

        desk.run(webhook(hook, body=body, template=True))

        assert json.loads(hook.told[0].body) == {
            "text": 'Printer "1"',
            "many": [1, {"who": "Alice Rivera"}],
        }

    @settings(max_examples=50)
    @given(title=st.text())
    def test_whatever_a_ticket_says_stays_in_its_text(self, title: str) -> None:
        class Facade:
            def get_ticket(self, ticket_id: int) -> Ticket:
                return Ticket.model_construct(id=ticket_id, title=title)

            def directory(self) -> Any:
                return self

            def now(self) -> str:
                return ""

        body = _compiled({"a": "<{{ ticket.title }}>", "b": 1}, "body")

        assert _filled(body, 1, Facade()) == {"a": f"<{title}>", "b": 1}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"url": "http://inventory.example.edu/x"}, "not asked over https"),
        ({"url": "ftp://inventory.example.edu/x"}, "no address"),
        ({"url": "https:///x"}, "no address"),
        ({"url": "https://a.example.edu/x y"}, "no address"),
        ({"url": "https://a.example.edu:99999/"}, "no address"),
        ({"url": "https://a.example.edu/#x"}, "no address"),
        ({"secret": "short"}, "16 characters"),
        ({"name": "<b>"}, "can't be named"),
        ({"fields": ["titel"]}, "no field 'titel'"),
        ({"fields": ["id"], "body": {}}, "both fields and body"),
        ({"template": True}, "no body"),
        ({"body": {"a": ["{{ ticket.titel }}"]}, "template": True}, "body.a[0], line 1"),
        ({"headers": {"Idempotency-Key": "x"}}, "set by the daemon"),
        ({"headers": {"X-Token": "a\r\nb"}}, "can't be sent"),
        ({"headers": {"X Token": "a"}}, "no name of a header"),
        ({"timeout": 0}, "timeout"),
        ({"on_unknown": "guess"}, "on_unknown"),
    ],
)
def test_what_can_not_work_is_said_at_the_start(options: dict[str, Any], words: str) -> None:
    given = {"url": "https://inventory.example.edu/x", "secret": SECRET, **options}

    with pytest.raises(ConfigError) as raised:
        WebhookAction(**given)

    assert words in raised.value.message
    assert SECRET not in f"{raised.value.message} {raised.value.advice}"


def test_two_receivers_of_one_name_are_refused(desk: Desk, hook: Hook) -> None:
    desk.ticket("Printer")
    other = webhook(hook, secret=f"{SECRET}-other", fields=["id"])

    with pytest.raises(ConfigError, match="by different url, secret"):
        desk.run(webhook(hook), other)

    assert hook.told == []
