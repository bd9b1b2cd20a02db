"""The form by which a supervisor restricts, seals or opens a case."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from cases.models.case import Confidentiality, ConfidentialityReason
from cases.selectors.confidentiality import Nameable
from nrm.forms import ChoiceField, Form, MultiChoiceField, Option

_LEVELS = {
    Confidentiality.NORMAL: Option(_("Everybody whose role has access")),
    Confidentiality.RESTRICTED: Option(
        _("Restricted: only the people named below"),
        hint=_("Statistics count the case like any other."),
    ),
    Confidentiality.SEALED: Option(
        _("Sealed: only the people named below"),
        hint=_("It is in nobody else’s numbers, and statistics count it in totals alone."),
    ),
}


class ConfidentialityForm(Form):
    level = ChoiceField(
        label=_("Who may see this case?"),
        choices=[(str(code), label) for code, label in _LEVELS.items()],
        error_messages={"required": _("Select who may see the case")},
    )
    people = MultiChoiceField(
        label=_("People who are named"),
        help_text=_("You and the caseworker of the case are always named."),
        required=False,
    )
    reason = ChoiceField(
        label=_("Why?"),
        choices=ConfidentialityReason.choices,
        error_messages={"required": _("Select why")},
    )

    def __init__(self, *args: Any, people: Iterable[Nameable], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["people"].choices = [
            (str(one.id), Option(one.name, hint=one.in_words)) for one in people if not one.always
        ]

    def named(self) -> set[UUID]:
        return {UUID(pk) for pk in self.cleaned_data["people"]}
