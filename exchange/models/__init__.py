"""The tables of the exchange room, one file a noun."""

from exchange.models.pack import Correspondent, ReceivedPack, SentPack
from exchange.models.webhook import Delivery, Handle, Subscription

__all__ = ["Correspondent", "Delivery", "Handle", "ReceivedPack", "SentPack", "Subscription"]
