"""What TeamDynamix leaves of rich HTML (fact sheet 10.7: comes back sanitised).

Promise: harmless formatting survives; scripts, styles, comments, hidden markers, event handlers
and ``data-`` attributes do not, so nothing invisible can be smuggled through a body.
"""

from __future__ import annotations

from html.parser import HTMLParser

from .values import html_encode

_KEPT = frozenset(
    [
        "a",
        "abbr",
        "b",
        "blockquote",
        "br",
        "caption",
        "cite",
        "code",
        "col",
        "colgroup",
        "dd",
        "del",
        "div",
        "dl",
        "dt",
        "em",
        "font",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "hr",
        "i",
        "img",
        "ins",
        "kbd",
        "li",
        "ol",
        "p",
        "pre",
        "q",
        "s",
        "samp",
        "small",
        "span",
        "strike",
        "strong",
        "sub",
        "sup",
        "table",
        "tbody",
        "td",
        "tfoot",
        "th",
        "thead",
        "tr",
        "tt",
        "u",
        "ul",
    ]
)
_DROPPED_WITH_TEXT = frozenset(
    [
        "script",
        "style",
        "template",
        "iframe",
        "object",
        "noscript",
        "title",
        "head",
        "svg",
        "math",
        "textarea",
        "select",
    ]
)
_VOID = frozenset({"br", "hr", "img", "col"})
_ATTRIBUTES = frozenset(
    [
        "href",
        "src",
        "alt",
        "title",
        "target",
        "align",
        "valign",
        "width",
        "height",
        "colspan",
        "rowspan",
        "border",
        "cellpadding",
        "cellspacing",
        "color",
        "size",
        "face",
        "style",
        "class",
    ]
)
_HIDING = ("display:none", "visibility:hidden", "font-size:0", "opacity:0")


class _Cleaner(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.out: list[str] = []
        self._open: list[str] = []
        self._skipping: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if self._skipping or tag in _DROPPED_WITH_TEXT or _is_hidden(attrs):
            if tag not in _VOID:
                self._skipping.append(tag)
            return
        if tag not in _KEPT:
            return
        shown = "".join(_attribute(tag, name, value or "") for name, value in attrs)
        if tag in _VOID:
            self.out.append(f"<{tag}{shown} />")
            return
        self._open.append(tag)
        self.out.append(f"<{tag}{shown}>")

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _VOID:
            self.handle_starttag(tag, attrs)
        elif not self._skipping:
            self.handle_starttag(tag, attrs)
            self.handle_endtag(tag)

    def handle_endtag(self, tag: str) -> None:
        if self._skipping:
            if tag in self._skipping:
                while self._skipping.pop() != tag:
                    pass
            return
        if tag in self._open:
            while (last := self._open.pop()) != tag:
                self.out.append(f"</{last}>")
            self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        if not self._skipping:
            self.out.append(html_encode(_visible(data)))

    def finish(self) -> str:
        self.close()
        self.out.extend(f"</{tag}>" for tag in reversed(self._open))
        return "".join(self.out)


def _is_hidden(attrs: list[tuple[str, str | None]]) -> bool:
    for name, value in attrs:
        if name == "hidden":
            return True
        squeezed = "".join((value or "").lower().split())
        if name == "style" and any(hiding in squeezed for hiding in _HIDING):
            return True
    return False


def _attribute(tag: str, name: str, value: str) -> str:
    if name not in _ATTRIBUTES:
        return ""
    squeezed = "".join(value.lower().split())
    if name in {"href", "src"} and squeezed.startswith(("javascript:", "vbscript:", "data:")):
        return ""
    if name in {"href", "src"} and tag not in {"a", "img"}:
        return ""
    return f' {name}="{html_encode(value)}"'


def _visible(text: str) -> str:
    # Zero-width characters are a favourite hiding place for machine markers.
    return text.translate(dict.fromkeys((0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF)))


def sanitise(html: str) -> str:
    """The HTML that is stored and given back for a rich body."""
    cleaner = _Cleaner()
    cleaner.feed(html)
    return cleaner.finish()
