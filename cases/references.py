"""References: how a case is named in a letter, on the telephone and in an address. Random, with no
year and no sequence, and one check character that finds a slip."""

import secrets

# Crockford's base 32: no I, L, O or U, so nothing is misheard or spells a word.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
# 37 is the least prime above the alphabet, and finds every single slip and swap of neighbours.
_CHECK = ALPHABET + "*~$=U"
_LENGTH = 13  # 65 random bits
_MISREAD = str.maketrans({"O": "0", "I": "1", "L": "1"})


def _check(body: str) -> str:
    total = 0
    for character in body:
        total = (total * 32 + ALPHABET.index(character)) % 37
    return _CHECK[total]


def reference_of(bits: int) -> str | None:
    """The reference of 65 bits, or None where its check character is not safe in an address."""
    body = "".join(ALPHABET[bits >> 5 * place & 31] for place in range(_LENGTH - 1, -1, -1))
    check = _check(body)
    if check not in ALPHABET:
        return None
    text = body + check
    return f"{text[:5]}-{text[5:10]}-{text[10:]}"


def new_reference() -> str:
    """A new reference such as 7K3MQ-9TD2X-4HJ3."""
    while True:
        if text := reference_of(secrets.randbits(5 * _LENGTH)):
            return text


def clean_reference(typed: str) -> str | None:
    """A typed reference as it is stored, or None where it cannot be one."""
    text = "".join(typed.upper().split()).replace("-", "").translate(_MISREAD)
    if len(text) != _LENGTH + 1 or any(c not in ALPHABET for c in text):
        return None
    if _check(text[:-1]) != text[-1]:
        return None
    return f"{text[:5]}-{text[5:10]}-{text[10:]}"
