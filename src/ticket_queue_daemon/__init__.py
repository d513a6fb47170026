"""Ticket Queue Daemon: watches TeamDynamix reports and makes each change to each ticket exactly once."""

__version__ = "0.1.0"
