"""What the trail calls the events of this room, and those of accounts and keys, which belong to no
case. The rooms between say theirs themselves."""

from django.utils.translation import gettext_lazy as _

from cases.words import register

_TITLES = {
    # Accounts and roles
    "account.signed_in": _("Signed in"),
    "account.signed_out": _("Signed out"),
    "account.sign_in_failed": _("A sign-in failed"),
    "account.asked": _("An account was asked for"),
    "account.added": _("An account was added"),
    "account.closed": _("An account was closed"),
    "account.opened": _("A closed account was opened again"),
    "account.language_chosen": _("A language was chosen"),
    "account.shortcuts_chosen": _("Keyboard shortcuts were switched on or off"),
    "account.screen_hidden": _("The screen was hidden"),
    "account.session_ended": _("A session was ended"),
    "account.other_sessions_ended": _("All other sessions were ended"),
    "account.password_chosen": _("A password was chosen by a link"),
    "account.password_changed": _("The password was changed"),
    "account.password_tried": _("A password was tried"),
    "organisation.added": _("An organisation was added"),
    "organisation.changed": _("An organisation was changed"),
    "organisation.opening_asked": _("Opening an organisation again was asked for"),
    "role.asked": _("A role was asked for"),
    "role.given": _("A role was given"),
    "role.ended": _("A role was ended"),
    "role_request.confirmed": _("What a colleague asked for was confirmed"),
    "role_request.declined": _("What a colleague asked for was declined"),
    # The second factor, and programs
    "factor.begun": _("Setting up a second factor began"),
    "factor.added": _("A second factor was added"),
    "factor.removed": _("A second factor was removed"),
    "factor.reset": _("The second factors of an account were reset"),
    "factor.app_tried": _("A code of a new authenticator app was tried"),
    "factor.code_tried": _("A code of the second factor was tried"),
    "factor.passkey_tried": _("A passkey was tried"),
    "recovery_codes.made": _("New recovery codes were made"),
    "token.made": _("A token for a program was made"),
    "token.revoked": _("A token for a program was revoked"),
    # Keys and the database
    "keys.rotation_started": _("A change of keys began"),
    "keys.rotation_resumed": _("A change of keys goes on"),
    "keys.rotated": _("Keys were changed"),
    "tokens.rebuilt": _("What names are searched by was made anew"),
    "database.restored": _("The database was restored from a backup"),
    # Releases of statistics
    "release.asked": _("A release of statistics was asked for"),
    "release.built": _("A release of statistics was built"),
    "release.failed": _("Building a release of statistics broke off"),
    "release.blocked": _("A release of statistics did not withstand the attacks"),
    "release.approved": _("A release of statistics was approved"),
    "release.published": _("A release of statistics was published"),
    "release.withheld": _("A release of statistics was withheld"),
    "release.seen": _("A release of statistics was looked at"),
    "release.downloaded": _("A file of a release of statistics was taken away"),
    # The trail itself
    "audit.staff_found": _("Code of a member of staff found"),
    "anomaly.looked_into": _("Unusual access looked into"),
}
_LOOKS = {
    "audit.viewed": _("Audit trail read"),
    "anomalies.viewed": _("List of unusual access read"),
    "staff_unusual.viewed": _("List of unusual access read"),
    "counts.viewed": _("Counts of the team opened"),
    "monitoring.seen": _("Monitoring report read"),
    "monitoring.downloaded": _("Monitoring report taken away"),
}


def register_all() -> None:
    """Called once, when the application starts."""
    for verb, title in _TITLES.items():
        register(verb, title)
    for verb, title in _LOOKS.items():
        register(verb, title, look=True)
