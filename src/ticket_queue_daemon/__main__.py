"""``python -m ticket_queue_daemon``."""

from __future__ import annotations

import sys

from ticket_queue_daemon.cli import main

if __name__ == "__main__":
    sys.exit(main())
