"""YAML, JSON and TOML as plain data with the line of each field."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ticket_queue_daemon.config.places import meant, near
from ticket_queue_daemon.config.substitution import substitute
from ticket_queue_daemon.config.toml_text import read_toml
from ticket_queue_daemon.config.yaml_text import Dumper, read_json, read_yaml

if TYPE_CHECKING:
    from collections.abc import Iterator

    from ticket_queue_daemon.config.places import Document, FieldPath

_TEXTS = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Cn")), max_size=12)
_WORDS = st.sampled_from(
    ["yes", "no", "on", "null", "~", "1", "1:30", "2026-01-01", "0x1", "#", "-"]
)
_KEYS = st.one_of(st.from_regex(r"[a-z][a-z_]{0,6}", fullmatch=True), _WORDS)
_SCALARS = st.one_of(
    st.booleans(),
    st.integers(-(2**40), 2**40),
    st.floats(allow_nan=False, allow_infinity=False),
    _TEXTS,
    _WORDS,
)
_DATA = st.dictionaries(
    _KEYS,
    st.recursive(
        _SCALARS,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_KEYS, inner, max_size=3),
        max_leaves=8,
    ),
    max_size=4,
)


def paths(value: Any, path: FieldPath = ()) -> Iterator[FieldPath]:
    if path:
        yield path
    members = value.items() if isinstance(value, dict) else ()
    members = enumerate(value) if isinstance(value, list) else members
    for name, member in members:
        yield from paths(member, (*path, name))


def line_of(document: Document, *path: str | int) -> int:
    return document.places[path].line


@settings(max_examples=30, deadline=None)
@given(_DATA)
def test_yaml_that_was_dumped_is_read_as_what_it_was(data: dict[str, Any]) -> None:
    text = yaml.dump(data, Dumper=Dumper, allow_unicode=True, sort_keys=False)

    document = read_yaml(text, "rules.yaml")

    assert (document.data, document.mistakes) == (data, [])


@settings(max_examples=30, deadline=None)
@given(_DATA)
def test_json_has_a_line_for_every_field_and_it_is_the_right_one(data: dict[str, Any]) -> None:
    text = json.dumps(data, indent=1, ensure_ascii=False)

    document = read_json(text, "rules.json")

    assert document.data == data
    lines = text.splitlines()
    for path in paths(data):
        if isinstance(path[-1], str):
            found = lines[document.places[path].line - 1]
            assert found.strip().startswith(json.dumps(path[-1], ensure_ascii=False))


def toml(data: dict[str, Any]) -> str:
    """A TOML text, each member on a line of its own and long arrays over several."""

    def value(one: Any) -> str:
        if isinstance(one, dict):
            return "{" + ", ".join(f"{json.dumps(k)} = {value(v)}" for k, v in one.items()) + "}"
        if isinstance(one, list):
            return "[\n" + "".join(f"  {value(member)}, # ] }}\n" for member in one) + "]"
        if isinstance(one, str):
            return json.dumps(one, ensure_ascii=False).replace("\x7f", "\\u007F")
        return json.dumps(one)

    return "".join(f"{json.dumps(name)} = {value(member)}\n" for name, member in data.items())


@settings(max_examples=30, deadline=None)
@given(_DATA)
def test_toml_has_a_line_for_every_field_and_it_is_the_right_one(data: dict[str, Any]) -> None:
    text = toml(data)

    document = read_toml(text, "rules.toml")

    assert (document.data, document.mistakes) == (data, [])
    assert set(paths(data)) <= document.places.keys()
    lines = text.splitlines()
    for name in data:
        assert lines[line_of(document, name) - 1].startswith(json.dumps(name))


def test_tables_of_toml_have_their_lines() -> None:
    text = """\
version = 1
queue.report = 7

[defaults]
"is_private" = true

[[actions]]
type = "tag"
add = [
  "a", # ]
  'b]',
]
[[actions]]
[actions.comment]
comment_text = \"\"\"
[x] = ]
\"\"\"
is_private = false
"""

    document = read_toml(text, "rules.toml")

    assert document.mistakes == []
    assert line_of(document, "queue", "report") == 2
    assert line_of(document, "defaults", "is_private") == 5
    assert line_of(document, "actions", 0, "add", 1) == 11
    assert line_of(document, "actions", 1) == 13
    assert line_of(document, "actions", 1, "comment", "is_private") == 18


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("no", "no"),
        ("On", "On"),
        ("true", True),
        ("False", False),
        ("1:30", "1:30"),
        ("2026-01-01", "2026-01-01"),
        ("010", 10),
        ("0o10", 8),
        ("0x10", 16),
        ("1e3", 1000.0),
        ("1_000", "1_000"),
        ("~", None),
        ("", None),
        ('"5"', "5"),
        (".5", 0.5),
        ("+1-555", "+1-555"),
    ],
)
def test_yaml_is_read_by_the_words_of_its_version_1_2(text: str, value: object) -> None:
    found = read_yaml(f"it: {text}", "rules.yaml").data["it"]

    assert (found, type(found)) == (value, type(value))


def test_a_bomb_of_aliases_does_not_go_off() -> None:
    lines = ["a0: &a0 [x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]

    document = read_yaml("\n".join(lines), "rules.yaml")

    assert document.mistakes[0].text == "an alias that holds itself, or far too many of them"


@pytest.mark.parametrize("text", ["a: &a [*a]", "a: &a {b: *a}", "a: &a {<<: *a}"])
def test_an_alias_that_holds_itself_is_a_mistake(text: str) -> None:
    assert read_yaml(text, "rules.yaml").mistakes


def test_what_is_nested_too_deeply_is_a_mistake() -> None:
    assert read_yaml(f"it: {'[' * 500}{']' * 500}", "a.yaml").mistakes
    assert read_json(f'{{"it": {"[" * 20_000}{"]" * 20_000}}}', "a.json").mistakes


def test_tabs_may_indent_json() -> None:
    document = read_json('{\n\t"version": 1,\n\t"text": "a\\tb"\n}', "rules.json")

    assert document.data == {"version": 1, "text": "a\tb"}
    assert line_of(document, "text") == 3


@settings(max_examples=30, deadline=None)
@given(_DATA, st.dictionaries(st.from_regex(r"[A-Z]{1,3}", fullmatch=True), _TEXTS, max_size=3))
def test_a_text_that_is_escaped_stays_what_it_is(
    data: dict[str, Any], environ: dict[str, str]
) -> None:
    escaped = json.loads(json.dumps(data).replace("${", "$${"))
    document = read_json(json.dumps(escaped), "rules.json")

    assert substitute(document, environ).data == data


def test_a_variable_gives_no_variable() -> None:
    document = read_yaml('it: "${A} ${B:-${A}}"', "rules.yaml")

    assert substitute(document, {"A": "${B}"}).data == {"it": "${B} ${A}"}


@pytest.mark.parametrize(
    ("word", "said"),
    [
        ("max-assets", "; did you mean max_assets?"),
        ("MaxAssets", "; did you mean max_assets?"),
        ("zzz", ""),
    ],
)
def test_the_right_word_is_suggested(word: str, said: str) -> None:
    assert near(word, ["max_assets", "version"]) == said
    assert meant(word, ["max_assets", "version"]) == (said or "; there are: max_assets, version")
