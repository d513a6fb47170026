"""The settings that decide which machines a ticket names and which of them may be attached."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, Field

from ticket_queue_daemon.config.kinds import (
    DAY,
    Addresses,
    Ids,
    MatchFields,
    NamedExpressions,
    Words,
)
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
    min_pattern_precision: Annotated[
        float,
        Field(ge=0, le=1, allow_inf_nan=False),
        Variable(
            "DAEMON_MIN_PATTERN_PRECISION",
            "a naming pattern that is surely less precise, by what people take off again, is paused; "
            "0 pauses none",
            "a number from 0 to 1",
        ),
    ] = 0.95
    pattern_tickets: Annotated[
        int,
        Field(ge=1, le=1_000_000),
        Variable(
            "DAEMON_PATTERN_TICKETS",
            "tickets on which a pattern attached something before it is judged",
            "a whole number from 1 to 1000000",
        ),
    ] = 20
    pattern_days: Annotated[
        int,
        Field(ge=1, le=365),
        Variable(
            "DAEMON_PATTERN_DAYS",
            "days back over which a pattern is judged",
            "a whole number of days from 1 to 365",
        ),
    ] = 28
    match_fields: Annotated[
        MatchFields,
        Variable(
            "DAEMON_MATCH_FIELDS",
            "fields by which a text names an asset",
            "name, serial, tag, or some of them with commas between them",
        ),
    ] = ("name", "serial", "tag")
    match_inside: Annotated[
        Addresses,
        Variable(
            "DAEMON_MATCH_INSIDE",
            "addresses inside of which a computer's name counts after all: url (host names too), "
            "email, path",
            "url, email, path, or some of them with commas between them",
        ),
    ] = ()
    name_patterns: Annotated[
        NamedExpressions,
        Variable(
            "DAEMON_NAME_PATTERNS",
            "more ways in which computers are called, beside the built-in ones: name=expression, "
            "spaces between several; RE2 syntax, for the whole name, any case",
            "name=expression pairs such as kiosk=kio[0-9]{3}, with spaces between them",
        ),
    ] = ()
    decoys: Annotated[
        Words,
        Variable(
            "DAEMON_DECOYS",
            "words that never name a computer; between slashes an expression: demo-1,/po-[0-9]+/",
            "words with commas or spaces between them",
        ),
    ] = ()
    owner_fallback: Annotated[
        Literal["owner", "requestor", "off"],
        Variable(
            "DAEMON_OWNER_FALLBACK",
            "if no computer is named: attach the only one that the ticket's requestor owns (owner), "
            "or that was requested for them (requestor), or none (off)",
            "owner, requestor or off",
        ),
    ] = "owner"
