"""The settings that decide whom an alert reaches."""

from __future__ import annotations

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, Field, SecretStr

from ticket_queue_daemon.config.variables import Variable, alert_url, url_list

AlertUrl = Annotated[SecretStr, BeforeValidator(alert_url)]


class AlertSettings(BaseModel):
    """Fields of ``Settings``; the documentation lists them after the others."""

    alert_urls: Annotated[
        tuple[AlertUrl, ...] | None,
        BeforeValidator(url_list),
        Field(min_length=1),
        Variable(
            "DAEMON_ALERT_URLS",
            "where alerts go: Apprise URLs with commas or white space between them; "
            "see docs/alerts.md",
            "Apprise URLs such as slack://TokenA/TokenB/TokenC",
            secret=True,
        ),
    ] = None
