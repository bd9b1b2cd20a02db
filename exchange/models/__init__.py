"""The tables of the exchange room, one file a noun."""

from exchange.models.pack import Correspondent, RecalledPack, ReceivedPack, SentPack
from exchange.models.register import (
    Decision,
    RegisterImport,
    RegisterPart,
    RegisterRow,
    RegisterToken,
    RowState,
    State,
)
from exchange.models.webhook import Delivery, Handle, Subscription

__all__ = [
    "Correspondent",
    "Decision",
    "Delivery",
    "Handle",
    "RecalledPack",
    "ReceivedPack",
    "RegisterImport",
    "RegisterPart",
    "RegisterRow",
    "RegisterToken",
    "RowState",
    "SentPack",
    "State",
    "Subscription",
]
