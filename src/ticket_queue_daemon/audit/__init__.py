"""We count again, with a pencil of our own: is TDX as the log says?

The audit shares no code with the engine's or the effects' bookkeeping: it reads the history, the
plans' JSON and TDX by itself, so that it finds what they get wrong. It changes nothing.
"""

from ticket_queue_daemon.audit.auditor import Auditor
from ticket_queue_daemon.audit.findings import Finding, Kind, Level

__all__ = ["Auditor", "Finding", "Kind", "Level"]
