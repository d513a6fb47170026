"""What a person sees: HTML to text, and text without the characters that nobody sees.

Matching reads what is visible. Mail programs wrap one name in five tags, put soft hyphens into
it, or write it in full-width letters; none of that is meant. Attributes, addresses inside tags,
scripts and comments are not visible, and do not count.
"""

from __future__ import annotations

import html
import quopri
import re
import unicodedata
from typing import Final

from selectolax.lexbor import LexborHTMLParser


def word_set(words: str) -> frozenset[str]:
    """A table of words that is read as prose."""
    return frozenset(words.split())


_DROPPED: Final = frozenset({"script", "style", "title"})
_INLINE: Final = word_set(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i ins kbd mark nobr q s samp "
    "small span strike strong time tt u var wbr"
)
_BREAKING: Final = word_set(
    "address article aside audio base blink blockquote body br button canvas caption center col "
    "colgroup datalist dd details dialog dir div dl dt embed fieldset figcaption figure footer "
    "form frame frameset h1 h2 h3 h4 h5 h6 head header hgroup hr html iframe img input label "
    "legend li link listing main map marquee menu meta nav noframes noscript object ol optgroup "
    "option output p param picture plaintext pre progress rp rt ruby search section select "
    "source sub summary sup svg table tbody td template textarea tfoot th thead tr track ul "
    "video xmp"
)
_CELLS: Final = frozenset({"td", "th"})
_ROWS: Final = frozenset({"tr", "table", "tbody", "thead", "tfoot"})
# The look-back keeps a long run of spaces linear.
_CELL: Final = re.compile(r"(?<![ \n])[ \n]*\t[ \n]*")
_ROW: Final = re.compile(r"(?<![ \n])[ \n]*\f[ \n]*")
_TAG: Final = re.compile(r"<(/?)([A-Za-z][^\s/>]*)")
_MARKUP: Final = re.compile(
    "<!--|</?(?:" + "|".join(sorted(_DROPPED | _INLINE | _BREAKING)) + r")(?=[\s/>])",
    re.IGNORECASE,
)
_SOURCE_SPACE: Final = re.compile(r"[ \t\r\n\f]+")
_ENTITY: Final = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_SURROGATE: Final = re.compile("[\ud800-\udfff]")
# Sorting thousands of marks over one letter makes NFKC quadratic; such a run is no word.
_MARKS: Final = re.compile(r"(?:[^\w\s\x21-\u02ff]|[\uff9e\uff9f]){32,}")
_TIMES_ENCODED: Final = 2
# What a mail program left undecoded; two such signs, since "seats=20" alone is something else.
_PRINTABLE_SIGN: Final = re.compile(
    r"(?<=[^=\s])=\r?\n|=(?:20|09|2D|3D|A0|C2=A0|E2=80=[0-9A-F]{2})(?![0-9])"
)
_PRINTABLE_SIGNS: Final = 2
# A line that quoted-printable broke within a word; nothing else ends a line so.
_BROKEN_WORD: Final = re.compile(r"(?<=[A-Za-z0-9_-])=\r?\n(?=[A-Za-z0-9_-])")


def _invisible() -> dict[int, str | None]:
    """One translation table: drop what is not seen, make every dash a hyphen."""
    table: dict[int, str | None] = {}
    for first, last in (
        (0x00AD, 0x00AD),  # soft hyphen
        (0x034F, 0x034F),  # combining grapheme joiner
        (0x061C, 0x061C),  # Arabic letter mark
        (0x180B, 0x180F),  # Mongolian variation selectors, vowel separator
        (0x200B, 0x200F),  # zero width, direction marks
        (0x202A, 0x202E),  # direction embeddings
        (0x2060, 0x206F),  # word joiner, invisible operators, direction isolates
        (0xFE00, 0xFE0F),  # variation selectors
        (0xFEFF, 0xFEFF),  # byte order mark
        (0xFFF9, 0xFFFB),  # interlinear annotation
        (0xE0000, 0xE007F),  # tags
    ):
        table.update(dict.fromkeys(range(first, last + 1)))
    dashes = "\u2010\u2011\u2012\u2013\u2043\u2212\ufe58\ufe63\uff0d\u02d7\u2796"
    table.update(dict.fromkeys(map(ord, dashes), "-"))
    # Between two thoughts, or in a name that a word processor mended: a hyphen that stands apart.
    table.update({0x2014: " - ", 0x2015: " - "})
    controls = [*range(0x09), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)]
    spaces = [0x00A0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000]
    table.update(dict.fromkeys(controls + spaces, " "))
    table.update(dict.fromkeys((0x0085, 0x2028, 0x2029), "\n"))
    # A footnote mark or a trademark sign stands beside a name; NFKC would write it into it.
    marks = "\u00b2\u00b3\u00b9\u2070\u2074\u2075\u2076\u2077\u2078\u2079\u00aa\u00ba\u2122\u2120"
    table.update(dict.fromkeys(map(ord, marks), " "))
    return table


_INVISIBLE: Final = _invisible()


def clean(text: str) -> str:
    """Return ``text`` as it is read: NFKC, every dash a hyphen, nothing invisible in it.

    Promise: pure, linear, never raises; cleaning twice is cleaning once.
    """
    if text.isascii() and text.isprintable():
        return text
    # Twice: before NFKC the marks are still marks, and NFKC can bring new spaces and dashes.
    for _ in range(2):
        visible = _MARKS.sub(" ", text.translate(_INVISIBLE))
        text = unicodedata.normalize("NFKC", visible)
    return text


def html_to_text(text: str, is_html: bool | None = None) -> str:
    """Return the visible text, cleaned: block tags and cells break words, inline tags do not.

    Args:
        text: an HTML fragment, a whole page, or plain text; any garbage.
        is_html: whether the sender says so; ``None`` when nobody says: then the text counts as
            HTML when it holds a comment or a tag that HTML knows.

    Promise: pure, linear in the length of ``text``, never raises. Entities are decoded in plain
    text too, and when they were encoded twice.
    """
    if is_html or (is_html is None and _MARKUP.search(text)):
        text = _visible(text)
    for _ in range(_TIMES_ENCODED):
        decoded = _ENTITY.sub(lambda match: html.unescape(match[0]), text)
        if decoded == text:
            break
        text = decoded
    return clean(_unquoted(text))


def _unquoted(text: str) -> str:
    """``text`` without the remains of quoted-printable, if it has any."""
    if "=" not in text:
        return text
    if len(_PRINTABLE_SIGN.findall(text)) < _PRINTABLE_SIGNS:
        return _BROKEN_WORD.sub("", text)
    raw = text.encode(errors="replace")
    return quopri.decodestring(raw).decode(errors="replace")


def _visible(markup: str) -> str:
    """Text of the HTML. Every tag becomes a void one, so that no input can nest.

    Lexbor's tree takes 90 s for 1 MB of ``<div>``; a flat tree is linear whatever comes. Breaks
    are put in as text, so that cells outside of a table break as well.
    """
    flat = _TAG.sub(_flatten, _SOURCE_SPACE.sub(" ", _SURROGATE.sub(" ", markup)))
    parser = LexborHTMLParser(flat)
    parser.strip_tags(list(_DROPPED))
    root = parser.root
    text = "" if root is None else root.text(deep=True)
    # A cell's own paragraphs would tear its row apart, and with it the columns.
    return _ROW.sub("\n", _CELL.sub(" \t", text)) if "\t" in text else text.replace("\f", "\n")


def _flatten(match: re.Match[str]) -> str:
    name = match[2].lower()
    if name in _DROPPED:
        return match[0]
    if name in _CELLS:
        return " <wbr" if match[1] else " \t<wbr"
    if name in _BREAKING:
        return "\f<wbr" if name in _ROWS else "\n<wbr"
    if name not in _INLINE and _is_bracketed_name(match):
        return "&lt;" + match[0][1:]
    return "<wbr"


def _is_bracketed_name(match: re.Match[str]) -> bool:
    """Whether it is ``<IC-EHLB760-F16>``: no tag of HTML, but something a person bracketed."""
    return (
        not match[1]
        and match.string[match.end() : match.end() + 1] == ">"
        and any(character.isdigit() for character in match[2])
        and ":" not in match[2]
    )
