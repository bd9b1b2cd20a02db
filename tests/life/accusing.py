"""What the person is accused of, and whom the agencies' liaisons and others tell of it."""

from datetime import timedelta
from typing import Any
from uuid import uuid4

from hypothesis import strategies as st

from cases.actions import hearings, matters, notices, sharing
from cases.forms.matters import headings
from cases.models import Consent, Matter, Notice
from cases.selectors.matters import opened
from cases.selectors.notices import content_of, digest_of
from tests.life.holds import AGENCY_KIND, TELLING, forces_took_part
from tests.life.trying import ANYBODY, OWNER, last_of, step, worker

liaison = st.sampled_from(("liaison",) * 20 + (OWNER, *ANYBODY))


@step("no matter", weight=2, name=worker)
@step("matter", weight=1, name=worker)
def raise_matter(life: Any, name: str) -> None:
    values = {"offence": "Cannabis cultivation", "kind": "criminal", "stage": "charged"}
    life.do(matters.raise_matter, life.again(), name, values=values)


@step("matter", weight=1, name=worker, what=st.sampled_from(("convicted", "hearing", "acquitted")))
def it_goes_on(life: Any, name: str, what: str) -> None:
    if row := life.last(Matter):
        values: dict[str, Any] = {
            "convicted": {"stage": "convicted"},
            "hearing": {"hearing": "plea", "hearing_on": life.at.date() + timedelta(days=10)},
            "acquitted": {"outcome": "acquitted", "outcome_on": life.at.date()},
        }[what]
        life.do(matters.change_matter, row, name, values=values)


@step("hearing", weight=1, name=worker, result=st.sampled_from(("held", "moved")))
def record_hearing(life: Any, name: str, result: str) -> None:
    if row := last_of(Matter.objects.filter(case=life.case).exclude(hearing_on=None)):
        life.do(hearings.record_hearing, row, name, result=result)


@step("untold", weight=3, name=worker, answer=st.sampled_from(("agreed", "agreed", "declined")))
def say_to_telling(life: Any, name: str, answer: str) -> None:
    life.say(name, answer, purpose=TELLING, kind=AGENCY_KIND)


@step("agreed to telling", weight=1, name=worker)
def take_back_telling(life: Any, name: str) -> None:
    said = life.last(Consent, purpose=TELLING, answer="agreed", withdrawn_at=None)
    if said is not None:
        life.do(sharing.withdraw_consent, said, name)


agency = st.sampled_from(("prosecutor", "prosecutor", "prosecutor", "police", "court"))
ground = st.sampled_from(("", "", "court_order", "her_good"))


@step("untold", weight=5, name=worker, agency=agency, ground=ground)
@step("matter", weight=1, name=worker, agency=agency, ground=ground)
def tell(life: Any, name: str, agency: str, ground: str) -> None:
    """Of the last matter, on a lawful ground, a ground of no law, or what the person said."""
    row = life.last(Matter)
    if row is None:
        return
    said = None if ground else life.last(Consent, purpose=TELLING)
    house = life.world.prosecution.pk if agency == "prosecutor" else None
    wanted = notices.Wanted(agency, house, said.pk if said else None, ground)
    names = headings(row.case)
    looked = digest_of(content_of(opened(row, at=life.at), names))
    given = {"wanted": wanted, "names": names, "digest": looked, "key": uuid4()}
    if life.do(notices.send_notice, row, name, **given) is not None:
        never = [one for one in life.world.profile.never_notify if not one.when]
        barred = agency == "police" and (never or forces_took_part(life.records))
        assert not barred, "the police were told where the police took part"


answer = st.sampled_from(("received", "considering", "discontinued", "continues"))


@step("unanswered", weight=16, name=liaison, answer=answer)
@step("told inside", weight=1, name=liaison, answer=answer)
def answer_notice(life: Any, name: str, answer: str) -> None:
    row = last_of(Notice.objects.filter(case=life.case).exclude(organisation=None))
    if row is not None:
        because = "no_link" if answer == "continues" else ""
        life.do(notices.answer_notice, row, name, answer=answer, because=because)


@step("told outside", weight=2, name=worker)
def note_answer(life: Any, name: str) -> None:
    if row := life.last(Notice, organisation=None):
        life.do(notices.note_answer, row, name, answer="received")


@step("told inside", "told outside", weight=1, name=worker)
def recall_notice(life: Any, name: str) -> None:
    if row := life.last(Notice):
        life.do(notices.recall_notice, row, name, because="mistake")
