from __future__ import annotations

import pytest

from ticket_queue_daemon.errors import ConfigError
from ticket_queue_daemon.tdx.applications import AppIds, settle
from ticket_queue_daemon.tdx.models import Application


def app(number: int, app_class: str, name: str = "", *, active: bool = True) -> Application:
    return Application.model_validate(
        {"AppID": number, "Name": name, "AppClass": app_class, "Active": active}
    )


TICKETS, MORE_TICKETS = app(46, "TDTickets", "LSA-TS Tickets"), app(31, "TDTickets", "ITS")
ASSETS, MORE_ASSETS = app(48, "TDAssets", "LSA-TS Assets/CIs"), app(49, "TDAssets", "Other")
PORTAL, RETIRED = app(2045, "TDClient"), app(50, "TDAssets", "Old", active=False)


def test_right_ids_are_kept_in_silence() -> None:
    check = settle([TICKETS, MORE_TICKETS, ASSETS, MORE_ASSETS], AppIds(46, 48))
    assert (check.ticket_app_id, check.asset_app_id, check.notes) == (46, 48, ())


def test_the_only_active_assets_application_is_found() -> None:
    check = settle([TICKETS, ASSETS, RETIRED, PORTAL], AppIds(46, None))
    assert check.asset_app_id == 48
    assert "LSA-TS Assets/CIs" in check.notes[0]


@pytest.mark.parametrize("others", [[ASSETS, MORE_ASSETS], [RETIRED], []])
def test_a_choice_of_assets_applications_is_left_to_a_person(others: list[Application]) -> None:
    with pytest.raises(ConfigError) as caught:
        settle([TICKETS, *others], AppIds(46, None))
    assert "TDX_ASSET_APP_ID" in caught.value.advice
    assert all(str(a.id) in caught.value.message for a in others if a.active)


def test_an_assets_application_given_for_tickets_is_found_out_and_said() -> None:
    check = settle([TICKETS, ASSETS, MORE_ASSETS], AppIds(48, None))
    assert (check.ticket_app_id, check.asset_app_id) == (46, 48)
    assert "TDX_APP_ID 48 is an assets application" in check.notes[0]


def test_it_is_an_error_when_several_ticketing_applications_could_be_meant() -> None:
    with pytest.raises(ConfigError, match=r"46 \(LSA-TS Tickets\), 31 \(ITS\)"):
        settle([TICKETS, MORE_TICKETS, ASSETS], AppIds(48, 48))


def test_an_unknown_ticketing_application_is_an_error_that_lists_the_known() -> None:
    with pytest.raises(ConfigError, match=r"46 \(LSA-TS Tickets\)"):
        settle([TICKETS, ASSETS], AppIds(47, 48))


def test_a_ticketing_application_given_for_assets_is_an_error() -> None:
    with pytest.raises(ConfigError, match="TDX_ASSET_APP_ID 31"):
        settle([TICKETS, MORE_TICKETS, ASSETS], AppIds(46, 31))


def test_what_the_account_does_not_see_is_noted_and_not_judged() -> None:
    check = settle([PORTAL], AppIds(46, 48))
    assert (check.ticket_app_id, check.asset_app_id, len(check.notes)) == (46, 48, 2)


def test_the_assets_application_is_asked_for_when_it_is_needed() -> None:
    with pytest.raises(ConfigError, match="assets application"):
        AppIds(46, None).asset()
