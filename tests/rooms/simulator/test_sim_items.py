"""Assets and configuration items on tickets (fact sheet 10.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx2

    from conftest import Place


def listed(api: httpx2.Client, place: Place) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = api.get(f"/46/tickets/{place.ticket.id}/assets").json()
    return found


def attach(api: httpx2.Client, place: Place, asset_id: int) -> httpx2.Response:
    return api.post(f"/46/tickets/{place.ticket.id}/assets/{asset_id}", json={})


def test_an_asset_is_attached_and_listed_as_configuration_item(
    place: Place, api: httpx2.Client
) -> None:
    """An empty 200; the list shows the CI id and, behind it, the asset id."""
    reply = attach(api, place, place.mac.id)
    assert (reply.status_code, reply.content) == (200, b"")
    (item,) = listed(api, place)
    assert item["ID"] == place.mac.ci_id != place.mac.id
    assert (item["BackingItemID"], item["BackingItemType"]) == (place.mac.id, 27)
    assert (item["FormID"], item["Name"]) == (2448, "L-C02XJ0AXJGH5")
    assert item["IsSystemMaintained"] is True


def test_asset_ids_and_ci_ids_overlap(place: Place, api: httpx2.Client) -> None:
    """Who posts a CI id where an asset id belongs attaches another machine."""
    world = place.world
    for number in range(10):
        world.add_asset(f"psyc-pc{number:02d}")
    shared = set(world.assets) & {asset.ci_id for asset in world.assets.values()}
    assert place.mac.ci_id in shared
    attach(api, place, place.mac.ci_id)
    assert world.assets_on(place.ticket.id) == [place.mac.ci_id] != [place.mac.id]


def test_a_feed_entry_tells_of_the_attachment(place: Place, api: httpx2.Client) -> None:
    """A system entry, unless this TDX does not write one."""
    attach(api, place, place.mac.id)
    entry = place.world.feed_of(place.ticket.id)[-1]
    assert entry.update_type == 3
    assert "L-C02XJ0AXJGH5" in entry.body
    before = len(place.ticket.feed)
    place.world.behaviour.attach_writes_feed_entry = False
    attach(api, place, place.dell.id)
    assert len(place.ticket.feed) == before


@pytest.mark.parametrize("status", [200, 204, 304, 400])
def test_attaching_again_makes_no_duplicate(place: Place, api: httpx2.Client, status: int) -> None:
    """Whatever the status is: nobody knows which it is in real life."""
    place.world.behaviour.attach_again_status = status
    assert attach(api, place, place.mac.id).status_code == 200
    assert attach(api, place, place.mac.id).status_code == status
    assert len(listed(api, place)) == 1
    assert place.world.journal.count("asset_attached") == 1


def test_the_answer_may_be_204_or_a_sentence(place: Place, api: httpx2.Client) -> None:
    """Clients must not parse it."""
    place.world.behaviour.attach_status = 204
    assert attach(api, place, place.mac.id).status_code == 204
    place.world.behaviour.attach_status = 200
    place.world.behaviour.attach_body = "Success"
    assert attach(api, place, place.dell.id).text == "Success"


def test_all_four_directions_make_the_same_relation(place: Place, api: httpx2.Client) -> None:
    """By asset id and by CI id, from the ticket and from the other side."""
    ticket, mac, dell = place.ticket.id, place.mac, place.dell
    lab = place.world.add_lab("poshea Lab")
    extra = place.world.add_asset("R8YWA0LX6ZE")
    assert attach(api, place, mac.id).status_code == 200
    assert api.post(f"/48/assets/{dell.id}/tickets/{ticket}", json={}).status_code == 200
    path = f"/46/tickets/{ticket}/configurationItems/{extra.ci_id}"
    assert api.post(path, json={}).status_code == 200
    assert api.post(f"/48/cmdb/{lab.id}/tickets/{ticket}", json={}).status_code == 200
    assert place.ticket.items == [mac.ci_id, dell.ci_id, extra.ci_id, lab.id]
    kinds = [write.kind for write in place.world.journal.for_ticket(ticket)]
    assert kinds == ["asset_attached", "asset_attached", "ci_linked", "ci_linked"]
    assert listed(api, place) == api.get(f"/46/tickets/{ticket}/configurationItems").json()


def test_a_stand_alone_item_backs_itself(place: Place, api: httpx2.Client) -> None:
    """Type 63, its own id, and the lab's form and type."""
    lab = place.world.add_lab("O'Shea, John Lab (AD)", owner=place.pat)
    place.world.attach_item(place.ticket.id, lab.id)
    (item,) = listed(api, place)
    assert (item["BackingItemID"], item["BackingItemType"]) == (lab.id, 63)
    assert (item["FormID"], item["TypeID"]) == (3830, 10132)
    assert item["Name"] == "O'Shea, John Lab (AD)"


def test_detaching(place: Place, api: httpx2.Client) -> None:
    """Removed once; a second time it is not there."""
    attach(api, place, place.mac.id)
    path = f"/46/tickets/{place.ticket.id}/assets/{place.mac.id}"
    assert api.delete(path).status_code == 200
    assert listed(api, place) == []
    assert api.delete(path).status_code == 404
    kinds = [write.kind for write in place.world.journal]
    assert kinds == ["asset_attached", "asset_detached"]


@pytest.mark.parametrize("path", ["/46/tickets/{t}/assets/1", "/48/cmdb/1/tickets/{t}"])
def test_unknown_items_are_not_found(place: Place, api: httpx2.Client, path: str) -> None:
    """404, and the ticket is as it was."""
    assert api.post(path.format(t=place.ticket.id), json={}).status_code == 404
    assert place.ticket.items == []


def test_an_attachment_may_show_late(place: Place, api: httpx2.Client) -> None:
    """With a lag set, the list does not show it yet, though it is there."""
    place.world.behaviour.attach_lag_seconds = 60
    attach(api, place, place.mac.id)
    assert listed(api, place) == []
    assert place.world.assets_on(place.ticket.id) == [place.mac.id]
    place.world.behaviour.clock_offset = 61
    assert len(listed(api, place)) == 1
