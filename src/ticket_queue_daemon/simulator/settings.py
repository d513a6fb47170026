"""The switches for what the documentation leaves open (fact sheet 19) or an app may configure."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Behaviour:
    """How this TeamDynamix behaves; tests turn single switches, defaults follow the fact sheet."""

    attach_status: int = 200
    attach_again_status: int = 200
    attach_body: str = ""
    detach_absent_status: int = 404
    feed_post_status: int = 200
    create_status: int = 201
    # The status a closed ticket gets when somebody updates it; None leaves it closed (10.7).
    reopen_status_id: int | None = None
    attach_writes_feed_entry: bool = True
    replies_in_feed_list: bool = False
    people_access: bool = True
    # Reports the API account may not see are refused with this (fact sheet 5: 401, 403 or 404).
    hidden_report_status: int = 404
    wrong_app_status: int = 404
    # Tickets that the API account may not change answer this to every write.
    forbidden_status: int = 403
    quoted_token: bool = False
    token_seconds: float = 86_400.0
    ticket_tags_member: bool = False
    # Seconds by which this server's clock is ahead of the real one.
    clock_offset: float = 0.0
    # Feed entries younger than this are not listed yet (fact sheet 16: delay after a write).
    feed_lag_seconds: float = 0.0
    attach_lag_seconds: float = 0.0
