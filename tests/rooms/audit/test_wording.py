"""Two texts are the same when a reader sees the same letters and signs."""

from __future__ import annotations

import html

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.audit.wording import preview, reference_in, squeezed, visible
from ticket_queue_daemon.simulator.sanitise import sanitise
from ticket_queue_daemon.simulator.values import plain_to_body


def seen(body: str) -> str:
    return squeezed(visible(body, is_html=True))


@given(st.text())
def test_plain_text_is_known_again_after_tdx_has_encoded_it(text: str) -> None:
    encodable = text.encode(errors="ignore").decode().replace("\x00", "")

    assert seen(plain_to_body(encodable)) == squeezed(visible(encodable, is_html=False))


@given(st.lists(st.sampled_from(["<b>", "</b>", "<br>", "a", "Ä &amp; ß", " ", "<p>x</p>", "🤖"])))
def test_rich_text_is_known_again_after_tdx_has_cleaned_it(parts: list[str]) -> None:
    text = "".join(parts)

    assert seen(sanitise(text)) == seen(text)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Hello<br>World", "Hello World"),
        ("Hello <b>Wor</b>ld", "hello world"),
        ("a&nbsp;b", "a b"),
        ("a\u200bb\u00ad", "ab"),
        ("<script>x()</script>Hello", "Hello"),
        ("\uff29\uff23\uff0d\uff21", "IC-A"),
    ],
)
def test_what_looks_the_same_is_the_same(one: str, other: str) -> None:
    assert seen(one) == seen(other)


@pytest.mark.parametrize(
    ("one", "other"), [("1. a", "2. a"), ("a", "a!"), ("&lt;b&gt;", "<b>"), ("a < b", "a b")]
)
def test_what_looks_different_is_different(one: str, other: str) -> None:
    assert seen(one) != seen(other)


@pytest.mark.parametrize(
    ("body", "reference"),
    [
        ("Hello<br /><br />ref 7KX2-9F", "7KX2-9F"),
        ("Hello<br><br><small>ref 7kx2-9f</small>", "7KX2-9F"),
        ("see ref ABCD-12, please<br>ref 7KX2-9F", "7KX2-9F"),
        ("Hello", None),
        ("xref 7KX2-9F", None),
        ("ref 7KX2-9FG", None),
    ],
)
def test_a_reference_is_read(body: str, reference: str | None) -> None:
    assert reference_in(visible(body, is_html=True)) == reference


@given(st.text())
def test_any_garbage_is_read(text: str) -> None:
    assert isinstance(seen(text), str)
    assert len(preview(html.unescape(text))) <= 60
