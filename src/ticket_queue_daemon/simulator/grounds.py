"""The grounds of the small university: its clock, its counters, its people and its machines.

Promise: ids come from the sequences of fact sheet 17.1; the ids of assets and of their CIs are
two sequences whose ranges overlap, so a client that confuses them hits the wrong machine.
"""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from threading import RLock
from typing import TYPE_CHECKING, TypeAlias

from . import catalogue, values
from .entities import (
    Account,
    Asset,
    Attachment,
    FeedEntry,
    Item,
    Notification,
    Person,
    Relationship,
    Task,
    Ticket,
    Truth,
)
from .journal import Journal, RequestLog
from .lookups import Lookups
from .settings import Behaviour

if TYPE_CHECKING:
    from collections.abc import Iterable

Who: TypeAlias = "Person | str | None"

FIRST_TICKET = 9_291_804
FIRST_ASSET = 106_894
# Seven above the assets: nearly every CI id is also the id of another asset.
FIRST_CI = 106_901
FIRST_LAB_CI = 2_830_935
FIRST_FEED_ENTRY = 220_572_975


class Grounds(Lookups):
    """All that a world holds, and what can be built on it; tickets are added in ``world.py``."""

    def __init__(self, seed: int = 0, *, now: datetime | None = None) -> None:
        super().__init__()
        self.seed = seed
        self.lock = RLock()
        self.behaviour = Behaviour()
        self.journal = Journal()
        self.requests = RequestLog()
        self.epoch = datetime(2019, 7, 1, 14, 30, tzinfo=UTC)
        self.started = now or datetime.now(UTC).replace(microsecond=0)
        self.tickets: dict[int, Ticket] = {}
        self.assets: dict[int, Asset] = {}
        self.items: dict[int, Item] = {}
        self.people: dict[str, Person] = {}
        self.by_login: dict[str, Person] = {}
        self.feed: dict[int, FeedEntry] = {}
        self.tasks: dict[int, Task] = {}
        self.relationships: dict[int, Relationship] = {}
        self.attachments: dict[str, Attachment] = {}
        self.notifications: list[Notification] = []
        self.truth: dict[int, Truth] = {}
        self.forbidden_tickets: set[int] = set()
        self.sequences: dict[str, int] = {
            "ticket": FIRST_TICKET,
            "asset": FIRST_ASSET,
            "ci": FIRST_CI,
            "lab": FIRST_LAB_CI,
            "feed": FIRST_FEED_ENTRY,
            "reply": 45_118_220,
            "person": 12_213_578,
            "account": 901,
            "task": 5_501_204,
            "relation": 88_120,
            "search": 7_001,
            "status": 9_001,
            "choice": 41_001,
            "attachment": 1,
        }
        self.system = self.add_person("System", "", "system", uid=values.NO_GUID, type_id=1)
        self.service = self.add_person(
            "Ticket Queue", "Service", "tqd-service", type_id=9, title="Service account"
        )
        self.admin = self.add_person(
            "Ticket Queue", "Admin", "tqd-admin", type_id=9, title="Admin service account"
        )

    # -- the clock and the counters -----------------------------------------------------------

    def time(self) -> float:
        """This server's idea of the present, in seconds; tests may shift it."""
        return time.time() + self.behaviour.clock_offset

    def now(self) -> datetime:
        """This server's idea of the present, to the millisecond, as its database keeps it."""
        return datetime.fromtimestamp(int(self.time() * 1000) / 1000, UTC)

    def next_id(self, sequence: str) -> int:
        """The next number of a sequence."""
        number = self.sequences[sequence]
        self.sequences[sequence] = number + 1
        return number

    # -- people and places --------------------------------------------------------------------

    def add_person(
        self,
        first_name: str,
        last_name: str,
        uniqname: str | None = None,
        *,
        uid: str | None = None,
        account_id: int = 0,
        type_id: int = 1,
        title: str = "",
        phone: str = "",
        groups: Iterable[int] = (),
    ) -> Person:
        """Add a person; the user name is ``{uniqname}@umich.edu`` (fact sheet 17.1)."""
        with self.lock:
            login = (uniqname or f"{first_name[:1]}{last_name}").lower().replace("'", "")
            reference = self.next_id("person")
            person = Person(
                uid=(uid or values.guid_for("person", self.seed, login)).lower(),
                first_name=first_name,
                last_name=last_name,
                username=f"{login}@umich.edu",
                email=f"{login}@umich.edu",
                reference_id=reference,
                account_id=account_id,
                type_id=type_id,
                title=title,
                phone=phone,
                external_id=str(reference + 40_000_000),
                alternate_id=login,
                groups=list(groups),
            )
            self.people[person.uid] = person
            self.by_login[person.username.lower()] = person
            for group_id in person.groups:
                self.groups[group_id].members.append(person.uid)
            return person

    def add_account(self, name: str, code: str = "", *, parent_id: int = 0) -> Account:
        """Add a department."""
        with self.lock:
            account = Account(self.next_id("account"), name, code, parent_id)
            self.accounts[account.id] = account
            return account

    # -- machines and labs --------------------------------------------------------------------

    def add_asset(
        self,
        name: str = "",
        serial: str = "",
        tag: str = "",
        *,
        owner: Who = None,
        department_id: int = 0,
        status_id: int = catalogue.ACTIVE,
        form_id: int = catalogue.COMPUTER_FORM,
        location_id: int = 0,
        model_id: int = 0,
        manufacturer_id: int = 0,
        asset_id: int | None = None,
        ci_id: int | None = None,
        created: datetime | None = None,
    ) -> Asset:
        """Add an asset and its system-maintained CI; the two ids come from two sequences."""
        with self.lock:
            when = created or self.started - timedelta(days=400)
            asset = Asset(
                id=self.next_id("asset") if asset_id is None else asset_id,
                ci_id=self.next_id("ci") if ci_id is None else ci_id,
                name=name,
                serial=serial,
                tag=tag,
                status_id=status_id,
                form_id=form_id,
                owner_uid=uid_of(owner),
                department_id=department_id,
                location_id=location_id,
                model_id=model_id,
                manufacturer_id=manufacturer_id,
                created=when,
                modified=when,
                created_uid=self.admin.uid,
                modified_uid=self.admin.uid,
            )
            self.assets[asset.id] = asset
            self._add_ci_of(asset)
            self.reindex_asset(asset)
            return asset

    def _add_ci_of(self, asset: Asset) -> None:
        by, when = self.admin.uid, asset.created
        kind, name = catalogue.ASSET_CI_TYPE, asset.name or asset.serial
        item = Item(asset.ci_id, name, kind, asset.form_id, when, when, by, by, asset_id=asset.id)
        self.items[item.id] = item

    def reindex_asset(self, asset: Asset) -> None:
        """Refresh the text that searches look in; call after a change of name, tag or serial."""
        asset.serial_text = f"{asset.serial}\n{asset.tag}".lower()
        product = (
            self.name_in(self.models, asset.model_id),
            self.name_in(self.manufacturers, asset.manufacturer_id),
            self.name_in(self.suppliers, asset.supplier_id),
        )
        words = (asset.tag, asset.serial, asset.name, *(word for word in product if word))
        asset.search_text = "\n".join(words).lower()

    def add_lab(
        self,
        name: str,
        *,
        owner: Who = None,
        form_id: int = catalogue.LAB_FORM,
        type_id: int = catalogue.LAB_TYPE,
        computers: Iterable[Asset] = (),
    ) -> Item:
        """Add a stand-alone lab CI and its relations to computers (fact sheet 17.1)."""
        with self.lock:
            when = self.started - timedelta(days=300)
            by = self.admin.uid
            lab = Item(self.next_id("lab"), name, type_id, form_id, when, when, by, by)
            lab.owner_uid = uid_of(owner)
            self.items[lab.id] = lab
            for computer in computers:
                relation = self.next_id("relation")
                self.relationships[relation] = Relationship(
                    relation, lab.id, computer.ci_id, 10012, when, by
                )
            return lab


def uid_of(who: Who) -> str | None:
    """The UID of a person given as a record or as a UID."""
    if who is None or isinstance(who, str):
        return who.lower() if who else None
    return who.uid
