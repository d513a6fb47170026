"""Conversations (fact sheet 10.7 to 10.9, 14)."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    import httpx2

    from conftest import Place
    from ticket_queue_daemon.simulator import SimulatorServer


def post(api: httpx2.Client, place: Place, **members: object) -> dict[str, Any]:
    reply = api.post(f"/46/tickets/{place.ticket.id}/feed", json=members)
    assert reply.status_code == 200, reply.text
    found: dict[str, Any] = reply.json()
    return found


def test_a_plain_comment_comes_back_encoded(place: Place, api: httpx2.Client) -> None:
    """HTML-encoded as ASP.NET does, with line breaks, and never as it was sent."""
    entry = post(api, place, Comments='a < b & "c" isn\'t é 🤖\nnext')
    expected = "a &lt; b &amp; &quot;c&quot; isn&#39;t &#233; &#129302;<br />next"
    assert entry["Body"] == expected
    assert entry["IsRichHtml"] is False
    assert entry["UpdateType"] == 1
    assert entry["Uri"] == f"api/feed/{entry['ID']}"
    assert (entry["ItemType"], entry["ItemID"]) == (9, place.ticket.id)


def test_a_rich_comment_comes_back_sanitised(place: Place, api: httpx2.Client) -> None:
    """Formatting stays; whatever could hide a marker does not."""
    html = (
        '<p class="x" data-ref="secret" onclick="go()">Done<!-- secret --><script>secret</script>'
        '<span hidden>secret</span><i style="display: none">secret</i>\u200b<b>bold</b>'
        '<a href="javascript:alert(1)">link</a><a href="https://it.example.edu">page</a>'
    )
    body = post(api, place, comments=html, isRichHTML="True")["Body"]
    assert "secret" not in body
    assert "script" not in body
    assert "\u200b" not in body
    assert '<p class="x">Done<b>bold</b>' in body
    assert '<a href="https://it.example.edu">page</a>' in body
    assert body.endswith("</p>")


def test_the_members_are_in_declaration_order(place: Place, api: httpx2.Client) -> None:
    """As in the entry recorded from a live tenant."""
    entry = post(api, place, Comments="x")
    assert " ".join(entry) == (
        "ID CreatedUid CreatedRefID CreatedFullName CreatedFirstName CreatedLastName "
        "CreatedByPicPath CreatedDate LastUpdatedDate ProjectID ProjectName PlanID PlanName "
        "ItemType ItemID ItemTitle ReferenceID Body IsRichHtml UpdateType NotifiedList IsPrivate "
        "IsParent Replies RepliesCount Likes ILike LikesCount IsCommunication Participants "
        "BreadcrumbsHtml HasAttachment Uri"
    )


def test_a_status_change_adds_its_sentence(place: Place, api: httpx2.Client) -> None:
    """The sentence precedes the comment, and the update type is 2."""
    entry = post(api, place, Comments="on it", NewStatusID=117)
    assert entry["Body"] == "Changed Status from New to In Progress.<br /><br />on it"
    assert entry["UpdateType"] == 2
    assert place.ticket.status_id == 117


@pytest.mark.parametrize("status", [0, None, "0", 115])
def test_no_status_or_the_present_one_changes_nothing(
    place: Place, api: httpx2.Client, status: object
) -> None:
    """Zero, null and the current status leave the ticket as it is."""
    entry = post(api, place, Comments="x", NewStatusID=status)
    assert (entry["UpdateType"], entry["Body"]) == (1, "x")
    assert place.ticket.status_id == 115


@pytest.mark.parametrize(
    "members",
    [
        {},
        {"Comments": "  "},
        {"Comments": "x", "NewStatusID": 9999},
        {"Comments": "x", "NewStatusID": 622},
        {"Comments": "x", "NewStatusID": "soon"},
        {"Comments": ["x"]},
    ],
)
def test_what_makes_no_sense_is_refused(
    place: Place, api: httpx2.Client, members: dict[str, Any]
) -> None:
    """Nothing said, an unknown status, one that needs a date, wrong types: 400, no trace."""
    before = len(place.ticket.feed)
    reply = api.post(f"/46/tickets/{place.ticket.id}/feed", json=members)
    assert reply.status_code == 400
    assert len(place.ticket.feed) == before
    assert len(place.world.journal) == 0


def test_a_comment_moves_the_modified_date(place: Place, api: httpx2.Client) -> None:
    """The ticket is the last writer's."""
    before = place.ticket.modified
    post(api, place, Comments="x")
    assert place.ticket.modified > before
    assert place.ticket.modified_uid == place.world.service.uid


def test_notify_null_notifies_nobody(place: Place, api: httpx2.Client) -> None:
    """The proven way; ``[]`` and a missing member notify nobody either."""
    for notify in (["null"], [], None):
        assert post(api, place, Comments="x", Notify=notify)["NotifiedList"] is None
    assert place.world.notifications == []


def test_notify_sends_mail_to_addresses(place: Place, api: httpx2.Client) -> None:
    """Known addresses come back with their names; the mail is recorded."""
    entry = post(api, place, Comments="x", notify=["poshea@umich.edu", "a@b.org"])
    assert entry["NotifiedList"] == "Pat O'Shea <poshea@umich.edu>, a@b.org <a@b.org>"
    (mail,) = place.world.notifications
    assert (mail.ticket_id, mail.addresses) == (place.ticket.id, ["poshea@umich.edu", "a@b.org"])


def test_the_feed_is_newest_first_and_hides_replies(place: Place, api: httpx2.Client) -> None:
    """The list counts the replies; only ``feed/{id}`` shows them."""
    entry = place.world.add_feed_entry(place.ticket.id, "Which one?", place.tech)
    place.world.add_reply(entry.id, "The <black> one", place.pat)
    feed = api.get(f"/46/tickets/{place.ticket.id}/feed").json()
    assert [one["UpdateType"] for one in feed] == [1, 4]
    assert (feed[0]["Replies"], feed[0]["RepliesCount"]) == ([], 1)
    whole = api.get(f"/feed/{entry.id}").json()
    (reply,) = whole["Replies"]
    assert reply["Body"] == "The &lt;black&gt; one"
    assert reply["CreatedFullName"] == "Pat O'Shea"


def test_a_reply_moves_the_last_updated_date(place: Place, api: httpx2.Client) -> None:
    """It differs from the created date from then on."""
    entry = place.world.add_feed_entry(place.ticket.id, "Which one?", place.tech)
    later = entry.created + timedelta(minutes=5)
    place.world.add_reply(entry.id, "This one", place.pat, created=later)
    shown = api.get(f"/feed/{entry.id}").json()
    assert shown["LastUpdatedDate"] > shown["CreatedDate"]


@pytest.mark.parametrize(("top", "expected"), [("", 4), ("?top=0", 4), ("?top=2", 2)])
def test_top_limits_the_list(place: Place, api: httpx2.Client, top: str, expected: int) -> None:
    """Absent and zero mean all."""
    for number in range(3):
        place.world.add_feed_entry(place.ticket.id, f"c{number}", place.pat)
    assert len(api.get(f"/46/tickets/{place.ticket.id}/feed{top}").json()) == expected


def test_a_comment_may_reopen_a_closed_ticket(place: Place, api: httpx2.Client) -> None:
    """Only if the app is set so, and not from a status that forbids it."""
    place.world.set_status(place.ticket.id, 122)
    post(api, place, Comments="thanks")
    assert place.ticket.status_id == 122
    place.world.behaviour.reopen_status_id = 117
    post(api, place, Comments="still broken")
    assert place.ticket.status_id == 117
    assert place.world.feed_of(place.ticket.id)[-1].update_type == 2
    place.world.set_status(place.ticket.id, 123)
    post(api, place, Comments="again")
    assert place.ticket.status_id == 123


def test_closing_sets_the_completed_date(place: Place, api: httpx2.Client) -> None:
    """And the report forgets the ticket."""
    post(api, place, Comments="done", NewStatusID=122)
    ticket = api.get(f"/46/tickets/{place.ticket.id}").json()
    assert ticket["CompletedUid"] == place.world.service.uid
    assert not ticket["CompletedDate"].startswith("0001")


def test_a_status_cascades_to_children_when_asked(place: Place, api: httpx2.Client) -> None:
    """Not by default."""
    child = place.world.add_ticket("Child", requestor=place.pat)
    child.parent_id = place.ticket.id
    post(api, place, NewStatusID=117, Comments="")
    assert child.status_id == 115
    post(api, place, NewStatusID=121, Comments="", CascadeStatus="True")
    assert child.status_id == 121


def test_a_forbidden_ticket_refuses_writes_but_not_reads(place: Place, api: httpx2.Client) -> None:
    """403 or 401, as the switch says, and nothing is applied."""
    place.world.forbid_ticket(place.ticket.id)
    path = f"/46/tickets/{place.ticket.id}"
    assert api.get(path).status_code == 200
    assert api.post(f"{path}/feed", json={"Comments": "x"}).status_code == 403
    place.world.behaviour.forbidden_status = 401
    assert api.post(f"{path}/tags", json=["x"]).status_code == 401
    assert len(place.world.journal) == 0


def test_new_entries_may_show_late(place: Place, sim: SimulatorServer, api: httpx2.Client) -> None:
    """With a lag set, a read right after a write does not see it yet."""
    sim.world.behaviour.feed_lag_seconds = 60
    post(api, place, Comments="x")
    path = f"/46/tickets/{place.ticket.id}/feed"
    assert api.get(path).json() == []
    sim.world.behaviour.clock_offset = 61
    assert len(api.get(path).json()) == 2


def test_the_app_feed_pages_by_last_updated_date(place: Place, api: httpx2.Client) -> None:
    """Newest first, ``ReturnCount`` at a time; ``NextDateTo`` is the first one left out."""
    start = place.world.now() - timedelta(hours=1)
    for number in range(5):
        when = start + timedelta(minutes=number)
        place.world.add_feed_entry(place.ticket.id, f"c{number}", place.pat, created=when)
    page = api.get("/46/tickets/feed?ReturnCount=3").json()
    assert list(page) == ["Entries", "AsOfDate", "NextDateTo"]
    assert len(page["Entries"]) == 3
    rest = api.get("/46/tickets/feed", params={"DateTo": page["NextDateTo"]}).json()
    assert rest["NextDateTo"] is None
    assert all(one["LastUpdatedDate"] > page["NextDateTo"] for one in rest["Entries"])
    older = api.get("/46/tickets/feed", params={"DateFrom": page["NextDateTo"]}).json()
    assert [one["Body"] for one in older["Entries"]] == ["c1", "c0"]
    assert api.get("/31/tickets/feed").json()["Entries"] == []
    assert api.get("/46/tickets/feed?ReturnCount=101").status_code == 400
