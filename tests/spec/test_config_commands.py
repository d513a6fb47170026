"""``config`` and ``actions``: what they say, by the real entry point, with TDX and without."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ticket_queue_daemon.actions import AddAssetAction, CommentAction, SummaryCommentAction
from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.actions.rule_options import RuleOptions
from ticket_queue_daemon.app.rules import configure
from ticket_queue_daemon.app.starter import Tenant, starter
from ticket_queue_daemon.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable

    from desk import Desk

    Command = Callable[..., str]

RULES = """\
version: 1
queue: {report: 1344}
actions:
  - add_asset
  - status_change: {new_status_id: In Progress}
  - comment: {comment_text: "${GREETING:-Hello}", enabled: false}
  - summary_comment
"""


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """What a command says on stdout and, after it, on stderr."""

    def run(*args: str, code: int = 0) -> str:
        capsys.readouterr()
        assert main(args) == code
        told = capsys.readouterr()
        return told.out + told.err

    return run


@pytest.fixture
def tdx(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """The settings for TDX and a database are in the environment."""
    for name, value in {**desk.simulator.env(), "DATABASE_URL": desk.database_url}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DAEMON_REPORT_ID", raising=False)
    return desk


def saved(text: str, name: str = "rules.yaml") -> str:
    Path(name).write_text(text, encoding="utf-8")
    return name


def document(text: str) -> dict[str, Any]:
    return dict(json.loads(text))


# validate


def test_validate_without_tdx_says_that_names_were_not_looked_up(command: Command) -> None:
    assert command("config", "validate", saved(RULES)) == (
        "rules.yaml is right: 3 actions (1 disabled) on report 1344.\n"
        "Names were not looked up, since TDX is not configured: "
        "rules.yaml line 5: actions[1].status_change.\n"
    )


def test_validate_tells_all_and_ends_with_2(command: Command) -> None:
    told = command("config", "validate", saved("version: 1\nactions: [ad_asset, comment]"), code=2)

    assert told.splitlines() == [
        "rules.yaml can't be used, 2 mistakes:",
        "  rules.yaml line 2: actions[0]: unknown action ad_asset; did you mean add_asset?",
        (
            "  rules.yaml line 2: actions[1].comment_text: missing: what to say; plain text, or HTML "
            "with `is_rich_html`."
        ),
        "Put it right and look again: ticket-queue-daemon config validate rules.yaml",
    ]


def test_validate_takes_the_configured_file(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "No rules file is named." in command("config", "validate", code=2)
    monkeypatch.setenv("DAEMON_CONFIG", saved("version: 1\nactions: [add_asset]"))

    told = command("config", "validate")

    assert told == (
        "rules.yaml is right: 1 action on a report that is still to be named (--report-id).\n"
    )


def test_a_file_that_is_not_there(command: Command) -> None:
    assert command("config", "validate", "none.yaml", code=2).startswith(
        "none.yaml does not exist.\n"
    )


def test_validate_looks_names_up_unless_told_not_to(tdx: Desk, command: Command) -> None:
    right = command("config", "validate", saved(RULES))
    wrong = saved(RULES.replace("In Progress", "In Progres"), "wrong.yaml")

    assert right == "rules.yaml is right: 3 actions (1 disabled) on report 1344.\n"
    assert "wrong.yaml line 5: actions[1].status_change.new_status_id: TDX has no active" in (
        command("config", "validate", wrong, code=2)
    )
    calls = len(tdx.simulator.requests)
    assert "since --no-check was given" in command("config", "validate", wrong, "--no-check")
    assert len(tdx.simulator.requests) == calls


def test_a_run_for_which_nobody_names_the_report_says_where_to_name_it(
    tdx: Desk, command: Command
) -> None:
    del tdx
    told = command("--config", saved("version: 1\nactions: [add_asset]"), code=2)

    assert told.splitlines()[-2:] == [
        "No report is named: rules.yaml has no queue: {report: ...}.",
        "Write it there, or give --report-id, DAEMON_REPORT_ID or DAEMON_SEARCH_ID.",
    ]


# show


def test_show_prints_the_rules_in_force_as_a_file_that_means_the_same(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREETING", "a secret greeting")
    monkeypatch.setenv("DAEMON_INTERVAL", "60")

    told = command("config", "show", saved(RULES))

    shown, note = told.rsplit("Names were not looked up", 1)
    assert "  interval: 60\n" in shown
    assert f"  # {AddAssetAction().get_action_id()}\n  - add_asset:\n" in shown
    assert "  # status_change:?:v1: only TDX can tell the id, since there are names\n" in shown
    assert "  # disabled\n  - comment:\n      comment_text: ${GREETING:-Hello}\n" in shown
    assert "actions[1].status_change" in note
    assert "a secret greeting" not in told
    again = configure(Path(saved(shown, "again.yaml")))
    assert again.rules is not None
    first = configure(Path("rules.yaml")).rules
    assert first is not None
    assert again.rules.actions == first.actions


def test_show_tells_the_id_that_a_name_comes_to(tdx: Desk, command: Command) -> None:
    del tdx
    told = document(command("config", "show", saved(RULES), "--json"))

    numbered = configure(Path(saved(RULES.replace("In Progress", "117"), "numbered.yaml")))
    assert [one["id"] for one in told["actions"]] == [one.action_id for one in numbered.made]
    assert [one["enabled"] for one in told["actions"]] == [True, True, False, True]
    assert told["actions"][2]["rule"] == {"enabled": False}
    assert told["queue"]["report"] == 1344


def test_show_of_a_python_file_is_what_makes_the_ids(command: Command) -> None:
    saved(
        "from ticket_queue_daemon.actions import *\n"
        "actions = [CommentAction('Hi'), StatusChangeAction('On Hold')]\n",
        "actions.py",
    )

    told = command("config", "show", "actions.py")

    assert told.startswith(f'{CommentAction("Hi").get_action_id()}\n  comment_text: "Hi"\n')
    assert "status_change:?:v1: only TDX can tell the id" in told


# diff


def test_diff_tells_what_runs_again_on_how_many_tickets_and_why(
    tdx: Desk, command: Command
) -> None:
    old = "version: 1\nqueue: {report: 1344, max_new_tickets: 2}\nactions:\n"
    same = "  - status_change: {new_status_id: In Progress}\n"
    saved(f"{old}  - comment: {{comment_text: Hi}}\n{same}  - tag: {{add: [a]}}\n", "old.yaml")
    for number in range(3):
        tdx.ticket(f"Printer {number}")
    assert main(["--config", "old.yaml", "--confirm", "no:such:one"]) == 2
    tdx.run(config_path=Path("old.yaml"), max_new_tickets=50)
    tdx.ticket("Screen")
    new = saved(
        f"{old.replace('2', '3', 1)}  - comment: {{comment_text: Ho, is_private: true}}\n"
        f"{same.replace('In Progress', '117')}  - set_fields: {{fields: {{title: x}}}}\n",
        "new.yaml",
    )
    writes = tdx.writes()

    told = command("config", "diff", "old.yaml", new)
    asked = document(command("config", "diff", "old.yaml", new, "--json"))

    lines = [re.sub(":[0-9a-f]{12}:", ":…:", line) for line in told.splitlines()]
    assert lines == [
        "runs again comment:…:v1  on 4 of the 4 tickets now in the report",
        "           instead of comment:…:v1",
        "           comment_text was 'Hi', is 'Ho'",
        "           is_private was False, is True",
        "           more than 3 (max_new_tickets): a run is refused without --confirm comment:…:v1",
        "same       status_change:…:v1  new on 1 ticket",
        "new        set_fields:…:v1  on 4 of the 4 tickets now in the report",
        "           more than 3 (max_new_tickets): a run is refused without --confirm set_fields:…:v1",
        "gone       tag:…:v1",
        "queue      max_new_tickets was 2, is 3",
    ]
    assert [(one["state"], one["new_on_tickets"]) for one in asked["actions"]] == [
        ("runs again", 4),
        ("same", 1),
        ("new", 4),
        ("gone", None),
    ]
    assert asked["tickets_in_report"] == 4
    assert tdx.writes() == writes


def test_diff_without_tdx_never_guesses_what_names_mean(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GREETING", "a secret greeting")
    new = RULES.replace("In Progress", "On Hold").replace(", enabled: false", "")

    told = command("config", "diff", saved(RULES), saved(new, "new.yaml"))

    assert "not known  status_change:?:v1\n           instead of status_change:?:v1\n" in told
    assert "new_status_id was 'In Progress', is 'On Hold'" in told
    assert "new        comment:" in told
    assert "Whether names mean the same is not known, since TDX is not configured." in told
    back = command("config", "diff", "new.yaml", "rules.yaml")
    assert "disabled   comment:" in back
    assert "a secret greeting" not in told + back


def test_diff_of_what_is_said_around_an_action_executes_nothing_again(command: Command) -> None:
    saved("version: 1\nactions: [add_asset]", "old.yaml")
    saved("version: 1\nactions: [{add_asset: {reevaluate: on_update}}]", "new.yaml")

    told = command("config", "diff", "old.yaml", "new.yaml")

    assert told.splitlines() == [
        f"same       {AddAssetAction().get_action_id()}",
        "           reevaluate was 'never', is 'on_update'",
    ]


def test_diff_shows_no_value_of_a_variable_even_in_part(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LONG", "0123456789" * 8)
    saved('version: 1\nactions: [{comment: {comment_text: "Hi ${LONG}"}}]', "old.yaml")
    saved('version: 1\nactions: [{comment: {comment_text: "Ho ${LONG}"}}]', "new.yaml")

    told = command("config", "diff", "old.yaml", "new.yaml")

    assert "comment_text was 'Hi ${LONG}', is 'Ho ${LONG}'" in told


# init


def test_init_writes_what_tdx_has_and_the_schema_and_overwrites_nothing(
    tdx: Desk, command: Command
) -> None:
    del tdx
    told = command("--report-id", "1344", "config", "init")
    text = Path("rules.yaml").read_text(encoding="utf-8")

    assert told.startswith("rules.yaml is written, with what your TDX has.")
    assert "report: 1344\n" in text
    assert "#   117      In Progress" in text
    assert json.loads(Path("rules.schema.json").read_text(encoding="utf-8"))["title"]
    assert "exists already and is left as it is" in command("config", "init", code=2)

    # What is commented out is right as well, names and all.
    lines = text.splitlines()
    opened = [
        re.sub(r"^( *)# (?=( *)(- |[a-z_]+:))", r"\1", line) if line.startswith("  ") else line
        for line in lines
    ]
    assert opened != lines
    saved("\n".join(opened), "opened.yaml")
    assert command("config", "validate", "opened.yaml") == (
        "opened.yaml is right: 6 actions on report 1344.\n"
    )


def test_init_without_tdx_is_a_starter_all_the_same(command: Command) -> None:
    told = command("config", "init", "my rules.yaml")

    assert "without a look at TDX, since TDX is not configured" in told
    assert "'my rules.yaml'" in Path("my rules.yaml").read_text(encoding="utf-8")
    configured = configure(Path("my rules.yaml"))
    assert [one.action_id for one in configured.made] == [
        one.get_action_id() for one in (AddAssetAction(), SummaryCommentAction())
    ]


@pytest.mark.parametrize("name", ["yes", "a: b", "# x", "Größe", "it's", '"', "1", "- a", "{x}"])
def test_init_quotes_a_name_where_yaml_would_misread_it(name: str) -> None:
    tenant = Tenant({"ticket statuses": [(5, name)]})
    text = starter("rules.yaml", 1, tenant).replace(
        "  # - status_change:\n  #     new", "  - status_change:\n      new"
    )

    configured = configure(Path(saved(text)), environ={}, registry=Registry.discover(()))

    [rule] = [one.rule for one in configured.made if one.word == "status_change"]
    assert rule is not None
    assert rule.options.model_dump()["new_status_id"] == name


# schema and actions


def test_schema_prints_the_schema_whatever_the_settings(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAEMON_WORKERS", "none")

    assert document(command("config", "schema"))["properties"]["version"]["const"] == 1


def test_actions_list_names_them_all(command: Command) -> None:
    told = document(command("actions", "list", "--json"))

    assert {one["name"] for one in told["actions"]} == set(Registry.discover(()).types)
    assert "add_asset" in command("actions", "list")


def test_actions_show_tells_the_options_the_rules_words_and_the_shortest_way(
    command: Command,
) -> None:
    told = command("actions", "show", "status_change")
    asked = document(command("actions", "show", "status_change", "--json"))

    assert "new_status_id" in told
    assert told.endswith("- status_change:\n    new_status_id: ...\n")
    assert asked["options"][0] == {
        "name": "new_status_id",
        "type": "whole number or text",
        "default": "required",
        "meaning": "the status, by number or by name.",
    }
    assert {one["name"] for one in asked["rule_options"]} == set(RuleOptions.model_fields)


def test_actions_show_of_none_suggests_one(command: Command) -> None:
    assert command("actions", "show", "status", code=2).startswith(
        "There is no action status; did you mean status_change?"
    )
