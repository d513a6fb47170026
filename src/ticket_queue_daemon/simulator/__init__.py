"""A small TeamDynamix with bad manners, written from its manual and not from our client.

Promise: it imports nothing of ours. Facts come from the fact sheet ``tdx-web-api.md``; where the
sheet leaves a thing open, a switch in ``settings.Behaviour`` decides.
"""

from __future__ import annotations

from .app import Simulator
from .campus import campus
from .entities import Asset, FeedEntry, Item, Person, Ticket, Truth
from .faults import Faults, Rule
from .journal import Journal, LoggedRequest, RequestLog, Write
from .server import SimulatorServer
from .serving import Contents, serve
from .settings import Behaviour
from .world import World

__all__ = [
    "Asset",
    "Behaviour",
    "Contents",
    "Faults",
    "FeedEntry",
    "Item",
    "Journal",
    "LoggedRequest",
    "Person",
    "RequestLog",
    "Rule",
    "Simulator",
    "SimulatorServer",
    "Ticket",
    "Truth",
    "World",
    "Write",
    "campus",
    "serve",
]
