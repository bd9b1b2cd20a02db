"""What a screener does: record what was said and seen, what it shows, and what does not agree; then
complete the screening, which puts findings on the case.

Everything happens in the open screening of a case, under the lock of the case. Free text is under
the person's key. What somebody else saved since the page was read is never overwritten: `version`
is what the page showed, and another one raises Changed.
"""

from collections.abc import Collection, Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import rights
from cases.actions.clocks import settle_terms, start_terms
from cases.models import Case, Episode, FindingSet
from cases.models.case import AgeStatus
from cases.rules.partial_dates import first_day, objections_to_date
from identities.crypto import Opener, Sealed, seal
from nrm.accounts.models import User
from nrm.actions import Changed, Objection, action, detail, refuse_if
from screening.models import (
    Contradiction,
    EarlierEvidence,
    Evidence,
    EvidenceSource,
    HeardBy,
    IndicatorFinding,
    IndicatorState,
    Interpreter,
    Screening,
    ScreeningState,
)
from screening.rules import DECISION, ScreeningFaults
from screening.selectors import open_explanation, weigh_rows

MOST_TEXT = 10_000  # characters of one text
MOST_COUNTRIES = 10

# Terms of a profile that a completed screening meets, where the profile has them.
MET_BY_SCREENING = ("screening", "rescreen")


# Starting -----------------------------------------------------------------------------------------
@action("screening.started", right=rights.SCREEN)
def start_screening(case: Case, *, actor: User, at: datetime) -> Screening:
    """Opens a screening. Where an earlier one was completed, its evidence, findings and
    contradictions are copied as the starting point; the earlier one stays as it is. Raises Refused
    where one is open already."""
    if case.screenings.filter(state=ScreeningState.OPEN).exists():
        text = _("A screening of this case is already in progress.")
        refuse_if([Objection(text, code="already_open")])
    last = case.screenings.filter(state=ScreeningState.COMPLETED).first()
    screening = Screening.objects.create(
        case=case,
        profile_version=case.profile_version,
        started_by=actor,
        started_at=at,
        follows=last,
    )
    if last:
        _copy(last, screening)
        detail(follows=str(last.pk))
    return screening


def _copy(last: Screening, screening: Screening) -> None:
    """Copies rows with who recorded them and when; sealed texts are bound to their row, so each is
    opened and sealed again."""
    person = screening.case.person_id
    copies: dict[UUID, Evidence] = {}
    for item in last.evidences.all():
        old, item.pk = item.pk, uuid4()
        item.text = _moved(person, item.text, "evidence", "text", old, item.pk)
        if item.reliability is not None:
            item.reliability = _moved(
                person, item.reliability, "evidence", "reliability", old, item.pk
            )
        item.screening, item.version = screening, 1
        copies[old] = item
    Evidence.objects.bulk_create(copies.values())
    linked = IndicatorFinding.evidence.through
    links = []
    findings = []
    for finding in last.indicatorfindings.prefetch_related("evidence"):
        linked_to = [item.pk for item in finding.evidence.all()]
        finding.pk, finding.screening, finding.version = uuid4(), screening, 1
        findings.append(finding)
        links += [
            linked(indicatorfinding_id=finding.pk, evidence_id=copies[old].pk) for old in linked_to
        ]
    IndicatorFinding.objects.bulk_create(findings)
    linked.objects.bulk_create(links)
    pairs = []
    for pair in last.contradictions.all():
        old, pair.pk = pair.pk, uuid4()
        pair.screening, pair.version = screening, 1
        pair.first, pair.second = copies[pair.first_id], copies[pair.second_id]
        if pair.explanation is not None:
            pair.explanation = _moved(
                person, pair.explanation, "contradiction", "explanation", old, pair.pk
            )
        pairs.append(pair)
    Contradiction.objects.bulk_create(pairs)


def _moved(person: UUID, sealed: Sealed, table: str, column: str, old: UUID, new: UUID) -> bytes:
    text = Opener(person).text(sealed, table=f"screening_{table}", column=column, row=old)
    return _sealed(person, text, table, column, new)


def _sealed(person: UUID, text: str, table: str, column: str, row: UUID) -> bytes:
    return seal(person, text, table=f"screening_{table}", column=column, row=row)


# What every change begins and ends with -----------------------------------------------------------
def _require_open(screening: Screening) -> None:
    """Reads the screening again under the lock; raises Refused where it has been completed."""
    screening.refresh_from_db(fields=["state", "version"])
    if screening.state != ScreeningState.OPEN:
        text = _("This screening is complete and cannot be changed. Start a new one.")
        refuse_if([Objection(text, code="completed")])


def _count(screening: Screening) -> int:
    """One change more; returns its number."""
    screening.version += 1
    screening.save(update_fields=["version"])
    return screening.version


def _changed() -> Changed:
    text = _("Somebody saved this while you had it open. Nothing was overwritten.")
    return Changed([Objection(text, code="changed")])


def _episode_of(screening: Screening, episode_id: UUID | None) -> Episode | None:
    if episode_id is None:
        return None
    return Episode.objects.filter(case_id=screening.case_id, pk=episode_id).first()


def _no_such_episode() -> Objection:
    return Objection(_("Choose an episode of this case."), field="episode")


# Evidence -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Item:
    """What is told of one item of evidence. `dated` is YYYY, YYYY-MM or YYYY-MM-DD, or empty;
    `document` is that of the case which it is in, if it is in one."""

    source: str
    text: str
    dated: str = ""
    heard_by: str = ""
    interpreter: str = ""
    reliability: str = ""
    episode: UUID | None = None
    document: UUID | None = None


def _objections_to_item(screening: Screening, item: Item, at: datetime) -> Iterator[Objection]:
    if item.source not in EvidenceSource.values:
        yield Objection(_("Select where this comes from"), field="source")
    if item.heard_by and item.heard_by not in HeardBy.values:
        yield Objection(_("Select who heard or received it"), field="heard_by")
    if item.interpreter and item.interpreter not in Interpreter.values:
        yield Objection(_("Select how it was interpreted"), field="interpreter")
    if not item.text.strip():
        yield Objection(_("Enter what was said, seen or received"), field="text")
    yield from _too_long(item.text, "text")
    yield from _too_long(item.reliability, "reliability")
    yield from _objections_to_date(item.dated, "dated", at)
    if item.episode and _episode_of(screening, item.episode) is None:
        yield _no_such_episode()
    if item.document and not screening.case.documents.filter(pk=item.document).exists():
        yield Objection(_("Choose a document of this case."), field="document")


def _too_long(text: str, field: str) -> Iterator[Objection]:
    if len(text) > MOST_TEXT:
        yield Objection(
            _("Text must be %(most)s characters or less") % {"most": f"{MOST_TEXT:,}"}, field=field
        )


def _objections_to_date(text: str, field: str, at: datetime) -> Iterator[Objection]:
    return objections_to_date(text, field, timezone.localdate(at))


def _item_of(evidence: Evidence, opener: Opener) -> Item:
    def opened(column: str) -> str:
        sealed = getattr(evidence, column)
        if sealed is None:
            return ""
        return opener.text(sealed, table="screening_evidence", column=column, row=evidence.pk)

    return Item(
        evidence.source,
        opened("text"),
        evidence.dated,
        evidence.heard_by,
        evidence.interpreter,
        opened("reliability"),
        evidence.episode_id,
        evidence.document_id,
    )


def _put(item: Item, row: Any, table: str, person: UUID) -> None:
    row.source, row.dated = item.source, item.dated
    row.heard_by, row.interpreter = item.heard_by, item.interpreter
    row.document_id = item.document
    row.text = _sealed(person, item.text.strip(), table, "text", row.pk)
    note = item.reliability.strip()
    row.reliability = _sealed(person, note, table, "reliability", row.pk) if note else None


@action("screening.evidence_recorded", right=rights.SCREEN)
def record_evidence(
    screening: Screening, *, actor: User, at: datetime, item: Item, key: UUID | None = None
) -> Evidence:
    """Records one item of evidence. `key` names the submission: sent twice, it makes one item."""
    _require_open(screening)
    row_id = uuid5(screening.pk, str(key)) if key else uuid4()
    if already := screening.evidences.filter(pk=row_id).first():
        return already
    refuse_if(_objections_to_item(screening, item, at))
    last = screening.evidences.aggregate(last=Max("number"))["last"] or 0
    evidence = Evidence(
        id=row_id,
        screening=screening,
        number=last + 1,
        episode_id=item.episode,
        recorded_by=actor,
        recorded_at=at,
        version=_count(screening),
    )
    _put(item, evidence, "evidence", screening.case.person_id)
    evidence.save(force_insert=True)
    detail(source=item.source, episode=str(item.episode) if item.episode else None)
    return evidence


@action("screening.evidence_corrected", right=rights.SCREEN)
def correct_evidence(
    evidence: Evidence, *, actor: User, at: datetime, item: Item, version: int | None
) -> Evidence:
    """Corrects an item; what it said before is kept beside it. Raises Changed where somebody has
    corrected it since `version`; None corrects whatever is there."""
    screening = evidence.screening
    _require_open(screening)
    evidence.refresh_from_db()
    person = screening.case.person_id
    before = _item_of(evidence, Opener(person))
    if item == before:
        return evidence
    if version is not None and evidence.version != version:
        raise _changed()
    refuse_if(_objections_to_item(screening, item, at))
    earlier = EarlierEvidence(
        id=uuid4(),
        evidence=evidence,
        recorded_by_id=evidence.changed_by_id or evidence.recorded_by_id,
        recorded_at=evidence.changed_at or evidence.recorded_at,
    )
    _put(before, earlier, "earlierevidence", person)
    earlier.save(force_insert=True)
    _put(item, evidence, "evidence", person)
    evidence.episode_id = item.episode
    evidence.changed_by, evidence.changed_at = actor, at
    evidence.version = _count(screening)
    evidence.save()
    detail(earlier=str(earlier.pk))
    return evidence


# Indicators ---------------------------------------------------------------------------------------
@action("screening.indicator_recorded", right=rights.SCREEN)
def record_indicator(
    screening: Screening,
    *,
    actor: User,
    at: datetime,
    episode: UUID,
    code: str,
    state: str,
    evidence_ids: Collection[UUID] | None = None,
    version: int | None = None,
) -> IndicatorFinding | Screening:
    """Records what is found of one indicator in one episode: shown, not_shown or unknown, and on
    which evidence (None leaves the links as they are). An empty state takes the finding back: not
    looked at yet.

    `version` is that of the finding the page showed, 0 for none; None saves over whatever is there.
    Saving what is already saved changes nothing. Returns the finding, or the screening where a
    finding was taken back.
    """
    _require_open(screening)
    refuse_if(_objections_to_finding(screening, episode, code, state, evidence_ids))
    found = screening.indicatorfindings.filter(episode_id=episode, code=code).first()
    wanted = frozenset(evidence_ids) if evidence_ids is not None else None
    linked = frozenset(found.evidence.values_list("pk", flat=True)) if found else frozenset()
    same_state = (found.state if found else "") == state
    if same_state and (wanted is None or wanted == linked or not state):
        return found or screening
    if version is not None and (found.version if found else 0) != version:
        raise _changed()
    detail(episode=str(episode), code=code, state=state)
    number = _count(screening)
    if not state:
        assert found is not None  # otherwise the state would be the same
        found.delete()
        return screening
    if found is None:
        found = IndicatorFinding(screening=screening, episode_id=episode, code=code)
    found.state, found.version = state, number
    found.recorded_by, found.recorded_at = actor, at
    found.save()
    if wanted is not None:
        found.evidence.set(screening.evidences.filter(pk__in=wanted))
        detail(evidence=sorted(str(pk) for pk in wanted))
    return found


def _objections_to_finding(
    screening: Screening,
    episode: UUID,
    code: str,
    state: str,
    evidence_ids: Collection[UUID] | None,
) -> Iterator[Objection]:
    if _episode_of(screening, episode) is None:
        yield _no_such_episode()
    if code not in _codes(screening.case):
        yield Objection(_("This indicator is not in the catalogue of this case."), field="code")
    if state and state not in IndicatorState.values:
        text = _("Select shown, not shown, not known, or not looked at yet")
        yield Objection(text, field="state")
    wanted = set(evidence_ids or ())
    if wanted and screening.evidences.filter(pk__in=wanted).count() != len(wanted):
        yield Objection(_("Select evidence of this screening."), field="evidence")


def _codes(case: Case) -> frozenset[str]:
    return frozenset(indicator.code for indicator in case.profile.screening.indicators)


@action("screening.evidence_linked", right=rights.SCREEN)
def link_evidence(
    evidence: Evidence,
    *,
    actor: User,
    at: datetime,
    episode: UUID,
    add: Collection[str] = (),
    remove: Collection[str] = (),
) -> Evidence:
    """Says which indicators of an episode an item of evidence bears on, and which it no longer
    does. An indicator that nobody has looked at becomes shown; one that has a state keeps it. Only
    the differences are sent, so two people who link at once lose nothing."""
    screening = evidence.screening
    _require_open(screening)
    objections = []
    if _episode_of(screening, episode) is None:
        objections.append(_no_such_episode())
    if not _codes(screening.case).issuperset([*add, *remove]):
        text = _("This indicator is not in the catalogue of this case.")
        objections.append(Objection(text, field="codes"))
    refuse_if(objections)
    of_episode = screening.indicatorfindings.filter(episode_id=episode)
    found = {finding.code: finding for finding in of_episode.filter(code__in=[*add, *remove])}
    for code in add:
        if code not in found:
            found[code] = IndicatorFinding.objects.create(
                screening=screening,
                episode_id=episode,
                code=code,
                state=IndicatorState.SHOWN,
                recorded_by=actor,
                recorded_at=at,
                version=_count(screening),
            )
        found[code].evidence.add(evidence)
    for code in remove:
        if code in found:
            found[code].evidence.remove(evidence)
    _count(screening)
    detail(episode=str(episode), added=sorted(add), removed=sorted(remove))
    return evidence


# Contradictions -----------------------------------------------------------------------------------
@action("screening.contradiction_noted", right=rights.SCREEN)
def note_contradiction(
    screening: Screening,
    *,
    actor: User,
    at: datetime,
    first: UUID,
    second: UUID,
    explanation: str = "",
    put_to_person: bool | None = None,
) -> Contradiction:
    """Puts two items that disagree side by side. The same two, in either order, are noted once."""
    _require_open(screening)
    items = {item.pk: item for item in screening.evidences.filter(pk__in=[first, second])}
    if len(items) != 2:
        text = _("Select two different items of this screening.")
        refuse_if([Objection(text, field="second")])
    refuse_if(_too_long(explanation, "explanation"))
    pairs = [(items[first], items[second]), (items[second], items[first])]
    for one, other in pairs:
        if already := screening.contradictions.filter(first=one, second=other).first():
            return already
    pair = Contradiction(
        id=uuid4(),
        screening=screening,
        first=items[first],
        second=items[second],
        put_to_person=put_to_person,
        recorded_by=actor,
        recorded_at=at,
        version=_count(screening),
    )
    _explain(pair, explanation)
    pair.save(force_insert=True)
    detail(first=str(first), second=str(second))
    return pair


@action("screening.contradiction_explained", right=rights.SCREEN)
def explain_contradiction(
    contradiction: Contradiction,
    *,
    actor: User,
    at: datetime,
    explanation: str,
    put_to_person: bool | None,
    version: int | None,
) -> Contradiction:
    """Records what the screener makes of a contradiction, and whether it was put to the person.
    Raises Changed where somebody has explained it since `version`."""
    screening = contradiction.screening
    _require_open(screening)
    contradiction.refresh_from_db()
    if (
        open_explanation(contradiction) == explanation.strip()
        and contradiction.put_to_person == put_to_person
    ):
        return contradiction
    if version is not None and contradiction.version != version:
        raise _changed()
    refuse_if(_too_long(explanation, "explanation"))
    _explain(contradiction, explanation)
    contradiction.put_to_person = put_to_person
    contradiction.changed_by, contradiction.changed_at = actor, at
    contradiction.version = _count(screening)
    contradiction.save()
    detail(put_to_person=put_to_person)
    return contradiction


def _explain(pair: Contradiction, text: str) -> None:
    person = pair.screening.case.person_id
    text = text.strip()
    pair.explanation = (
        _sealed(person, text, "contradiction", "explanation", pair.pk) if text else None
    )


# Episodes -----------------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class FoundEpisode:
    """What is told of an episode found while screening. Dates are partial, or empty."""

    types: tuple[str, ...]
    place: str = ""
    countries: tuple[str, ...] = ()
    began: str = ""
    ended: str = ""
    age_then_status: str = ""
    age_then_years: int | None = None


@action("screening.episode_added", right=rights.SCREEN)
def add_episode(
    screening: Screening,
    *,
    actor: User,
    at: datetime,
    episode: FoundEpisode,
    key: UUID | None = None,
) -> Episode:
    """Adds to the case an episode that the referral did not tell of. `key` names the submission:
    sent twice, it makes one episode."""
    _require_open(screening)
    row_id = uuid5(screening.pk, str(key)) if key else uuid4()
    if already := _episode_of(screening, row_id):
        return already
    refuse_if(_objections_to_episode(screening.case, episode, at))
    last = Episode.objects.filter(case_id=screening.case_id).aggregate(last=Max("position"))
    found = Episode.objects.create(
        id=row_id,
        case_id=screening.case_id,
        position=(last["last"] or 0) + 1,
        types=list(episode.types),
        place=episode.place,
        countries=list(episode.countries),
        began=episode.began,
        ended=episode.ended,
        age_then_status=episode.age_then_status,
        age_then_years=episode.age_then_years,
    )
    _count(screening)
    detail(position=found.position)
    return found


def _objections_to_episode(case: Case, episode: FoundEpisode, at: datetime) -> Iterator[Objection]:
    types = {kind.code for kind in case.profile.referral.exploitation_types}
    places = {place.code for place in case.profile.referral.places}
    if not episode.types or not types.issuperset(episode.types):
        yield Objection(_("Select what kind of exploitation it was"), field="types")
    if episode.place and episode.place not in places:
        yield Objection(_("Select where it was"), field="place")
    if len(episode.countries) > MOST_COUNTRIES or any(len(c) > 60 for c in episode.countries):
        yield Objection(_("Enter ten countries or fewer"), field="countries")
    yield from _objections_to_date(episode.began, "began", at)
    yield from _objections_to_date(episode.ended, "ended", at)
    began, ended = first_day(episode.began), first_day(episode.ended)
    if began and ended and episode.ended < episode.began[: len(episode.ended)]:
        yield Objection(_("The end must not be before the beginning"), field="ended")
    if episode.age_then_status and episode.age_then_status not in AgeStatus.values:
        yield Objection(_("Select how old the person was"), field="age_then_status")
    if episode.age_then_years is not None and not 0 <= episode.age_then_years <= 120:
        yield Objection(_("Age must be between 0 and 120"), field="age_then_years")


@action("screening.age_then_recorded", right=rights.SCREEN)
def record_age_then(
    screening: Screening,
    *,
    actor: User,
    at: datetime,
    episode: UUID,
    age_then: str,
    before: str | None = None,
) -> Episode:
    """Records whether the person was a child in this episode. It goes before the age of the case:
    somebody exploited as a child and now an adult is weighed as a child there. Empty: as the case
    says. `before` is what the page showed; another value now raises Changed."""
    _require_open(screening)
    found = _episode_of(screening, episode)
    objections = []
    if found is None:
        objections.append(_no_such_episode())
    if age_then and age_then not in AgeStatus.values:
        objections.append(Objection(_("Select how old the person was"), field="age_then"))
    refuse_if(objections)
    assert found is not None
    if found.age_then_status == age_then:
        return found
    if before is not None and found.age_then_status != before:
        raise _changed()
    detail(before=found.age_then_status, after=age_then)
    found.age_then_status = age_then
    found.save(update_fields=["age_then_status"])
    _count(screening)
    return found


# Completing ---------------------------------------------------------------------------------------
@action("screening.completed", right=rights.SCREEN)
def complete_screening(
    screening: Screening,
    *,
    actor: User,
    at: datetime,
    agrees: bool | None = None,
    differs: str = "",
    version: int | None = None,
) -> Screening:
    """Weighs what was recorded, fixes the weighing, and records findings on the case in place of
    the current ones. The result advises: a screener who sees it differently says why in `differs`,
    and then nothing follows from the result by itself. `agrees` None means: unless `differs` says
    something.

    `version` is that of the screening when its result was read; Changed where anything was saved
    since. Raises Refused with every objection.
    """
    _require_open(screening)
    if version is not None and screening.version != version:
        text = _("Something was saved since you read the result. Read it again, then complete it.")
        raise Changed([Objection(text, code="changed")])
    if agrees is None:
        agrees = not differs.strip()
    case = Case.objects.get(pk=screening.case_id)
    objections = list(objections_to_completing(screening))
    if not agrees and not differs.strip():
        text = _("Enter why you see it differently")
        objections.append(Objection(text, field="differs"))
    refuse_if([*objections, *_too_long(differs, "differs")])
    episodes = list(Episode.objects.filter(case=case))
    findings = list(screening.indicatorfindings.all())
    try:
        weighing = weigh_rows(case, episodes, findings)
    except ScreeningFaults as faults:
        refuse_if(Objection(fault, code="fault") for fault in faults.faults)
        raise
    screening.weighing = asdict(weighing)
    screening.state = ScreeningState.COMPLETED
    screening.completed_by, screening.completed_at = actor, at
    screening.agrees = agrees
    if not agrees:
        screening.differs = _sealed(
            case.person_id, differs.strip(), "screening", "differs", screening.pk
        )
    case.screenings.filter(state=ScreeningState.COMPLETED).update(state=ScreeningState.SUPERSEDED)
    screening.version += 1
    screening.save()
    FindingSet.objects.filter(case=case, superseded_at=None).update(superseded_at=at)
    findings_now = FindingSet.objects.create(
        case=case,
        source="screening",
        source_id=screening.pk,
        act=weighing.act,
        means=weighing.means,
        purpose=weighing.purpose,
        result=weighing.result,
        limb=weighing.limb,
        pathway=weighing.pathway,
        episodes=[
            {
                "episode": str(episode.pk),
                "position": episode.position,
                "act": weighed.act.state,
                "means": weighed.means.state,
                "purpose": weighed.purpose.state,
                "result": weighed.result,
                "limb": weighed.limb,
            }
            for episode, weighed in zip(episodes, weighing.episodes, strict=True)
        ],
        prompts=list(weighing.prompts),
        recorded_by=actor,
        recorded_at=at,
    )
    detail(
        findings=str(findings_now.pk),
        result=weighing.result,
        pathway=weighing.pathway,
        agrees=agrees,
    )
    settle_terms(case, MET_BY_SCREENING, at=at)
    _move(case, "screening_completed", actor=actor, at=at)
    if agrees and weighing.pathway != DECISION:
        # Help goes on and the person is screened again: never a negative decision.
        chosen = f"{weighing.pathway}_pathway_chosen"
        _move(case, chosen, actor=actor, at=at)
        start_terms(case, chosen, at=at)
    return screening


def objections_to_completing(screening: Screening) -> Iterator[Objection]:
    """What is still missing before the screening can be completed."""
    if not Episode.objects.filter(case_id=screening.case_id).exists():
        yield Objection(_("Add an episode: there is none to weigh yet."), code="no_episode")
    if not screening.indicatorfindings.exists():
        text = _("Record at least one indicator: nothing has been looked at yet.")
        yield Objection(text, code="nothing_recorded")
    if open_pairs := screening.contradictions.filter(explanation=None).count():
        text = _("Items that disagree have no explanation yet: %(count)s.") % {"count": open_pairs}
        yield Objection(text, code="unexplained")


def _move(case: Case, event: str, *, actor: User, at: datetime) -> None:
    """Takes the case to the stage to which this event leads from where it stands, if the profile
    has one for a role of the actor."""
    for step in case.profile.transitions_from(case.stage):
        if step.event == event and actor.roles & set(step.by):
            case.stage, case.stage_since = step.to_stage, at
            case.version += 1
            case.save(update_fields=["stage", "stage_since", "version"])
            detail(stage=step.to_stage)
            return
