"""What a person sees is read; what nobody sees is not."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ticket_queue_daemon.assets.text import clean, html_to_text

NAME = "IC-EHLB760-F16"


@pytest.mark.parametrize(
    "markup",
    [
        f"<p>{NAME}</p>",
        "<p><b>IC-</b>EHLB760-F16</p>",
        '<p><span style="x">IC</span><span>-EHLB760</span><font>-F16</font></p>',
        "<div>IC&#45;EHLB760&#x2d;F16</div>",
        "<div>IC&amp;#45;EHLB760&amp;amp;#45;F16</div>",
        "<p>IC&shy;-EHLB&#173;760-F16</p>",
        "<p>IC-&zwj;EHLB&#8203;760<wbr>-F16</p>",
        "<p>IC&ndash;EHLB760&#8209;F16</p>",
        "<p>IC\u2011EHLB760\u2212F16</p>",
        "<p>\uff29\uff23\uff0d\uff25\uff28\uff2c\uff22\uff17\uff16\uff10\uff0d\uff26\uff11\uff16</p>",
        "<p>\ufeff\u202aIC-EHLB760-F16\u202c\u200e</p>",
        "<p>see <IC-EHLB760-F16></p>",
        "<P\nCLASS=x>IC-<!-- no -->EHLB760-F16</P\n>",
        f"<script>IC-1</script><style>IC-2</style><title>IC-3</title>{NAME}<script>",
    ],
)
def test_a_name_in_html_is_read_as_it_is_seen(markup: str) -> None:
    assert NAME in html_to_text(markup)


@pytest.mark.parametrize(
    "between",
    ["<br>", "<br/>", "<BR />", "</p><p>", "</td><td>", "<div>", "<li>", "</h2>", "<hr>", "<sup>"],
)
def test_block_tags_and_cells_break_words(between: str) -> None:
    assert html_to_text(f"<p>F16{between}CHEM").split() == ["F16", "CHEM"]


@pytest.mark.parametrize("between", ["<b>", "</i>", "<span>", "<wbr>", "<o:p>", "</font>", "<u>"])
def test_inline_tags_do_not_break_words(between: str) -> None:
    assert html_to_text(f"<p>IC-{between}EHLB760").strip() == "IC-EHLB760"


@pytest.mark.parametrize(
    "markup",
    [
        f'<a href="https://x.y/{NAME}">here</a>',
        f'<img alt="{NAME}" src="{NAME}.png">',
        f"<!-- {NAME} -->",
        f"<!--[if mso]><p>{NAME}</p><![endif]-->",
        f"<style>.a{{content:'{NAME}'}}</style>",
        f"<script>var a='<b>{NAME}</b>'</script>",
        f'<custom-tag data-x="{NAME}">here</custom-tag>',
        f"<title>{NAME}</title>",
    ],
)
def test_what_stands_inside_tags_comments_and_scripts_is_not_text(markup: str) -> None:
    assert NAME not in html_to_text(f"<div>{markup}</div>")


@pytest.mark.parametrize(
    "text", ["a < b & c > d", "mail <ann@umich.edu>", "2 <3", "plain, x=1", ""]
)
def test_plain_text_passes(text: str) -> None:
    assert html_to_text(text) == text


def test_plain_text_keeps_its_tags_when_tdx_says_that_it_is_plain() -> None:
    assert html_to_text("use <b> here", is_html=False) == "use <b> here"


def test_a_footnote_mark_is_no_part_of_a_name() -> None:
    assert clean("F16\u00b2 F17\u2122").split() == ["F16", "F17"]


@settings(deadline=None)
@given(st.text())
def test_cleaning_twice_is_cleaning_once(text: str) -> None:
    assert clean(clean(text)) == clean(text)


@settings(deadline=None)
@given(st.text(), st.sampled_from([True, False, None]))
def test_no_text_makes_it_raise(text: str, is_html: bool | None) -> None:
    html_to_text(text, is_html)


@pytest.mark.parametrize(
    "piece",
    [
        "<div>",
        "<b>",
        "<",
        "</",
        "<!--",
        "<a",
        "<p><b>",
        "&amp;",
        "<svg><style>",
        "<x:y ",
        "a\u0301\u0316",
    ],
)
def test_a_megabyte_of_garbage_is_read(piece: str) -> None:
    """The suite's time limit is the judge: nested or unfinished markup must not go quadratic."""
    html_to_text(piece * (1_000_000 // len(piece)), is_html=True)
