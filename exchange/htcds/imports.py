"""Records of the Human Trafficking Case Data Standard as referrals. Each referral is received by
the cases room; here files are read, and every fault told at the row and field that the sender
knows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.referring import receive_referral
from cases.models import Referral
from cases.models.referral import Source
from cases.rights import REFER
from cases.rules.referral_form import form_for
from exchange.htcds.standard.plans import NEEDED, Plan, plans_of
from exchange.htcds.standard.reading import Reading
from identities.tokens import tokens_of_text
from nrm.accounts.models import Organisation, User
from nrm.actions import Objection, Refused, refuse_if
from nrm.profiles import Profile, load_profile

# Of one submission, which is one transaction; a longer file is sent in pieces, or by the command.
MOST_RECORDS = 100


@dataclass(frozen=True, slots=True)
class Line:
    """A record and the referral that it is; none where it was only looked at and is new."""

    plan: Plan
    referral: Referral | None
    made_now: bool


@dataclass(frozen=True, slots=True)
class Looked:
    """What a file would become: of each record the plan, with the referral where it was imported
    before. `faults` concern the file as a whole."""

    profile: Profile
    lines: tuple[Line, ...]
    faults: tuple[Objection, ...]

    @property
    def objections(self) -> list[Objection]:
        """Everything that stands in the way, in the order of the file. A record that was imported
        before stands in nobody's way."""
        return [
            *self.faults,
            *(f.objection for line in self.lines if not line.referral for f in line.plan.faults),
        ]


def look_into(
    reading: Reading,
    *,
    actor: User,
    at: datetime,
    organisation: Organisation,
    said: Mapping[str, str],
    most: int = MOST_RECORDS,
) -> Looked:
    """What a file would become if the organisation imported it now. Writes nothing. `said` answers
    the questions of `exchange.htcds.standard.plans.NEEDED` for records that do not."""
    REFER.check(actor, organisation)
    profile = load_profile(organisation.profile)
    faults = [*reading.faults, *_wrongly_said(said, profile)]
    if not reading.records and not reading.faults:
        faults.append(Objection(_("The file holds no record."), field="file", code="empty"))
    if len(reading.records) > most:
        text = _("The file has more than %(most)s records. Send it in pieces.") % {"most": most}
        faults.append(Objection(text, field="file", code="too_many"))
    if faults:
        return Looked(profile, (), tuple(faults))
    plans = plans_of(reading.records, profile=profile, said=said, today=timezone.localdate(at))
    keys = {plan.key: _external_ids(organisation, plan.key) for plan in plans}
    every = [one for names in keys.values() for one in names]
    known = {
        referral.external_id: referral
        for referral in Referral.objects.select_related("case").filter(
            organisation=organisation, external_id__in=every
        )
    }
    lines = []
    for plan in plans:
        found = (known[one] for one in keys[plan.key] if one in known)
        lines.append(Line(plan, next(found, None), made_now=False))
    return Looked(profile, tuple(lines), ())


def import_htcds(
    reading: Reading,
    *,
    actor: User,
    at: datetime,
    organisation: Organisation,
    said: Mapping[str, str],
    most: int = MOST_RECORDS,
) -> list[Line]:
    """Makes a referral of each record, or of none: raises Refused with every fault, each naming a
    row and a field. A record that the organisation imported before makes no second one."""
    looked = look_into(reading, actor=actor, at=at, organisation=organisation, said=said, most=most)
    refuse_if(looked.objections)
    return receive(looked.lines, looked.profile, actor=actor, at=at, organisation=organisation)


def receive(
    lines: Sequence[Line],
    profile: Profile,
    *,
    actor: User,
    at: datetime,
    organisation: Organisation,
) -> list[Line]:
    """Makes the referrals of lines that `look_into` had nothing against, in one transaction."""
    # In one order, so that two who send the same records wait for each other and never both.
    in_order = sorted(lines, key=lambda line: _external_ids(organisation, line.plan.key)[0])
    made = {line.plan.key: _receive(line, profile, actor, at, organisation) for line in in_order}
    return [made[line.plan.key] for line in lines]


def _receive(
    line: Line, profile: Profile, actor: User, at: datetime, organisation: Organisation
) -> Line:
    if line.referral is not None:
        return line
    plan = line.plan
    submission_key = uuid4()
    try:
        referral = receive_referral(
            plan.answers,
            actor=actor,
            at=at,
            organisation=organisation,
            profile=profile,
            source=Source.HTCDS,
            submission_key=submission_key,
            external_id=_external_ids(organisation, plan.key)[0],
            unknown_keys=list(plan.kept),
            unknown_values=plan.kept,
            complete=False,
        )
    except Refused as refusal:
        raise Refused(
            Objection(one.text, field=f"rows[{plan.record.row}].{one.field}", code=one.code)
            for one in refusal.objections
        ) from refusal
    return Line(plan, referral, made_now=referral.submission_key == submission_key)


def _external_ids(organisation: Organisation, key: str) -> list[str]:
    """What the record is found by again, the one to keep first. A token, since an identifier of
    another system can be a name, and what a record says can be guessed."""
    tokens = tokens_of_text("htcds", f"{organisation.pk}|{key}")
    return [f"htcds-{token.hex()}" for token in tokens]


def _wrongly_said(said: Mapping[str, str], profile: Profile) -> list[Objection]:
    form = form_for(profile)
    text = _("This is not one of the answers")
    return [
        Objection(text, field=question, code="invalid")
        for question in NEEDED
        if said.get(question) and said[question] not in form.question(question).codes
    ]
