"""What can be done to a ticket, and how to tell that it has been done."""

from ticket_queue_daemon.effects.base import Doors, Effect, Look, Seen, Sight
from ticket_queue_daemon.effects.codec import KINDS, decode, encode

__all__ = ["KINDS", "Doors", "Effect", "Look", "Seen", "Sight", "decode", "encode"]
