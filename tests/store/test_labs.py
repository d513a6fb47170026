"""The data hub's views of labs: there or not, whole or not, in whatever types it keeps its ids."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ledger import sql
from ticket_queue_daemon.store.labs import HubLab, HubLabs

if TYPE_CHECKING:
    from ticket_queue_daemon.store.pool import Database

UID = "6da16b1a-0000-eb11-a7ad-0050f2eef4a7"


@pytest.fixture
def labs(database: Database) -> HubLabs:
    return HubLabs(database)


def test_without_a_hub_nothing_is_known(labs: HubLabs) -> None:
    assert labs.of_computers([1]) is None
    assert labs.of_member(UID) is None


def test_a_view_without_the_columns_we_know_is_none(labs: HubLabs, database_url: str) -> None:
    sql(database_url, "CREATE SCHEMA silver")
    sql(database_url, "CREATE VIEW silver.v_lab_computers_tdx_reference AS SELECT 1 AS lab_id")
    assert labs.of_computers([1]) is None


@pytest.mark.parametrize("kept_as", ["text", "uuid"])
def test_a_person_is_compared_as_text(labs: HubLabs, database_url: str, kept_as: str) -> None:
    sql(database_url, "CREATE SCHEMA silver")
    sql(
        database_url,
        "CREATE VIEW silver.v_lab_members_all_tdx_reference AS SELECT 'aabol' AS lab_id,"
        f" '{UID.upper()}'::{kept_as} AS tdx_user_uid, 2830935 AS tdx_ci_id",
    )
    assert labs.of_member(UID) == [HubLab(2830935, "aabol")]
    assert labs.of_member(UID.replace("6", "7")) == []
    assert labs.of_computers([1]) is None


@pytest.mark.parametrize(
    ("kept", "found"),
    [
        ("'2830935'", [2830935]),
        ("2830935.0", [2830935]),
        ("2830935.5", []),
        ("'none'", []),
        ("NULL::int", []),
        ("0", []),
    ],
)
def test_an_id_that_is_none_names_no_lab(
    labs: HubLabs, database_url: str, kept: str, found: list[int]
) -> None:
    sql(database_url, "CREATE SCHEMA silver")
    sql(
        database_url,
        "CREATE VIEW silver.v_lab_computers_tdx_reference AS SELECT 'O''Shea' AS lab_name,"
        f" '141528'::text AS tdx_configuration_item_id, {kept} AS lab_department_tdx_id",
    )
    asked = labs.of_computers([7, 141528])
    assert asked is not None
    assert [one.item_id for one in asked] == found
    assert all(one.name == "O'Shea" for one in asked)
    assert labs.of_computers([]) == []
