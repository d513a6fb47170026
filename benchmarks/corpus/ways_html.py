"""Ways that come as HTML: from Outlook, from web forms, from pages pasted whole."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING

from corpus.pen import ALONE, WITH_SEPARATOR
from corpus.ticket import Draft, way

if TYPE_CHECKING:
    from corpus.machines import Machine
    from corpus.pen import Pen

_OUTLOOK = (
    '<html xmlns:o="urn:schemas-microsoft-com:office:office"><head><style><!--\n'
    "@font-face {font-family:Calibri; panose-1:2 15 5 2 2 2 4 3 2 4;}\n"
    "p.MsoNormal {margin:0in; font-size:11.0pt; mso-fareast-language:EN-US;}\n"
    "--></style></head><body lang=EN-US link='#0563C1' vlink='#954F72'>"
    '<div class="WordSection1">{x}</div></body></html>'
)
_SPAN = '<span style="font-size:12.0pt;font-family:&quot;Calibri&quot;,sans-serif;color:#1F497D">{x}</span>'


def _page(pen: Pen, *paragraphs: str) -> str:
    """Paragraphs between others; what is given is HTML already."""
    texts = [html.escape(pen.filler()), *paragraphs, html.escape(pen.filler())]
    if pen.maybe(0.5):
        lines = "".join(f'<p class="MsoNormal">{text}<o:p></o:p></p>\n' for text in texts)
        return _OUTLOOK.replace("{x}", lines)
    return pen.one(("<p>{x}</p>", "<div>{x}</div>")).replace("{x}", "<br>\r\n".join(texts))


def _sentence(pen: Pen, mention: str) -> str:
    """A sentence in which only the mention is HTML already."""
    return html.escape(pen.sentence("\0"), quote=False).replace("\0", mention)


def _html(pen: Pen, mention: str, machine: Machine) -> Draft:
    body = _page(pen, _sentence(pen, mention))
    return Draft(pen.topic(), body, is_html=True, expected=(machine,))


@way()
def outlook(pen: Pen) -> Draft:
    """Nested spans and Office styles around the identifier; the styles are no text."""
    machine, text = pen.target()
    mention = html.escape(text)
    for _ in range(pen.dice.randint(1, 3)):
        mention = _SPAN.replace("{x}", mention)
    return _html(pen, mention, machine)


@way()
def split_over_spans(pen: Pen) -> Draft:
    """Spell-check or formatting cut the identifier into several inline elements."""
    machine, text = pen.target()
    place = pen.dice.randint(1, len(text) - 1)
    left, right = text[:place], text[place:]
    shape = pen.one(
        (
            "<b>{l}</b>{r}",
            "{l}<span class=SpellE>{r}</span>",
            "<span>{l}</span><span style='color:red'>{r}</span>",
            '<font face="Arial">{l}</font><i>{r}</i>',
            "<u></u>{l}<u></u>{r}<u></u>",
            "{l}<!-- -->{r}",
        )
    )
    return _html(pen, shape.replace("{l}", left).replace("{r}", right), machine)


@way()
def word_break_element(pen: Pen) -> Draft:
    """``<wbr>`` and ``&shy;`` only say where a line may break."""
    machine, text = pen.target()
    place = pen.dice.randint(1, len(text) - 1)
    mark = pen.one(("<wbr>", "<wbr/>", "&shy;", "&#173;", "&#8203;", "&ZeroWidthSpace;"))
    return _html(pen, text[:place] + mark + text[place:], machine)


@way()
def entities(pen: Pen) -> Draft:
    """Letters, digits or hyphens as character references, decimal, hexadecimal or named."""
    machine, text = pen.target()
    if pen.maybe(0.4) and "-" in text:
        dash = pen.one(("&ndash;", "&#8211;", "&#45;", "&#x2011;", "&hyphen;"))
        return _html(pen, text.replace("-", dash), machine)
    coded = "".join(pen.one((f"&#{ord(c)};", f"&#x{ord(c):x};", c)) for c in text)
    return _html(pen, coded, machine)


@way()
def no_break_spaces(pen: Pen) -> Draft:
    """``&nbsp;`` before, behind, or for the separators."""
    machine = pen.named(WITH_SEPARATOR)
    mention = pen.one((f"&nbsp;{machine.name}&nbsp;", re.sub("[-_]", "&nbsp;", machine.name)))
    return _html(pen, mention, machine)


@way()
def escaped_twice(pen: Pen) -> Draft:
    """A portal escaped a text that was escaped already (``&amp;quot;``)."""
    machine, text = pen.target()
    mention = pen.one(("&amp;quot;{x}&amp;quot;", "&amp;nbsp;{x}&amp;nbsp;", "&amp;lt;{x}&amp;gt;"))
    return _html(pen, mention.replace("{x}", text), machine)


@way()
def web_form(pen: Pen) -> Draft:
    """A form's answers as a table: question in one cell, answer in the next."""
    machine = pen.until(pen.named, lambda found: found.maker in ALONE)
    asked, answer = pen.one(
        (
            ("Computer name", machine.name),
            ("Serial number", machine.serial),
            ("Device", machine.name),
            ("Asset / serial (if known)", machine.serial),
            ("What is the name of the machine?", machine.name),
        )
    )
    rows = [
        ("Your name", "Priya Raman"),
        ("Phone", pen.noise("phone")),
        ("Room", pen.noise("room")),
        (asked, answer),
        ("Shortcode", pen.noise("order")),
        ("Describe the problem", pen.filler()),
    ]
    cell = pen.one(("<tr><td>{q}</td><td>{a}</td></tr>", "<tr><th>{q}:</th>\n<td>{a}</td></tr>\n"))
    lines = [cell.replace("{q}", q).replace("{a}", html.escape(a)) for q, a in rows]
    return Draft(pen.topic(), f"<table>{''.join(lines)}</table>", is_html=True, expected=(machine,))


@way()
def web_form_tag(pen: Pen) -> Draft:
    """A form asks for the asset tag in one cell; the number in the next is that tag."""
    machine = pen.tagged(bare=True)
    asked = pen.one(("Asset tag", "Asset Tag:", "UM asset tag number", "Tag #"))
    body = (
        f"<table><tr><td>Name</td><td>Wei Zhang</td></tr><tr><td>Phone</td><td>{pen.noise('phone')}"
        f"</td></tr><tr><td>{asked}</td><td>{machine.tag}</td></tr></table><p>{pen.filler()}</p>"
    )
    return Draft(pen.topic(), body, is_html=True, expected=(machine,))


@way()
def html_list(pen: Pen) -> Draft:
    """Several machines as list items, with no space or comma between."""
    machines = _several(pen)
    items = "".join(f"<li>{machine.name}</li>" for machine in machines)
    body = _page(pen, f"These need the update:<{pen.one(('ul', 'ol'))}>{items}</ul>")
    return Draft(pen.topic(), body, is_html=True, expected=tuple(machines))


@way()
def html_table(pen: Pen) -> Draft:
    """Several machines as rows of a pasted spreadsheet, beside rooms and models."""
    machines = _several(pen)
    rows = "".join(
        f"<tr><td>{number}</td><td>{machine.name}</td><td>{pen.noise('room')}</td>"
        f"<td>{pen.noise('version')}</td></tr>"
        for number, machine in enumerate(machines, 1)
    )
    table = f"<table><tr><th>#</th><th>Computer</th><th>Room</th><th>Model</th></tr>{rows}</table>"
    return Draft(pen.topic(), _page(pen, table), is_html=True, expected=tuple(machines))


def _several(pen: Pen) -> list[Machine]:
    found = {machine.id: machine for machine in (pen.named() for _ in range(pen.one((2, 3, 5, 8))))}
    return list(found.values())


@way()
def link_text(pen: Pen) -> Draft:
    """The visible text of a link is text, wherever the link goes."""
    machine, text = pen.target()
    link = f'<a href="https://assets.example.edu/view?id={pen.dice.randrange(10**9)}">{text}</a>'
    return _html(pen, link, machine)


@way()
def only_in_markup(pen: Pen) -> Draft:
    """In a link's address, a comment, a style or a hidden attribute nobody reads it: no mention."""
    machine = pen.named()
    shape = pen.one(
        (
            '<a href="https://inventory.example.edu/pc/{x}">here</a>',
            "<!-- template {x} -->here",
            '<img src="cid:{x}.png" width=1>',
            '<span data-origin="{x}">here</span>',
            "<style>.{x} {color: red}</style>here",
            '<a href="file:///c:/logs/{x}.txt">log</a>',
        )
    )
    body = _page(pen, "It is explained " + shape.replace("{x}", machine.name))
    return Draft(pen.topic(), body, is_html=True, also=(machine,))
