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
        ("correspondent.asked", _("A key for packs was entered"), False),
        ("correspondent.confirmed", _("A key for packs was confirmed"), False),
        ("correspondent.declined", _("A key for packs was declined"), False),
        ("correspondent.ended", _("A key for packs was ended"), False),
        ("register.uploaded", _("An earlier register was uploaded"), False),
        ("register.mapped", _("The columns of an earlier register were matched"), False),
        ("register.check_started", _("A trial run of an earlier register began"), False),
        ("register.run_started", _("Bringing in an earlier register began"), False),
        ("register.step", _("Rows of an earlier register were worked through"), False),
        ("register.step_failed", _("Work on an earlier register broke off"), False),
        ("register.rows_decided", _("Rows of an earlier register were decided on"), False),
        ("register.paused", _("Work on an earlier register paused"), False),
        ("register.stopped", _("Work on an earlier register was stopped"), False),
        ("register.viewed", _("An earlier register was looked at"), True),
        ("registers.viewed", _("List of earlier registers opened"), True),
        ("webhook.asked", _("A webhook was asked for"), False),
        ("webhook.confirmed", _("A webhook was confirmed"), False),
        ("webhook.declined", _("A webhook was declined"), False),
        ("webhook.paused", _("A webhook was paused"), False),
        ("webhook.resumed", _("A webhook goes on"), False),
        ("webhook.ended", _("A webhook was ended"), False),
        ("webhook.secret_changed", _("The secret of a webhook was changed"), False),
        ("webhook.tried", _("A trial of a webhook was queued"), False),
        ("webhook.repeated", _("A webhook was queued again"), False),
        ("webhook.delivered", _("A webhook arrived"), False),
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
