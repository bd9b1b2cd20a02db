"""Finding a person by what few people share: a document number, a telephone number, or a name with
a date of birth. Never by a name alone."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from cases import rights
from cases.rules.partial_dates import objections_to_date
from cases.selectors.finding import Found, as_cases
from identities import finding
from identities.models import FactKind
from nrm.accounts.models import User
from nrm.actions import Objection, action, detail, lock, refuse_if

LONGEST = 200


@dataclass(frozen=True, slots=True)
class Sought:
    """What is known of somebody: any of it may be empty. `birth_date` is a partial date."""

    document: str = ""
    telephone: str = ""
    name: str = ""
    birth_date: str = ""

    def facts(self) -> list[tuple[str, str]]:
        told = [
            (FactKind.DOCUMENT, self.document),
            (FactKind.TELEPHONE, self.telephone),
            (FactKind.NAME, self.name),
            (FactKind.BIRTH_DATE, self.birth_date),
        ]
        return [(kind, value.strip()) for kind, value in told if value.strip()]


@action("person.searched", right=rights.FIND_PEOPLE)
def find_person(subject: None, *, actor: User, at: datetime, sought: Sought) -> Found:
    """The cases of whoever may be the one sought. The search is written down with its tokens, and
    never with its words. Refused where too little is known, or the actor has searched too often."""
    lock(actor.pk)  # ten searches at once are ten
    refuse_if([*_objections(sought, at), *finding.objections_to_searching(actor.pk, at=at)])
    wanted = finding.tokens_for(sought.facts())
    if not wanted:
        refuse_if([Objection(_("This is too little to find one person by."), code="too_little")])
    people = finding.people_of(wanted, purpose=finding.FIND)
    found = as_cases(people, actor)
    detail(
        kinds=sorted({kind for kind, _number, _token in wanted}),
        tokens=sorted(token.hex() for _kind, _number, token in wanted),
        cases=[str(alike.case.pk) for alike in found.alike],
        elsewhere=found.elsewhere,
    )
    return found


def _objections(sought: Sought, at: datetime) -> Iterator[Objection]:
    given = dict(sought.facts())
    for field in ("document", "telephone", "name"):
        if len(getattr(sought, field)) > LONGEST:
            text = _("This must be %(limit)d characters or less") % {"limit": LONGEST}
            yield Objection(text, field=field)
    if sought.birth_date:
        yield from objections_to_date(sought.birth_date, "birth_date", timezone.localdate(at))
    if FactKind.DOCUMENT in given or FactKind.TELEPHONE in given:
        return
    if FactKind.NAME in given and not re.match(r"\d{4}", given.get(FactKind.BIRTH_DATE, "")):
        text = _("A name alone finds nobody: enter the date of birth, or at least the year")
        yield Objection(text, field="birth_date", code="name_alone")
    elif FactKind.NAME not in given:
        text = _("Enter a document number, a telephone number, or a name with a date of birth")
        yield Objection(text, field="document", code="nothing")
