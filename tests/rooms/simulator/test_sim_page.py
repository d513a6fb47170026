"""The page under ``/_control/``: plain forms, nothing from elsewhere, everything escaped."""

from __future__ import annotations

from typing import TYPE_CHECKING

import httpx2
import pytest

from ticket_queue_daemon.simulator import SimulatorServer

if TYPE_CHECKING:
    from collections.abc import Iterator

    from conftest import Place

FEED = "POST /{appId}/tickets/{id}/feed"


@pytest.fixture
def page(sim: SimulatorServer) -> Iterator[httpx2.Client]:
    """A browser."""
    with httpx2.Client(base_url=sim.control_url, follow_redirects=True) as browser:
        yield browser


def comment(api: httpx2.Client, place: Place, text: str) -> httpx2.Response:
    return api.post(f"/46/tickets/{place.ticket.id}/feed", json={"Comments": text})


def test_it_needs_no_script_and_nothing_from_elsewhere(page: httpx2.Client) -> None:
    shown = page.get("/")
    assert shown.status_code == 200
    assert "<script" not in shown.text
    assert "http://" not in shown.text
    assert "https://" not in shown.text
    assert "default-src 'none'" in shown.headers["content-security-policy"]
    assert page.get("").status_code == 200


def test_a_rule_added_by_the_form_fires_and_is_counted(
    page: httpx2.Client, api: httpx2.Client, sim: SimulatorServer, place: Place
) -> None:
    form = {"effect": "drop_after", "template": FEED, "nth": "2", "times": ""}
    said = page.post("/do/add", data=form)
    assert "Rule 1 is in force." in said.text
    comment(api, place, "one")
    with pytest.raises(httpx2.TransportError):
        comment(api, place, "two")
    assert sim.journal.count("feed_entry") == 2
    rule = sim.faults.rules[0]
    assert (rule.method, rule.seen, rule.fired) == ("POST", 2, 1)
    assert "call no. 2" in page.get("/").text


def test_a_rule_for_one_endpoint_concerns_no_other(
    page: httpx2.Client, api: httpx2.Client, place: Place
) -> None:
    """``/tickets/{id}`` is a part of many templates."""
    page.post("/do/add", data={"effect": "status_before", "template": "GET /{appId}/tickets/{id}"})
    assert api.get(f"/46/tickets/{place.ticket.id}").status_code == 500
    assert api.get(f"/46/tickets/{place.ticket.id}/feed").status_code == 200


def test_rules_are_removed_one_by_one_and_all_at_once(
    page: httpx2.Client, sim: SimulatorServer
) -> None:
    for _ in range(3):
        page.post("/do/add", data={"effect": "empty"})
    page.post("/do/remove", data={"number": "2"})
    assert [one.number for one in sim.faults.rules] == [1, 3]
    assert "There is no rule 2." in page.post("/do/remove", data={"number": "2"}).text
    page.post("/do/clear")
    assert sim.faults.rules == []
    assert "No rules" in page.get("/").text


def test_late_requests_wait_for_their_button(
    page: httpx2.Client, api: httpx2.Client, sim: SimulatorServer, place: Place
) -> None:
    page.post("/do/add", data={"effect": "late", "template": FEED, "status": "500"})
    assert comment(api, place, "late").status_code == 500
    assert sim.journal.count("feed_entry") == 0
    assert "Apply 1 late now" in page.get("/").text
    assert "Late requests applied: 1." in page.post("/do/release").text
    assert sim.journal.count("feed_entry") == 1


def test_tokens_expire_by_a_button(page: httpx2.Client, api: httpx2.Client) -> None:
    assert api.get("/applications").status_code == 200
    page.post("/do/expire")
    assert api.get("/applications").status_code == 401


@pytest.mark.parametrize(
    ("form", "sentence"),
    [
        ({"effect": "explode"}, "unknown effect"),
        ({"effect": "empty", "every": "0"}, "every must be a whole number from 1"),
        ({"effect": "empty", "nth": "two"}, "nth must be a whole number"),
        ({"effect": "empty", "probability": "2"}, "probability must be from 0 to 1"),
        ({"effect": "empty", "seconds": "soon"}, "seconds must be a number"),
        ({"effect": "status_before", "status": "99"}, "status must be from 200 to 599"),
        ({"effect": "empty", "template": "FETCH /x"}, "unknown method"),
    ],
)
def test_a_rule_that_makes_no_sense_is_refused_in_words(
    page: httpx2.Client, sim: SimulatorServer, form: dict[str, str], sentence: str
) -> None:
    assert sentence in page.post("/do/add", data=form).text
    assert sim.faults.rules == []


def test_the_journal_is_newest_first_and_narrows_to_a_ticket(
    page: httpx2.Client, api: httpx2.Client, place: Place
) -> None:
    other = place.world.add_ticket("Another")
    comment(api, place, "first words")
    comment(api, place, "second words")
    api.post(f"/46/tickets/{other.id}/feed", json={"Comments": "elsewhere"})
    text = page.get("/").text
    assert text.index("elsewhere") < text.index("second words") < text.index("first words")
    narrowed = page.get("/", params={"ticket": place.ticket.id}).text
    assert "2 changes" in narrowed
    assert "elsewhere" not in narrowed
    assert "no ticket id" in page.get("/", params={"ticket": "<b>"}).text


def test_what_clients_send_is_escaped(
    page: httpx2.Client, api: httpx2.Client, place: Place
) -> None:
    comment(api, place, "<script>alert(1)</script>")
    api.get("/46/<img src=x>")
    shown = page.get("/", params={"ticket": '"><b>', "said": "<b>", "wrong": "<i>x"}).text
    assert "<script" not in shown
    assert "<img" not in shown
    assert '"><b>' not in shown
    assert "<i>x" not in shown
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in shown


def test_a_form_of_another_site_is_refused(page: httpx2.Client, sim: SimulatorServer) -> None:
    headers = {"Origin": "https://elsewhere.example"}
    assert page.post("/do/add", data={"effect": "empty"}, headers=headers).status_code == 403
    text = '{"effect": "empty"}'
    headers["Content-Type"] = "text/plain"
    assert page.post("/faults", content=text, headers=headers).status_code == 403
    assert sim.faults.rules == []
    own = {"Origin": sim.control_url.removesuffix("/_control")}
    assert page.post("/do/add", data={"effect": "empty"}, headers=own).status_code == 200


def test_with_a_control_token_the_browser_asks_for_it(place: Place) -> None:
    with SimulatorServer(place.world, control_token="s3cret") as sim:
        url = f"{sim.control_url}/"
        refused = httpx2.get(url)
        assert refused.status_code == 401
        assert refused.headers["www-authenticate"].startswith("Basic")
        assert httpx2.post(f"{url}do/clear").status_code == 401
        assert httpx2.get(url, auth=("any", "wrong")).status_code == 401
        assert httpx2.get(url, auth=("any", "s3cret")).status_code == 200
        journal = httpx2.get(f"{url}journal", auth=("any", "s3cret"))
        assert journal.json() == []
        broken = {"Authorization": "Basic %%%"}
        assert httpx2.get(url, headers=broken).status_code == 401


def test_the_control_api_removes_one_rule(sim: SimulatorServer, page: httpx2.Client) -> None:
    number = page.post("/faults", json={"effect": "empty", "probability": 0.5}).json()["number"]
    assert page.delete(f"/faults/{number}").json() == {"rules": 0}
    assert page.delete(f"/faults/{number}").status_code == 400
