"""The tables of the exchange room, one file a noun."""

from exchange.models.webhook import Delivery, Handle, Subscription

__all__ = ["Delivery", "Handle", "Subscription"]
