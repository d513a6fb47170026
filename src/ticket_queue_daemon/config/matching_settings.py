"""The settings that decide which machines a ticket names and which of them may be attached."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, Field

from ticket_queue_daemon.config.kinds import DAY, Ids
from ticket_queue_daemon.config.variables import Variable


class MatchingSettings(BaseModel):
    """Fields of ``Settings``; the documentation lists them after the others."""

    asset_max_age: Annotated[
        int,
        Field(ge=0, le=365 * DAY),
        Variable(
            "DAEMON_ASSET_MAX_AGE",
            "seconds after which the asset index is brought up to date from TDX",
            "a whole number of seconds from 0 to 31536000",
        ),
    ] = DAY
    asset_page_size: Annotated[
        int,
        Field(ge=10, le=1_000_000),
        Variable(
            "DAEMON_ASSET_PAGE_SIZE",
            "assets asked for in one search; if TDX has more, they are asked for by form and status",
            "a whole number from 10 to 1000000",
        ),
    ] = 10_000
    asset_lookups_per_ticket: Annotated[
        int,
        Field(ge=0, le=100),
        Variable(
            "DAEMON_ASSET_LOOKUPS_PER_TICKET",
            "names on one ticket that the index does not know and TDX is asked for; 0: none",
            "a whole number from 0 to 100",
        ),
    ] = 3
    asset_lookups_per_run: Annotated[
        int,
        Field(ge=0, le=10_000),
        Variable(
            "DAEMON_ASSET_LOOKUPS_PER_RUN",
            "the same for all tickets of one run",
            "a whole number from 0 to 10000",
        ),
    ] = 30
    unknown_asset_age: Annotated[
        int,
        Field(ge=0, le=365 * DAY),
        Variable(
            "DAEMON_UNKNOWN_ASSET_AGE",
            "seconds after which TDX is asked again for a name that it did not know",
            "a whole number of seconds from 0 to 31536000",
        ),
    ] = 7 * DAY
    computer_form_ids: Annotated[
        Ids,
        Variable(
            "DAEMON_COMPUTER_FORM_IDS",
            "asset forms that are computers",
            "form ids with commas between them",
        ),
    ] = (2448,)
    active_asset_status_ids: Annotated[
        Ids,
        Variable(
            "DAEMON_ACTIVE_ASSET_STATUS_IDS",
            "asset statuses that count as active",
            "status ids with commas between them",
        ),
    ] = (38,)
