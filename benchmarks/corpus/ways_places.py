"""A machine's name inside something longer: a host name, a path, a file, an address.

By the specification a name inside a host name or path does not count unless so configured; the
benchmark configures nothing, so nothing is attached.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from corpus.ticket import Draft, way

if TYPE_CHECKING:
    from corpus.machines import Machine
    from corpus.pen import Pen

_HOSTLIKE = (
    "room",
    "el",
    "department_serial",
    "lower_user",
    "upper_user",
    "lectern",
    "mac",
    "three_parts",
)


def _inside(pen: Pen, shapes: tuple[str, ...]) -> Draft:
    machine = pen.named(_HOSTLIKE)
    if pen.maybe(0.25):
        machine = pen.made(("dell", "apple12", "lenovo", "hp"))
        name = machine.serial
    else:
        name = machine.name
    name = name.lower() if pen.maybe(0.6) else name
    text = pen.one(shapes).replace("{x}", name)
    if pen.maybe(0.2):
        return Draft(pen.title(text), pen.letter(pen.filler()), also=(machine,))
    return Draft(pen.topic(), pen.letter(f"See {text} for what I mean."), also=(machine,))


@way()
def in_host_name(pen: Pen) -> Draft:
    """``psyc-gid08.lsa.umich.edu`` is a host name, bare or behind a scheme: nothing."""
    return _inside(
        pen,
        (
            "{x}.lsa.umich.edu",
            "{x}.psych.lsa.umich.edu",
            "http://{x}.lsa.umich.edu/",
            "https://{x}.adsroot.itd.umich.edu:8443/login",
            "ssh jabe@{x}.lsa.umich.edu",
            "{x}.local",
            "rdp://{x}.umich.edu",
            "www.{x}.com",
        ),
    )


@way()
def in_url_path(pen: Pen) -> Draft:
    """A name in a URL's path, query or fragment: nothing."""
    return _inside(
        pen,
        (
            "https://inventory.example.edu/computers/{x}",
            "https://example.edu/search?q={x}&page=2",
            "http://wiki.example.edu/display/IT/{x}#history",
            "https://docs.example.edu/{x}/setup.html",
            "www.example.edu/pc/{x}",
            "https://www.dell.com/support/home/en-us/product-support/servicetag/{x}/overview",
            "https://example.edu/view#{x}",
        ),
    )


@way()
def in_file_path(pen: Pen) -> Draft:
    r"""A share (``\\NAME\c$``), a folder, a Unix path: nothing."""
    return _inside(
        pen,
        (
            "\\\\{x}\\c$\\Users\\jabe",
            "\\\\fileserver\\backups\\{x}\\2025",
            "C:\\Temp\\{x}\\report",
            "/var/log/hosts/{x}/syslog",
            "~/Desktop/{x}/old",
            "smb://files.example.edu/it/{x}",
            "/Volumes/Backup/{x}.sparsebundle",
        ),
    )


@way()
def in_file_name(pen: Pen) -> Draft:
    """A file called after a machine is an attachment's name: nothing."""
    return _inside(
        pen,
        (
            "{x}.png",
            "{x}.log",
            "screenshot_{x}.jpg",
            "{x}_2025-03-04.zip",
            "backup-{x}.tar.gz",
            "{x}-report.pdf",
            "msinfo_{x}.nfo",
        ),
    )


@way()
def in_mail_address(pen: Pen) -> Draft:
    """A name in an e-mail address, before or behind the at sign: nothing."""
    return _inside(
        pen,
        (
            "{x}@umich.edu",
            "root@{x}.lsa.umich.edu",
            "mailto:{x}@lsa.umich.edu",
            "<noreply-{x}@umich.edu>",
            "{x}+alerts@gmail.com",
        ),
    )


@way()
def link_and_plain(pen: Pen) -> Draft:
    """Inside a host name or path, and in the text as well: the text counts."""
    machine = pen.named(_HOSTLIKE)
    place = pen.one(("https://example.edu/pc/{x}", "{x}.lsa.umich.edu", "C:\\logs\\{x}.txt"))
    body = pen.letter(
        pen.sentence(machine.name), f"See {place.replace('{x}', machine.name.lower())}"
    )
    return Draft(pen.topic(), body, expected=(machine,))


@way()
def link_to_one_and_plain_other(pen: Pen) -> Draft:
    """One machine in a path, another in the text: only the latter."""
    linked = pen.named(_HOSTLIKE)
    machine: Machine = pen.until(lambda: pen.named(_HOSTLIKE), lambda found: found.id != linked.id)
    place = pen.one(("https://example.edu/pc/{x}", "{x}.lsa.umich.edu", "\\\\{x}\\c$\\temp"))
    body = pen.letter(
        pen.sentence(machine.name), f"Files are in {place.replace('{x}', linked.name)}"
    )
    return Draft(pen.topic(), body, expected=(machine,), also=(linked,))
