"""The newest safe-contact card says how the person may be reached, for the days of the profile and
not one longer; nobody uses a way that is not marked as safe."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.actions.contact import end_nominee, nominate, record_contact
from cases.actions.deciding import serve_decision
from cases.models import SafeContact
from cases.models.referral import Safety
from cases.rules import contact as rules
from cases.rules.decisions import BY_CARD, objections_to_serving
from cases.selectors.cases import identity_bar
from cases.selectors.contact import contact_of, contact_words, speaking_of
from cases.selectors.handover import handover_of
from cases.selectors.sharing import content_of
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import by_session
from tests.casework.people import assigned
from tests.decisions import road

MARKS = st.sampled_from(["", *Safety.values])
DAY = date(2026, 3, 1)
CODE_WORD = "bluebell under the bridge"


@pytest.fixture
def case(world, at):
    return assigned(world, at=at)


def ways(**more: str) -> dict[str, str]:
    return {way: "unknown" for way in rules.WAYS} | more


def record(world, case, at, who="caseworker", **more: str) -> SafeContact:
    with acting_as(world.users[who]):
        return record_contact(
            case,
            actor=world.users[who],
            at=at,
            ways=ways(**more),
            details={"contact_code_word": CODE_WORD},
        )


@given(st.fixed_dictionaries(dict.fromkeys(rules.WAYS, MARKS)), st.integers(0, 90))
def test_a_way_is_safe_only_while_a_card_that_calls_it_safe_counts(marks, age):
    until = rules.last_day(DAY, 30)
    found = rules.ways_on(DAY + timedelta(days=age), marks, until)
    for way in rules.WAYS:
        assert (found[way] == Safety.SAFE) == (marks[way] == "safe" and age <= 30)
        # What is not safe never becomes better by itself.
        assert (found[way] == Safety.UNSAFE) == (marks[way] == "unsafe")


@pytest.mark.parametrize("way", BY_CARD)
@pytest.mark.parametrize("mark", ["none", *Safety.values])
@pytest.mark.parametrize("age", [0, 30, 31])
def test_a_decision_is_served_only_by_a_way_that_is_safe_and_current(
    world, case, at, way, mark, age
):
    if mark != "none":
        record(world, case, at, **{way: mark})
    with acting_as(world.caseworker):
        contact = contact_of(case, at=at + timedelta(days=age))
    found = objections_to_serving(
        made_on=DAY,
        served_already=False,
        served_on=DAY,
        today=DAY,
        channel=way,
        safe=contact.is_safe(way),
        language="en",
        permission=False,
    )
    assert ([o.code for o in found] == []) == (mark == "safe" and age <= 30)


def test_after_its_days_the_card_says_ask_again_and_a_new_one_counts_from_its_own_day(
    world, case, at
):
    record(world, case, at, call="safe", post="unsafe")
    last, over = at + timedelta(days=30), at + timedelta(days=31)
    with acting_as(world.caseworker):
        assert contact_words(contact_of(case, at=last)) == "Contact only by telephone"
        found = contact_of(case, at=over)
        assert contact_words(found) == "Do not contact: ask again which ways are safe"
        assert found.ways["post"] == Safety.UNSAFE
        bar = identity_bar(case, frozenset(), at=over)
        assert bar["contact_limits"] == "Do not contact: ask again which ways are safe"
    record(world, case, over, text="safe")
    with acting_as(world.caseworker):
        found = contact_of(case, at=over + timedelta(days=30))
    assert [way for way in rules.WAYS if found.is_safe(way)] == ["text"]
    assert SafeContact.objects.filter(case=case).count() >= 2  # the one before is kept


def test_who_works_on_the_case_asks_again_on_a_page_and_what_was_said_is_sealed(world, case, at):
    client = world.client("caseworker")
    url = reverse("case_contact", args=[case.reference])

    assert "Ask the person, and nobody else" in client.get(url).content.decode()
    empty = client.post(url, {"contact_code_word": CODE_WORD})
    assert empty.status_code == 422
    page = empty.content.decode()
    assert page.count("Select whether this way is safe") >= 2 * len(rules.WAYS)
    assert CODE_WORD in page  # what was typed is there still
    assert client.post(url, ways(call="safe") | {"contact_code_word": CODE_WORD}).status_code == 302
    card = SafeContact.objects.filter(case=case).latest("recorded_at")
    assert CODE_WORD.encode() not in bytes(card.details)
    people = client.get(reverse("case_people", args=[case.reference])).content.decode()
    assert CODE_WORD in people
    assert "What is marked as safe may be used until" in people
    event = Event.objects.filter(verb="contact.recorded").latest("id")
    assert event.data["call"] == "safe"
    assert CODE_WORD not in str(event.data)


def test_a_program_records_it_and_is_told_how_long_it_counts(world, case, at):
    url = reverse("api_case_contact", args=[case.reference])
    client = by_session(world.caseworker)
    refused = client.post(url, {"call": "safe"}, content_type="application/json")
    assert refused.status_code == 400
    made = client.post(url, ways(call="safe"), content_type="application/json")
    assert made.status_code == 201
    body = made.json()
    card = SafeContact.objects.get(pk=body["id"])
    assert (date.fromisoformat(body["counts_until"]) - card.recorded_at.date()).days in (30, 31)
    told = client.get(reverse("api_case", args=[case.reference])).json()
    assert told["safe_contact"] == ways(call="safe")


@pytest.mark.parametrize(
    ("who", "refused"), [("provider", Hidden), ("responder", Forbidden), ("caseworker2", Hidden)]
)
def test_nobody_else_says_what_is_safe(world, case, at, who, refused):
    before = SafeContact.objects.count()
    with pytest.raises((refused, Forbidden, Hidden)):
        record(world, case, at, who, call="safe")
    assert SafeContact.objects.count() == before


def test_a_card_without_an_answer_to_each_way_is_refused_with_every_reason(world, case, at):
    with acting_as(world.caseworker), pytest.raises(Refused) as refusal:
        record_contact(
            case,
            actor=world.caseworker,
            at=at,
            ways={"call": "safe", "text": "perhaps"},
            details={"contact_times": "x" * 501},
        )
    fields = {objection.field for objection in refusal.value.objections}
    assert fields == {"text", "voicemail", "email", "post", "contact_times"}


# Somebody else whom the person named --------------------------------------------------------------
WHO = "Zanzibar-Quill, her brother"


def named(world, case, at, who="caseworker", **more):
    told = {
        "who": WHO,
        "reach": "+355 69 000 0000",
        "ways": ["call"],
        "about": ["decisions"],
        "given_on": at.date(),
        "method": case.profile.consent.methods[0].code,
        "language": "sq",
        "interpreter": "none",
    }
    return nominate(case, actor=world.users[who], at=at, values={**told, **more})


def served_to_them(world, decision, at):
    return serve_decision(
        decision,
        actor=world.caseworker,
        at=at,
        served_on=at.date(),
        channel="nominated",
        language="sq",
    )


@pytest.mark.parametrize(
    "permission", ["none", "withdrawn", "ended", "replaced", "of other things"]
)
def test_nothing_goes_to_somebody_else_without_a_permission_to_it_that_holds(world, permission):
    at = road.day(2026, 3, 2)
    case = road.ready_case(world, at=at)
    decision = road.made(world, case, at=at)
    if permission != "none":
        about = ["welfare"] if permission == "of other things" else ["decisions"]
        named(world, case, at, about=about, ends_on=at.date())
    if permission == "withdrawn":
        end_nominee(case, actor=world.caseworker, at=at)
    if permission == "replaced":
        named(world, case, at, about=["appointments"])
    later = at + timedelta(days=1) if permission == "ended" else at
    with pytest.raises(Refused) as refused:
        served_to_them(world, decision, later)
    assert [(o.field, o.code) for o in refused.value.objections] == [("channel", "permission")]
    named(world, case, later)
    assert served_to_them(world, decision, later).served_channel == "nominated"


def test_who_was_named_is_sealed_asked_whole_and_seen_by_who_records_contact(world, case, at):
    row = named(world, case, at)
    assert b"Zanzibar" not in bytes(row.told)
    bad = {"ways": ["drum"], "about": [], "method": "", "interpreter": "x", "reach": " "}
    bad |= {"given_on": at.date() + timedelta(1), "ends_on": at.date() - timedelta(1)}
    with pytest.raises(Refused) as refused:
        named(world, case, at, who="intake", **bad, language="qq")
    fields = [o.field for o in refused.value.objections]
    wrong = ["reach", "ways", "about", "given_on", "ends_on", "method", "language", "interpreter"]
    assert fields == wrong
    url = reverse("case_nominee", args=[case.reference])
    assert WHO in world.client("intake").get(url).content.decode()
    for who, status in (("responder", 403), ("provider", 404), ("caseworker2", 404)):
        assert world.client(who).get(url).status_code == status
    event = Event.objects.filter(verb="contact.nominated").latest("id")
    assert event.data == {"ways": ["call"], "about": ["decisions"]}


def test_pages_and_programs_name_somebody_and_take_it_back(world, case, at):
    client = world.client("caseworker")
    url = reverse("case_nominee", args=[case.reference])
    assert client.post(url, {"who": WHO}).status_code == 422
    on = {"given_on_day": "1", "given_on_month": "1", "given_on_year": "2026"}
    told = {"who": WHO, "reach": "At work.", "ways": ["call"], "about": ["welfare"], **on}
    told |= {"method": case.profile.consent.methods[0].code, "language": "sq"}
    assert client.post(url, {**told, "interpreter": "none"}).status_code == 302
    shown = client.get(url).content.decode()
    assert "May be told" in shown
    assert shown.index(WHO) < shown.index('name="who"')  # who it is now, before who it might be
    end = reverse("case_nominee_end", args=[case.reference])
    assert "told nothing more" in client.post(end, follow=True).content.decode()
    assert "Nobody is named now" in client.post(end, follow=True).content.decode()
    where = f"/api/v1/cases/{case.reference}/contact/named/"
    caller = by_session(world.caseworker)
    sent = {name: told[name] for name in ("who", "reach", "ways", "about", "method", "language")}
    sent |= {"interpreter": "none", "given_on": "2026-01-01"}
    made = caller.post(where, sent, format="json")
    assert (made.status_code, made.json()["holds"]) == (201, True)
    assert len(caller.get(where).json()["results"]) == 2
    ended = caller.post(f"{where}end/").json()["results"]
    assert [one["holds"] for one in ended] == [False, False]


# How they are spoken with -------------------------------------------------------------------------
SPOKEN = {"language": "sq", "interpreter_needed": True, "dialect": "Gheg of Zanzibar-Quill"}
SPOKEN |= {"interpreter_sex": "female", "no_companions": True}


def spoken(world, case, at, **speaking):
    return record_contact(
        case, actor=world.caseworker, at=at, ways=ways(), details={}, speaking=speaking
    )


def test_whom_they_want_as_an_interpreter_stands_wherever_their_language_does(world, case, at):
    card = spoken(world, case, at, **SPOKEN)
    assert b"Gheg" not in bytes(card.details)
    case = road.again(world, case)
    bar = identity_bar(case, frozenset(), at=at)["language"]
    assert bar == "Albanian: interpreter needed, a woman, no family or companions"
    told = dict(handover_of(case, world.caseworker, frozenset(), at=at)[0].rows)
    assert told["Interpreter"] == "Needed, a woman, no family or companions"
    shared = content_of(case, ["standing"], [], at=at).parts[0]["rows"]
    assert {"key": "Interpreter", "value": told["Interpreter"]} in shared
    people = reverse("case_people", args=[case.reference])
    assert "Gheg of Zanzibar-Quill" in world.client("intake").get(people).content.decode()
    # The dialect may say where they come from: it goes where the card is opened, and nowhere else.
    assert "Gheg" not in bar + str(shared) + str(told)
    # What nobody said anew stays, as do the words of the card before; the ways do not.
    later = at + timedelta(days=1)
    record(world, case, later, call="safe")
    case = road.again(world, case)
    card = case.safecontacts.first()
    assert (speaking_of(case, card), card.text) == (SPOKEN, "unknown")
    later += timedelta(days=1)
    spoken(world, case, later, interpreter_needed=False, dialect="")
    case = road.again(world, case)
    now = speaking_of(case, case.safecontacts.first())
    assert now == {**SPOKEN, "interpreter_needed": False, "dialect": ""}
    assert identity_bar(case, frozenset(), at=later)["language"] == "Albanian"


def test_how_they_are_spoken_with_is_asked_with_the_ways_and_nothing_typed_is_lost(world, case, at):
    with pytest.raises(Refused) as refused:
        spoken(world, case, at, language="qq", interpreter_sex="x", dialect="x" * 61)
    assert {o.field for o in refused.value.objections} == {"language", "interpreter_sex", "dialect"}
    client = world.client("caseworker")
    url = reverse("case_contact", args=[case.reference])
    sent = {"language": "Albanian", "dialect": "Gheg", "interpreter_needed": "yes"}
    sent |= {"interpreter_sex": "female", "no_companions": "on"}
    answer = client.post(url, sent)
    assert answer.status_code == 422
    assert 'value="Gheg"' in answer.content.decode()
    assert client.post(url, {**ways(), **sent}).status_code == 302
    # What is known stands there for the next time.
    form = client.get(url).context["form"]
    assert form.initial["language"] == "sq"
    assert form.initial["interpreter_needed"] == "yes"
    where = f"/api/v1/cases/{case.reference}/contact/"
    told = {**ways(), "interpreter_sex": "any", "no_companions": False}
    assert by_session(world.caseworker).post(where, told, format="json").status_code == 201
    case = road.again(world, case)
    known = speaking_of(case, case.safecontacts.first())
    assert (known["dialect"], known["interpreter_sex"], known["no_companions"]) == (
        "Gheg",
        "any",
        False,
    )
