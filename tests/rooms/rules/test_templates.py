"""Texts with holes: what can be known at loading is an error at loading, and all is bounded."""

from __future__ import annotations

from typing import Any

import pytest

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.rules.templates import MOST_CHARACTERS, Template, TemplateFailed

KNOWN = {"ticket": ("id", "title", "attribute"), "requestor": ("name",), "now": ()}
TICKET: dict[str, Any] = {
    "ticket": {"id": 7, "title": "A <b> & c", "attribute": {}},
    "requestor": {"name": "Pat"},
}


def fill(text: str, *, is_html: bool = False) -> str:
    made = Template(text, where="comment_text", known=KNOWN, is_html=is_html)
    return made.render(TICKET)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Hello {{ requestor.name }}", "Hello Pat"),
        ("{{ ticket.title | upper }}", "A <B> & C"),
        ("{% if ticket.id > 5 %}big{% endif %}", "big"),
        ("{% for n in range(3) %}{{ n }}{% endfor %}", "012"),
        ("{{ ticket.attribute.get(5, 'none') }}", "none"),
        ("{{ 6 * 7 }}", "42"),
    ],
)
def test_it_is_filled_in(text: str, said: str) -> None:
    assert fill(text) == said


def test_in_html_what_is_filled_in_is_escaped() -> None:
    assert fill("<p>{{ ticket.title }}</p>", is_html=True) == "<p>A &lt;b&gt; &amp; c</p>"


@pytest.mark.parametrize(
    ("text", "line", "said"),
    [
        ("{{ ticket.title", 1, "unexpected end"),
        ("one\n{% if %}", 2, "Expected an expression"),
        ("{{ ticket.title | shout }}", 1, "No filter named 'shout'"),
        ("a\nb\n{{ tikcet.title }}", 3, "no variable 'tikcet'"),
        ("{{ ticket.titel }}", 1, "ticket has no 'titel'"),
        ("{{ ticket.pop }}", 1, "ticket has no 'pop'"),
        ("{% include 'secrets' %}", 1, "include is not available"),
        ("{% macro f() %}{{ f() }}{% endmacro %}", 1, "macro is not available"),
        ("{% set n = namespace(x=1) %}", 1, "no variable 'namespace'"),
        ("{{ lipsum(1000) }}", 1, "no variable 'lipsum'"),
        ("{{ ticket.id | center(1000000000) }}", 1, "No filter named 'center'"),
        (
            (
                "{% for a in 'xx' %}{% for b in 'xx' %}{% for c in 'xx' %}"
                "{% endfor %}{% endfor %}{% endfor %}"
            ),
            1,
            "nested too deeply",
        ),
    ],
)
def test_what_can_be_known_is_refused_at_loading_with_its_line(
    text: str, line: int, said: str
) -> None:
    with pytest.raises(ConfigError, match=said) as caught:
        Template(text, where="comment_text", known=KNOWN)

    assert caught.value.message.startswith(f"comment_text, line {line}: ")


def test_a_slip_in_a_member_is_met_with_a_suggestion() -> None:
    with pytest.raises(ConfigError) as caught:
        Template("{{ ticket.titel }}", where="x", known=KNOWN)

    assert caught.value.advice == "Did you mean title?"


@pytest.mark.parametrize(
    "text",
    [
        "{{ ticket.attribute[5] }}",
        "{{ ticket['nothing'] }}",
        "{{ 1 / 0 }}",
        "{{ 'x' * 1000000000 }}",
        "{{ 9 ** 99 }}",
        "{{ 'x'.ljust(1000000000) }}",
        "{{ '{:>1000000000}'.format(1) }}",
        "{% for n in range(1001) %}{% endfor %}",
        "{% for a in range(999) %}{% for b in range(999) %}word{% endfor %}{% endfor %}",
        "{{ ''.__class__.__mro__ }}",
        "{{ ''['__class__'] }}",
    ],
)
def test_what_is_missing_not_allowed_or_endless_fails(text: str) -> None:
    with pytest.raises(TemplateFailed) as caught:
        fill(text)

    assert caught.value.message.startswith("comment_text: ")


def test_what_comes_out_is_bounded() -> None:
    long = Template("{{ ticket.title }}", where="x", known=KNOWN)

    assert len(long.render({"ticket": {"title": "a" * MOST_CHARACTERS}})) == MOST_CHARACTERS
    with pytest.raises(TemplateFailed, match="longer than 30000"):
        long.render({"ticket": {"title": "a" * (MOST_CHARACTERS + 1)}})
