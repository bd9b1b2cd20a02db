"""What proves that somebody is there besides their password: codes of an app (RFC 6238), passkeys
(WebAuthn) and recovery codes. Pure: nothing here reads or writes the database.
"""

import hashlib
import json
import secrets
import unicodedata
from base64 import b64decode, b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from cryptography.hazmat.primitives.constant_time import bytes_eq
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from fido2.server import Fido2Server
from fido2.webauthn import (
    AttestedCredentialData,
    AuthenticationResponse,
    PublicKeyCredentialDescriptor,
    PublicKeyCredentialRpEntity,
    PublicKeyCredentialType,
    PublicKeyCredentialUserEntity,
    RegistrationResponse,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

ISSUER = "Referral Mechanism"  # a name that every app can show, whatever the language


# Codes of an app ---------------------------------------------------------------------------------
# What every app knows: HMAC with SHA-1, six digits, thirty seconds.
_DIGITS, _SECONDS = 6, 30
_AROUND = (0, -1, 1)  # a clock may be half a minute off


def new_secret() -> bytes:
    """The secret that an app and we share: 160 bits, as RFC 4226 wants."""
    return secrets.token_bytes(20)


def _app(secret: bytes) -> TOTP:
    return TOTP(secret, _DIGITS, SHA1(), _SECONDS)  # noqa: S303


def step_of(secret: bytes, code: str, *, at: datetime, after: int) -> int | None:
    """The step of thirty seconds that the code is of, where it is of now or of the step before or
    after, and later than the last one used (`after`): a code works once. None otherwise."""
    now = int(at.timestamp()) // _SECONDS
    found = None
    for around in _AROUND:
        right = bytes_eq(_app(secret).generate((now + around) * _SECONDS), code.encode())
        if right and now + around > after:
            found = now + around
    return found


def code_at(secret: bytes, at: datetime) -> str:
    """What the app shows at this moment."""
    return _app(secret).generate(int(at.timestamp())).decode()


def address_for_app(secret: bytes, account: str) -> str:
    """The otpauth: address that stands in the square which an app reads."""
    return _app(secret).get_provisioning_uri(account, ISSUER)


# Recovery codes ----------------------------------------------------------------------------------
HOW_MANY = 10
_LENGTH = 20  # digits alone, so that the number keys of a telephone do; 66 bits
HANDED_FOR = timedelta(hours=24)


def new_code() -> str:
    """A recovery code, as it is shown: 48219 03455 12771 00934."""
    digits = f"{secrets.randbelow(10**_LENGTH):0{_LENGTH}d}"
    return " ".join(digits[at : at + 5] for at in range(0, _LENGTH, 5))


def digits_of(text: str) -> str:
    """The digits of what was typed, in whatever script, without the space between them; empty where
    something else stands among them."""
    found = []
    for character in text:
        if character.isspace() or unicodedata.category(character) in ("Pd", "Cf"):
            continue
        value = unicodedata.decimal(character, None)
        if value is None:
            return ""
        found.append(str(value))
    return "".join(found)


def is_app_code(digits: str) -> bool:
    return len(digits) == _DIGITS


def digest(user_id: UUID, digits: str) -> str:
    """What is kept of a recovery code. It is long enough that nobody finds it by trying, so that a
    slow hash would add nothing."""
    return hashlib.sha256(f"{user_id}|{digits}".encode()).hexdigest()


# Passkeys ----------------------------------------------------------------------------------------
class NotAPasskey(Exception):
    """What the browser sent proves nothing here."""


def _server(host: str, origin: str) -> Fido2Server:
    # A passkey is bound to the name of the host that people use, without the port.
    name = host.rpartition(":")[0] if host.rpartition(":")[2].isdecimal() else host
    return Fido2Server(
        PublicKeyCredentialRpEntity(id=name, name=ISSUER),
        verify_origin=lambda sent: sent == origin,
    )


def _known(keys: Iterable[str]) -> list[AttestedCredentialData]:
    return [AttestedCredentialData(b64decode(key)) for key in keys]


def _named(credential_id: bytes) -> str:
    return b64encode(credential_id).decode()


def begin_adding(
    host: str, origin: str, *, user_id: UUID, name: str, keys: Iterable[str]
) -> tuple[str, dict[str, Any]]:
    """What the browser is asked, as JSON, and what is to be remembered until it answers. `keys` are
    those there are already, which are not added twice."""
    there = [
        PublicKeyCredentialDescriptor(type=PublicKeyCredentialType.PUBLIC_KEY, id=key.credential_id)
        for key in _known(keys)
    ]
    options, state = _server(host, origin).register_begin(
        PublicKeyCredentialUserEntity(id=user_id.bytes, name=name, display_name=name),
        there,
        resident_key_requirement=ResidentKeyRequirement.DISCOURAGED,
        user_verification=UserVerificationRequirement.PREFERRED,
    )
    return json.dumps(dict(options)["publicKey"]), state


def finish_adding(host: str, origin: str, *, state: Any, answer: str) -> tuple[str, str, int]:
    """The id of the new passkey, what is kept of it and how often it was used; NotAPasskey where
    the answer is not to what was asked, or not from a page of ours."""
    try:
        response = RegistrationResponse.from_dict(json.loads(answer))
        data = _server(host, origin).register_complete(state, response)
    except Exception as error:  # the library raises what it meets in bytes of a stranger's
        raise NotAPasskey from error
    found = data.credential_data
    if found is None:
        raise NotAPasskey
    return _named(found.credential_id), b64encode(found).decode(), data.counter


def begin_asking(host: str, origin: str, keys: Iterable[str]) -> tuple[str, dict[str, Any]]:
    """The same for proving that one of these passkeys is at hand."""
    options, state = _server(host, origin).authenticate_begin(
        _known(keys), user_verification=UserVerificationRequirement.PREFERRED
    )
    return json.dumps(dict(options)["publicKey"]), state


def finish_asking(
    host: str, origin: str, *, state: Any, answer: str, keys: Iterable[str]
) -> tuple[str, int]:
    """The id of the passkey that answered, and how often it says that it was used; NotAPasskey
    where none of these did."""
    try:
        response = AuthenticationResponse.from_dict(json.loads(answer))
        used = _server(host, origin).authenticate_complete(state, _known(keys), response)
        return _named(used.credential_id), response.response.authenticator_data.counter
    except Exception as error:  # as above
        raise NotAPasskey from error
