"""What must hold of every case, whoever made it: asked of the code that keeps it, not of the
generator."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Min

from cases import access
from cases.actions.opening import competent_authority
from cases.models import Case, Deadline, Decision, Draft, InboxItem
from cases.models.case import CaseKind
from cases.models.deadline import DeadlineState
from cases.rules import reminders
from cases.selectors import decisions as decision_reads
from cases.selectors.deadlines import clock_of
from identities.crypto import Opener
from identities.models import Person, PersonKey
from nrm.accounts.models import RoleGroup
from nrm.accounts.roles import Role
from nrm.audit.models import Event


def faults(case: Case, at: datetime) -> Iterator[str]:
    """Everything that does not hold of the case at this moment."""
    yield from _clocks(case, at)
    yield from _way(case)
    yield from _grants(case)
    yield from _decisions(case)
    yield from _trail(case)
    yield from _sealed(case)


def _clocks(case: Case, at: datetime) -> Iterator[str]:
    earliest = case.deadlines.filter(state=DeadlineState.OPEN, kind="due").aggregate(
        first=Min("due_at")
    )["first"]
    if earliest != case.next_due_at:
        yield f"next due {case.next_due_at}, earliest open {earliest}"
    for row in case.deadlines.all():
        row.case = case
        clock = clock_of(row)
        if (clock.due_on, clock.due_at) != (row.due_on, row.due_at):
            yield f"{row.term} due {row.due_on}, by the rule {clock.due_on}"
        if row.calendar != case.calendar or row.basis["calendar"] != case.calendar:
            yield f"{row.term} counts by another calendar than the case"
        if row.pauses.filter(to_date=None).exists() != (row.state == DeadlineState.PAUSED):
            yield f"{row.term} is {row.state} and its pause says otherwise"
        if row.extensions.count() < len(row.basis["extensions"]) and not row.basis["after"]:
            yield f"{row.term} has fewer extensions than its date"
        yield from _next_look(case, row, at)


def _next_look(case: Case, row: Deadline, at: datetime) -> Iterator[str]:
    wanted = None
    if row.state == DeadlineState.OPEN:
        wanted = reminders.next_look(
            case.profile.term(row.term),
            due_on=row.due_on,
            due_at=row.due_at,
            zone=case.profile.calendar_for(row.calendar).zone,
            after=at,
        )
    elif row.state == DeadlineState.PAUSED:
        return
    if row.next_reminder_at != wanted:
        yield f"{row.term} ({row.state}) is looked at {row.next_reminder_at}, by rule {wanted}"
    past = row.state == DeadlineState.OPEN and row.due_at < at
    if past and case.profile.term(row.term).kind == "due" and row.missed_at is None:
        yield f"{row.term} passed unmet, and nobody noted it"


# Actions that take a case from stage to stage, beside decisions and the sweep.
TAKEN = (
    *("case.stage_changed", "case.suspended", "case.resumed", "case.withdrawn", "case.closed"),
    *("case.reopened", "question.asked", "question.answered", "question.withdrawn"),
    *("reconsideration.asked", "reconsideration.answered"),
    *("provisional.identified", "disqualification.decided"),
)


def _way(case: Case) -> Iterator[str]:
    """The stage is where the events led, each along a way of the profile."""
    profile = case.profile
    first = profile.dtn_stage if case.kind == CaseKind.DUTY_TO_NOTIFY else profile.first_stage
    reachable = {first}
    waiting = [first]
    while waiting:
        for way in profile.transitions_from(waiting.pop()):
            if way.to_stage not in reachable:
                reachable.add(way.to_stage)
                waiting.append(way.to_stage)
    if case.stage not in reachable:
        yield f"stage {case.stage} cannot be reached"
    last = case.decisions.filter(state="made").order_by("-made_at").first()
    taken = Event.objects.filter(case_id=case.pk, verb__in=TAKEN, data__has_key="stage")
    moved = taken.order_by("-id").first()
    if moved and (last is None or moved.at > last.made_at):
        later = Event.objects.filter(
            case_id=case.pk, verb="case.recovery_minimum_elapsed", at__gt=moved.at
        )
        if moved.data["stage"] != case.stage and not later.exists():
            yield f"stage {case.stage}, the trail says {moved.data['stage']}"
    elif last:
        led_to = profile.decision(last.code).outcome(last.outcome).stage
        opened = Event.objects.filter(
            case_id=case.pk, verb="case.recovery_minimum_elapsed", at__gt=last.made_at
        ).first()
        if case.stage != (opened.data["stage"] if opened else led_to):
            yield f"stage {case.stage} after {last.code} {last.outcome}"
    if profile.stage(case.stage).open != (case.closed_at is None):
        yield f"stage {case.stage}, closed at {case.closed_at}"
    if case.closed_at and case.deadlines.filter(state__in=["open", "paused"]).exists():
        yield "a closed case has a clock running"


def _grants(case: Case) -> Iterator[str]:
    """As opening, assigning and bringing near make them, and no other."""
    referrer = case.referrals.get().organisation
    wanted = Counter(
        [
            ("refer", RoleGroup.of(referrer, Role.FIRST_RESPONDER).pk),
            ("refer", RoleGroup.of(referrer, Role.RESPONDER_LEAD).pk),
            ("work", RoleGroup.of(case.authority, Role.INTAKE).pk),
            ("decide", RoleGroup.of(case.authority, Role.SUPERVISOR).pk),
        ]
    )
    for event in Event.objects.filter(case_id=case.pk, verb="case.brought_near"):
        role = {"protect": Role.PROTECTION_PROVIDER, "prosecute": Role.PROSECUTION_LIAISON}
        nearness = event.data["nearness"]
        group = RoleGroup.objects.get(organisation=event.data["organisation"], role=role[nearness])
        wanted[nearness, group.pk] += 1
    found = Counter(case.group_grants.values_list("permission__codename", "group"))
    if found != wanted:
        yield f"group grants {found - wanted} too many, {wanted - found} too few"
    people = list(case.user_grants.values_list("permission__codename", "user"))
    if people != ([("work", case.caseworker_id)] if case.caseworker_id else []):
        yield f"personal grants {people}"
    if case.authority.profile != case.profile_code:
        yield "the authority is of another profile"
    if case.caseworker and case.authority not in case.caseworker.organisations(Role.CASEWORKER):
        yield "the caseworker is not of the authority"


def _decisions(case: Case) -> Iterator[str]:
    for decision in case.decisions.prefetch_related("reviews"):
        decision.case = case
        reasons = decision_reads.reasons_of(decision)
        if not reasons.get("letter"):
            yield f"{decision.code} has no reasons"
        for review in decision.reviews.all():
            if review.reviewer_id == decision.author_id:
                yield "somebody read their own decision"
            if bytes(review.read_reasons or b"") != bytes(decision.reasons):
                yield "a reader read other reasons than those of the decision"
        if decision.state != "made":
            continue
        if not decision_reads.record_holds(decision):
            yield f"the record of {decision.code} does not hold"
        record = decision.record
        if (record["case"], record["decision_maker"]) != (str(case.pk), str(decision.author_id)):
            yield f"the record of {decision.code} is about another case"
        if record["made_on"] != decision.made_on.isoformat():
            yield f"the record of {decision.code} has another day"
        due = dict(case.deadlines.values_list("term", "original_due_on"))
        for started in record["terms_started"]:
            if due[started["term"]].isoformat() != started["due_on"]:
                yield f"the record of {decision.code} has another date of {started['term']}"
        if not Event.objects.filter(
            object_id=decision.pk, verb="decision.made", data__hash=decision.record_hash
        ).exists():
            yield f"nobody made {decision.code}"


# What of a case each event is about, and how many there must be.
_COUNTED = (
    ("referral.sent", lambda case: case.referrals.count()),
    ("note.written", lambda case: case.notes.count()),
    ("task.done", lambda case: case.casetasks.exclude(done_at=None).count()),
    ("screening.started", lambda case: case.screenings.count()),
    ("decision.drafted", lambda case: case.decisions.count()),
    ("decision.made", lambda case: case.decisions.filter(state="made").count()),
    ("decision.served", lambda case: case.decisions.exclude(served_on=None).count()),
    ("decision.own_grounds", lambda case: sum(d.reviews.count() for d in case.decisions.all())),
    ("deadline.extended", lambda case: case.deadlineextensions.count()),
    ("deadline.paused", lambda case: case.deadlinepauses.count()),
    ("case.assigned", lambda case: 1 if case.caseworker_id else 0),
)


def _trail(case: Case) -> Iterator[str]:
    told = Counter(Event.objects.filter(case_id=case.pk).values_list("verb", flat=True))
    for verb, count in _COUNTED:
        if told[verb] != count(case):
            yield f"{told[verb]} events {verb} for {count(case)}"
    events = list(Event.objects.filter(case_id=case.pk).order_by("id"))
    first = events[0]
    if (first.verb, first.at) != ("referral.sent", case.opened_at):
        yield f"the trail begins with {first.verb} at {first.at}"
    missed = set(case.deadlines.exclude(missed_at=None).values_list("pk", flat=True))
    if missed != {e.object_id for e in events if e.verb == "deadline.missed"}:
        yield "what was missed is not what the trail says"
    reminded = InboxItem.objects.filter(case=case, kind="deadline_reminder")
    for item in reminded.select_related("deadline"):
        if item.data["due_on"] != item.once.split(":")[2]:
            yield f"a reminder of another date: {item.once}"
    shown = {e.data["disclosure"]: e for e in events if e.verb == "identity.shown"}
    for disclosure in case.person.disclosures.exclude(purpose="recording"):
        event = shown.pop(str(disclosure.pk), None)
        if event is None or (event.actor_id, event.at) != (disclosure.actor_id, disclosure.at):
            yield "a disclosure without its event"
    if shown:
        yield "an event of a disclosure that is not there"


def _sealed(case: Case) -> Iterator[str]:
    opener = Opener(case.person_id)
    for note in case.notes.all():
        opener.text(note.text, table="cases_note", column="text", row=note.pk)
    for episode in case.episodes.all():
        opener.text(episode.narrative, table="cases_episode", column="narrative", row=episode.pk)
        if episode.began and episode.began > case.opened_at.date().isoformat():
            yield f"an episode began {episode.began}, after the referral"
    if "[[" in opener.text(
        case.referrals.get().narrative,
        table="cases_referral",
        column="narrative",
        row=case.referrals.get().pk,
    ):
        yield "an account was not filled in"


def faults_of_all(at: datetime) -> Iterator[str]:
    """What must hold of all cases together."""
    people = Person.objects.count()
    if PersonKey.objects.count() != people:
        yield "people without a key of their own"
    owned = Case.objects.values("person").union(Draft.objects.values("person")).count()
    if owned != people:
        yield f"{people} people for {owned} cases and drafts"
    if Deadline.objects.filter(next_reminder_at__lte=at).exists():
        yield "a clock has something to say that it has not said"
    for draft in Draft.objects.all():
        from nrm.profiles import load_profile

        profile = load_profile(draft.profile_code, draft.profile_version)
        for term, day in (("draft_warning", draft.warn_on), ("draft_deletion", draft.delete_on)):
            if profile.clock(term, draft.saved_at).due_on != day:
                yield f"a draft has another date of {term}"
        if draft.delete_on < at.date():
            yield "a draft lies past its end"
    if Decision.objects.filter(state="made", made_at__gt=at).exists():
        yield "a decision of tomorrow"
    for case in Case.objects.filter(authority__name__startswith="Single")[:1]:
        if competent_authority(case.profile) != case.authority:
            yield "referrals now arrive elsewhere"
    for group in access.CaseGroupGrant.objects.filter(granted_at__gt=at)[:1]:
        yield f"a grant of tomorrow: {group.pk}"
