"""What is left of rich HTML (fact sheet 10.7)."""

from __future__ import annotations

import pytest

from ticket_queue_daemon.simulator.sanitise import sanitise


@pytest.mark.parametrize(
    ("sent", "stored"),
    [
        ("<b>x</b>", "<b>x</b>"),
        ("a<br>b<br/>c", "a<br />b<br />c"),
        ("<!-- marker -->x", "x"),
        ("<style>p{}</style>x<script>y</script>", "x"),
        ("<div data-key='m' id='m' title='t'>x</div>", '<div title="t">x</div>'),
        ("<div hidden><div>m</div>m</div>x", "x"),
        ("<p style='font-size: 0'>m</p>x", "x"),
        ("<custom-tag>x</custom-tag>", "x"),
        ("<b>open", "<b>open</b>"),
        ("stray</b>", "stray"),
        ("<i><b>x</i>y</b>", "<i><b>x</b></i>y"),
        ("a &amp; b &lt; c", "a &amp; b &lt; c"),
        ("m\u200ba\u2060r\ufeffk", "mark"),
        ('<img src="data:x" alt="a">', '<img alt="a" />'),
        ("<br hidden>x", "x"),
        ("<svg><b>m</b></svg>x", "x"),
    ],
)
def test_html_is_cleaned(sent: str, stored: str) -> None:
    """Formatting stays, hiding places go, tags are balanced."""
    assert sanitise(sent) == stored
