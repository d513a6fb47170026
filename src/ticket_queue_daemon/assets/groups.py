"""Every asset of TDX, in groups that are small enough for one answer each.

TDX's asset search has no pages. So all are asked for at first, up to a limit; if there are more,
each form by itself; if a form has more, each of its statuses. What has a form or a status that no
list names is asked for as well (id 0 is "unset"), and a first or full sync ends with one search
without any limit: what stands in no known group is in there.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from ticket_queue_daemon.tdx.errors import TdxRejected

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterator, Sequence

    from ticket_queue_daemon.tdx.lists import AssetStatus, Form
    from ticket_queue_daemon.tdx.models import Asset

UNSET = 0
_ROUND = 500


class AssetSearches(Protocol):
    """What is asked of the TDX client."""

    def page(
        self,
        *,
        form_ids: Sequence[int] | None = None,
        status_ids: Sequence[int] | None = None,
        max_results: int | None = None,
    ) -> tuple[list[Asset], bool]:
        """The assets of a group, and whether TDX obeyed the filter."""
        ...

    def forms(self) -> list[Form]:
        """The forms of assets."""
        ...

    def statuses(self) -> list[AssetStatus]:
        """The statuses of assets."""
        ...


class KnownGroups(Protocol):
    """What was read already, by an earlier attempt."""

    def splits(self, key: str) -> Sequence[int] | None:
        """The parts of a group that was too large; None if it was not read or was not too large."""
        ...

    def is_read(self, key: str) -> bool:
        """Whether a group needs no reading any more."""
        ...


@dataclass(frozen=True, slots=True)
class Group:
    """A group that was read just now; ``split_into`` when its answer was not the whole."""

    key: str
    assets: list[Asset]
    split_into: tuple[int, ...] | None = None


@dataclass(slots=True)
class Walk:
    """One walk over all groups.

    Attributes:
        page_size: more assets than this are asked for in parts.
        form_ids, status_ids: ids to ask for beside those on TDX's lists.
        whole: end with one search for everything.
        planned: is told how many groups there are, as far as is known.
        calls: how many were made.
        listed: TDX's list of statuses, once it was asked for.
    """

    tdx: AssetSearches
    known: KnownGroups
    page_size: int
    form_ids: Collection[int]
    status_ids: Collection[int]
    whole: bool
    planned: Callable[[int], None]
    calls: int = 0
    listed: set[int] | None = None

    def groups(self) -> Iterator[Group]:
        """Read each group that is not known yet.

        Raises:
            TdxError: TDX did not answer; what was given before stays read.
        """
        if self.known.is_read("rest"):
            return
        forms = self.known.splits("all")
        if forms is None:
            if self.known.is_read("all"):
                return
            found, _ = self._page(max_results=self.page_size)
            if not _is_cut(found, self.page_size):
                yield Group("all", found)
                return
            forms = self._forms(found)
            yield Group("all", found, tuple(forms))
        self.planned(len(forms) + 1 + self.whole)
        for form_id in forms:
            for group in self._of_form(form_id):
                yield group
                if group.key == "rest":
                    return
        if self.whole and not self.known.is_read("rest"):
            yield self._rest()

    def _of_form(self, form_id: int) -> Iterator[Group]:
        key = f"form:{form_id}"
        statuses = self.known.splits(key)
        if statuses is None:
            if self.known.is_read(key):
                return
            group = self._group(key, [form_id], None, self.page_size)
            yield group
            if group.key == "rest" or group.split_into is None:
                return
            statuses = group.split_into
        for status_id in statuses:
            part = f"{key}/status:{status_id}"
            if self.known.is_read(part):
                continue
            group = self._group(part, [form_id], [status_id], None)
            yield group
            if group.key == "rest":
                return

    def _group(
        self, key: str, form_ids: list[int], status_ids: list[int] | None, limit: int | None
    ) -> Group:
        """One group; everything instead, when TDX does not obey the filter."""
        try:
            found, obeyed = self._page(form_ids=form_ids, status_ids=status_ids, max_results=limit)
        except TdxRejected:
            # A list may name what the search does not take, and "unset" may be no id to TDX.
            return self._rest()
        if not obeyed:
            return self._rest()
        if limit is None or not _is_cut(found, limit):
            return Group(key, found)
        return Group(key, found, tuple(self._statuses(found)))

    def _rest(self) -> Group:
        found, _ = self._page()
        return Group("rest", found)

    def _page(
        self,
        *,
        form_ids: Sequence[int] | None = None,
        status_ids: Sequence[int] | None = None,
        max_results: int | None = None,
    ) -> tuple[list[Asset], bool]:
        self.calls += 1
        return self.tdx.page(form_ids=form_ids, status_ids=status_ids, max_results=max_results)

    def _forms(self, found: Sequence[Asset]) -> list[int]:
        self.calls += 1
        listed = {form.id for form in self.tdx.forms()}
        return sorted({*listed, *self.form_ids, *(asset.form_id for asset in found), UNSET})

    def _statuses(self, found: Sequence[Asset]) -> list[int]:
        if self.listed is None:
            self.calls += 1
            self.listed = {status.id for status in self.tdx.statuses()}
        return sorted(
            {*self.listed, *self.status_ids, *(asset.status_id for asset in found), UNSET}
        )


def _is_cut(found: Sequence[Asset], limit: int) -> bool:
    """Whether an answer may not be the whole.

    More than the limit is: then TDX does not know the limit. A round number may be a limit of TDX's
    own, of which its manual says nothing; then a few searches more are the price of being sure.
    """
    return len(found) == limit or (len(found) > 0 and len(found) % _ROUND == 0)
