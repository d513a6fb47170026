"""Tables in a summary line: text in a plain comment, escaped tables in a rich one."""

from __future__ import annotations

from html.parser import HTMLParser

from hypothesis import given
from hypothesis import strategies as st

from ticket_queue_daemon.actions.rich_lines import as_html, as_plain, cell, row, ticket_cell

LINK = "https://tdx.example.edu/TDNext/Apps/46/Tickets/TicketDet?TicketID=7&x=1"
HOSTILE = st.text(alphabet=st.sampled_from("<>&\"'\t\n #7/:ab\u202e\u200b") | st.characters())


class Tags(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.seen: list[tuple[str, list[tuple[str, str | None]]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, attrs))


def tags(text: str) -> list[tuple[str, list[tuple[str, str | None]]]]:
    reader = Tags()
    reader.feed(text)
    reader.close()
    return reader.seen


def test_a_line_without_a_table_is_as_it_was() -> None:
    assert as_plain("Added 1 asset: A & B\nand more") == "Added 1 asset: A & B\nand more"
    assert as_html("Added 1 asset: A & B\nand more") == "Added 1 asset: A &amp; B<br>and more"


def test_rows_become_a_table_with_a_heading_and_links() -> None:
    line = "\n".join(
        ["Others", row("Ticket", "Title"), row(ticket_cell(7, LINK), "a <b>"), "the", "end"]
    )

    assert as_html(line) == (
        "Others<table><tr><th>Ticket</th><th>Title</th></tr>"
        f'<tr><td><a href="{LINK.replace("&", "&amp;")}">#7</a></td><td>a &lt;b&gt;</td></tr></table>'
        "the<br>end"
    )
    assert as_plain(line).splitlines()[2] == f"#7 <{LINK}> | a <b>"


def test_a_cell_is_one_short_line_of_what_can_be_seen() -> None:
    assert cell(" a\tb\n c\u202e\u200b\x00 ") == "a b c"
    assert len(cell("x" * 500)) == 120


@given(HOSTILE, HOSTILE)
def test_no_outside_text_makes_a_tag_of_its_own(title: str, status: str) -> None:
    line = "\n".join(
        [cell(title), row("Ticket", "Title"), row(ticket_cell(7, LINK), title, status)]
    )

    wanted = ["table", "tr", "th", "th", "tr", "td", "a", "td", "td"]
    seen = tags(as_html(line))
    assert [tag for tag, _ in seen if tag != "br"] == wanted
    assert [attrs for _, attrs in seen if attrs] == [[("href", LINK)]]


@given(HOSTILE)
def test_whatever_a_line_holds_only_our_tags_and_web_links_come_out(line: str) -> None:
    for tag, attrs in tags(as_html(line)):
        assert tag in {"table", "tr", "th", "td", "a", "br"}
        assert all(name == "href" and str(value).startswith("http") for name, value in attrs)
