"""A bundle goes to one organisation, on the person's consent, holds what was chosen and nothing
else, and is gone for everybody there when it is recalled."""

from datetime import date, timedelta
from uuid import uuid4

import pytest
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from cases.actions.confidentiality import change_confidentiality
from cases.actions.documents import withdraw_document
from cases.actions.excluding import exclude, lift
from cases.actions.sharing import (
    Wanted,
    choose,
    open_bundle,
    preview_bundle,
    recall_bundle,
    record_consent,
    share_bundle,
    withdraw_consent,
)
from cases.models import Bundle, Case, Consent, Document, InboxItem
from cases.rules.sharing import PARTS
from cases.selectors.people import consents
from cases.selectors.sharing import bundles_of
from identities.models import Disclosure
from nrm.accounts.models import Membership, User
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from nrm.profiles import load_profile
from nrm.uploads import BLOCK
from tests.api.tools import api, by_session, field_errors
from tests.casework.people import IDENTIFYING, assigned
from tests.documents.files import pdf, upload
from tests.intake.answers import FULL
from tests.permissions.scene import documents

CODED = ("standing", "contact", "decisions", "referral")


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


def agree(
    world,
    case,
    at,
    *,
    purpose="support",
    kind="provider",
    answer="agreed",
    ends_on=None,
    given_on=None,
):
    return record_consent(
        case,
        actor=world.caseworker,
        at=at,
        purpose=purpose,
        recipient_kind=kind,
        answer=answer,
        given_on=given_on or timezone.localdate(at),
        language="sq",
        interpreter="by_telephone",
        ends_on=ends_on,
    )


def general(case):
    return Consent.objects.get(case=case, purpose="referral")


def wanted(world, consent, *parts, to=None, purpose="support", documents=()):
    house = to or world.provider_house
    return Wanted(house.pk, purpose, consent.pk, choose(parts), tuple(documents))


def share(world, case, at, what, *, who="caseworker"):
    by = {"actor": world.users[who], "at": at, "wanted": what}
    content = preview_bundle(case, **by)
    return share_bundle(case, digest=content.digest, key=uuid4(), **by)


def document(world, case, at):
    added = documents.add_documents(
        case,
        actor=world.caseworker,
        at=at,
        files=[upload(pdf(), "letter of Zamira.pdf")],
        about=documents.About("statement", "person", note="From Zamira."),
    )
    return added.saved[0]


def page(world, who, row):
    return world.client(who).get(reverse("shared_bundle", args=[row.pk]))


def test_nothing_goes_into_public_on_the_consent_to_the_referral(world, case, at):
    for profile in ("uk", "palermo", "cameroon"):
        law = load_profile(profile)
        assert "public" in {one.code for one in law.sharing_purposes}
        assert "public" not in {one.purpose for one in law.support.services}
    with pytest.raises(Refused) as refused:
        share(world, case, at, wanted(world, general(case), "standing", purpose="public"))
    assert [one.code for one in refused.value.objections] == ["not_agreed"]
    exact = agree(world, case, at, purpose="public")
    row = share(world, case, at, wanted(world, exact, "standing", purpose="public"))
    withdraw_consent(exact, actor=world.caseworker, at=at + timedelta(seconds=5))
    row.refresh_from_db()
    assert row.recalled_because == "consent_withdrawn"


def test_the_organisation_sees_what_was_chosen_and_each_opening_stands_on_the_case(world, case, at):
    row = share(world, case, at, wanted(world, general(case), *CODED))
    text = page(world, "provider", row).content.decode()
    assert case.pseudonym in text
    assert "Central Authority" in text
    for secret in (*IDENTIFYING, case.reference):
        assert secret not in text
    assert case.pseudonym.encode() not in bytes(Bundle.objects.get().content)
    assert row.pk.hex not in str(InboxItem.objects.filter(kind="bundle_shared").values())
    assert row.ends_at - row.shared_at == timedelta(days=30)
    # Nobody else opens it, nor is it on their list; and nothing else of the case opens.
    for who in ("liaison", "responder", "other_supervisor", "caseworker2"):
        assert page(world, who, row).status_code == 404
        assert "Central Authority" not in world.client(who).get(reverse("shared")).content.decode()
    for who in ("intake", "auditor", "administrator", "superuser"):
        assert page(world, who, row).status_code == 403
    listed = world.client("provider").get(reverse("shared")).content.decode()
    assert str(row.pk) in listed
    assert world.client("provider").get(reverse("case", args=[case.reference])).status_code == 404
    told = InboxItem.objects.get(kind="bundle_shared")
    assert (told.user, told.case_id, told.data) == (world.provider, None, {})
    # Who opened it, on the case: to whoever may share of it, and to nobody else.
    record = world.client("supervisor").get(reverse("case_bundles", args=[case.reference]))
    assert "Provider" in record.content.decode()
    assert Event.objects.filter(verb="bundle.opened").count() == 1
    assert world.client("intake").get(record.request["PATH_INFO"]).status_code == 403
    assert world.client("caseworker2").get(record.request["PATH_INFO"]).status_code == 404


def test_a_bundle_is_what_it_was_when_it_was_shared(world, case, at):
    row = share(world, case, at, wanted(world, general(case), "standing"))
    before = open_bundle(row, actor=world.provider, at=at)
    Case.objects.filter(pk=case.pk).update(language="so", stage="closed")
    assert open_bundle(row, actor=world.provider, at=at) == before
    assert "contact" not in str(before.parts).lower()


def test_who_the_person_is_goes_on_a_consent_to_exactly_this_alone(world, case, at):
    paper = document(world, case, at)
    with acting_as(world.caseworker):
        consents = [general(case), agree(world, case, at, kind="health")]
        consents.append(agree(world, case, at, purpose="legal_help"))
    for consent in consents:
        for parts, papers in ((["identity"], ()), (["text"], ()), ([], [paper.pk])):
            with pytest.raises(Refused) as refused:
                share(world, case, at, wanted(world, consent, *parts, documents=papers))
            assert [o.code for o in refused.value.objections] == ["not_agreed"]
    assert not Disclosure.objects.filter(purpose="service").exists()
    exact = agree(world, case, at)
    row = share(world, case, at, wanted(world, exact, "identity", "text", documents=[paper.pk]))
    text = page(world, "provider", row).content.decode()
    assert "Zamira" in text
    assert "Document 1: Statement or account in writing" in text
    assert "letter of" not in text
    # Whoever looked and shared was shown who the person is, as with any other look.
    shown = Disclosure.objects.filter(purpose="service")
    assert shown.count() == Event.objects.filter(verb="identity.shown").count() == 2
    file = world.client("provider").get(reverse("shared_file", args=[row.pk, paper.pk]))
    assert b"".join(file.streaming_content)[:4] == b"%PDF"
    assert "shared-document-1.pdf" in file["Content-Disposition"]
    assert Event.objects.get(verb="bundle.file_opened").object_id == row.pk
    for who in ("liaison", "responder"):
        answer = world.client(who).get(reverse("shared_file", args=[row.pk, paper.pk]))
        assert answer.status_code == 404
    # A document that belongs elsewhere is taken out of what was shared as well.
    withdraw_document(paper, actor=world.caseworker, at=at, reason="other_case")
    assert "Document 1" not in page(world, "provider", row).content.decode()
    gone = world.client("provider").get(reverse("shared_file", args=[row.pk, paper.pk]))
    assert gone.status_code == 404
    assert BLOCK


def test_recalled_it_is_absent_and_the_recall_lists_who_had_opened_it(world, case, at):
    row = share(world, case, at, wanted(world, general(case), "standing"))
    other = share(world, case, at, wanted(world, general(case), "standing"))
    assert page(world, "provider", row).status_code == 200
    url = reverse("case_bundle", args=[case.reference, row.pk])
    client = world.client("supervisor")
    assert client.post(url, {}).status_code == 422
    done = client.post(url, {"because": "risk"}, follow=True).content.decode()
    assert "It is recalled: nobody there can open it any more." in done
    assert "Provider" in done
    assert "Who opened it may have kept what they read." in done
    absent = reverse("shared_bundle", args=[uuid4()])
    answers = [page(world, "provider", row), world.client("provider").get(absent)]
    assert [a.status_code for a in answers] == [404, 404]
    assert answers[0].content == answers[1].content
    assert str(row.pk) not in world.client("provider").get(reverse("shared")).content.decode()
    assert page(world, "provider", other).status_code == 200
    with pytest.raises(Refused):
        recall_bundle(row, actor=world.supervisor, at=at, because="risk")
    with pytest.raises(Refused):
        recall_bundle(other, actor=world.supervisor, at=at, because="consent_withdrawn")
    for who, kind in (("caseworker2", Hidden), ("intake", Forbidden), ("provider", Hidden)):
        with pytest.raises(kind):
            recall_bundle(other, actor=world.users[who], at=at, because="risk")
    told = InboxItem.objects.get(kind="bundle_recalled")
    assert (told.user, told.case_id, told.data) == (world.provider, None, {})


def test_withdrawing_the_consent_recalls_what_rests_on_it_at_once(world, case, at):
    exact = agree(world, case, at)
    on_it = share(world, case, at, wanted(world, exact, "identity"))
    on_other = share(world, case, at, wanted(world, general(case), "standing"))
    assert page(world, "provider", on_it).status_code == 200
    people = world.client("caseworker").get(reverse("case_people", args=[case.reference]))
    url = reverse("case_consent_withdrawal", args=[case.reference, exact.pk])
    assert url in people.content.decode()
    ask = world.client("caseworker").get(url).content.decode()
    assert "This is recalled at once:" in ask
    assert "Provider" in ask
    world.client("caseworker").post(url, {})
    assert page(world, "provider", on_it).status_code == 404
    # So is what rests on the referral alone: it is for the same, and goes to the same.
    assert page(world, "provider", on_other).status_code == 404
    on_it.refresh_from_db()
    assert (on_it.recalled_because, on_it.recalled_by) == ("consent_withdrawn", world.caseworker)
    recalled = Event.objects.filter(verb="bundle.recalled").values_list("object_id", flat=True)
    assert set(recalled) == {on_it.pk, on_other.pk}
    with pytest.raises(Refused):
        share(world, case, at, wanted(world, exact, "identity"))
    with pytest.raises(Refused):
        withdraw_consent(exact, actor=world.caseworker, at=at)
    # A later no to the same takes the place of a yes.
    at = timezone.now()
    again = agree(world, case, at)
    row = share(world, case, at, wanted(world, again, "identity"))
    agree(world, case, at + timedelta(seconds=1), answer="declined")
    assert page(world, "provider", row).status_code == 404
    with pytest.raises(Refused):
        share(world, case, at, wanted(world, again, "identity"))


def refused(world, case, at, what):
    with pytest.raises(Refused) as refusal:
        share(world, case, at, what)
    return [one.code for one in refusal.value.objections]


def test_a_no_to_exactly_this_stops_and_recalls_it_on_whatever_consent_it_rests(world, case, at):
    row = share(world, case, at, wanted(world, general(case), *CODED))
    elsewhere = share(world, case, at, wanted(world, general(case), "standing", purpose="health"))
    other = agree(world, case, at, purpose="health", kind="health")
    no = agree(world, case, at, answer="declined")
    assert page(world, "provider", row).status_code == 404
    assert page(world, "provider", elsewhere).status_code == 200
    for consent in (general(case), other, no):
        assert refused(world, case, at, wanted(world, consent, *CODED)) == ["against"]
    # What they agreed to for something else is no ground for this, though nobody said no.
    to_other = wanted(world, other, "standing", purpose="legal_help")
    assert refused(world, case, at, to_other) == ["not_agreed"]
    assert share(world, case, at, wanted(world, general(case), "standing", purpose="legal_help"))
    # They may agree again.
    again = agree(world, case, at + timedelta(seconds=1))
    assert share(world, case, at, wanted(world, again, "identity"))


def test_the_last_answer_is_taken_back_and_all_that_was_shared_for_it_with_it(world, case, at):
    first = agree(world, case, at)
    row = share(world, case, at, wanted(world, first, "identity"))
    second = agree(world, case, at + timedelta(seconds=1))
    base = f"/api/v1/cases/{case.reference}/consents/{second.pk}/withdrawal/"
    back = api(world.caseworker).post(base, {}, format="json").json()
    assert [one["id"] for one in back["recalled"]] == [str(row.pk)]
    assert page(world, "provider", row).status_code == 404
    assert refused(world, case, at, wanted(world, first, "identity")) == ["against"]


def test_the_day_on_which_it_was_said_decides_not_when_it_was_typed_in(world, case, at):
    today = timezone.localdate(at)
    agree(world, case, at, answer="declined", given_on=today - timedelta(days=1))
    early = agree(world, case, at + timedelta(seconds=1), given_on=today - timedelta(days=300))
    assert refused(world, case, at, wanted(world, early, "identity")) == ["against"]
    late = agree(world, case, at + timedelta(seconds=2), given_on=today)
    row = share(world, case, at, wanted(world, late, "identity"))
    # An older no that is typed in late does not undo what they said since.
    agree(
        world,
        case,
        at + timedelta(seconds=3),
        answer="declined",
        given_on=today - timedelta(days=2),
    )
    assert page(world, "provider", row).status_code == 200
    with pytest.raises(Refused) as refusal:
        agree(world, case, at, given_on=date(1, 1, 1))
    assert [one.field for one in refusal.value.objections] == ["given_on"]


def test_a_newer_consent_that_ends_earlier_ends_what_is_open_earlier(world, case, at):
    today = timezone.localdate(at)
    row = share(world, case, at, wanted(world, agree(world, case, at), "identity"))
    coded = share(world, case, at, wanted(world, general(case), "standing"))
    agree(world, case, at + timedelta(seconds=1), ends_on=today + timedelta(days=2))
    for one in (row, coded):
        one.refresh_from_db()
        assert timezone.localdate(one.ends_at) == today + timedelta(days=2)
    assert Event.objects.filter(verb="bundle.shortened").count() == 2
    agree(world, case, at + timedelta(seconds=2), ends_on=today + timedelta(days=9))
    row.refresh_from_db()
    assert timezone.localdate(row.ends_at) == today + timedelta(days=2)
    # What rests on the referral alone lasts no longer than they said about exactly this.
    new = share(world, case, at, wanted(world, general(case), "standing"))
    assert timezone.localdate(new.ends_at) == today + timedelta(days=9)


def test_it_ends_by_itself_and_exclusions_restriction_and_leaving_end_it_too(world, case, at):
    kept, kept2 = (
        share(world, case, at, wanted(world, general(case), "standing")) for _each in range(2)
    )
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE cases_bundle SET ends_at = now() WHERE id = %s", [kept.pk])
    assert page(world, "provider", kept).status_code == 404
    assert page(world, "provider", kept2).status_code == 200
    row = exclude(case, actor=world.supervisor, at=at, reason="named", person=world.provider)
    assert page(world, "provider", kept2).status_code == 404
    with connections["owner"].cursor() as cursor:
        cursor.execute("UPDATE cases_exclusion SET ended_at = now() WHERE id = %s", [row.pk])
    assert page(world, "provider", kept2).status_code == 200
    change_confidentiality(
        case, actor=world.supervisor, at=at, level="restricted", reason="insider_risk"
    )
    assert page(world, "provider", kept2).status_code == 404
    kept2.refresh_from_db()
    assert kept2.recalled_because == "restricted"
    with pytest.raises(Refused) as refused:
        share(world, case, at, wanted(world, general(case), "standing"))
    assert "restricted" in {o.code for o in refused.value.objections}
    change_confidentiality(case, actor=world.supervisor, at=at, level="normal", reason="ended")
    last = share(world, case, at, wanted(world, general(case), "standing"))
    client = world.client("provider")
    assert client.get(reverse("shared_bundle", args=[last.pk])).status_code == 200
    Membership.objects.filter(user=world.provider).delete()
    assert client.get(reverse("shared_bundle", args=[last.pk])).status_code != 200


def test_bad_input_is_told_at_its_field_and_nothing_is_shared(world, case, at):
    consent = general(case)
    theirs = assigned(world, at=at)
    foreign = document(world, theirs, at)
    good = wanted(world, consent, "standing")
    for what, field in (
        (Wanted(None, "support", consent.pk, ("standing",)), "organisation"),
        (wanted(world, consent, "standing", to=world.authority), "organisation"),
        (wanted(world, consent, "standing", to=world.oversight), "organisation"),
        (wanted(world, consent, "standing", purpose="gossip"), "purpose"),
        (wanted(world, general(theirs), "standing"), "consent"),
        (wanted(world, consent), "parts"),
        (wanted(world, consent, "standing", "everything"), "parts"),
    ):
        with pytest.raises(Refused) as refused:
            share(world, case, at, what)
        assert field in {o.field for o in refused.value.objections}
    with pytest.raises(Refused) as refused:
        share(world, case, at, wanted(world, agree(world, case, at), documents=[foreign.pk]))
    assert {o.field for o in refused.value.objections} == {"documents"}
    by = {"actor": world.caseworker, "at": at, "wanted": good}
    with pytest.raises(Refused) as refused:
        share_bundle(case, digest="0" * 64, key=uuid4(), **by)
    assert [o.code for o in refused.value.objections] == ["changed"]
    assert not Bundle.objects.exists()
    # Sent twice, it is shared once.
    content, key = preview_bundle(case, **by), uuid4()
    rows = [share_bundle(case, digest=content.digest, key=key, **by) for _time in range(2)]
    assert rows[0].pk == rows[1].pk == key
    assert Bundle.objects.count() == 1
    for who, kind in (("caseworker2", Hidden), ("intake", Forbidden), ("responder", Forbidden)):
        with pytest.raises(kind):
            share(world, case, at, good, who=who)
    assert set(PARTS) == {*CODED, "text", "identity"}


def test_a_page_shows_what_they_will_see_before_anything_is_sent(world, case, at):
    client = world.client("caseworker")
    url = reverse("case_share", args=[case.reference])
    sent = {
        "organisation": str(world.provider_house.pk),
        "purpose": "support",
        "consent": str(general(case).pk),
        "parts": ["standing"],
    }
    empty = client.post(url, {})
    assert empty.status_code == 422
    assert "Choose an organisation" in empty.content.decode()
    shown = client.post(url, sent)
    text = shown.content.decode()
    assert "What they will see" in text
    assert case.pseudonym in text
    assert not Bundle.objects.exists()
    more = {"digest": shown.context["digest"], "key": str(shown.context["key"])}
    back = client.post(url, {**sent, **more, "change": "1"})
    assert back.status_code == 200
    assert not Bundle.objects.exists()
    done = client.post(url, {**sent, **more}, follow=True)
    assert "It is shared with Harbour House." in done.content.decode()
    assert Bundle.objects.get().pk == shown.context["key"]


def test_each_page_of_sharing_leads_back_within_the_case(world, case, at):
    client = world.client("caseworker")
    row = share(world, case, at, wanted(world, agree(world, case, at), "standing"))
    people, bundles = (
        reverse(name, args=[case.reference]) for name in ("case_people", "case_bundles")
    )
    share_url = reverse("case_share", args=[case.reference])
    preview = {
        "organisation": str(world.provider_house.pk),
        "purpose": "support",
        "consent": str(general(case).pk),
        "parts": ["standing"],
    }
    withdrawal = reverse("case_consent_withdrawal", args=[case.reference, row.consent_id])
    for answer, to in (
        (client.get(bundles), people),
        (client.get(reverse("case_consent", args=[case.reference])), people),
        (client.get(withdrawal), people),
        (client.get(reverse("case_bundle", args=[case.reference, row.pk])), bundles),
        (client.get(share_url), bundles),
        (client.post(share_url, preview), bundles),
    ):
        assert answer.status_code == 200
        assert f'<a class="govuk-back-link" href="{to}">' in answer.content.decode()


def test_a_program_does_the_same(world, case, at):
    client = by_session(User.objects.get(pk=world.caseworker.pk))
    base = f"/api/v1/cases/{case.reference}/"
    told = {
        "purpose": "support",
        "recipient_kind": "provider",
        "answer": "agreed",
        "given_on": timezone.localdate(at).isoformat(),
        "language": "sq",
        "interpreter": "in_person",
        "ends_on": (timezone.localdate(at) + timedelta(days=9)).isoformat(),
    }
    wrong = {**told, "language": "Martian", "interpreter": "maybe", "ends_on": "2001-01-01"}
    refused = client.post(f"{base}consents/", wrong, format="json")
    assert set(field_errors(refused)) == {"language", "interpreter", "ends_on"}
    consent = client.post(f"{base}consents/", told, format="json")
    assert consent.status_code == 201
    kept = ("language", "interpreter", "ends_on")
    assert {key: consent.json()[key] for key in kept} == {key: told[key] for key in kept}
    paper = document(world, case, at)
    sent = {
        "organisation": str(world.provider_house.pk),
        "purpose": "support",
        "consent": consent.json()["id"],
        "parts": ["standing", "identity"],
        "documents": [str(paper.pk)],
    }
    seen = client.post(f"{base}bundles/preview/", sent, format="json").json()
    again = {**sent, "digest": seen["digest"], "key": seen["key"]}
    # Who the person is changes nothing of what was looked at.
    made = client.post(f"{base}bundles/", again, format="json")
    assert made.status_code == 201
    there = api(world.provider)
    (line,) = there.get("/api/v1/shared/").json()["results"]
    assert line["id"] == made.json()["id"]
    opened = there.get(f"/api/v1/shared/{line['id']}/").json()
    assert opened["content"] == seen["content"]
    file = there.get(f"/api/v1/shared/{line['id']}/documents/{paper.pk}/")
    assert b"".join(file.streaming_content)[:4] == b"%PDF"
    listed = client.get(f"{base}bundles/").json()["results"]
    assert [o["name"] for o in listed[0]["openings"]] == ["Provider", "Provider"]
    assert client.get(f"{base}bundles/{line['id']}/").json() == listed[0]
    back = client.post(
        f"{base}consents/{consent.json()['id']}/withdrawal/", {}, format="json"
    ).json()
    assert [one["id"] for one in back["recalled"]] == [line["id"]]
    assert there.get(f"/api/v1/shared/{line['id']}/").status_code == 404
    other = api(world.liaison)
    assert other.get(f"/api/v1/shared/{line['id']}/").status_code == 404
    more = {**sent, "purpose": "health", "parts": ["standing"], "documents": []}
    more["consent"] = str(general(case).pk)
    seen = client.post(f"{base}bundles/preview/", more, format="json").json()
    more |= {"digest": seen["digest"], "key": seen["key"]}
    row = client.post(f"{base}bundles/", more, format="json").json()
    url = f"{base}bundles/{row['id']}/recall/"
    assert client.post(url, {"because": "restricted"}, format="json").status_code == 400
    assert client.post(url, {"because": "mistake"}, format="json").json()["can_be_opened"] is False
    assert Document.objects.count() == 1


# How it was asked, and until when it holds --------------------------------------------------------
def test_what_rests_on_a_consent_is_closed_with_it_and_it_is_shown_as_expired(world, case, at):
    today = timezone.localdate(at)
    exact = agree(world, case, at, ends_on=today + timedelta(days=2))
    row = share(world, case, at, wanted(world, exact, "contact", "identity"))
    days = (row.ends_at.astimezone(timezone.get_default_timezone()) - at).days
    assert days < 3 < case.profile.sharing.days
    last = row.ends_at - timedelta(seconds=1)
    assert open_bundle(row, actor=world.provider, at=last).parts
    # From the first moment of the next day on nobody opens it, and nothing new rests on it.
    over = row.ends_at + timedelta(seconds=1)
    again = {"actor": world.caseworker, "wanted": wanted(world, exact, "contact")}
    assert preview_bundle(case, at=last, **again).parts
    with pytest.raises(Refused) as refusal:
        preview_bundle(case, at=over, **again)
    assert [one.field for one in refusal.value.objections] == ["consent"]
    with pytest.raises(Hidden):
        open_bundle(row, actor=world.provider, at=over)
    assert [line.row for line in bundles_of(case, at=over) if line.state == "over"] == [row]
    told = {
        when: next(line for line in consents(case, at=when) if line.id == exact.pk)
        for when in (last, over)
    }
    assert [(one.answer, one.can_withdraw) for one in told.values()] == [
        ("Agreed", True),
        ("Expired", False),
    ]
    rows = {one["key"]: one["value"] for one in told[last].rows}
    assert (rows["Language"], rows["Interpreter"]) == ("Albanian", "Yes, by telephone or video")
    # A consent that is given anew takes its place.
    again = agree(world, case, over)
    assert share(world, case, over, wanted(world, again, "identity")).ends_at > row.ends_at


def test_who_records_a_consent_says_how_it_was_explained(world, case, at):
    client = world.client("caseworker")
    url = reverse("case_consent", args=[case.reference])
    assert '<option value="Albanian">' in client.get(url).content.decode()
    sent = {"purpose": "support", "recipient_kind": "provider", "answer": "agreed"}
    sent |= boxes("given_on", timezone.localdate())
    sent["method"] = case.profile.consent.methods[0].code
    before = Consent.objects.count()
    empty = client.post(url, sent).content.decode()
    for words in (
        "Enter the language in which you explained it",
        "Select whether there was an interpreter",
    ):
        assert words in empty
    sent |= {"language": "Albanian", "interpreter": "none"}
    sent |= boxes("ends_on", date(2001, 1, 1))
    assert "The last day must be today or later" in client.post(url, sent).content.decode()
    assert Consent.objects.count() == before
    later = timezone.localdate() + timedelta(days=30)
    sent |= boxes("ends_on", later)
    assert client.post(url, sent).status_code == 302
    row = Consent.objects.latest("recorded_at")
    assert (row.language, row.interpreter, row.ends_on) == ("sq", "none", later)
    people = client.get(reverse("case_people", args=[case.reference])).content.decode()
    assert "Holds until" in people


def boxes(name, day):
    return {f"{name}_{part}": getattr(day, part) for part in ("day", "month", "year")}


# Sent again, too often, and compressed ------------------------------------------------------------
def test_what_was_recalled_is_not_said_to_be_shared_when_the_page_is_sent_again(world, case, at):
    by = {"actor": world.caseworker, "at": at, "wanted": wanted(world, general(case), "standing")}
    content, key = preview_bundle(case, **by), uuid4()
    row = share_bundle(case, digest=content.digest, key=key, **by)
    recall_bundle(row, actor=world.caseworker, at=at, because="mistake")
    with pytest.raises(Refused) as refusal:
        share_bundle(case, digest=content.digest, key=key, **by)
    assert [one.code for one in refusal.value.objections] == ["recalled"]


def test_a_consent_that_is_sent_twice_is_recorded_once(world, case, at):
    client = world.client("caseworker")
    url = reverse("case_consent", args=[case.reference])
    key = client.get(url).context["form"]["key"].value()
    sent = {"purpose": "support", "recipient_kind": "provider", "answer": "agreed"}
    sent |= {"language": "Albanian", "interpreter": "none", "key": str(key)}
    sent |= boxes("given_on", timezone.localdate())
    sent["method"] = case.profile.consent.methods[0].code
    assert [client.post(url, sent).status_code for _time in range(2)] == [302, 302]
    assert Consent.objects.filter(case=case, purpose="support").count() == 1
    # A key that has served on another case is refused, and tells nothing.
    theirs = assigned(world, at=at)
    again = client.post(reverse("case_consent", args=[theirs.reference]), sent)
    assert again.status_code == 422
    # So it is for a program; the same key with something else does not stand for the first.
    told = {"purpose": "health", "recipient_kind": "provider", "answer": "agreed"}
    told |= {"language": "sq", "interpreter": "none", "given_on": timezone.localdate().isoformat()}
    where = f"/api/v1/cases/{case.reference}/consents/"
    program = api(world.caseworker)
    one, other = (program.post(where, told, HTTP_IDEMPOTENCY_KEY="yes") for _time in range(2))
    assert (one.status_code, other.json()["id"]) == (201, one.json()["id"])
    no = program.post(where, {**told, "answer": "declined"}, HTTP_IDEMPOTENCY_KEY="yes")
    assert (no.status_code, no.json()["errors"][0]["code"]) == (422, "key_served")
    health = Consent.objects.filter(case=case, purpose="health")
    assert [row.answer for row in health] == ["agreed"]


def test_who_the_person_is_travels_uncompressed_to_whoever_it_was_shared_with(world, case, at):
    row = share(world, case, at, wanted(world, agree(world, case, at), "identity", *CODED))
    coded = {"headers": {"Accept-Encoding": "gzip"}}
    page = world.client("provider").get(reverse("shared_bundle", args=[row.pk]), **coded)
    assert "Zamira" in page.content.decode()
    told = api(world.provider).get(f"/api/v1/shared/{row.pk}/", HTTP_ACCEPT_ENCODING="gzip")
    assert "Zamira" in told.content.decode()
    for answer in (page, told):
        assert "Content-Encoding" not in answer
    listed = world.client("provider").get(reverse("shared"), **coded)
    assert listed["Content-Encoding"] == "gzip"


def test_an_organisation_that_is_excluded_loses_what_was_shared_for_good(world, case, at):
    row = share(world, case, at, wanted(world, general(case), "standing"))
    kept = exclude(
        case, actor=world.supervisor, at=at, reason="named", organisation=world.provider_house
    )
    (line,) = bundles_of(case, at=at)
    assert (line.row.pk, line.state, line.row.recalled_because) == (row.pk, "recalled", "risk")
    assert InboxItem.objects.get(kind="bundle_recalled").user == world.provider
    lift(kept, actor=world.supervisor, at=at, because="mistake")
    assert page(world, "provider", row).status_code == 404
