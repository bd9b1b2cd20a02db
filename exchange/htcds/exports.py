"""A case as a record of the Human Trafficking Case Data Standard, for another organisation: on the
person's consent to exactly that, looked at first, and kept among what was shared of the case."""

import hashlib
import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases import rights
from cases.actions.sharing import Wanted, agreed_to, choose, keep_file, shared_before
from cases.models import Bundle, Case
from cases.rules import sharing as rules
from exchange.htcds.selectors import record_of
from exchange.htcds.standard.fields import DETAIL, IDENTITY, WORDS, WORKER, standard
from exchange.htcds.standard.reading import read_object
from exchange.htcds.standard.record import as_plain
from exchange.htcds.standard.writing import write_csv, write_json, write_xlsx
from identities import vault
from identities.crypto import KeyGone, unseal_json
from nrm.accounts import limits
from nrm.accounts.models import Organisation, User
from nrm.actions import Objection, action, also, detail, refuse_if
from nrm.uploads import SealedFile, attachment

FORM = "htcds"
# Codes and counts always; the rest only where it is chosen, and on a consent to exactly this.
ALWAYS = (rules.STANDING, rules.DECISIONS, rules.REFERRAL)
FURTHER = {
    rules.TEXT: _lazy("Days, places, people who work with the person, and what is told in words"),
    rules.IDENTITY: _lazy("Who the person is: name, birth date, contacts, numbers"),
}
_PROTECTED = {rules.TEXT: (DETAIL, WORKER, WORDS), rules.IDENTITY: (IDENTITY,)}
FILE_KINDS = ("json", "csv", "xlsx")


@dataclass(frozen=True, slots=True)
class Exported:
    """A record as it would leave: plain data, with what was chosen and nothing else."""

    plain: dict[str, Any]

    @property
    def digest(self) -> str:
        """What tells whether this is what somebody has looked at."""
        return hashlib.sha256(json.dumps(self.plain, sort_keys=True).encode()).hexdigest()

    @property
    def rows(self) -> list[dict[str, str]]:
        """What it says, field by field."""
        known = standard().fields
        found = []
        for name, value in self.plain.items():
            items = value if isinstance(value, list) and name not in known else [{name: value}]
            for number, item in enumerate(items, start=1):
                for field, told in item.items():
                    label = known[field].label if field in known else field
                    several = f"{name} {number}: {label}" if name not in known else label
                    found.append({"key": several, "value": _words(field, told)})
        return found

    def file(self, kind: str) -> bytes:
        """As a file of one of `FILE_KINDS`."""
        records = [read_object(1, self.plain)]
        including = {IDENTITY, DETAIL, WORKER, WORDS}  # what may not leave is not in it
        if kind == "xlsx":
            return write_xlsx(records, including=including)
        write = {"json": write_json, "csv": write_csv}[kind]
        return write(records, including=including).encode()

    def attachment(self, kind: str) -> HttpResponseBase:
        """The same to be saved, under a name that says nothing of whom it is about."""
        file = SealedFile()
        file.write(self.file(kind))
        return attachment(file, f"htcds-record.{kind}")


def _words(field: str, value: Any) -> str:
    known = standard().fields.get(field)
    labels = dict(known.codes) if known else {}
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return ", ".join(str(labels.get(one, one)) for one in value)
    return str(labels.get(value, value))


def wanted_of(
    organisation: UUID | None, purpose: str, consent: UUID | None, further: Collection[str]
) -> Wanted:
    """What somebody asks to export: codes, and of `FURTHER` what they chose."""
    return Wanted(organisation, purpose, consent, choose({*ALWAYS, *further}))


@action("case.export_previewed", right=rights.SHARE)
def preview_export(case: Case, *, actor: User, at: datetime, wanted: Wanted) -> Exported:
    """Exactly what would leave. Raises Refused with every reason against it. Where that says who
    the person is, whoever looks is shown it, which is a disclosure."""
    agreed = agreed_to(case, wanted, at=at)
    detail(organisation=str(wanted.organisation), parts=list(wanted.parts))
    return _exported(case, agreed.organisation, wanted, actor)


@action("case.exported", right=rights.SHARE)
def export_case(
    case: Case, *, actor: User, at: datetime, wanted: Wanted, digest: str, key: UUID
) -> tuple[Bundle, Exported]:
    """Lets what was looked at leave as a file, and keeps it among what was shared: a consent that
    is withdrawn recalls it, and tells who holds it. `digest` is that of the preview; `key` serves
    once, so that what is sent twice is shared once and is the same file. Raises Refused with every
    reason against it, also where the case has changed meanwhile."""
    if there := shared_before(case, key):
        # Sent again: on what holds now, and only as it was.
        agreed_to(case, wanted, at=at)
        told = _again(there, wanted)
        _disclosed(case, wanted, actor)
        return there, told
    agreed = agreed_to(case, wanted, at=at)
    told = _exported(case, agreed.organisation, wanted, actor)
    if told.digest != digest:
        agreed_to(case, wanted, at=at, seen=False)
    title = str(rules.FILES[FORM])
    content = {
        "parts": [{"title": title, "rows": told.rows}],
        "documents": [],
        FORM: told.plain,
    }
    row = keep_file(case, wanted, agreed, content, form=FORM, actor=actor, at=at, key=key)
    also("bundle.shared", row, parts=list(row.parts), purpose=row.purpose)
    return row, told


def _again(row: Bundle, wanted: Wanted) -> Exported:
    """The file of something that was exported before. Refused where the key has served for
    something else."""
    place = {"table": "cases_bundle", "column": "content", "row": row.pk}
    told = unseal_json(row.person_id, row.content, **place).get(FORM)
    same = (row.organisation_id, row.purpose, row.consent_id, list(row.parts)) == (
        wanted.organisation,
        wanted.purpose,
        wanted.consent,
        [FORM, *wanted.parts],
    )
    if told is None or not same:
        text = _("This page has served already. Open it again.")
        refuse_if([Objection(text, code="served")])
    return Exported(told)


def _exported(case: Case, receiver: Organisation, wanted: Wanted, actor: User) -> Exported:
    shown = [protection for part in wanted.parts for protection in _PROTECTED.get(part, ())]
    known = _disclosed(case, wanted, actor)
    return Exported(as_plain(record_of(case, receiver, known), including=shown))


def _disclosed(case: Case, wanted: Wanted, actor: User) -> list[vault.KnownFact]:
    """Who the person is, where that was chosen: without a disclosure the database shows nothing."""
    if rules.IDENTITY not in wanted.parts:
        return []
    limits.count_identity(actor)
    purpose = case.profile.sharing.disclosure
    try:
        disclosure, known = vault.reveal(case.person_id, case_id=case.pk, purpose=purpose)
    except KeyGone:
        text = _("Who this person is was erased. Nobody can be shown it any more.")
        refuse_if([Objection(text, field="parts", code="erased")])
        raise
    kinds = sorted({fact.kind for fact in known})
    also("identity.shown", case, purpose=purpose, disclosure=str(disclosure.pk), kinds=kinds)
    return known
