"""What is sealed under a user's own key, which lies beside the keys of persons and opens nothing of
theirs."""

from base64 import b64decode, b64encode
from uuid import UUID

from django.db import IntegrityError, transaction

from identities.crypto import Opener, Unreadable, create_key, seal
from identities.models import UserKey

_TABLE = "accounts_factor"


def need_key(user_id: UUID) -> None:
    """Makes the user's key where there is none yet."""
    if UserKey.objects.filter(user_id=user_id).exists():
        return
    try:
        with transaction.atomic():
            create_key(user_id, UserKey)
    except IntegrityError:
        return  # another window made it at the same moment


class FactorBox:
    """Seals the secrets of second factors (nrm.accounts.sealing)."""

    def seal(self, user_id: UUID, secret: bytes, *, column: str, row: UUID) -> bytes:
        need_key(user_id)
        text = b64encode(secret).decode()
        return seal(user_id, text, table=_TABLE, column=column, row=row, keys=UserKey)

    def open(self, user_id: UUID, sealed: bytes, *, column: str, row: UUID) -> bytes | None:
        try:
            text = Opener(user_id, UserKey).text(sealed, table=_TABLE, column=column, row=row)
        except Unreadable:
            return None
        return b64decode(text)
