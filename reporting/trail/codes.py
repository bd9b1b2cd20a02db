"""The secret of an auditor from which their codes are made: theirs alone, under their own key, and
the same after a change of keys."""

from base64 import b64decode, b64encode
from os import urandom
from uuid import uuid4

from django.db import IntegrityError, transaction

from identities.crypto import Opener, seal
from identities.models import UserKey
from identities.own import need_key
from nrm.accounts.models import User
from nrm.audit.codes import Codes
from reporting.models import CodeSecret

_TABLE = "reporting_codesecret"


def codes_of(auditor: User) -> Codes:
    """The auditor's codes; the secret is made when it is first needed. Two queries."""
    row = CodeSecret.objects.filter(user=auditor).first() or _make(auditor)
    text = Opener(auditor.pk, UserKey).text(row.secret, table=_TABLE, column="secret", row=row.pk)
    return Codes(b64decode(text))


def _make(auditor: User) -> CodeSecret:
    need_key(auditor.pk)
    pk = uuid4()
    text = b64encode(urandom(32)).decode()
    secret = seal(auditor.pk, text, table=_TABLE, column="secret", row=pk, keys=UserKey)
    try:
        with transaction.atomic():
            return CodeSecret.objects.create(id=pk, user=auditor, secret=secret)
    except IntegrityError:  # another window made it at the same moment
        return CodeSecret.objects.get(user=auditor)
