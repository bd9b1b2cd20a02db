"""What the exchange room says on the timeline of a case and in the inbox."""

from django.utils.translation import gettext_lazy as _

from cases.words import register, register_notice


def register_all() -> None:
    """Names the events and the notices of this room."""
    for verb, title, look in (
        ("packs.viewed", _("Packs of the case looked at"), True),
        ("pack.viewed", _("What came from another authority was looked at"), True),
        ("pack.previewed", _("Looked at what would be sealed into a pack"), True),
        ("pack.sealed", _("A pack was sealed for another installation"), False),
        ("pack.taken_along", _("The file of a pack was taken along"), False),
        ("pack.receipt_taken", _("A receipt for a pack was kept"), False),
        ("pack.recall_made", _("The notice of the recall of a pack was taken along"), False),
        ("pack.received", _("The case came as a pack from another authority"), False),
        ("pack.receipt_made", _("A receipt for a pack was given"), False),
        ("pack.recalled", _("Another authority recalled its pack"), False),
    ):
        register(verb, title, look=look)
    for kind, sentence, page in (
        (
            "webhook_asked",
            _("A colleague asks for a system to be told of events. Confirm or decline it."),
            "webhooks",
        ),
        (
            "correspondent_asked",
            _("A colleague entered a key for packs. Compare its fingerprint, and confirm it."),
            "correspondents",
        ),
        ("correspondent_confirmed", _("A key that you entered is confirmed."), "correspondents"),
        (
            "pack_recalled",
            _("Another authority recalls what it sent with a case. Stop using it."),
            "case_received",
        ),
        ("webhook_confirmed", _("A webhook that you asked for is confirmed."), "webhooks"),
        (
            "webhook_given_up",
            _("Something could not be sent to a system that is told of events."),
            "webhooks",
        ),
    ):
        register_notice(kind, lambda item, sentence=sentence: str(sentence), page)
