"""What goes to a court: prepared by one, approved by another, with words blacked out that are kept
nowhere, and given as one archive that says what is in it and what is not."""

import io
import zipfile
from dataclasses import replace
from hashlib import sha256
from uuid import uuid4

import pytest
from django.db import IntegrityError, transaction
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from cases.actions.court import (
    answer_court_bundle,
    give_court_bundle,
    prepare_court_bundle,
    preview_court_bundle,
    recall_court_bundle,
)
from cases.actions.documents import withdraw_document
from cases.actions.notes import write_note
from cases.actions.sharing import withdraw_consent
from cases.models import CourtBundle, InboxItem
from cases.rules.court import PARTS, BlackOut, black_out
from cases.selectors.court import opened_content
from identities.models import Disclosure
from nrm.actions import Forbidden, Refused
from nrm.audit.models import Event
from nrm.profiles import load_profile
from tests.api.tools import api, field_errors
from tests.casework.people import IDENTIFYING, assigned
from tests.casework.test_sharing import agree
from tests.documents import files
from tests.documents.test_documents import add
from tests.intake.answers import FULL
from tests.permissions.scene import wanted_of

NAMES = (BlackOut("Zamira", "name", "harm"), BlackOut("Quarry Rise", "place", "third_party"))


@pytest.fixture
def case(world, at):
    case = assigned(world, at=at, answers=FULL)
    text = "ZAMÍRA lives at 14 Quarry-Rise with Zamiras sister."
    write_note(case, actor=world.caseworker, at=at, text=text)
    return case


def prepare(world, case, at, wanted, *, who="caseworker", key=None):
    by = {"actor": world.users[who], "at": at, "wanted": wanted}
    digest = preview_court_bundle(case, **by).digest
    return prepare_court_bundle(case, digest=digest, key=key or uuid4(), **by)


def approve(world, row, at, *, who="supervisor", digest=None):
    digest = digest if digest is not None else opened_content(row).digest
    return answer_court_bundle(row, actor=world.users[who], at=at, approve=True, digest=digest)


def codes(refused) -> set[str]:
    return {objection.code for objection in refused.value.objections}


def unpacked(file) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(b"".join(file.blocks()))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


# Words in a text ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("words", "text", "left"),
    [
        ("Zamira", "ask zamíras mother", "ask [A name] mother"),
        ("Quarry Rise", "14 Quarry-Rise, flat 2", "14 [A name], flat 2"),
        ("0161 900123", "call 0161-900 123 now", "call [A name] now"),
        ("محمد", "جاء مُحَمَّد أمس", "جاء [A name] أمس"),
        ("Jose", "José, JOSE\u0301 and jo\u00adse", "[A name], [A name] and [A name]"),
        ("Ann", "Anna cannot", "[A name] [A name]"),
        ("(.*)x+y", "xy and (.*)x+y", "[A name] and (.*)[A name]"),
    ],
)
def test_words_are_taken_out_however_they_are_written(words, text, left):
    made, counts = black_out(text, [BlackOut(words, "name", "harm")], {"name": "A name"})
    assert made.replace("blacked out: ", "") == left
    assert counts[0] >= 1


@given(st.text(max_size=40), st.text(max_size=40), st.sampled_from(["Zamira Hoxhaj", "محمد", "A9"]))
def test_nothing_of_the_words_is_left_whatever_stands_around_them(before, after, words):
    black = [BlackOut(words, "name", "harm")]
    made, _counts = black_out(f"{before} {words} {after}", black, {"name": "-"})
    # Between what stands for them too: what is left has none of it.
    rest = made.split("[blacked out: -]")
    assert all(black_out(part, black, {})[1] == [0] for part in rest)


def test_a_text_without_them_stays_as_it_is():
    text = "Cafe\u0301 au lait."
    assert black_out(text, [BlackOut("Zamira", "name", "harm")], {}) == (text, [0])


# Preparing and approving -------------------------------------------------------------------------
def test_one_prepares_another_approves_and_the_archive_holds_what_both_read(world, case, at):
    photo, paper = add(world, case, files.photograph(), files.pdf(), at=at).saved
    wanted = wanted_of(case, "notes", "standing", str(photo.pk), black=NAMES)
    row = prepare(world, case, at, wanted)
    told = InboxItem.objects.filter(kind="court_bundle_prepared")
    assert {item.user.email for item in told} == {
        world.supervisor.email,
        world.supervisor2.email,
    }
    with pytest.raises(Refused) as refused:
        give_court_bundle(row, actor=world.caseworker, at=at)
    assert codes(refused) == {"not_approved"}
    with pytest.raises(Forbidden):
        approve(world, row, at, who="caseworker")
    with pytest.raises(Refused) as refused:
        approve(world, row, at, digest="0" * 64)
    assert codes(refused) == {"changed"}
    approve(world, row, at)
    before = Disclosure.objects.count()
    content = unpacked(give_court_bundle(row, actor=world.caseworker, at=at))
    assert list(content) == ["index.txt", "texts.txt", f"01-document-{photo.number}.jpg"]
    texts, index = content["texts.txt"].decode(), content["index.txt"].decode()
    assert "[blacked out: A name] lives at 14 [blacked out: An address or a place]" in texts
    for hidden in ("Zam", "ZAM", "Quarry", "Besa", *IDENTIFYING):
        assert hidden not in texts + index
    assert b"Dragon" not in content[f"01-document-{photo.number}.jpg"]
    # The list: each file with its hash, what was left out and why, what was blacked out.
    for name in ("texts.txt", f"01-document-{photo.number}.jpg"):
        assert sha256(content[name]).hexdigest() in index
    assert f"Document {paper.number}: Photograph: It is not relevant" in index
    assert "A name: It could put somebody in danger (2)" in index
    assert "An order of a court" in index
    # It is on record, as a disclosure too, and in the log are kinds and numbers alone.
    assert Disclosure.objects.count() == before + 1
    event = Event.objects.get(verb="court_bundle.prepared")
    assert event.data["black"][0] == {"removed": "name", "ground": "harm", "times": 2}
    assert "amira" not in str(event.data)
    assert b"amira" not in bytes(row.content)
    page = world.client("supervisor").get(
        reverse("case_court_bundle", args=[case.reference, row.pk])
    )
    assert world.caseworker.display_name in page.content.decode()
    assert "Zam" not in page.content.decode()
    # The note itself is what it was.
    notes = world.client("caseworker").get(reverse("case_notes", args=[case.reference]))
    assert "Quarry-Rise" in notes.content.decode()


def test_whoever_prepared_it_does_not_approve_it_and_the_database_agrees(world, case, at):
    row = prepare(world, case, at, wanted_of(case, "standing"), who="supervisor")
    with pytest.raises(Refused) as refused:
        approve(world, row, at)
    assert codes(refused) == {"own"}
    with pytest.raises(IntegrityError), transaction.atomic():
        CourtBundle.objects.filter(pk=row.pk).update(answered_by=world.supervisor)
    approve(world, row, at, who="supervisor2")
    with pytest.raises(Refused) as refused:
        answer_court_bundle(row, actor=world.supervisor2, at=at, approve=True)
    assert codes(refused) == {"answered"}


def test_it_is_returned_with_a_reason_and_then_never_leaves(world, case, at):
    row = prepare(world, case, at, wanted_of(case, "standing"))
    with pytest.raises(Refused):
        answer_court_bundle(row, actor=world.supervisor, at=at, approve=False)
    answer_court_bundle(row, actor=world.supervisor, at=at, approve=False, because="too_much")
    with pytest.raises(Refused) as refused:
        give_court_bundle(row, actor=world.caseworker, at=at)
    assert codes(refused) == {"not_approved"}


def test_all_of_the_case_is_in_it_or_left_out_on_a_ground_and_every_reason_is_said(world, case, at):
    wanted = wanted_of(case, "standing")
    short = {k: v for k, v in wanted.choices.items() if k != "text"}
    black = (BlackOut("Nowhere", "name", "harm"), BlackOut("x", "soul", "whim"))
    wrong = replace(wanted, recipient="", ground="", choices={**short, "else": "in"}, black=black)
    with pytest.raises(Refused) as refused:
        preview_court_bundle(case, actor=world.caseworker, at=at, wanted=wrong)
    fields = {objection.field for objection in refused.value.objections}
    assert fields == {"recipient", "rests_on", "item_text", "items", "black"}
    assert {"undecided", "unknown", "missing", "length"} <= codes(refused)
    # What must not be read is in no sentence.
    assert not any("Nowhere" in objection.text for objection in refused.value.objections)
    nothing = wanted_of(case)
    with pytest.raises(Refused) as refused:
        preview_court_bundle(case, actor=world.caseworker, at=at, wanted=nothing)
    assert codes(refused) == {"empty"}


def test_what_changed_since_it_was_looked_at_is_looked_at_again(world, case, at):
    by = {"actor": world.caseworker, "at": at, "wanted": wanted_of(case, "notes")}
    digest = preview_court_bundle(case, **by).digest
    write_note(case, actor=world.caseworker, at=at, text="One more.")
    with pytest.raises(Refused) as refused:
        prepare_court_bundle(case, digest=digest, key=uuid4(), **by)
    assert codes(refused) == {"changed"}
    key = uuid4()
    one = prepare(world, case, at, by["wanted"], key=key)
    assert prepare(world, case, at, by["wanted"], key=key).pk == one.pk
    assert CourtBundle.objects.count() == 1


def test_without_its_consent_or_with_a_document_withdrawn_nothing_leaves(world, case, at):
    consent = agree(world, case, at, purpose="non_punishment", kind="prosecution")
    general = case.consents.get(purpose="referral")
    with pytest.raises(Refused) as refused:
        prepare(world, case, at, wanted_of(case, "standing", ground="", consent=general.pk))
    assert {objection.field for objection in refused.value.objections} == {"rests_on"}
    (paper,) = add(world, case, files.pdf(), at=at).saved
    on = {"ground": "", "consent": consent.pk}
    row = approve(world, prepare(world, case, at, wanted_of(case, str(paper.pk), **on)), at)
    other = approve(world, prepare(world, case, at, wanted_of(case, str(paper.pk))), at)
    withdraw_consent(consent, actor=world.caseworker, at=at)
    with pytest.raises(Refused) as refused:
        give_court_bundle(row, actor=world.caseworker, at=at)
    assert codes(refused) == {"against"}
    withdraw_document(paper, actor=world.caseworker, at=at, reason="twice")
    with pytest.raises(Refused) as refused:
        give_court_bundle(other, actor=world.caseworker, at=at)
    assert codes(refused) == {"withdrawn"}


def test_recalled_it_says_who_had_it_and_is_given_to_nobody(world, case, at):
    row = approve(world, prepare(world, case, at, wanted_of(case, "standing")), at)
    give_court_bundle(row, actor=world.supervisor2, at=at).close()
    recall_court_bundle(row, actor=world.caseworker, at=at, because="mistake")
    with pytest.raises(Refused) as refused:
        give_court_bundle(row, actor=world.caseworker, at=at)
    assert codes(refused) == {"recalled"}
    page = world.client("caseworker").get(
        reverse("case_court_bundle", args=[case.reference, row.pk])
    )
    text = page.content.decode()
    assert "Who took it out may have handed it on." in text
    assert world.supervisor2.display_name in text
    for who in ("intake", "provider", "liaison"):
        address = reverse("case_court", args=[case.reference])
        assert world.client(who).get(address).status_code in (403, 404)


def test_by_the_pages_from_the_choice_to_the_archive(world, case, at):
    client = world.client("caseworker")
    where = reverse("case_court_new", args=[case.reference])
    choices = {f"item_{code}": how for code, how in wanted_of(case, "notes").choices.items()}
    form = {"recipient": "court", "rests_on": "ground:court_order", **choices}
    black = {"words_1": "Zamira", "removed_1": "name", "ground_1": "harm"}
    empty = client.post(where, {}).content.decode()
    for part in PARTS.values():  # below one another each says of which part it is
        assert f"“{part}”: select whether it goes into the bundle, or why not</a>" in empty
    refused = client.post(where, {**form, "words_1": "Zamira"})
    assert refused.status_code == 422
    assert "Select why something is blacked out" in refused.content.decode()
    preview = client.post(where, {**form, **black})
    assert "[blacked out: A name] lives at" in preview.content.decode()
    given = {"digest": preview.context["digest"], "key": str(preview.context["key"])}
    made = client.post(where, {**form, **black, **given})
    row = CourtBundle.objects.get()
    page = reverse("case_court_bundle", args=[case.reference, row.pk])
    assert made["Location"] == page
    answer = reverse("case_court_answer", args=[case.reference, row.pk])
    archive = reverse("case_court_archive", args=[case.reference, row.pk])
    assert client.post(answer, {"approve": "1"}).status_code == 403
    early = client.post(archive)
    assert early.status_code == 422
    assert "A second person has to approve it first." in early.content.decode()
    second = world.client("supervisor")
    said = {"approve": "1", "digest": second.get(page).context["digest"]}
    assert second.post(answer, said)["Location"] == page
    file = client.post(archive)
    assert file["Content-Disposition"] == (
        f'attachment; filename="{case.reference}-bundle-{row.number}.zip"'
    )
    assert b"".join(file.streaming_content)[:2] == b"PK"


def test_by_rest_the_same(world, case, at):
    worker, second = api(world.caseworker), api(world.supervisor)
    where = f"/api/v1/cases/{case.reference}/court-bundles/"
    black = [{"words": "Zamira", "removed": "name", "ground": "harm"}]
    wanted = {
        "recipient": "court",
        "ground": "court_order",
        "items": dict(wanted_of(case, "notes").choices),
        "black": black,
    }
    wrong = worker.post(where + "preview/", {**wanted, "recipient": "nobody"}, format="json")
    assert field_errors(wrong).keys() == {"recipient"}
    seen = worker.post(where + "preview/", wanted, format="json").json()
    assert "Zam" not in str(seen["content"]["parts"])
    sent = {**wanted, "digest": seen["digest"], "key": seen["key"]}
    made = worker.post(where, sent, format="json")
    assert made.status_code == 201, made.content
    one = f"{where}{made.json()['id']}/"
    read = second.get(one).json()
    assert (read["state"], read["digest"]) == ("prepared", seen["digest"])
    assert worker.post(one + "answer/", {"approve": True}).status_code == 403
    said = second.post(one + "answer/", {"approve": True, "digest": read["digest"]})
    assert said.json()["state"] == "approved"
    assert worker.post(one + "archive/").status_code == 200
    (listed,) = worker.get(where).json()["results"]
    assert [taken["name"] for taken in listed["taken_out"]] == [world.caseworker.display_name]
    gone = worker.post(one + "recall/", {"because": "person_asked"}).json()
    assert (gone["state"], gone["recalled_because"]) == ("recalled", "person_asked")


def test_every_profile_has_a_lawful_ground_for_it():
    for code in ("uk", "palermo", "cameroon"):
        grounds = {one.code for one in load_profile(code).non_punishment.notices.grounds}
        assert "court_order" in grounds
