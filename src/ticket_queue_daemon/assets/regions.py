"""Where a text is an address rather than prose: URLs, host names, e-mail addresses, file paths.

A machine's name inside one of them does not count by itself: a link to last year's ticket is no
mention. Everything here is one pass with bounded look-back.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from ticket_queue_daemon.assets.text import word_set

if TYPE_CHECKING:
    from collections.abc import Iterator

Inside = Literal["url", "email", "path"]

_URL: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Za-z][A-Za-z0-9+.-]{1,15}:/{2,3}|www\.)[^\s<>\"'`{}|]+", re.IGNORECASE
)
_MAILTO: Final = re.compile(r"(?<![A-Za-z0-9])mailto:[^\s<>\"'`{}|]+", re.IGNORECASE)
_CHUNK: Final = re.compile(r"[^\s<>\"'`{}|()\[\],;]+")
_EMAIL: Final = re.compile(r"(?<![\w.+%-])[\w.+%-]{1,64}@[\w-]+(?:\.[\w-]+)*")
_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_BACKSLASHED: Final = re.compile(r"\w\\\w|\w\$\\")
# Windows writes a computer's account as DOMAIN\\NAME$; that names the computer.
_ACCOUNT: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{1,14}\\[\w-]{1,63}\$[.:!?]?")
# A share of a machine; \\\\NAME alone is the machine.
_SHARE: Final = re.compile(r"\\\\+[^\\]+\\+[^\\]")
_ROOTED: Final = re.compile(r"(?:~|\.{1,2})?/")
_HOST_START: Final = re.compile(r"[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}(?=[:/])")

# A sentence that ends without a space behind it ("F16.It") must not become a host in Italy, so
# short endings count only after two dots or more.
_SURE_ENDINGS: Final = word_set(
    "edu com org net gov mil local lan internal localdomain corp home arpa"
)
_COUNTRY_ENDINGS: Final = word_set(
    "ac ae ai app at au be biz br ca cc ch cl cloud cn co cz de dev dk es eu fi fr gr hk hu id ie "
    "il in info io ir is it jp kr lt lu lv me mx my nl no nz online ph pl pt ro rs ru se sg si sk "
    "tech th tr tv tw ua uk us vn xyz za"
)
_EXTENSIONS: Final = word_set(
    "7z aspx avi bak bat bin blg bmp bz2 cab cfg cmd conf csv dat db dll dmg dmp doc docx eml "
    "etl evt evtx exe gif gz heic htm html ics ini ipynb iso jfif jpeg jpg js json key lnk log "
    "m4a md mdb mobileconfig mov mp3 mp4 mpg msg msi nfo odp ods odt ost ovpn p12 pdf pem php pkg plist "
    "png ppt pptx ps1 pst py rar rdp reg rtf sh sql svg sys tar tgz tif tiff tmp txt vbs vhd "
    "vhdx vsd wav webm webp wim xls xlsm xlsx xml xz yaml yml zip"
)
_COUNTRY_DOTS: Final = 2


@dataclass(frozen=True, slots=True)
class Region:
    """A stretch of text, ``end`` excluded, and what it is."""

    start: int
    end: int
    kind: Inside


class Regions:
    """The regions of one text, in order and without overlap."""

    def __init__(self, found: list[Region]) -> None:
        self._regions: list[Region] = []
        for region in sorted(found, key=lambda one: (one.start, -one.end)):
            if not self._regions or region.start >= self._regions[-1].end:
                self._regions.append(region)
        self._starts = [region.start for region in self._regions]

    def at(self, place: int) -> Region | None:
        """The region around an offset, if there is one."""
        index = bisect_right(self._starts, place) - 1
        if index < 0 or place >= self._regions[index].end:
            return None
        return self._regions[index]


def regions(text: str) -> Regions:
    """Find every address in ``text``. Pure, linear, never raises."""
    found = [Region(*match.span(), "url") for match in _URL.finditer(text)]
    found.extend(Region(*match.span(), "email") for match in _MAILTO.finditer(text))
    if "@" in text or "\\" in text or "/" in text:
        for match in _CHUNK.finditer(text):
            found.extend(_of_chunk(match[0], match.start()))
    return Regions(found)


def _of_chunk(chunk: str, start: int) -> Iterator[Region]:
    if "@" in chunk:
        for match in _EMAIL.finditer(chunk):
            yield Region(start + match.start(), start + match.end(), "email")
    if _ACCOUNT.fullmatch(chunk):
        return
    if "\\" in chunk and (_SHARE.match(chunk) or _DRIVE.match(chunk) or _BACKSLASHED.search(chunk)):
        yield Region(start, start + len(chunk), "path")
    if "/" in chunk:
        host = _HOST_START.match(chunk)
        if host and is_host(host[0]):
            yield Region(start, start + len(chunk), "url")
        elif _DRIVE.match(chunk) or _is_slashed_path(chunk):
            yield Region(start, start + len(chunk), "path")


def _is_slashed_path(chunk: str) -> bool:
    """``/home/x`` and ``share/a.pdf`` are paths; ``IC-A/IC-B`` is a list and ``S/N:X`` a label."""
    parts = [part for part in chunk.rstrip(".:!?").split("/") if part]
    if len(parts) < 2:  # noqa: PLR2004  one part is no path
        return False
    return _ROOTED.match(chunk) is not None or is_file(parts[-1])


def is_host(token: str) -> bool:
    """Whether a dotted token is a host name such as ``ic-ehlb760-f16.lsa.umich.edu``."""
    labels = token.split(".")
    if len(labels) == 1:
        return False
    ending = labels[-1]
    if ending.casefold() in _SURE_ENDINGS:
        return True
    return len(labels) > _COUNTRY_DOTS and ending in _COUNTRY_ENDINGS


def is_file(token: str) -> bool:
    """Whether a dotted token is a file name such as ``IC-EHLB760-F16.png``."""
    name, dot, ending = token.rpartition(".")
    return bool(name and dot) and ending.casefold() in _EXTENSIONS
