"""What people are told by the exchange room, in the inbox."""

from django.utils.translation import gettext_lazy as _

from cases.words import register_notice


def register_all() -> None:
    """Names the kinds of notices of this room."""
    for kind, sentence, page in (
        (
            "webhook_asked",
            _("A colleague asks for a system to be told of events. Confirm or decline it."),
            "webhooks",
        ),
        ("webhook_confirmed", _("A webhook that you asked for is confirmed."), "webhooks"),
        (
            "webhook_given_up",
            _("Something could not be sent to a system that is told of events."),
            "webhooks",
        ),
    ):
        register_notice(kind, lambda item, sentence=sentence: str(sentence), page)
