"""What could be shared, what was, who opened it, and what was shared with the reader's
organisation."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, F, Func, OuterRef, Q, QuerySet
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from cases.models import Bundle, BundleDocument, Case, Consent, Decision, Document
from cases.models.case import AgeStatus
from cases.models.decision import DecisionState
from cases.models.document import SeenBy
from cases.models.referral import ConsentAnswer
from cases.rights import RECEIVE, SHARE
from cases.rules import sharing as rules
from cases.rules.languages import language_name
from cases.rules.referral_form.questions import form_for
from cases.selectors.cases import age_words
from cases.selectors.contact import contact_marks, contact_of, interpreter_words
from cases.selectors.documents import title_of
from cases.selectors.intake import referrals_told
from cases.selectors.keyset import PAGE_SIZE, Rows, page_of
from cases.selectors.merging import joined_ids
from cases.selectors.timeline import names
from cases.words import decision_label, outcome_label
from identities.crypto import Unreadable, unseal_json
from identities.vault import KnownFact
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import OrganisationKind
from nrm.actions import Hidden
from nrm.audit.models import Event
from nrm.deadline_words import day_words
from nrm.profiles import load_profile

OPENED, FILE_OPENED = "bundle.opened", "bundle.file_opened"
MOST = 100


# What can be chosen -------------------------------------------------------------------------------
def organisations_to_share_with(case: Case) -> QuerySet[Organisation]:
    """Every open organisation that could receive something, but the authority of the case and those
    that may not see it."""
    out = case.exclusions.filter(ended_at=None, organisation=OuterRef("pk"))
    found = Organisation.objects.filter(~Exists(out), is_active=True)
    return found.exclude(pk=case.authority_id).exclude(kind=OrganisationKind.OVERSIGHT)


def recipient_kinds() -> dict[str, str]:
    """The kinds of organisation with which something can be shared, in words."""
    kinds = {code: str(label) for code, label in OrganisationKind.choices}
    return {code: label for code, label in kinds.items() if code != OrganisationKind.OVERSIGHT}


def today_of(case: Case, at: datetime) -> date:
    """The day where the case is, by which its consents end."""
    return at.astimezone(case.profile.calendar_for(case.calendar).zone).date()


def end_of(case: Case, consent: Consent) -> datetime | None:
    """The last moment at which the consent holds, where its end was said."""
    if consent.ends_on is None:
        return None
    zone = case.profile.calendar_for(case.calendar).zone
    return datetime.combine(consent.ends_on, time.max, zone)


def until(case: Case, consent: Consent, about: rules.About, at: datetime) -> datetime:
    """Until when something that is shared now can be opened: for the days of the profile, and no
    longer than the consent holds, and what the person said last `about` exactly this. One query."""
    most = at + timedelta(days=case.profile.sharing.days)
    said = last_said(case).get(about)
    ends = [end_of(case, one) for one in (consent, said[0] if said else consent)]
    return min([most, *(end for end in ends if end is not None)])


def interpreters(profile: Any) -> dict[str, str]:
    """Whether an interpreter was there, and how, in words, as the referral asks it."""
    asked = form_for(profile).question("consent_interpreter")
    return {one.code: str(one.label) for one in asked.options}


def last_said(case: Case) -> dict[rules.About, tuple[Consent, rules.Said]]:
    """What the person said last about each purpose and kind of organisation, the newest first, with
    the consent that says so: a withdrawal is said on the day of it. One query."""
    rows = {row.pk: row for row in case.consents.all()}
    told = [one for row in rows.values() for one in _said(case, row)]
    found = rules.last_said(told)
    newest = sorted(found.values(), key=lambda one: (one.day, one.recorded_at), reverse=True)
    return {one.about: (rows[one.consent], one) for one in newest}


def _said(case: Case, row: Consent) -> Iterable[rules.Said]:
    about = (row.purpose, row.recipient_kind)
    agreed = row.answer in (ConsentAnswer.AGREED, ConsentAnswer.NOT_REQUIRED)
    day = row.given_on or today_of(case, row.recorded_at).isoformat()
    yield rules.Said(row.pk, about, day, row.recorded_at, agreed, row.ends_on)
    if row.withdrawn_at is not None:
        # Never before what it takes back, whatever the clocks say.
        day = max(day, today_of(case, row.withdrawn_at).isoformat())
        recorded_at = max(row.recorded_at, row.withdrawn_at)
        yield rules.Said(row.pk, about, day, recorded_at, agreed=False)


def said_in_joined(case: Case) -> dict[UUID, list[rules.Said]]:
    """What the person said in the cases that go with this one, by case, also in one of which the
    reader sees nothing else. One query, two where there are any."""
    found: dict[UUID, list[rules.Said]] = {pk: [] for pk in joined_ids(case.pk)}
    if found:
        for row in Consent.objects.raw("SELECT * FROM cases_said_in_joined(%s)", [case.pk]):
            found[row.case_id] += _said(case, row)
    return found


def consents_that_stand(case: Case, *, at: datetime) -> list[Consent]:
    """The consents on which something could be shared: of each purpose and kind of organisation
    what was said last, where the person agreed, or need not as a child, and it has not expired.
    One query."""
    today = today_of(case, at)
    return [row for row, said in last_said(case).values() if said.holds(today)]


def shared_about(case: Case, about: rules.About) -> QuerySet[Bundle]:
    """What was shared of the case for a purpose with a kind of organisation, on any consent; of the
    referral, what rests on that."""
    purpose, kind = about
    if about == rules.GENERAL:
        return case.bundles.filter(consent__purpose=purpose, consent__recipient_kind=kind)
    return case.bundles.filter(purpose=purpose, organisation__kind=kind)


def consent_of(case: Case, pk: UUID) -> Consent:
    """One consent of the case. Hidden (404) where there is none."""
    if row := case.consents.filter(pk=pk).first():
        return row
    raise Hidden(SHARE.code)


def consent_title(case: Case, consent: Consent) -> str:
    """What a consent was given to, in words."""
    if consent.purpose == "referral":
        return _("Referral to the National Referral Mechanism")
    purpose = purpose_label(case.profile, consent.purpose)
    kinds = dict(OrganisationKind.choices)
    words = {"purpose": purpose, "kind": kinds.get(consent.recipient_kind, "")}
    return _("%(purpose)s: shared with %(kind)s") % words


def purpose_label(profile: Any, code: str) -> str:
    """The name of a purpose of sharing in the profile, or its code."""
    return next((str(p.label) for p in profile.sharing_purposes if p.code == code), code)


def documents_to_share(case: Case) -> list[Document]:
    """The documents that are not withdrawn, nor kept to a smaller circle, the newest first."""
    return list(case.documents.filter(withdrawn_at=None, seen_by=SeenBy.CASE)[:MOST])


# What is shared -----------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Content:
    """What a bundle holds, in words: titled rows, and documents by number and kind."""

    parts: list[dict[str, Any]] = field(default_factory=list)
    documents: list[dict[str, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {"parts": self.parts, "documents": self.documents}

    @property
    def digest(self) -> str:
        """What tells whether this is what somebody has looked at."""
        return hashlib.sha256(json.dumps(self.as_json()).encode()).hexdigest()


def content_of(
    case: Case,
    chosen: Collection[str],
    documents: Iterable[Document],
    facts: Iterable[KnownFact] = (),
    *,
    at: datetime,
) -> Content:
    """The chosen parts as they are at this moment. `facts` are who the person is, where that was
    chosen."""
    made: list[dict[str, Any]] = []

    def add(title: str, rows: list[dict[str, str]]) -> None:
        kept = [{"key": str(row["key"]), "value": str(row["value"])} for row in rows]
        if kept := [row for row in kept if row["value"]]:
            made.append({"title": title, "rows": kept})

    if rules.STANDING in chosen:
        add(_("The case"), _standing(case))
    if rules.CONTACT in chosen:
        marks = contact_marks(contact_of(case, at=at))
        add(_("Safe contact"), [{"key": capfirst(m.channel), "value": m.word} for m in marks])
    if rules.DECISIONS in chosen:
        add(_("Decisions"), _decisions(case))
    if rules.REFERRAL in chosen or rules.TEXT in chosen:
        for part in _referral(case, coded=rules.REFERRAL in chosen, text=rules.TEXT in chosen):
            add(*part)
    if rules.IDENTITY in chosen:
        add(_("Who the person is"), [{"key": one.label, "value": one.value} for one in facts])
    listed = [{"id": str(row.pk), "title": title_of(row)} for row in documents]
    return Content(made, listed)


def _standing(case: Case) -> list[dict[str, str]]:
    return [
        {"key": _("Pseudonym"), "value": case.pseudonym},
        {"key": _("Stage"), "value": str(case.profile.stage(case.stage).label)},
        {"key": _("Age"), "value": age_words(case) or str(AgeStatus(case.age_status).label)},
        {"key": _("Language"), "value": language_name(case.language) if case.language else ""},
        {
            "key": _("Interpreter"),
            "value": interpreter_words(case, case.safecontacts.first()),
        },
    ]


def _decisions(case: Case) -> list[dict[str, str]]:
    made = Decision.objects.filter(case=case, state=DecisionState.MADE).order_by("made_at")
    return [
        {
            "key": decision_label(case, row.code),
            "value": f"{outcome_label(case, row.code, row.outcome)}, {day_words(row.made_at)}",
        }
        for row in made
        if row.made_at
    ]


def _referral(case: Case, *, coded: bool, text: bool) -> list[tuple[str, list[dict[str, str]]]]:
    """What the referrals say: what was chosen from lists, what was said in words, or both."""
    without = {
        (number, part.title): part.rows
        for number, told in enumerate(referrals_told(case, in_words=False))
        for part in told.parts
    }
    if not text:
        return [(title, rows) for (_number, title), rows in without.items()]
    found = []
    for number, told in enumerate(referrals_told(case)):
        for part in told.parts:
            known = without.get((number, part.title), [])
            rows = [row for row in part.rows if coded or row not in known]
            found.append((part.title, rows))
    return found


# What was shared, on the case ---------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Opening:
    """Somebody opened a bundle, or a document in it."""

    name: str
    at: datetime
    document: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A bundle on the case it is of."""

    row: Bundle
    purpose: str
    consent: str
    parts: list[str]
    documents: int
    state: str
    openings: list[Opening]

    @property
    def left_in_a_file(self) -> bool:
        """Whether whoever received it has it outside of the system as well."""
        return bool(set(rules.FILES) & set(self.row.parts))


def bundles_of(case: Case, *, at: datetime) -> list[Line]:
    """Everything that was shared of the case, the newest first, with who opened it. Four
    queries."""
    rows = case.bundles.select_related("organisation", "consent", "by", "recalled_by")
    return _lines(case, list(rows[:MOST]), at)


def find_bundle(case: Case, pk: UUID, *, at: datetime) -> Line:
    """One bundle of the case. Hidden (404) where there is none."""
    rows = case.bundles.select_related("organisation", "consent", "by", "recalled_by")
    found = list(rows.filter(pk=pk))
    if not found:
        raise Hidden(SHARE.code)
    return _lines(case, found, at)[0]


def _lines(case: Case, rows: list[Bundle], at: datetime) -> list[Line]:
    opened = openings(case, [row.pk for row in rows])
    documents: dict[UUID, int] = defaultdict(int)
    for pk in BundleDocument.objects.filter(bundle__in=rows).values_list("bundle_id", flat=True):
        documents[pk] += 1
    known = {**rules.FILES, **rules.PARTS}
    return [
        Line(
            row=row,
            purpose=purpose_label(case.profile, row.purpose),
            consent=consent_title(case, row.consent),
            parts=[str(known[code]) for code in row.parts if code in known],
            documents=documents[row.pk],
            state="recalled" if row.recalled_at else "over" if row.ends_at <= at else "open",
            openings=opened[row.pk],
        )
        for row in rows
    ]


def openings(
    case: Case, bundles: Iterable[UUID], *, verbs: Collection[str] = (OPENED, FILE_OPENED)
) -> dict[UUID, list[Opening]]:
    """Who opened each bundle, the last first, by the record. Two queries."""
    events = list(
        Event.objects.filter(case_id=case.pk, verb__in=verbs, object_id__in=list(bundles)).order_by(
            "-id"
        )
    )
    people = names([event.actor_id for event in events])
    found: dict[UUID, list[Opening]] = defaultdict(list)
    for event in events:
        name = people.get(event.actor_id, _("somebody whose account is gone"))
        found[event.object_id].append(Opening(name, event.at, event.verb == FILE_OPENED))  # type: ignore[index]
    return found


def opened_content(bundle: Bundle) -> Content | None:
    """What the bundle holds; None where it cannot be opened any more."""
    place = {"table": "cases_bundle", "column": "content", "row": bundle.pk}
    try:
        told = unseal_json(bundle.person_id, bundle.content, **place)
    except Unreadable:
        return None
    return Content(told["parts"], told["documents"])


# What was shared with us --------------------------------------------------------------------------
def _kept_out() -> Func:
    """Whether something keeps whoever acts from the case. Who is kept from it may not even read
    that they are, so that the database answers."""
    return Func(
        F("case_id"),
        template="(%(expressions)s = ANY ((SELECT cases_excluded(nrm_actor()))::uuid[]))",
        output_field=BooleanField(),
    )


def received(actor: User, *, at: datetime) -> QuerySet[Bundle]:
    """The bundles that the actor may open: shared with an organisation in which they have a role
    that receives, not recalled, not over, and of no case that they may not see."""
    found = Bundle.objects.alias(kept_out=_kept_out()).filter(
        Q(kept_out=False),
        organisation__in=RECEIVE.teams_of(actor),
        recalled_at=None,
        ends_at__gt=at,
    )
    return found.select_related("organisation", "authority", "by")


@dataclass(frozen=True, slots=True)
class Shared:
    """A bundle as its receiver's list shows it."""

    row: Bundle
    purpose: str


def shared_with(
    actor: User, *, at: datetime, after: str = "", before: str = "", size: int = PAGE_SIZE
) -> Rows:
    """One page of what was shared with the actor's organisations, the newest first. One query."""
    found = received(actor, at=at)
    page = page_of(found, "shared_at", after=after, before=before, newest_first=True, size=size)
    rows = [Shared(row, purpose_of(row)) for row in page.rows]
    return Rows(rows, page.before, page.after)


def purpose_of(row: Bundle) -> str:
    """What a bundle is for, in words, for whoever cannot see its case."""
    return purpose_label(load_profile(row.authority.profile), row.purpose)


def find_received(actor: User, pk: UUID, *, at: datetime) -> Bundle:
    """One of them. Hidden (404) where it is none, was recalled or is over."""
    if row := received(actor, at=at).filter(pk=pk).first():
        return row
    raise Hidden(RECEIVE.code)


def people_who_receive(organisation: Organisation) -> QuerySet[User]:
    """Who in an organisation opens what is shared with it."""
    found = User.objects.filter(
        is_active=True,
        memberships__group__role_group__organisation=organisation,
        memberships__group__role_group__role__in=RECEIVE.roles,
    )
    return found.distinct()
