"""``docs/rules.md`` and ``docs/extending.md``: every printed file is loaded or run; the schema is current."""

from __future__ import annotations

import json
import re
import sys
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING

import jsonschema_rs
import pytest

from desk import desk
from ticket_queue_daemon.actions.registry import BUILT_IN, Registry
from ticket_queue_daemon.app.rules import Configured, configure
from ticket_queue_daemon.cli import main
from ticket_queue_daemon.cli.config import schema_text

if TYPE_CHECKING:
    from desk import Desk

__all__ = ["desk"]

DOCS = Path(__file__).parents[2] / "docs"
SCHEMA = (DOCS / "rules.schema.json").read_text(encoding="utf-8")
FORMS = [("yaml", "yaml"), ("toml", "toml"), ("json", "json"), ("python", "py")]


def printed(page: str, language: str, number: int = 0) -> str:
    text = (DOCS / page).read_text(encoding="utf-8")
    return str(re.findall(rf"```{language}\n(.*?)```", text, re.DOTALL)[number])


def saved(name: str, text: str) -> Path:
    file = Path(name)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return file


def loaded(language: str, ending: str) -> Configured:
    return configure(saved(f"rules.{ending}", printed("rules.md", language)), environ={})


def test_the_schema_is_current() -> None:
    assert schema_text(Registry.discover(())) == SCHEMA, (
        "ticket-queue-daemon config schema > docs/rules.schema.json"
    )


def test_the_schema_is_a_schema() -> None:
    jsonschema_rs.Draft202012Validator(json.loads(SCHEMA))
    jsonschema_rs.meta.validate(json.loads(SCHEMA))


@pytest.mark.parametrize(("language", "ending"), FORMS)
def test_every_printed_file_is_right(language: str, ending: str) -> None:
    configured = loaded(language, ending)

    assert configured.actions[-1].get_action_type() == "summary_comment"
    if configured.rules is not None:
        validator = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA))
        assert validator.is_valid(configured.rules.document.data)


def test_every_further_yaml_of_the_page_is_right_and_fits_the_schema() -> None:
    blocks = re.findall(r"```yaml\n(.*?)```", (DOCS / "rules.md").read_text("utf-8"), re.DOTALL)
    validator = jsonschema_rs.Draft202012Validator(json.loads(SCHEMA))
    several = []
    for number, text in enumerate(blocks):
        configured = configure(saved(f"rules{number}.yaml", text), environ={})
        assert configured.rules is not None
        assert validator.is_valid(configured.rules.document.data)
        several.append(len(configured.queues))

    assert max(several) > 1


def test_the_short_ones_are_the_same() -> None:
    toml, json_ = loaded("toml", "toml"), loaded("json", "json")

    assert [one.action_id for one in toml.made] == [one.action_id for one in json_.made]
    assert toml.queues[0].settings == json_.queues[0].settings


def test_the_whole_one_does_what_it_says(desk: Desk) -> None:
    machine = desk.asset("IC-EHLB760-F16", "C02XJ0AXJGH5")
    ticket = desk.ticket("IC-EHLB760-F16 is slow")

    report = desk.run(config_path=saved("rules.yaml", printed("rules.md", "yaml")))

    assert (report.failed, desk.attached(ticket)) == (0, [machine.id])
    seen = desk.world.tickets[ticket.id]
    assert (seen.responsible_uid, seen.status_id) == (desk.theo.uid, 115)
    assert "Dear Alice,\nwe are looking into it. Call 5-5555" in desk.comments(ticket)[0]
    assert "Added tag seen-by-daemon" in desk.comments(ticket)[-1]


def test_the_readmes_file_is_run(desk: Desk) -> None:
    readme = (DOCS.parent / "README.md").read_text(encoding="utf-8")
    [text] = re.findall(r"```yaml\n(.*?)```", readme, re.DOTALL)
    ticket = desk.ticket("Printer")

    report = desk.run(config_path=saved("rules.yaml", text))

    assert (report.failed, desk.world.tickets[ticket.id].status_id) == (0, 117)


def test_the_printed_plug_in_works_as_printed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    project = tomllib.loads(printed("extending.md", "toml"))["project"]
    [(group, points)] = project["entry-points"].items()
    # As pip leaves it.
    saved("site/tqd_escalate/__init__.py", printed("extending.md", "python", 0))
    info = f"site/tqd_escalate-{project['version']}.dist-info"
    saved(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: 1\n")
    lines = [f"{word} = {target}" for word, target in points.items()]
    saved(f"{info}/entry_points.txt", "\n".join([f"[{group}]", *lines]))
    monkeypatch.syspath_prepend(str(Path("site").absolute()))
    monkeypatch.delitem(sys.modules, "tqd_escalate", raising=False)
    leak = desk.ticket("Water in the server room")
    other = desk.ticket("Printer")

    report = desk.run(config_path=saved("rules.yaml", printed("extending.md", "yaml")))

    assert (report.failed, report.succeeded) == (0, 2)
    assert desk.world.tickets[leak.id].priority_id != desk.world.tickets[other.id].priority_id
    assert desk.comments(leak)[0].count("Raised the priority: the title says water") == 1

    assert main(["actions", "list", "--json"]) == 0
    listed = {one["name"]: one["from"] for one in json.loads(capsys.readouterr().out)["actions"]}
    assert (listed["escalate"], listed["tag"]) == ("tqd-escalate", BUILT_IN)

    # Its own test, as printed.
    tests: dict[str, object] = {}
    exec(printed("extending.md", "python", 1), tests)  # noqa: S102  our own page
    for name, test in tests.items():
        if name.startswith("test_"):
            assert callable(test)
            test()
