"""Whose form it is. The secret behind the tokens of forms (CSRF) ends in a mark of the user for
whom pages are made with it, so that a form which comes late tells by its own token who wrote it,
whoever has signed in at the same browser since."""

from typing import Any

from django.middleware.csrf import CSRF_ALLOWED_CHARS, CSRF_SECRET_LENGTH, CSRF_TOKEN_LENGTH
from django.utils.crypto import constant_time_compare, get_random_string, salted_hmac

_RANDOM = CSRF_SECRET_LENGTH // 2  # 95 bits; the rest is the mark


def mark(request: Any, user: Any) -> None:
    """Lets the forms of this answer be this user's, where its cookie's are not already. The cookie
    is sent with the first form."""
    if not _is_marked(request.META.get("CSRF_COOKIE", ""), user):
        begin = get_random_string(_RANDOM, CSRF_ALLOWED_CHARS)
        request.META["CSRF_COOKIE"] = begin + _mark_of(begin, user)


def wrote(user: Any, token: str) -> bool:
    """Whether this token stood in a form that was made for this user."""
    if len(token) != CSRF_TOKEN_LENGTH or not set(token) <= set(CSRF_ALLOWED_CHARS):
        return False
    places = [CSRF_ALLOWED_CHARS.index(letter) for letter in token]
    pairs = zip(places[CSRF_SECRET_LENGTH:], places[:CSRF_SECRET_LENGTH], strict=True)
    return _is_marked("".join(CSRF_ALLOWED_CHARS[one - other] for one, other in pairs), user)


def _is_marked(secret: str, user: Any) -> bool:
    begin, found = secret[:_RANDOM], secret[_RANDOM:]
    return constant_time_compare(found, _mark_of(begin, user))


def _mark_of(begin: str, user: Any) -> str:
    digest = salted_hmac("nrm.accounts.writers", f"{begin}{user.pk}", algorithm="sha256").digest()
    return "".join(CSRF_ALLOWED_CHARS[byte % len(CSRF_ALLOWED_CHARS)] for byte in digest[:_RANDOM])
