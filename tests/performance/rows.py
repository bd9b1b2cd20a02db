"""As many rows as asked for wherever a page or an endpoint shows rows, by the actions of people."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone

from cases.actions import (
    asking,
    assigning,
    contact,
    cooperating,
    court,
    covering,
    deciding,
    documents,
    drafting,
    emergency,
    excluding,
    linking,
    matters,
    notes,
    notices,
    redacting,
    removals,
    sharing,
)
from cases.actions.batches import MOST, Chosen, run_batch
from cases.forms.matters import headings
from cases.models import Case, CourtBundle, Draft, Matter, Referral, Transfer
from cases.selectors.matters import opened
from cases.selectors.notices import content_of, digest_of
from nrm.accounts.models import Organisation, User
from nrm.accounts.roles import OrganisationKind, Role
from nrm.accounts.scopes import ALL
from nrm.accounts.tokens import new_token
from nrm.context import acting_as
from protection.actions import assessments, children, counselling, leaflet, plan, services, shelter
from protection.models import Place, PlanItem, Service, Session
from reporting.models import Anomaly
from reporting.releases.periods import Period
from reporting.statistics.selectors import closed_periods
from screening import actions as screening
from screening.actions import FoundEpisode
from tests.casework import people
from tests.decisions import road
from tests.documents.files import jpeg, pdf, upload
from tests.intake.answers import CHILD, FULL
from tests.permissions.scene import a_letter, a_look, a_register, wanted_of
from tests.reporting.anomalies import an_anomaly
from tests.reporting.made import a_published_release, a_release
from tests.screening.build import item
from tests.world import World, person

# Of some things a case has a few: a fifth as many.
FEW = 5


@dataclass
class Rows:
    """Fills a world. `places` holds the arguments of addresses by the name of a place."""

    world: World
    at: datetime
    places: dict[str, dict[str, str]] = field(default_factory=dict)
    made: int = 0
    shelter: Place | None = None
    counselled: Service | None = None
    session: Session | None = None

    def fill(self, rows: int) -> None:
        """Adds what is missing to have so many rows of everything."""
        if not self.made:
            self._begin()
        for number in range(self.made, rows):
            self._another(number)
        self.made = rows
        with acting_as(self.world.supervisor):
            references = Case.objects.values_list("reference", flat=True)[: min(rows, MOST)]
            batch = run_batch(
                self.world.supervisor,
                actor=self.world.supervisor,
                at=self.at,
                what="remind",
                chosen=[Chosen(reference) for reference in references],
                submission_key=uuid4(),
            )
        self.places["batch"] = {"batch": str(batch.pk)}
        for number in range(Anomaly.objects.count(), rows):
            an_anomaly(self.world, self.at, actor_id=UUID(int=number))

    def _begin(self) -> None:
        world, at = self.world, self.at
        world.users["covering"] = person("covering@example.org", Role.CASEWORKER, world.authority)
        self.wide = people.assigned(world, at=at, answers=FULL)
        self.screening = screening.start_screening(self.wide, actor=world.caseworker, at=at)
        reviewed = road.again(world, people.assigned(world, at=at, answers=FULL))
        road.findings(world, reviewed, at=at)
        waiting = road.submitted(world, reviewed, at=at)
        decided = road.again(world, people.assigned(world, at=at, answers=FULL))
        road.findings(world, decided, at=at)
        made = road.made(world, decided, at=at)
        assigning.bring_near(
            decided, actor=world.supervisor, at=at, organisation=world.provider_house
        )
        draft = drafting.start_draft(
            world.police, actor=world.responder, at=at, profile=world.profile
        )
        closed = closed_periods(world.profile, at=at)
        released = next(one for one in closed if one.number)
        a_release(world, released)
        for period in (Period(2025), *Period(2025).quarters):
            a_published_release(world, period)
        self.places = {
            "": {},
            "wide": self._place(self.wide, person=world.caseworker.pk, screening=self.screening.pk),
            "reviewed": self._place(reviewed, decision_id=waiting.pk),
            "decided": self._place(
                decided, decision_id=made.pk, look=a_look(self, decided, made).pk
            ),
            "draft": {"draft": str(draft.pk), "page": "episodes"},
            "organisation": {"pk": str(world.police.pk)},
            "account": {"pk": str(world.responder.pk)},
            "period": {"period": str(released)},
            "published": {"period": "2025"},
            "anomaly": {"anomaly": str(an_anomaly(world, at).pk)},
            "register": {"register": a_register(self)},
        }

    def _place(self, case: Case, **parts: Any) -> dict[str, str]:
        with acting_as(self.world.supervisor):
            clock = case.deadlines.order_by("due_at").first()
            receipt = Referral.objects.get(case=case).receipt
        found = {"reference": case.reference, "receipt": receipt, **parts}
        if clock is not None:
            found["deadline_id"] = clock.pk
        return {name: str(value) for name, value in found.items()}

    def _another(self, number: int) -> None:
        self._another_case()
        self._another_draft(number)
        self._another_cover(number)
        self._another_bundle()
        self._more_on_the_wide_case(number)
        self._more_accounts(number)

    def _another_case(self) -> None:
        """One in the queue, and one that waits for a second person and is near to a house."""
        world, at = self.world, self.at
        queued = people.referred(world, at=at, answers=CHILD)
        self.places["queued"] = self._place(queued)
        asked = emergency.ask_emergency(
            world.caseworker2,
            actor=world.caseworker2,
            at=at,
            reference=queued.reference,
            reason="The hotline is on the telephone and nobody else is here.",
        )
        emergency.review_emergency(asked, actor=world.supervisor, at=at, justified=True)
        self.places["opened"] = self._place(queued, emergency=asked.pk, emergency_id=asked.pk)
        case = road.again(world, people.assigned(world, at=at))
        road.findings(world, case, at=at)
        road.submitted(world, case, at=at)
        assigning.bring_near(case, actor=world.supervisor, at=at, organisation=world.provider_house)
        linked = linking.link_cases(
            self.wide,
            actor=world.supervisor,
            at=at,
            other=case.reference,
            kind="family",
            rule="not_told",
            words="They said so.",
        )
        self.places["wide"] |= {"link": str(linked.pk), "link_id": str(linked.pk)}
        self._assessed(case)
        self._sheltered(case)
        service = self._service(case, "mental_health", world.provider_house)
        self.places["referred"] = {"service": str(service.pk), "service_id": str(service.pk)}
        self._counselled(service)
        self.places["leaflet"] = {"profile": "uk", "age": "adult", "language": "ar"}

    def _counselled(self, service: Service) -> None:
        """One more session with the person whom the provider accepted first, and one more note of
        the first session."""
        by: dict[str, Any] = {"actor": self.world.provider, "at": self.at}
        if self.counselled is None:
            services.answer(service, answer="accept", **by)
            self.counselled = service
        number = self.counselled.sessions.count()
        session = counselling.plan_session(
            self.counselled,
            starts_at=self.at + timedelta(days=1, hours=number),
            modality="in_person",
            venue="public",
            address="The library",
            interpreter="needed",
            language="sq",
            **by,
        )
        self.session = self.session or session
        counselling.write_clinical_note(self.session, text=f"Number {number}.", **by)
        place = {"service": str(self.counselled.pk), "session": str(self.session.pk)}
        ids = {f"{key}_id": pk for key, pk in place.items()}
        self.places["counselled"] = {"reference": self.counselled.case.reference, **place, **ids}

    def _assessed(self, case: Case) -> None:
        """Needs and risk were asked about, and have to be looked at again."""
        by: dict[str, Any] = {"actor": self.world.caseworker, "at": self.at}
        leaflet.give_leaflet(
            case, language="sq", text_language="en", interpreter="none", read_aloud=True,
            on_paper=False, given_on=timezone.localdate(self.at), **by,
        )  # fmt: skip
        answers = {"self_harm": "yes"}
        assessments.assess(case, step="first", answers=answers, note="Asked alone.", **by)
        assessments.bring_forward(case, trigger="moved", **by)

    def _more_of_the_plan(self, number: int) -> None:
        """One more goal, which every service serves; and the first was looked at once more. Both
        are overdue."""
        by: dict[str, Any] = {"actor": self.world.caseworker, "at": self.at}
        day, wide = self.at.date(), self.places["wide"]
        rows = [str(pk) for pk in self.wide.services.values_list("pk", flat=True)]
        told = {"goal": f"Number {number}.", "area": "work", "said_on": day, "services": rows}
        item = plan.record_item(self.wide, kind="goal", values=told, **by)
        first = wide.setdefault("plan_item", str(item.pk))
        wide |= {"plan_item_id": first, "plan_kind": "goal", "plan_step": "review"}
        for row in {item, PlanItem.objects.select_related("case").get(pk=first)}:
            seen = {"reviewed_on": day - timedelta(days=60), "outcome": "some"}
            plan.take_step(row, step="review", values=seen, **by)

    def _sheltered(self, case: Case) -> None:
        """A bed of a place is held for the person, who is referred to its provider; another place
        and another bed are free."""
        world = self.world
        theirs: dict[str, Any] = {"actor": world.provider, "at": self.at}
        region = world.profile.regions[0].code
        is_: dict[str, Any] = {"sex": "any", "ages": "any", "family": True, "step_free": True}
        further = shelter.open_place(
            world.provider_house, region=region, address="17 Tanner Street", **theirs
        )
        shelter.add_bed(further, unit=1, number=1, **is_, **theirs)
        self.shelter = self.shelter or further
        number = self.shelter.beds.count() + 1
        bed = shelter.add_bed(self.shelter, unit=2, number=number, **is_, **theirs)
        self._service(case, world.profile.support.shelter, world.provider_house)
        by: dict[str, Any] = {"actor": world.caseworker, "at": self.at}
        shelter.hold_bed(case, bed=bed.pk, **by)
        shelter.keep_from(self.wide, kind="exploiter", exploiter=f"Arben {number}", **by)
        place = str(self.shelter.pk)
        self.places["place"] = {"place": place, "place_id": place}

    def _service(self, case: Case, code: str, house: Organisation) -> Service:
        by: dict[str, Any] = {"actor": self.world.caseworker, "at": self.at}
        return services.refer_without_consent(
            services.note_need(case, code=code, urgency="now", **by),
            organisation=house.pk,
            reason="Tonight.",
            **by,
        )

    def _another_bundle(self) -> None:
        """Of the widest case, with its newest document, opened once."""
        world = self.world
        # Of several consents to the same the newest counts.
        by: dict[str, Any] = {"actor": world.caseworker, "at": timezone.now()}
        consent = sharing.record_consent(
            self.wide,
            purpose="support",
            recipient_kind=OrganisationKind.PROVIDER,
            answer="agreed",
            given_on=timezone.localdate(self.at),
            language="sq",
            interpreter="in_person",
            **by,
        )
        wanted = sharing.Wanted(
            world.provider_house.pk, "support", consent.pk, ("standing", "referral")
        )
        digest = sharing.preview_bundle(self.wide, wanted=wanted, **by).digest
        row = sharing.share_bundle(self.wide, wanted=wanted, digest=digest, key=uuid4(), **by)
        sharing.open_bundle(row, actor=world.provider, at=by["at"])
        of_it = {"bundle": row.pk, "bundle_id": row.pk, "consent": consent.pk}
        self.places["bundle"] = self._place(self.wide, **of_it)

    def _another_court_bundle(self, number: int) -> None:
        """Of the widest case: one that is prepared, and lines like it, which nobody opens."""
        by: dict[str, Any] = {"actor": self.world.caseworker, "at": self.at}
        if "court" in self.places["wide"]:
            with acting_as(self.world.caseworker):
                row = CourtBundle.objects.get(pk=self.places["wide"]["court"])
                row.pk, row.number = uuid4(), number + 1000
                row.save(force_insert=True)
            return
        wanted = wanted_of(self.wide, "notes", "standing")
        digest = court.preview_court_bundle(self.wide, wanted=wanted, **by).digest
        row = court.prepare_court_bundle(self.wide, wanted=wanted, digest=digest, key=uuid4(), **by)
        self.places["wide"] |= {"court": str(row.pk)}

    def _another_notice(self, matter: Matter) -> None:
        """Of the first matter of the widest case, to one more prosecution."""
        by: dict[str, Any] = {"actor": self.world.caseworker, "at": self.at}
        self.accused = getattr(self, "accused", matter)
        names = headings(self.accused.case)
        content = content_of(opened(self.accused, at=self.at), names)
        house = Organisation.objects.create(
            name=f"Prosecution {matter.pk}", kind=OrganisationKind.PROSECUTION, profile="uk"
        )
        rest: dict[str, Any] = {"names": names, "digest": digest_of(content), **by}
        for where in (house, self.world.prosecution):
            wanted = notices.Wanted("prosecutor", where.pk, ground="disclosure_duty")
            about = self.accused if where == house else matter
            if about != self.accused:
                told = content_of(opened(about, at=self.at), names)
                rest["digest"] = digest_of(told)
            row = notices.send_notice(about, wanted=wanted, key=uuid4(), **rest)
            place = {"matter": str(about.pk), "matter_id": str(about.pk)}
            place |= {"notice": str(row.pk), "notice_id": str(row.pk)}
            name = "noticed" if where == house else "received"
            self.places[name] = {**self.places["wide"], **place}

    def _another_cover(self, number: int) -> None:
        """Of one more day; the first is today, so that what the caseworker has is covered."""
        giver = User.objects.get(pk=self.world.caseworker.pk)
        day = timezone.localdate(self.at) + timedelta(days=number)
        covering.hand_on(
            giver,
            actor=giver,
            at=self.at,
            delegate=self.world.users["covering"].pk,
            begins_on=day,
            ends_on=day,
        )

    def _another_draft(self, number: int) -> None:
        """One more of the team, and one more episode in the one that is looked at."""
        world, at = self.world, self.at
        drafting.start_draft(world.police, actor=world.responder, at=at, profile=world.profile)
        if number % FEW:
            return
        with acting_as(world.responder):
            draft = Draft.objects.get(pk=self.places["draft"]["draft"])
        row = uuid4().hex
        drafting.save_page(
            draft,
            actor=world.responder,
            at=at,
            page="episodes",
            answers={"types": ["forced_work"]},
            version=draft.version,
            item=row,
        )
        self.places["draft_item"] = {**self.places["draft"], "item": row}

    def _more_on_the_wide_case(self, number: int) -> None:
        world, at = self.world, self.at
        by: dict[str, Any] = {"actor": world.caseworker, "at": at}
        notes.write_note(self.wide, text=f"Note {number}.", **by)
        accused = {"kind": "criminal", "offence": f"Theft {number}."}
        matter = matters.raise_matter(self.wide, values=accused, **by)
        of_it = {"matter": str(matter.pk), "matter_id": str(matter.pk), "part": "act"}
        self.places["wide"] |= of_it
        self._another_court_bundle(number)
        letter = a_letter(self.wide, world.caseworker, at=at)
        self.places["wide"] |= {"letter": str(letter.pk), "template": "invitation"}
        sent = removals.record_removal(self.wide, values={"kind": "directions"}, **by)
        self.places["wide"] |= {"removal": str(sent.pk)}
        self._another_notice(matter)
        self._offered(number)
        record = _about_a_child(self.wide, number, by)
        self.places["wide"] |= {"record": str(record.pk), "kind": "age"}
        self._more_of_the_plan(number)
        contact.nominate(
            self.wide,
            values={
                "who": f"Ilir {number}",
                "reach": "At the bakery.",
                "ways": ["call"],
                "about": ["decisions"],
                "given_on": at.date(),
                "language": "sq",
                "method": world.profile.consent.methods[0].code,
                "interpreter": "none",
            },
            **by,
        )
        cooperating.record_cooperation(
            self.wide,
            values={
                "answer": "agreed",
                "ways": ["statement"],
                "said_on": at.date(),
                "explained_by": "me",
                "language": "sq",
                "interpreter": "none",
                "told_free": True,
                "words": f"With Ilir {number}.",
            },
            **by,
        )
        asked = {"recipient": "The school", "asked": f"Number {number}?"}
        question = asking.ask(self.wide, **asked, **by)
        self.places["wide"] |= {"question": str(question.pk)}
        evidence = screening.record_evidence(self.screening, item=item(f"Fact {number}."), **by)
        (document,) = documents.add_documents(
            self.wide,
            files=[upload(pdf(100 + number))],
            about=documents.About("statement", "person"),
            **by,
        ).saved
        self.places["wide"] |= {"document": str(document.pk)}
        redacting.redact_document(
            document,
            files=[upload(jpeg(grey=number))],
            ground="third_party",
            removed=["name"],
            looked=True,
            key=uuid4(),
            **by,
        )
        house = Organisation.objects.create(
            name=f"House {number}", kind=OrganisationKind.PROVIDER, profile="uk"
        )
        assigning.bring_near(self.wide, actor=world.supervisor, at=at, organisation=house)
        self._assessed(self.wide)
        service = self._service(self.wide, "medical", house)
        self.places["wide"] |= {
            "step": "first",
            "service": str(service.pk),
            "service_id": str(service.pk),
        }
        far = Organisation.objects.create(
            name=f"Police {number}", kind=OrganisationKind.POLICE, profile="uk"
        )
        excluding.exclude(
            self.wide, actor=world.supervisor, at=at, reason="named", organisation=far
        )
        decision = road.drafted(world, self.wide, at=at)
        deciding.withdraw_draft(decision, **by)
        if number % FEW:
            screening.note_contradiction(
                self.screening, first=self.evidence, second=evidence.pk, **by
            )
            return
        self.evidence = evidence.pk
        episode = screening.add_episode(
            self.screening, episode=FoundEpisode(types=("fraud",), place="not_known"), **by
        )
        codes = [indicator.code for indicator in world.profile.screening.indicators]
        for code in codes[:FEW]:
            screening.record_indicator(
                self.screening,
                episode=episode.pk,
                code=code,
                state="shown",
                evidence_ids=[evidence.pk],
                **by,
            )
        self.places["wide"] |= {
            "evidence": str(evidence.pk),
            "episode": str(episode.pk),
            "indicator": codes[0],
        }

    def _offered(self, number: int) -> None:
        """Another authority has offered something to ours: the first waits."""
        row = Transfer.objects.create(
            case=self.wide,
            person_id=self.wide.person_id,
            authority=self.world.other_authority,
            organisation=self.world.authority,
            reason="place",
            state="rejected" if "offered" in self.places else "offered",
            offered_by=self.world.other_supervisor,
            offered_at=self.at,
        )
        self.places.setdefault("offered", {"transfer": str(row.pk), "transfer_id": str(row.pk)})

    def _more_accounts(self, number: int) -> None:
        world = self.world
        person(f"colleague{number}@example.org", Role.FIRST_RESPONDER, world.police)
        person(f"caseworker{number}@example.net", Role.CASEWORKER, world.authority)
        new_token(world.caseworker, label=f"Desk {number}", scopes=ALL, at=self.at)


def _about_a_child(case: Case, number: int, by: dict[str, Any]) -> Any:
    """Their age was in doubt and was decided, once more."""
    day = by["at"].date()
    told = {"asked_on": day, "why": f"Number {number}.", "method": "court", "outcome": "adult"}
    told |= {"decided_on": day, "decided_by": "A court"}
    return children.record_child(case, kind="age", values=told, **by)
