"""Ways that mail adds: signatures, quoted replies, forwarded headers, mangling, other languages."""

from __future__ import annotations

import html
import textwrap
from typing import TYPE_CHECKING

from corpus import prose
from corpus.ticket import Draft, way

if TYPE_CHECKING:
    from corpus.pen import Pen

_WARNING = (
    "CAUTION: This email originated outside the organization. Confidentiality notice: this "
    "message (incl. attachments) may be privileged - see HIPAA 45-CFR-164."
)


@way()
def signature_below(pen: Pen) -> Draft:
    """A signature's phones, rooms and building codes are no machines; the text names one."""
    machine, text = pen.target()
    body = f"{pen.letter(pen.sentence(text))}\n{pen.signature()}"
    return Draft(pen.topic(), body, expected=(machine,))


@way()
def quoted_reply(pen: Pen) -> Draft:
    """The machine is named only in the quoted mail below: the ticket is still about it."""
    machine, text = pen.target()
    mark = pen.one(("> ", ">", "> > ", "| "))
    quoted = pen.letter(pen.sentence(text), pen.filler())
    lines = "\n".join(mark + line for line in quoted.splitlines())
    head = f"On Tue, Mar 4, 2025 at 9:{pen.dice.randint(10, 59)} AM {pen.one(prose.PEOPLE)} wrote:"
    return Draft(f"Re: {pen.topic()}", f"{pen.filler()}\n\n{head}\n{lines}", expected=(machine,))


@way()
def quoted_reply_wrapped(pen: Pen) -> Draft:
    """Quoted and wrapped: the name is broken after a hyphen, with ``> `` before its second half."""
    machine = pen.named(("room", "el", "department_serial", "lower_user", "upper_user"))
    head, _, tail = machine.name.rpartition("-")
    sentence = pen.sentence("\0")
    before, after = sentence.split("\0")
    mark = pen.one(("> ", "> > ", ">"))
    lines = [f"{before}{head}-", f"{tail}{after}", *textwrap.wrap(pen.filler(), 60)]
    body = f"{pen.filler()}\n\nJane wrote:\n" + "\n".join(mark + line for line in lines)
    return Draft(f"Re: {pen.topic()}", body, expected=(machine,))


@way()
def quoted_reply_html(pen: Pen) -> Draft:
    """The same in HTML, in a ``blockquote`` below Outlook's block of headers."""
    machine, text = pen.target()
    said = html.escape(pen.sentence(text), quote=False)
    body = (
        f"<div>{html.escape(pen.filler())}</div><hr><div><b>From:</b> Jane &lt;jabe@umich.edu&gt;<br>"
        f"<b>Sent:</b> Tuesday, March 4, 2025 9:12 AM<br><b>Subject:</b> {pen.topic()}</div>"
        f'<blockquote type="cite" style="margin:0 0 0 .8ex"><p>{said}</p></blockquote>'
    )
    return Draft(f"RE: {pen.topic()}", body, is_html=True, expected=(machine,))


@way()
def forwarded_headers(pen: Pen) -> Draft:
    """The machine stands in the subject line of a forwarded mail's headers."""
    machine, text = pen.target()
    local = pen.one(("jabe", "praman", "help-desk"))
    body = (
        f"{pen.filler()}\n\n---------- Forwarded message ---------\nFrom: {pen.one(prose.PEOPLE)} "
        f"<{local}@umich.edu>\nDate: Tue, Mar 4, 2025 at 9:12 AM\nSubject: {pen.title(text)}\n"
        f"To: <4help@umich.edu>\nMessage-ID: <CA+{pen.dice.getrandbits(90):x}@mail.gmail.com>\n\n"
        f"{pen.filler()}"
    )
    return Draft(f"Fwd: {pen.topic()}", body, expected=(machine,))


@way()
def disclaimer_around(pen: Pen) -> Draft:
    """A warning above and legal text below, as gateways add them."""
    machine, text = pen.target()
    body = f"{_WARNING}\n\n{pen.letter(pen.sentence(text))}\n\n{_WARNING}\n{pen.signature()}"
    return Draft(pen.title(text) if pen.maybe(0.2) else pen.topic(), body, expected=(machine,))


@way()
def quoted_printable_remains(pen: Pen) -> Draft:
    """``=20`` at line ends and ``=3D`` in the text, left by a gateway, beside the identifier."""
    machine, text = pen.target()
    lines = textwrap.wrap(pen.filler(2, 3), 60)
    lines.insert(pen.dice.randrange(len(lines)), f"{text}=20")
    body = "=20\n".join(lines) + "\n=3D=3D=3D=\n"
    return Draft(pen.topic(), body, expected=(machine,))


@way()
def quoted_printable_break(pen: Pen) -> Draft:
    """A soft line break of quoted-printable (``=`` at the line's end) left inside the identifier."""
    machine, text = pen.target()
    place = pen.dice.randint(2, len(text) - 2)
    broken = f"{text[:place]}=\n{text[place:]}"
    return Draft(pen.topic(), pen.letter(pen.sentence(broken)), expected=(machine,))


@way()
def entities_in_plain_text(pen: Pen) -> Draft:
    """A gateway left character references or tags in a text that is no HTML."""
    machine, text = pen.target()
    shape = pen.one(
        ("&quot;{x}&quot;", "&nbsp;{x}&nbsp;", "{x}<br>", "<b>{x}</b>", "&#39;{x}&#39;")
    )
    sentence = pen.sentence(shape.replace("{x}", text))
    return Draft(pen.topic(), pen.letter(sentence), expected=(machine,))


@way()
def smart_punctuation(pen: Pen) -> Draft:
    """Curly quotes, long dashes and ellipses all around, as word processors set them."""
    machine, text = pen.target()
    body = f"It’s the usual… the “{text}” machine—mine—won’t wake up – again."
    return Draft(pen.topic(), pen.letter(body), expected=(machine,))


@way()
def other_language(pen: Pen) -> Draft:
    """Prose in another language and script, at times without spaces around the identifier."""
    machine, text = pen.target()
    foreign = pen.one(prose.FOREIGN)
    joined = pen.one(
        (
            f"{foreign} ({text})",
            f"{foreign} {text}",
            f"{text}: {foreign}",
            f"电脑{text}坏了。{foreign}",
        )
    )
    return Draft(pen.topic(), pen.letter(joined), expected=(machine,))


@way()
def chat_transcript(pen: Pen) -> Draft:
    """A chat saved into a ticket: times, nicknames, short lines."""
    machine, text = pen.target()
    said = [pen.filler(1, 1), "ok which machine", text, "one sec", pen.filler(1, 1)]
    lines = [
        f"[{9 + number // 3:02d}:{pen.dice.randint(10, 59)}] {('jabe', 'agent-2')[number % 2]}: {line}"
        for number, line in enumerate(said)
    ]
    return Draft("Chat with the service desk", "\n".join(lines), expected=(machine,))


@way()
def monitoring_alert(pen: Pen) -> Draft:
    """A ticket that a monitoring system opened."""
    machine = pen.named()
    shape = pen.one(
        (
            "ALERT: {x} is DOWN since {t}",
            "[CRITICAL] {x} - disk C: 97% full",
            "Defender: malware detected on {x}, severity high",
            "Host={x} Service=PING State=CRITICAL",
            "Backup job FAILED ({x}) exit code 11",
        )
    )
    title = shape.replace("{x}", machine.name).replace("{t}", pen.noise("moment"))
    body = "\n".join([title, *pen.log(2, 6)])
    return Draft(pen.one((title, "Automatic alert")), body, expected=(machine,))
