"""Whatever stands in a file: it is right, or it is told what is wrong; and a dump means the same."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ticket_queue_daemon.actions.registry import Registry
from ticket_queue_daemon.app.rules import configure
from ticket_queue_daemon.config.dump import as_yaml
from ticket_queue_daemon.config.rules_file import load_rules
from ticket_queue_daemon.errors import ConfigError

if TYPE_CHECKING:
    from ticket_queue_daemon.config.rules_model import Rules

BUILT_IN = Registry.discover(())
VOCABULARY = BUILT_IN.vocabulary()
FILES = {
    "yaml": """
version: 1
queue: {report: 1344, id_column: "Ticket ID"}
defaults: &d {is_private: true}
actions:
  - add_asset: {patterns: {kiosk: "kio[0-9]{3}"}, active_status_ids: [38]}
  - comment: {<<: *d, comment_text: "Call ${PHONE:-5}"}
  - type: set_fields
    fields: {priority: High, title: null}
  - summary_comment
""",
    "toml": """
version = 1
queue.report = 1_344
[defaults]
"is_private" = true
[[actions]]
type = "tag"
add = ["a", 'b'] # c
[[actions]]
comment = { comment_text = \"\"\"Hi
ho\"\"\" }
""",
    "json": """{
  "version": 1, "queue": {"report": 1344},
  "actions": [{"comment": {"comment_text": "Hi \\u00fc", "notify": ["a@b.c"]}}, "summary_comment"]
}""",
}
SNIPPETS = st.one_of(
    st.text(max_size=3),
    st.sampled_from(
        ["\n", "  ", "\t", ": ", "- ", "[", "]", "{", "}", '"', "'", "${", "}", "*d", "&d"]
    ),
    st.sampled_from(
        ["null", "true", "-1", "1e999", "enabled: 5", "type: tag", "version: 2", "!!set"]
    ),
)


@st.composite
def mangled(draw: st.DrawFn, ending: str) -> str:
    text = FILES[ending]
    for _ in range(draw(st.integers(1, 3))):
        start = draw(st.integers(0, len(text)))
        end = min(len(text), start + draw(st.integers(0, 6)))
        text = text[:start] + draw(SNIPPETS) + text[end:]
    return text


@pytest.mark.parametrize("ending", FILES)
@settings(max_examples=30, deadline=None)
@given(data=st.data())
def test_a_mangled_file_is_right_or_told_where_it_is_wrong(
    ending: str, data: st.DataObject
) -> None:
    file = Path(f"rules.{ending}")
    file.write_text(data.draw(mangled(ending)), encoding="utf-8", errors="replace")
    try:
        configure(file, environ={}, registry=BUILT_IN)
    except ConfigError as refused:
        lines = refused.message.splitlines()
        assert len(lines) > 1
        assert all(line.startswith(f"  rules.{ending} line ") for line in lines[1:])


TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cn")), max_size=12)
RULES = st.fixed_dictionaries(
    {"comment_text": TEXTS.filter(str.strip)},
    optional={
        "is_private": st.booleans(),
        "new_status_id": st.integers(0, 10**6) | TEXTS,
        "notify": st.lists(TEXTS, max_size=2),
        "enabled": st.booleans(),
        "on_unknown": st.sampled_from(["verify", "never_repeat", "repeat"]),
    },
)


@settings(max_examples=30, deadline=None)
@given(st.lists(RULES, min_size=1, max_size=3), st.sampled_from(["A", "a: b", "no", "1"]))
def test_what_is_shown_means_the_same(given_rules: list[dict[str, object]], column: str) -> None:

    def escaped(value: object) -> object:
        if isinstance(value, list):
            return [escaped(one) for one in value]
        return value.replace("${", "$${") if isinstance(value, str) else value

    entries = [{"comment": {n: escaped(v) for n, v in one.items()}} for one in given_rules]
    data = {"version": 1, "queue": {"report": 5, "id_column": column}, "actions": entries}

    def loaded(text: str) -> Rules:
        Path("rules.yaml").write_text(text, encoding="utf-8", newline="")
        return load_rules(Path("rules.yaml"), VOCABULARY, {})

    first = loaded(yaml.safe_dump(data, allow_unicode=False))
    again = loaded(as_yaml(first, comments=["a"] * len(entries)))

    assert [rule.options.model_dump()["comment_text"] for rule in first.actions] == [
        one["comment_text"] for one in given_rules
    ]
    assert again == first
