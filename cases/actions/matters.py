"""Recording what a person is accused of, and how it goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import rights
from cases.actions.hearings import keep_hearing
from cases.models import Allegation, Case, Matter
from cases.models.matter import CHOICES, MatterStage, Origin
from cases.rules import matters as rules
from cases.rules.hearings import result_of_change
from cases.selectors import matters as reads
from cases.selectors.decisions import today_of
from identities.crypto import seal_json
from nrm.accounts.models import User
from nrm.actions import Changed, Objection, action, detail, refuse_if


@dataclass(frozen=True, slots=True)
class From:
    """What a matter was taken from: an allegation of the referral, a proposal of the profile that
    the screening gives reason for, or nothing of the two."""

    allegation: UUID | None = None
    proposal: str = ""


@action("matter.raised", right=rights.KEEP_MATTERS)
def raise_matter(
    case: Case,
    *,
    actor: User,
    at: datetime,
    values: Mapping[str, Any],
    source: From | None = None,
    submission_key: UUID | None = None,
) -> Matter:
    """Records a matter. `values` are any of the questions of cases.rules.matters; what is accused
    and of what kind it is must be among them. Sent twice with one key, it is recorded once. Raises
    Refused with every reason against it."""
    if submission_key and (
        first := case.matters.filter(submission_key=submission_key, raised_by=actor).first()
    ):
        detail(repeated=True)
        return first
    told = {"offence": "", "kind": "", "stage": MatterStage.POSSIBLE.value, **values}
    row = Matter(id=uuid4(), case=case, raised_by=actor, raised_at=at, changed_at=at)
    row.submission_key = submission_key
    objections = [*_of_source(row, case, source or From()), *_objections(row, {}, told, at=at)]
    refuse_if(objections)
    _put(row, {}, told)
    row.next_look_at = at  # the sweep says what its days have to say
    row.save(force_insert=True)
    detail(kind=row.kind, stage=row.stage, origin=row.origin)
    return row


def _of_source(row: Matter, case: Case, source: From) -> list[Objection]:
    """Notes where it was taken from. An allegation becomes one matter only."""
    if source.allegation is not None:
        found = Allegation.objects.filter(
            pk=source.allegation, case=case, matter__isnull=True
        ).first()
        if found is None:
            return [Objection(_("This allegation of the referral has its matter already."))]
        row.allegation, row.origin = found, Origin.REFERRAL
    elif source.proposal:
        if source.proposal not in {one.code for one in case.profile.non_punishment.proposals}:
            return [Objection(_("There is no such proposal."))]
        row.proposal, row.origin = source.proposal, Origin.SCREENING
    return []


@action("matter.changed", right=rights.KEEP_MATTERS)
def change_matter(
    matter: Matter,
    *,
    actor: User,
    at: datetime,
    values: Mapping[str, Any],
    version: int | None = None,
) -> Matter:
    """Keeps what has changed in a matter; what is not among `values` stays as it was. Raises
    Changed, and overwrites nothing, where it is no longer the `version` that the actor saw;
    Refused with every reason against the values."""
    matter.refresh_from_db()
    if version is not None and version != matter.version:
        text = _("A colleague has changed this since you opened it. Nothing was overwritten.")
        raise Changed([Objection(text, code="changed")])
    said = reads.told_of(matter)
    refuse_if(_objections(matter, said, values, at=at))
    before = {name: getattr(matter, name) for name in ("stage", "outcome")}
    _keep_the_hearing(matter, values, actor=actor, at=at)
    _put(matter, said, values)
    matter.version += 1
    matter.changed_at = at
    matter.next_look_at = at
    matter.save()
    moved = {
        name: getattr(matter, name) for name in before if getattr(matter, name) != before[name]
    }
    detail(fields=sorted(values), **moved)
    return matter


def _keep_the_hearing(row: Matter, values: Mapping[str, Any], *, actor: User, at: datetime) -> None:
    """A hearing whose day is changed or taken out is not forgotten: it was moved, or nobody has
    said what happened."""
    if row.hearing_on is None or values.get("hearing_on", row.hearing_on) == row.hearing_on:
        return
    result = result_of_change(row.hearing_on, today_of(row.case, at))
    keep_hearing(row, actor=actor, at=at, result=result)


def _objections(
    row: Matter, said: Mapping[str, str], values: Mapping[str, Any], *, at: datetime
) -> list[Objection]:
    case = row.case
    episodes = set(case.episodes.values_list("pk", flat=True)) if values.get("episode") else set()
    return list(
        rules.objections_to_values(
            values,
            case.profile.non_punishment,
            choices={name: one.values for name, one in CHOICES.items()},
            episodes=episodes,
            today=today_of(case, at),
            stands={**reads.codes_of(row), **said, **values},
        )
    )


def _put(row: Matter, said: Mapping[str, str], values: Mapping[str, Any]) -> None:
    words = dict(said)
    for name, value in values.items():
        if name == "episode":
            row.episode_id = value
        elif name in rules.codes_of():
            setattr(row, name, value)
        else:
            words[name] = str(value).strip()
    words = {name: text for name, text in words.items() if text}
    row.told = seal_json(row.case.person_id, words, table="cases_matter", column="told", row=row.pk)
