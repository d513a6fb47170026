"""Rules from files: the same in every form, merged from a folder, run against TDX; secrets stay secret."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ledger import sql
from ticket_queue_daemon.actions import (
    AddAssetAction,
    BaseAction,
    CommentAction,
    StatusChangeAction,
    SummaryCommentAction,
    TagAction,
)
from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.app.parts import name_book
from ticket_queue_daemon.app.rules import Configured, configure
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from desk import Desk

BUILT_IN = Registry.discover(())
YAML = """
version: 1
queue: {report: 1344, max_new_tickets: 7}
defaults: {is_private: true}
actions:
  - add_asset: {max_assets_to_add: 5, fields: [name, tag]}
  - comment: {comment_text: "Ünïcode: yes"}
  - type: tag
    add: [b, a]
  - summary_comment
"""
JSON = json.dumps(
    {
        "version": 1,
        "queue": {"report": 1344, "max_new_tickets": 7},
        "defaults": {"is_private": True},
        "actions": [
            {"add_asset": {"max_assets_to_add": 5, "fields": ["name", "tag"]}},
            {"type": "comment", "comment_text": "Ünïcode: yes"},
            {"tag": {"add": ["b", "a"]}},
            {"summary_comment": None},
        ],
    },
    indent=1,
)
TOML = """
version = 1
queue.report = 1_344
queue.max_new_tickets = 7
[defaults]
is_private = true
[[actions]]
type = "add_asset"
max_assets_to_add = 5
fields = ["name", "tag"]
[[actions]]
comment = { comment_text = "Ünïcode: yes" }
[[actions]]
tag.add = ["b", "a"]
[[actions]]
type = "summary_comment"
"""
PYTHON = """
from ticket_queue_daemon.actions import *
actions = [
    AddAssetAction(max_assets_to_add=5, fields=["name", "tag"]),
    CommentAction("Ünïcode: yes", is_private=True),
    TagAction(add=["a", "b"]),
    SummaryCommentAction(),
]
"""


def written(name: str, text: str) -> Path:
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(textwrap.dedent(text), encoding="utf-8")
    return file


def read(text: str, **environ: str) -> Configured:
    return configure(written("rules.yaml", text), environ=environ, registry=BUILT_IN)


def mistakes(text: str, **environ: str) -> list[str]:
    with pytest.raises(ConfigError) as refused:
        read(text, **environ)
    return [line.strip() for line in refused.value.message.splitlines()[1:]]


def ids(configured: Configured) -> list[str | None]:
    return [one.action_id for one in configured.in_force]


# the same in every form


@pytest.mark.parametrize(
    ("name", "text"), [("a.yaml", YAML), ("a.yml", YAML), ("a.json", JSON), ("a.toml", TOML)]
)
def test_every_form_gives_the_ids_of_the_actions_made_in_python(name: str, text: str) -> None:
    configured = configure(written(name, text), environ={}, registry=BUILT_IN)

    assert ids(configured) == ids(configure(written("actions.py", PYTHON)))
    assert configured.queues[0].settings == {"report_id": 1344, "max_new_tickets": 7}


def test_every_action_of_the_shelf_can_be_named() -> None:
    from ticket_queue_daemon import actions as shelf  # noqa: PLC0415  the list of them

    classes = {one.cls.__name__ for one in BUILT_IN.types.values()}

    assert classes == {name for name in shelf.__all__ if name.endswith("Action")} - {"BaseAction"}


def test_an_option_that_is_its_default_makes_no_other_action() -> None:
    short = read("version: 1\nactions: [add_asset]")
    long = read("version: 1\nactions: [{add_asset: {max_assets_to_add: 10, version: v1}}]")

    assert ids(short) == ids(long) == [AddAssetAction().get_action_id()]


def test_an_anchor_is_what_it_names() -> None:
    configured = read("""
        version: 1
        actions:
          - comment: &usual {comment_text: Hi, is_private: true}
          - comment: {<<: *usual, comment_text: Ho}
    """)

    assert ids(configured) == [
        CommentAction(text, is_private=True).get_action_id() for text in ("Hi", "Ho")
    ]


# a folder


def test_a_folder_is_its_files_in_the_order_of_their_names() -> None:
    written("rules/20-end.toml", 'version = 1\nactions = ["summary_comment"]')
    written("rules/10-tag.yaml", "version: 1\nqueue: {report: 7}\nactions: [{tag: {add: [a]}}]")
    written("rules/15-more.json", '{"queue": {"workers": 2}, "actions": [{"tag": {"add": ["b"]}}]}')
    written("rules/rules.schema.json", "no rules")
    written("rules/README.md", "no rules")

    configured = configure(Path("rules"), environ={}, registry=BUILT_IN)

    assert ids(configured) == [
        TagAction(add=["a"]).get_action_id(),
        TagAction(add=["b"]).get_action_id(),
        SummaryCommentAction().get_action_id(),
    ]
    assert configured.queues[0].settings == {"report_id": 7, "workers": 2}


def test_a_mistake_in_a_folder_names_its_own_file() -> None:
    written("rules/a.yaml", "version: 1\nqueue: {report: 7}\nactions: [{tag: {add: [a]}}]")
    written("rules/b.toml", 'queue.report = 8\n\n[[actions]]\ntype = "tag"\nad = ["b"]')

    with pytest.raises(ConfigError) as refused:
        configure(Path("rules"), environ={}, registry=BUILT_IN)

    assert [line.strip() for line in refused.value.message.splitlines()[1:]] == [
        (
            "rules/b.toml line 1: queue.report: queue.report is set in rules/a.yaml line 2 too; "
            "a key belongs to one file"
        ),
        "rules/b.toml line 5: actions[1].ad: unknown option; did you mean add?",
    ]


def test_a_file_of_a_folder_that_can_not_be_read_hides_no_mistake_of_another() -> None:
    written("rules/a.yaml", "version: 1\nactions: [add_assets]")
    written("rules/b.yaml", "queue: {report: 1")

    with pytest.raises(ConfigError) as refused:
        configure(Path("rules"), registry=BUILT_IN)

    places = [line.split(":")[0].strip() for line in refused.value.message.splitlines()]
    assert places[1:] == ["rules/a.yaml line 2", "rules/b.yaml line 1"]


def test_a_folder_without_rules_is_a_mistake() -> None:
    Path("rules").mkdir()

    with pytest.raises(ConfigError, match="the folder holds no rules"):
        configure(Path("rules"), registry=BUILT_IN)


# variables


def test_a_variable_stands_for_a_text_or_as_a_whole_for_a_number_or_a_boolean() -> None:
    configured = read(
        """
        version: 1
        queue: {report: "${REPORT}"}
        actions:
          - comment:
              comment_text: "Call ${PHONE}, not $${PHONE} or ${NOBODY:-nobody}"
              is_private: ${QUIET:-true}
              new_status_id: ${STATUS}
        """,
        REPORT="1344",
        PHONE="5-5555",
        STATUS="117",
    )

    comment = CommentAction(
        "Call 5-5555, not ${PHONE} or nobody", is_private=True, new_status_id=117
    )
    assert ids(configured) == [comment.get_action_id()]
    assert configured.queues[0].settings == {"report_id": 1344}


# what is said around an action


def test_rule_options_reach_the_action_and_are_in_no_id() -> None:
    plain = read("version: 1\nactions: [{tag: {add: [a]}}, add_asset]")
    ruled = read("""
        version: 1
        defaults: {reevaluate: on_update}
        actions:
          - tag: {add: [a], on_unknown: repeat, enabled: true}
          - add_asset: {reevaluate: never}
          - comment: {comment_text: Hi, enabled: false}
    """)

    assert ids(ruled) == ids(plain)
    assert [(one.reevaluate, one.on_unknown) for one in ruled.actions] == [
        ("on_update", "repeat"),
        ("never", "verify"),
    ]


def test_an_option_with_the_name_of_a_rule_option_breaks_the_plug_in_that_has_it() -> None:
    class Greedy(TagAction):
        """Takes the rule's word."""

        def __init__(self, enabled: bool) -> None:
            super().__init__(add=[str(enabled)])

    registry = Registry.discover([Point("greedy", Greedy)])

    assert "an option enabled, which is a word of the rule" in registry.broken["greedy"]
    with pytest.raises(ConfigError, match=r"this plug-in can't be used: .* Greedy has an option"):
        configure(written("a.yaml", "version: 1\nactions: [greedy]"), registry=registry)


# names


def test_a_name_makes_the_action_that_its_number_makes(desk: Desk) -> None:
    text = "version: 1\nqueue: {report: 1344}\nactions: [{status_change: {new_status_id: %s}}]"
    ticket = desk.ticket("Printer")

    offline = read(text % "In Progress")
    desk.run(config_path=written("rules.yaml", text % "In Progress"), report_id=1344)
    again = desk.run(config_path=written("rules.yaml", text % 117), report_id=1344)

    assert [one.label for one in offline.unsettled] == ["status_change:?:v1"]
    assert desk.world.tickets[ticket.id].status_id == 117
    assert (again.succeeded, desk.writes()) == (0, 1)


def test_every_wrong_name_is_told_with_its_line(desk: Desk) -> None:
    file = written(
        "rules.yaml",
        """\
        version: 1
        actions:
          - status_change:
              new_status_id: In Progres
          - set_fields:
              fields:
                title: x
                priority: Hihg
          - comment: {comment_txt: Hi}
        """,
    )
    client = desk.app(TagAction(add=["a"])).client
    assert client is not None

    with pytest.raises(ConfigError) as refused:
        configure(file, name_book(client), registry=BUILT_IN)

    first, second, *others = [line.strip() for line in refused.value.message.splitlines()[1:]]
    assert first == (
        "rules.yaml line 4: actions[0].status_change.new_status_id: TDX has no active status named "
        "'In Progres'. Did you mean In Progress?"
    )
    assert second.startswith("rules.yaml line 8: actions[1].set_fields.fields.priority: TDX has no")
    assert "Did you mean High?" in second
    assert len(others) == 2


def test_two_ways_to_write_one_action_are_one_action_too_many(desk: Desk) -> None:
    file = written(
        "rules.yaml",
        "version: 1\nactions:\n"
        "  - status_change: {new_status_id: In Progress}\n"
        "  - status_change: {new_status_id: 117}\n",
    )
    client = desk.app(TagAction(add=["a"])).client
    assert client is not None

    with pytest.raises(ConfigError, match=r"line 4: actions\[1\].status_change: the same action"):
        configure(file, name_book(client), registry=BUILT_IN)


# settings


def test_what_is_set_elsewhere_wins_over_the_file(desk: Desk) -> None:
    file = written("rules.yaml", "version: 1\nqueue: {report: 1, workers: 3}\nactions: [add_asset]")

    settings = desk.app(config_path=file, report_id=1344).settings

    assert (settings.report_id, settings.workers) == (1344, 4)


# secrets


class Point:
    """As much of an entry point as the registry asks for."""

    dist = None

    def __init__(self, name: str, cls: type[BaseAction]) -> None:
        self.name, self.value, self._cls = name, f"tests:{cls.__name__}", cls

    def load(self) -> type[BaseAction]:
        return self._cls


TOKEN = "correct-horse-battery"
PLUG_IN = '''
from pydantic import SecretStr
from ticket_queue_daemon.actions import BaseAction


class CallAction(BaseAction):
    """Calls somewhere, in vain.

    Args:
        token: opens the door.
        leak: say it where it must not be said.
    """

    def __init__(self, token: SecretStr, leak: str = "", version: str = "v1"):
        super().__init__(version=version)
        self.token, self.leak = token.get_secret_value(), leak
        if leak == "refusal":
            raise ValueError(f"leak is wrong with {self.token}")

    def get_action_type(self):
        return "call"

    def get_action_config(self):
        return {"leak": self.leak, **({"t": self.token} if self.leak == "config" else {})}

    def execute_action(self, ticket_id, facade, dry_run=False):
        if self.leak == "details":
            return {"success": False, "message": self.token, "details": {"t": [self.token]}}
        raise RuntimeError(f"no door opens with {self.token}")
'''


@pytest.fixture
def _plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An installed package, as pip leaves it."""
    site = tmp_path / "site"
    written(str(site / "tqd_call.py"), PLUG_IN)
    info = site / "tqd_call-1.0.dist-info"
    written(str(info / "METADATA"), "Metadata-Version: 2.1\nName: tqd-call\nVersion: 1.0\n")
    written(
        str(info / "entry_points.txt"),
        "[ticket_queue_daemon.actions]\ncall = tqd_call:CallAction\n",
    )
    monkeypatch.syspath_prepend(str(site))


def everything_stored(database_url: str) -> str:
    tables = sql(
        database_url,
        "SELECT quote_ident(table_schema) || '.' || quote_ident(table_name)"
        " FROM information_schema.tables WHERE table_schema IN ('meta', 'bronze')",
    )
    rows = [
        sql(database_url, f"SELECT to_jsonb(one)::text FROM {name} AS one") for (name,) in tables
    ]
    return str(rows)


@pytest.mark.usefixtures("_plug_in")
def test_a_secret_is_in_no_dump_log_error_or_row(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    written("token", TOKEN + "\n")
    file = written(
        "rules.yaml",
        f"""\
        version: 1
        queue: {{report: 1344}}
        actions:
          - call: {{token: "${{TOKEN}}"}}
          - call: {{token: "file:{Path("token").absolute()}", leak: details}}
          - call: {{token: {TOKEN}, leak: no}}
        """,
    )
    environ = {**desk.simulator.env(), "DATABASE_URL": desk.database_url, "TOKEN": TOKEN}
    for name, setting in environ.items():
        monkeypatch.setenv(name, setting)
    desk.ticket("Printer")

    codes = [
        main(["--config", str(file), "--log", "all.log", "--log-level", "DEBUG"]),
        main(["config", "show", str(file)]),
        main(["config", "show", str(file), "--json"]),
        main(["config", "diff", str(file), str(file)]),
        main(["config", "validate", str(file)]),
    ]

    assert codes == [1, 0, 0, 0, 0]
    told, stored = "".join(capsys.readouterr()), everything_stored(desk.database_url)
    assert "token: ${TOKEN}" in told
    assert "no door opens with ***" in stored
    assert TOKEN not in told + Path("all.log").read_text() + stored


@pytest.mark.usefixtures("_plug_in")
@pytest.mark.parametrize("leak", ["refusal", "config"])
def test_an_action_that_would_give_its_secret_away_is_refused(leak: str) -> None:
    file = written("a.yaml", f"version: 1\nactions:\n  - call: {{token: {TOKEN}, leak: {leak}}}\n")

    with pytest.raises(ConfigError) as refused:
        configure(file)

    assert TOKEN not in refused.value.message
    assert ("with ***" if leak == "refusal" else "holds a secret") in refused.value.message


@pytest.mark.usefixtures("_plug_in")
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("file:token", "file: needs a whole path, such as file:/run/secrets/token"),
        ("file:/nowhere/token", "/nowhere/token can't be read: No such file or directory"),
        ("[1, 2]", "expected a text (a secret; its value is not shown)"),
    ],
)
def test_a_secret_that_can_not_be_had_is_a_mistake(value: str, said: str) -> None:
    file = written("a.yaml", f"version: 1\nactions:\n  - call: {{token: {value}}}\n")

    with pytest.raises(ConfigError) as refused:
        configure(file)

    assert f"a.yaml line 3: actions[0].call.token: {said}" in refused.value.message


# the schema


def validator() -> Any:
    import jsonschema_rs  # noqa: PLC0415  comes with schemathesis

    schema = json.loads((Path(__file__).parents[2] / "docs/rules.schema.json").read_text())
    return jsonschema_rs.Draft202012Validator(schema)


@pytest.mark.parametrize("text", [YAML, TOML], ids=["yaml", "toml"])
def test_the_schema_accepts_what_is_right(text: str) -> None:
    file = written("a.yaml" if text is YAML else "a.toml", text)
    configured = configure(file, environ={}, registry=BUILT_IN)
    assert configured.rules is not None

    assert validator().is_valid(configured.rules.document.data)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"version": 2},
        {"version": 1, "queue": {"raport": 1}},
        {"version": 1, "queue": {"report": "1344"}},
        {"version": 1, "queue": {"report": 1}, "queues": [{"report": 1}]},
        {"version": 1, "defaults": {"enabled": False}},
        {"version": 1, "actions": []},
        {"version": 1, "actions": ["add_assets"]},
        {"version": 1, "actions": ["comment"]},
        {"version": 1, "actions": [{"comment": {"comment_text": 5}}]},
        {"version": 1, "actions": [{"comment": {"comment_text": "a", "is_private": "yes"}}]},
        {"version": 1, "actions": [{"type": "tag", "ad": ["a"]}]},
        {"version": 1, "actions": [{"summary_comment": {"reevaluate": "on_update"}}]},
        {"version": 1, "actions": [{"add_asset": {"reevaluate": "always"}}]},
    ],
    ids=json.dumps,
)
def test_the_schema_refuses_what_is_wrong(wrong: object) -> None:
    assert not validator().is_valid(wrong)


def test_the_schema_knows_every_option_with_its_meaning() -> None:
    schema = json.loads((Path(__file__).parents[2] / "docs/rules.schema.json").read_text())
    for word, kind in BUILT_IN.types.items():
        options = schema["$defs"][f"options_{word}"]["properties"]

        assert options.keys() == {*kind.options.model_fields, *kind.around.model_fields}
        assert [name for name, one in options.items() if not one.get("description")] == []


def test_status_change_and_its_word_agree() -> None:
    for word, kind in BUILT_IN.types.items():
        assert re.fullmatch("[a-z_]+", word)
        assert kind.cls.get_action_type(object.__new__(kind.cls)) == word
    assert BUILT_IN.types["status_change"].cls is StatusChangeAction


@pytest.mark.usefixtures("_plug_in")
def test_no_repr_shows_a_secret() -> None:
    file = written(
        "a.yaml", "version: 1\nactions: [{call: {token: '${T}'}}, {call: {token: plain, leak: x}}]"
    )

    shown = repr(configure(file, environ={"T": TOKEN}))

    assert TOKEN not in shown
    assert "plain" not in shown


def test_rules_around_actions_are_obeyed_from_a_file(desk: Desk) -> None:
    """Conditions, limits and order, read from the file and carried out."""
    file = written(
        "rules.yaml",
        """
version: 1
queue: {report: 1344, time_zone: America/Detroit, business_hours: "daily 00:00-24:00"}
actions:
  - tag: {add: [printing], when: 'mentions(ticket.Title, "printer")', label: printing, stop: true}
  - comment: {comment_text: "No printer", depends_on: printing, label: never}
  - comment: {comment_text: "After a while", after: 2 business days}
  - comment: {comment_text: "At once", once_per: requestor}
""",
    )
    printer, screen = desk.ticket("The printer"), desk.ticket("A screen")

    report = desk.run(config_path=file)

    assert printer.tags == ["printing"]
    assert (desk.comments(printer), desk.comments(screen)) == ([], ["At once"])
    assert report.failed == 0
