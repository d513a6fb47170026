"""How people and mail programs really write: what names a machine, and what only looks like it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ticket_queue_daemon.assets.catalog import AssetCatalog, AssetRecord
from ticket_queue_daemon.assets.finder import FinderRules, TextPart, find_in_text

if TYPE_CHECKING:
    from collections.abc import Callable

MORE = [
    (20, "LSA-LAB101-PC1", "H4TQX93", "1047221"),
    (21, "PHYS-RNDL3404", "PF3ZK9QA", "998877"),
    (22, "psyc-gid08", "8CG9340XYZ", "56789"),
    (23, "mac-ward04", "FVFXC0ABQ6L4", "12012"),
    (24, "EEB-4033A", "GTF1H73", "53412"),
    (25, "HIST-2024-01", "2UA3450XYZ", None),
    (26, "FRONT-DESK2", "J8XZ2Y3", "LSA-33211"),
    (27, "OPTIPLEX-7090", None, None),
    (28, "MATH-PC0031", "E3B4021F", None),
    (29, "FRONT-DESK", None, None),
    (30, "EEB-JW77", None, None),
    (31, "HIST-WECKJARLL1", None, None),
    (32, "Chen Lab Plate Reader 31", None, None),
    (33, "SPECTROGOCKSCOPE", None, None),
    (34, "ic-vm01", "VMware-f7 f2 67 c8 ce ee 0c 77-2e 30 f5 13 b6 45 ea 4d", None),
    (35, "LSAF-9HQRX29", None, None),
    (36, "IC-USB4224-W40", None, None),
]


@pytest.fixture
def found(park: AssetCatalog) -> Callable[..., list[int]]:
    """The park, and machines of all the kinds that are named below."""
    more = [
        AssetRecord(number, name, serial, tag, None, 38, "Active", 2448)
        for number, name, serial, tag in MORE
    ]
    catalog = AssetCatalog([*park._assets, *more])
    rules = FinderRules(form_ids=frozenset({2448}))

    def read(text: str, is_html: bool | None = None) -> list[int]:
        finding = find_in_text([TextPart("description", text, is_html)], catalog, rules)
        return [match.asset.id for match in finding.matches]

    return read


NAMES = {
    "It is IC-EHLB760-F16\u2014the one by the door": [1],
    "IC\u2014EHLB760\u2014F16 is slow": [1],
    "put \\\\IC-EHLB760-F16 back on the domain": [1],
    "HIST-WECKJARLL 1 is slow, and IC-USB 4224-W40 too": [31, 36],
    "the Chen Lab Plate Reader 31 hangs": [32],
    "It is the one with workstation SPECTROGOCKSCOPE.": [33],
    "computer ID: SPECTROGOCKSCOPE": [33],
    "VMware-f7 f2 67 c8 ce ee 0c 77-2e 30 f5 13 b6 45 ea 4d is down": [34],
    "The fan in 9hqrx29 is loud": [35],
    "S/N 8CG 934 0XY Z does not start": [22],
    "serial 2UA3-450X-YZ": [25],
    "the name, which is IC-EHLB=\n760-F16, is on it": [1],
    "IC-EHLB760-F16, CHEM-SMALD1; LSAF-D30H6J3": [1, 5, 3],
    "IC-EHLB760-F16/CHEM-SMALD1|D30H6J3": [1, 5, 3],
    "computer name:IC-EHLB760-F16": [1],
    "ComputerName=IC-EHLB760-F16": [1],
    "`IC-EHLB760-F16`": [1],
    "IC-EHLB760-F16's and CHEM-SMALD1\u2019s batteries": [1, 5],
    '{"hostname": "IC-EHLB760-F16", "serial":"5CG1234ABC"}': [1],
    "name\tserial\nIC-EHLB760-F16\t5CG1234ABC\nCHEM-SMALD1\tR8YWA0LX6ZE": [1, 5],
    "=20IC-EHLB760-F16=20": [1],
    "my computer IC-EHLB760=\n-F16 is=20slow": [1],
    "IC-\nEHLB760-F16": [1],
    "IC-EHLB760\n-F16": [1],
    "UMROOT\\ic-ehlb760-f16$": [1],
    "IC-EHLB760-F16:3389 (10.1.2.3)": [1],
    "[EXTERNAL] Fwd: [IC-EHLB760-F16] alert": [1],
    "> On Monday, Ann wrote:\n>> It is IC-EHLB760-F16": [1],
    "<p>IC-EHLB760-<o:p></o:p>F16<br>CHEM-SMALD1</p>": [1, 5],
    "Dell service tag h4tqx93": [20],
    "ServiceTag:H4TQX93.": [20],
    "(h4tqx93)?": [20],
    "Lenovo PF3ZK9QA": [21],
    "SN-PF3ZK9QA": [21],
    "SerialNumber: pf3zk9qa": [21],
    "lsa lab101 pc1": [20],
    "psyc gid08 and mac ward 04": [22, 23],
    "C02X J0AX JGH5": [2],
    "eeb4033a": [24],
    "LSA 33211": [26],
    "EEB_JW77": [30],
    "IC-EHLB760-F 16": [1],
    "eeb jw77": [30],
    "Computer name: OPTIPLEX-7090": [27],
}
TAGS = {
    "AssetTag: 1047221": [20],
    "LSA asset # 1047221": [20],
    "barcode 1047221": [20],
    "property number 1047221": [20],
    "inventory # 1047221": [20],
    "the tag on the machine is 1047221": [20],
    "tag number on the sticker: 1047221": [20],
    "the sticker says 1047221": [20],
    "What is the asset tag? 45001": [3],
    "Asset tag (if known): 45001": [3],
    "the asset tag (yellow sticker) is 45001": [3],
    "asset tag 45001, 56789": [3, 22],
    "asset tag 45001 or 56789": [3, 22],
    "Asset tags:\n- 45001\n- 45003": [3, 5],
    "Asset tags:\n45001\n45003": [3, 5],
    "Tag\u00a045001": [3],
    "serial:8CG9340XYZ/asset:56789": [22],
    "Asset Tag\tRoom\n45001\t56789\n45003\t12012": [3, 5],
    "<tr><th>Room</th><th>Asset Tag</th></tr><tr><td>56789</td><td>45001</td></tr>": [3],
    "<tr><td><p>Room</p></td><td><p>Tag</p></td></tr><tr><td><p>56789</p></td><td><p>45001</p></td></tr>": [
        3
    ],
    "<tr><td>Asset Tag</td><td>45001</td></tr><tr><td>Phone</td><td>56789</td></tr>": [3],
}
NOTHING = [
    "\\\\IC-EHLB760-F16\\share\\scan.pdf",
    "See msinfo_IC-EHLB760-F16.nfo for what I mean",
    "at the front-desk 2 times a week",
    "a laptop and a workstation spectrogockscope",
    "call 734-615-0123 ext. 56789 or x45001",
    "room 45001, ticket 1047221, PO# 998877, order 53412",
    "1047221",
    "Price tag 56789, name tag 45001, VLAN tag 12012, license tag 53412",
    "the meeting is in EEB 4033A",
    "HIST 2024 01 is my course",
    "call the front desk 2 times, and the front-desk too",
    "my Optiplex-7090 is slow",
    "MAC A4:B1:C2:D3:E4:F5, a4-b1-c2-d3-e4-f5, 10.20.30.40",
    "e3b4021f-e29b-41d4-a716-446655440000",
    "recovery key id: E3B4021F-1111-2222-3333-444444444444",
    "key ABCDE-7HQ3X-ABCDE-12345-H4TQX",
    "UPS 1Z999AA10123456784, FedEx 7346 1501 2345, tracking 734615012345",
    "da39a3ee5e6b4b0d3255bfef95601890afd80709",
    "\\\\IC-EHLB760-F16\\c$ and C:\\IC-EHLB760-F16\\x",
    "rdp://IC-EHLB760-F16 and ic-ehlb760-f16.lsa.umich.edu:3389",
    "https://nam.safelinks.protection.outlook.com/?url=IC-EHLB760-F16&data=05",
    "Message-ID: <H4TQX93@mail.umich.edu>",
    "D30H6J3.pdf, IC-EHLB760-F16.heic, IMG_D30H6J3.jpg",
    "IC-EHLB760-F16_old, IC-EHLB760-F16-F17, IC-EHLB760-F161",
    "8CG9340XYZ1, 1S20XXPF3ZK9QA",
    "<table><tr><td>IC</td><td>EHLB760</td><td>F16</td></tr></table>",
    "Name,Tag,Serial\nx,45001,y",
    "seats=20 width=2045001",
    "asset tag 45\nphone 56789",
    "asset tag 99999, 45001 State St",
    "EEB. JW77",
    "S/N: 9ZZZZZZ and 1047221",
    "mailto:ann@umich.edu?subject=IC-EHLB760-F16",
]


@pytest.mark.parametrize("text", [*NAMES, *TAGS])
def test_what_names_machines(text: str, found: Callable[..., list[int]]) -> None:
    assert found(text) == {**NAMES, **TAGS}[text]


@pytest.mark.parametrize("text", NOTHING)
def test_what_names_none(text: str, found: Callable[..., list[int]]) -> None:
    assert found(text) == []


# The examples of the issue, as they are printed there.
PRINTED = {
    "IC EHLB760 F16": [1],
    "L-C02XJ0AXJGH5": [2],
    "C02XJ0AXJGH5": [2],
    "IC\u2013EHLB760\u2013F16": [1],
    "d30h6j3": [3],
    "mj0k7t2q": [6],
    "S/N: 5CG1234ABC": [1],
    "Serial # 5CG1234ABC": [1],
}


@pytest.mark.parametrize("text", PRINTED)
def test_the_examples_of_the_issue(text: str, found: Callable[..., list[int]]) -> None:
    assert found(f"<p>{text}.</p>", is_html=True) == PRINTED[text]


@pytest.mark.parametrize("piece", ["<td>", "<tr>", "<td>\n", "</td> ", "a\t", "\t\n", "Tag\t\n"])
def test_half_a_megabyte_of_table_is_read(piece: str, found: Callable[..., list[int]]) -> None:
    """The suite's time limit is the judge."""
    found(piece * (300_000 // len(piece)), is_html=True)
    found(piece * (300_000 // len(piece)), is_html=False)
