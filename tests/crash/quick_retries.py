"""A ``--config``: the usual actions. It runs inside the daemon, whose client tries as often, but sooner.

Only TDX's silence is waited for in these tests, and it is as silent after a tenth of the time.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from ticket_queue_daemon import app
from ticket_queue_daemon.actions import AddAssetAction, SummaryCommentAction

if TYPE_CHECKING:
    from ticket_queue_daemon.config.settings import TdxAccess
    from ticket_queue_daemon.tdx.config import TdxConfig

_usual = app.tdx_config


def _sooner(access: TdxAccess) -> TdxConfig:
    return replace(_usual(access), retry_seconds=0.1)


app.tdx_config = _sooner
actions = [AddAssetAction(), SummaryCommentAction()]
