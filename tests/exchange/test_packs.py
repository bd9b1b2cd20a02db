"""A case goes to another installation as one sealed file: nobody on the way reads or changes it, it
is taken in once, what was decided there stays theirs, and it can be recalled."""

import base64
import json
import os
import re
from datetime import timedelta
from uuid import uuid4

import pyrage
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from cases.actions.sharing import Wanted, record_consent, withdraw_consent
from cases.models import Bundle, Case, Consent, Decision, FindingSet, InboxItem, Referral
from exchange.models import Correspondent, RecalledPack, ReceivedPack, SentPack
from exchange.packs import correspondents, keys, receiving, sealing, sending
from identities import vault
from identities.models import Disclosure
from nrm.accounts.models import Organisation
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.casework.people import IDENTIFYING, assigned
from tests.intake.answers import FULL
from tests.world import second_administrator, signed_in

PARTS = ("standing", "decisions", "referral")
SAID = {"jurisdiction": "england", "consent_answer": "given"}


def ring() -> str:
    return f"1:{base64.b64encode(os.urandom(32)).decode()}"


def public(settings, of):
    before, settings.PACK_KEYS = settings.PACK_KEYS, of
    found = keys.own_keys()[0].public
    settings.PACK_KEYS = before
    return found


def known(world, at, organisation, key, opened_by=None):
    by = {"actor": world.administrator, "at": at}
    row = correspondents.enter_key(organisation, **by, key=key.text, opened_by=opened_by)
    return correspondents.confirm_key(
        row, actor=second_administrator(), at=at, fingerprint=key.fingerprint
    )


class Two:
    """Two installations in one database: whose keys the settings hold, that one acts."""

    def __init__(self, world, at, settings):
        self.settings, self.here, self.there = settings, ring(), ring()
        settings.PACK_KEYS = self.here
        self.abroad = Organisation.objects.create(
            name="Authority Abroad", kind="government", profile=world.profile.code
        )
        self.sent_from = Organisation.objects.create(
            name="Authority at Home", kind="government", profile=world.profile.code
        )
        self.known = known(world, at, self.abroad, public(settings, self.there))
        self.sender = known(world, at, self.sent_from, public(settings, self.here))

    def over_there(self):
        self.settings.PACK_KEYS = self.there

    def back_here(self):
        self.settings.PACK_KEYS = self.here


@pytest.fixture
def two(world, at, settings):
    return Two(world, at, settings)


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


def agree(world, case, at, **more):
    return record_consent(
        case,
        actor=world.caseworker,
        at=at,
        purpose="support",
        recipient_kind="government",
        answer="agreed",
        given_on=timezone.localdate(at),
        language="sq",
        interpreter="by_telephone",
        **more,
    )


def wanted(two, consent, *parts):
    return Wanted(two.abroad.pk, "support", consent.pk, tuple(parts or PARTS))


def sealed(world, case, at, two, *parts):
    asked, key = wanted(two, agree(world, case, at), *parts), uuid4()
    by = {"actor": world.caseworker, "at": at, "wanted": asked, "key": key}
    content = sending.preview_pack(case, **by)
    return sending.seal_pack(case, **by, digest=content.digest)


def file_of(world, pack, at):
    return sending.file_of(pack, actor=world.caseworker, at=at)


def take_in(world, at, content, who="other_responder", house="other_police", **said):
    return receiving.take_in(
        getattr(world, house), actor=world.users[who], at=at, content=content, said=SAID | said
    )


def refused(run, *args, **more):
    with pytest.raises(Refused) as refusal:
        run(*args, **more)
    return {one.code for one in refusal.value.objections}


def test_it_opens_with_the_receivers_key_alone_and_becomes_a_referral(
    world, at, two, case, tmp_path
):
    pack = sealed(world, case, at, two)
    content = file_of(world, pack, at)
    # With age itself: no code of ours is needed to open it, and no other key opens it.
    two.over_there()
    plain = pyrage.decrypt(content, [keys.own_keys()[0].identity])
    told = json.loads(base64.b64decode(json.loads(plain)["body"]))
    assert told["said"]["consent"]["given_on"] == timezone.localdate(at).isoformat()
    assert told["said"]["purpose"]["code"] == "support"
    assert "IOM" in json.dumps(told["said"]["htcds"]["attribution"])
    two.back_here()
    with pytest.raises(pyrage.DecryptError):
        pyrage.decrypt(content, [keys.own_keys()[0].identity])
    assert refused(take_in, world, at, content) == {"not_for_us"}

    two.over_there()
    row = take_in(world, at, content)
    referral = Referral.objects.get(case=row.case)
    assert referral.organisation_id == world.other_police.pk
    assert referral.source == "htcds"
    assert row.case_id != case.pk
    # What they found and decided is theirs: nothing of it is ours.
    assert not Decision.objects.filter(case=row.case).exists()
    assert not FindingSet.objects.filter(case=row.case).exists()
    page = reverse("case_received", args=[row.case.reference])
    shown = world.client("supervisor").get(page).content.decode()
    assert "Authority" in shown
    rows = [row for part in told["said"]["shown"] for row in part["rows"]]
    assert len(rows) > 20
    assert [row for row in rows if row["value"] not in _plain(shown)] == []
    assert world.client("caseworker2").get(page).status_code == 404
    with connections["owner"].cursor() as cursor:
        for table in ("exchange_sentpack", "exchange_receivedpack"):
            cursor.execute(f"SELECT content FROM {table}")
            assert b"htcds" not in bytes(cursor.fetchone()[0])


def test_nothing_is_readable_on_the_way_and_size_and_name_say_nothing(world, at, two, case):
    everything = (*PARTS, "text", "identity", "contact")
    small, large = (
        sealed(world, case, at, two, "standing"),
        sealed(world, case, at, two, *everything),
    )
    files = [file_of(world, one, at) for one in (small, large)]
    # age itself adds a few bytes at random.
    assert {len(one) // 1024 for one in files} == {64}
    hidden = [*IDENTIFYING, case.reference, case.pseudonym, str(case.pk), "Authority Abroad"]
    hidden += [world.authority.name, two.known.key, two.sender.key, "htcds", str(large.pk)]
    for one in files:
        assert one.startswith(b"age-encryption.org/v1\n-> X25519 ")
        for word in hidden:
            assert word.encode() not in one
            assert base64.b64encode(word.encode())[:-4] not in one
    two.over_there()
    body = sealing.open_file(files[1]).said
    whole = json.dumps(body, ensure_ascii=False)
    assert all(word in whole for word in IDENTIFYING[:1])
    assert case.reference not in whole
    little = sealing.open_file(files[0]).said
    assert case.reference not in json.dumps(little)
    assert set(little["htcds"]["records"][0]) == {"nrm_RecordId", "nrm_AgeStatus"}
    # Whether they agree to be referred, and where the case belongs, is asked anew over there.
    assert not {"nrm_ConsentToReferral", "nrm_Jurisdiction"} & set(body["htcds"]["records"][0])
    # Who the person is was shown on record, and stands in the preview as it stands in the file.
    assert Disclosure.objects.filter(person_id=case.person_id).exists()


def test_who_the_person_is_goes_to_the_vault_and_not_onto_a_page(world, at, two, case):
    content = file_of(world, sealed(world, case, at, two, *PARTS, "identity"), at)
    two.over_there()
    row = take_in(world, at, content)
    page = reverse("case_received", args=[row.case.reference])
    shown = _plain(world.client("supervisor").get(page).content.decode())
    assert "Referral" in shown
    for word in IDENTIFYING:
        assert word not in shown
    before = Disclosure.objects.filter(person_id=row.case.person_id).count()
    with acting_as(world.supervisor):
        _disclosure, facts = vault.reveal(
            row.case.person_id, case_id=row.case_id, purpose="support"
        )
    assert "Zamira Hoxhaj" in {fact.value for fact in facts}
    assert Disclosure.objects.filter(person_id=row.case.person_id).count() == before + 1


def test_without_their_identity_the_file_holds_none(world, at, two, case):
    content = file_of(world, sealed(world, case, at, two), at)
    two.over_there()
    whole = json.dumps(sealing.open_file(content).said, ensure_ascii=False)
    for word in IDENTIFYING:
        assert word not in whole


def test_a_changed_byte_another_signer_and_a_file_sealed_anew_are_refused(
    world, at, two, case, settings
):
    pack = sealed(world, case, at, two)
    content = file_of(world, pack, at)
    two.over_there()
    for place in (30, 200, len(content) // 2, len(content) - 1):
        changed = bytearray(content)
        changed[place] ^= 1
        assert refused(take_in, world, at, bytes(changed)) <= {"not_for_us", "damaged"}
    assert refused(take_in, world, at, content[:-100]) == {"not_for_us"}
    assert refused(take_in, world, at, b"%PDF-1.7") == {"not_for_us"}
    # Whoever it was for seals it anew to somebody else: it names another receiver.
    mine = keys.own_keys()[0]
    plain = bytes(pyrage.decrypt(content, [mine.identity]))
    third = ring()
    anew = pyrage.encrypt(plain, [public(settings, third).opens])
    settings.PACK_KEYS = third
    assert refused(take_in, world, at, bytes(anew)) == {"damaged"}
    two.over_there()
    # The words changed, and sealed to the right receiver: the signature does not hold.
    outer = json.loads(plain)
    body = base64.b64decode(outer["body"]).replace(b'"support"', b'"changed"')
    outer["body"] = base64.b64encode(body).decode()
    forged = pyrage.encrypt(json.dumps(outer).encode(), [mine.public.opens])
    assert refused(take_in, world, at, bytes(forged)) == {"damaged"}
    # Signed well, by somebody whom nobody here has confirmed.
    settings.PACK_KEYS = third
    stranger = sealing.seal(
        sealing.body_of("pack", uuid4(), {"htcds": {}}, to=mine.public), to=mine.public
    )
    two.over_there()
    assert refused(take_in, world, at, stranger) == {"unknown_sender"}
    correspondents.end_key(two.sender, actor=world.administrator, at=at)
    assert refused(take_in, world, at, content) == {"unknown_sender"}
    assert Referral.objects.count() == 1
    assert not ReceivedPack.objects.exists()


def test_the_same_pack_makes_no_second_referral(world, at, two, case):
    pack = sealed(world, case, at, two)
    first, again = file_of(world, pack, at), file_of(world, pack, at)
    assert first != again  # it is encrypted anew each time
    two.over_there()
    row = take_in(world, at, first)
    assert take_in(world, at, again).pk == row.pk
    assert Referral.objects.filter(case=row.case).count() == 1
    assert ReceivedPack.objects.count() == 1
    # By another organisation of the same installation neither.
    assert refused(take_in, world, at, first, "responder", "police") == {"number"}
    assert Case.objects.count() == 2


def test_it_rests_on_consent_as_everything_that_is_shared(world, at, two, case):
    consent = agree(world, case, at)
    by = {"actor": world.caseworker, "at": at, "key": uuid4()}
    asked = wanted(two, consent)
    general = Consent.objects.get(case=case, purpose="referral")
    assert "not_agreed" in refused(sending.preview_pack, case, **by, wanted=wanted(two, general))
    content = sending.preview_pack(case, **by, wanted=asked)
    assert refused(sending.seal_pack, case, **by, wanted=asked, digest="other") == {"changed"}
    pack = sending.seal_pack(case, **by, wanted=asked, digest=content.digest)
    assert sending.seal_pack(case, **by, wanted=asked, digest=content.digest).pk == pack.pk
    assert (SentPack.objects.count(), Bundle.objects.count()) == (1, 1)
    assert pack.bundle.consent_id == consent.pk
    withdraw_consent(consent, actor=world.caseworker, at=at)
    assert refused(file_of, world, pack, at) == {"recalled"}
    more = {**by, "key": uuid4(), "wanted": asked}
    assert "against" in refused(sending.preview_pack, case, **more)
    with pytest.raises(Hidden):
        sending.preview_pack(case, **{**more, "actor": world.other_caseworker})
    with pytest.raises(Forbidden):
        sending.preview_pack(case, **{**more, "actor": world.intake})
    assert {"pack.sealed", "bundle.shared", "bundle.recalled"} <= set(
        Event.objects.filter(case_id=case.pk).values_list("verb", flat=True)
    )


def test_nothing_is_sealed_to_a_key_that_nobody_has_confirmed(world, at, two, case):
    correspondents.end_key(two.known, actor=world.administrator, at=at)
    consent = agree(world, case, at)
    more = {"actor": world.caseworker, "at": at, "key": uuid4(), "wanted": wanted(two, consent)}
    assert "no_key" in refused(sending.preview_pack, case, **more)


def test_a_key_is_confirmed_by_another_who_was_told_its_fingerprint(world, at, two, settings):
    key = public(settings, ring())
    by = {"at": at, "key": key.text, "opened_by": None}
    row = correspondents.enter_key(world.prosecution, actor=world.administrator, **by)
    assert refused(correspondents.enter_key, world.prosecution, actor=world.administrator, **by)
    with pytest.raises(Forbidden):
        correspondents.confirm_key(
            row, actor=world.administrator, at=at, fingerprint=key.fingerprint
        )
    second = second_administrator()
    wrong = keys.read_public(two.known.key).fingerprint
    other = public(settings, ring()).text
    ours = {"actor": second, "at": at, "key": other, "opened_by": None}
    assert refused(correspondents.enter_key, world.authority, **ours)
    assert refused(correspondents.confirm_key, row, actor=second, at=at, fingerprint=wrong)
    browser, page = signed_in(second), reverse("correspondent", args=[row.pk])
    assert key.fingerprint not in browser.get(page).content.decode()
    answer = browser.post(page, {"do": "confirm", "fingerprint": key.fingerprint})
    assert answer.status_code == 302
    assert Correspondent.objects.get(pk=row.pk).state == "active"
    own = browser.get(reverse("correspondents")).content.decode()
    assert keys.own_keys()[0].public.fingerprint in own
    mistyped = key.text[:-1] + ("q" if key.text[-1] != "q" else "p")
    for text in ("", "nrm-pack-1.x", mistyped, key.text + "x"):
        with pytest.raises(ValueError, match="not a key"):
            keys.read_public(text)


def test_the_receipt_comes_back_and_the_recall_goes_after_it(world, at, two, case):
    pack = sealed(world, case, at, two)
    content = file_of(world, pack, at)
    two.over_there()
    row = take_in(world, at, content)
    by = {"actor": world.other_responder, "at": at}
    receipt = receiving.receipt_for(row, **by)
    assert refused(take_in, world, at, receipt) == {"not_for_us"}
    two.back_here()
    mine = {"actor": world.caseworker, "at": at}
    assert refused(take_in, world, at, receipt) == {"receipt"}
    assert refused(sending.take_receipt, pack, **mine, content=content) == {"receipt"}
    assert sending.take_receipt(pack, **mine, content=receipt).taken_at == at
    other = sealed(world, case, at, two, "standing")
    assert refused(sending.take_receipt, other, **mine, content=receipt) == {"receipt"}

    recall = sending.recall_file_of(pack, **mine, because="risk")
    assert Bundle.objects.get(pk=pack.bundle_id).recalled_because == "risk"
    two.over_there()
    assert refused(take_in, world, at, recall, "responder", "police") == {"no_pack"}
    assert take_in(world, at, recall).recalled_at == at
    take_in(world, at, recall)
    told = InboxItem.objects.filter(kind="pack_recalled")
    assert {item.user_id for item in told} >= {world.supervisor.pk}
    assert Event.objects.filter(verb="pack.recalled", case_id=row.case_id).count() == 1
    page = reverse("case_received", args=[row.case.reference])
    assert "Do not use it any more" in world.client("supervisor").get(page).content.decode()
    row.refresh_from_db()
    confirmed = receiving.receipt_for(row, **by)
    two.back_here()
    assert sending.take_receipt(pack, **mine, content=confirmed).stopped_at == at


def said_otherwise(world, at, two, case, change, *parts):
    """A file that the sender has signed and that says something else than ours would."""
    pack = sealed(world, case, at, two, *parts)
    content = file_of(world, pack, at)
    two.over_there()
    said, to = sealing.open_file(content).said, keys.own_keys()[0].public
    change(said)
    two.back_here()
    changed = sealing.seal(sealing.body_of(sealing.PACK, pack.pk, said, to=to), to=to)
    two.over_there()
    return changed


def test_of_a_person_who_refuses_here_no_word_of_theirs_is_kept(world, at, two, case):
    parts = (*PARTS, "text", "identity", "contact")
    content = file_of(world, sealed(world, case, at, two, *parts), at)
    two.over_there()
    row = take_in(world, at, content, consent_answer="refused")
    assert row.case.kind == "duty_to_notify"
    with acting_as(world.supervisor):
        (theirs,) = receiving.received_with(Case.objects.get(pk=row.case_id))
    assert theirs.said == {}
    page = reverse("case_received", args=[row.case.reference])
    shown = _plain(world.client("supervisor").get(page).content.decode())
    assert "Nothing of what was in the pack is kept" in shown
    for word in (*IDENTIFYING, case.pseudonym, str(row.number)):
        assert word not in shown


def test_what_the_record_says_of_agreement_and_place_is_not_what_the_receiver_says(
    world, at, two, case
):
    def change(said):
        (record,) = said["htcds"]["records"]
        record["nrm_ConsentToReferral"] = "Given"
        record["NRM consent to referral__c"] = "Given"
        record["nrm_Jurisdiction"] = f"{world.profile.code}:scotland"

    content = said_otherwise(world, at, two, case, change)
    row = take_in(world, at, content, consent_answer="refused")
    assert Consent.objects.get(case=row.case).answer == "declined"
    assert (row.case.kind, row.case.jurisdiction) == ("duty_to_notify", "england")


def test_a_pack_whose_recall_was_opened_before_it_is_not_taken_in(world, at, two, case):
    pack = sealed(world, case, at, two)
    content = file_of(world, pack, at)
    mine = {"actor": world.caseworker, "at": at}
    recall = sending.recall_file_of(pack, **mine, because="risk")
    two.over_there()
    kept = take_in(world, at, recall)
    assert take_in(world, at, recall).pk == kept.pk
    assert refused(take_in, world, at, content) == {"recalled"}
    # For no other organisation of this installation either.
    assert refused(take_in, world, at, content, "responder", "police") == {"recalled"}
    assert not ReceivedPack.objects.exists()
    browser = world.client("other_responder")
    page = reverse("received_pack", args=[kept.pk])
    assert "It is not taken in any more" in browser.get(page).content.decode()
    assert world.client("responder").get(page).status_code == 404
    receipt = browser.post(page).content
    two.back_here()
    told = sending.take_receipt(pack, **mine, content=receipt)
    assert (told.stopped_at, told.taken_at) == (at, None)


def test_the_recall_of_what_another_organisation_here_has_is_theirs_to_open(world, at, two, case):
    pack = sealed(world, case, at, two)
    content = file_of(world, pack, at)
    recall = sending.recall_file_of(pack, actor=world.caseworker, at=at, because="risk")
    two.over_there()
    take_in(world, at, content)
    assert refused(take_in, world, at, recall, "responder", "police") == {"no_pack"}
    assert not RecalledPack.objects.exists()


@pytest.mark.parametrize(
    ("until", "code"),
    [(-1, "over"), (0, "over"), (None, "until"), ("soon", "until"), ("2999-01-01", "until")],
)
def test_what_is_not_shared_any_more_is_not_taken_in(world, at, two, case, until, code):
    def change(said):
        said["until"] = until
        if until is None:
            del said["until"]
        elif isinstance(until, int):
            said["until"] = (at + timedelta(days=until)).isoformat()

    content = said_otherwise(world, at, two, case, change)
    assert refused(take_in, world, at, content) == {code}
    assert Referral.objects.count() == 1


def test_until_when_they_share_it_is_shown_and_holds_on_its_last_day(world, at, two, case):
    pack = sealed(world, case, at, two)
    content = file_of(world, pack, at)
    two.over_there()
    row = take_in(world, pack.bundle.ends_at - timedelta(seconds=1), content)
    # What was taken in is found again, also later.
    assert take_in(world, pack.bundle.ends_at, content).pk == row.pk
    page = reverse("case_received", args=[row.case.reference])
    shown = world.client("supervisor").get(page).content.decode()
    assert "They share it until" in shown
    assert str(timezone.localtime(pack.bundle.ends_at).year) in shown


def test_whoever_administrators_have_said_opens_what_a_sender_seals(world, at, two, case):
    pack = sealed(world, case, at, two)
    content = file_of(world, pack, at)
    recall = sending.recall_file_of(pack, actor=world.caseworker, at=at, because="risk")
    two.over_there()
    correspondents.end_key(two.sender, actor=world.administrator, at=at)
    key = public(two.settings, two.here)
    known(world, at, two.sent_from, key, opened_by=world.other_police)
    for file in (content, recall):
        assert refused(take_in, world, at, file, "responder", "police") == {"not_theirs"}
    assert take_in(world, at, content).organisation_id == world.other_police.pk


def test_another_sender_who_knows_the_number_of_a_pack_stands_in_nobodys_way(world, at, two, case):
    pack, other = sealed(world, case, at, two), sealed(world, case, at, two)
    content, second = file_of(world, pack, at), file_of(world, other, at)
    two.over_there()
    said, to = sealing.open_file(content).said, keys.own_keys()[0].public
    third = ring()
    house = Organisation.objects.create(
        name="Another Authority", kind="government", profile=world.profile.code
    )
    known(world, at, house, public(two.settings, third))
    two.settings.PACK_KEYS = third
    squatting = sealing.seal(sealing.body_of(sealing.PACK, pack.pk, said, to=to), to=to)
    about = {"digest": other.digest, "recalled_at": at.isoformat()}
    recall = sealing.seal(sealing.body_of(sealing.RECALL, other.pk, about, to=to), to=to)
    two.over_there()
    take_in(world, at, squatting)
    assert take_in(world, at, content).sender_id == two.sent_from.pk
    assert ReceivedPack.objects.filter(number=pack.pk).count() == 2
    take_in(world, at, recall)
    assert take_in(world, at, second).recalled_at is None


def test_the_receipt_is_signed_by_the_key_that_the_pack_was_sealed_to(world, at, two, case):
    pack = sealed(world, case, at, two)
    content = file_of(world, pack, at)
    mine = {"actor": world.caseworker, "at": at}
    by = {"actor": world.other_responder, "at": at}
    newer = two.there + "," + ring().replace("1:", "2:", 1)
    two.settings.PACK_KEYS = newer
    row = take_in(world, at, content)
    receipt = receiving.receipt_for(row, **by)
    two.back_here()
    assert sending.take_receipt(pack, **mine, content=receipt).taken_at == at
    # They know the new one by now: the notice is sealed to it, and that key signs for it.
    known(world, at, two.abroad, public(two.settings, newer))
    recall = sending.recall_file_of(pack, **mine, because="risk")
    two.settings.PACK_KEYS = newer.partition(",")[2]
    assert refused(receiving.receipt_for, row, **by) == {"key_away"}
    take_in(world, at, recall)
    row.refresh_from_db()
    confirmed = receiving.receipt_for(row, **by)
    two.back_here()
    assert sending.take_receipt(pack, **mine, content=confirmed).stopped_at == at


def test_a_pack_is_signed_by_the_key_that_sealed_it_also_when_we_have_a_newer_one(
    world, at, two, case
):
    pack = sealed(world, case, at, two)
    newer = ring().replace("1:", "2:", 1)
    two.settings.PACK_KEYS = f"{two.here},{newer}"
    content = file_of(world, pack, at)
    two.settings.PACK_KEYS = newer
    assert refused(file_of, world, pack, at) == {"key_away"}
    two.over_there()
    assert take_in(world, at, content).digest == pack.digest


def test_nothing_is_sealed_to_a_key_that_was_ended(world, at, two, case):
    pack = sealed(world, case, at, two)
    content = file_of(world, pack, at)
    administers = {"actor": world.administrator, "at": at}
    two.over_there()
    row = take_in(world, at, content)
    correspondents.end_key(two.sender, **administers)
    assert refused(receiving.receipt_for, row, actor=world.other_responder, at=at) == {"no_key"}
    page = reverse("received_pack", args=[row.pk])
    answer = world.client("other_responder").post(page)
    assert answer.status_code == 422
    assert "No key of theirs counts here now" in answer.content.decode()
    two.back_here()
    correspondents.end_key(two.known, **administers)
    mine = {"actor": world.caseworker, "at": at}
    assert refused(sending.recall_file_of, pack, **mine, because="risk") == {"no_key"}
    assert Bundle.objects.get(pk=pack.bundle_id).recalled_at is None
    newer = ring()
    known(world, at, two.abroad, public(two.settings, newer))
    recall = sending.recall_file_of(pack, **mine, because="risk")
    two.over_there()
    assert refused(take_in, world, at, recall) == {"not_for_us"}
    two.settings.PACK_KEYS = newer
    assert sealing.open_file(recall).kind == sealing.RECALL


def test_two_who_enter_or_confirm_the_same_key_at_once_are_told(world, at, two, settings):
    key, second = public(settings, ring()), second_administrator()
    first = {"actor": world.administrator, "at": at, "key": key.text, "opened_by": None}
    number = uuid4()
    row = correspondents.enter_key(world.prosecution, **first, submission=number)
    again = {**first, "actor": second, "submission": number}
    assert refused(correspondents.enter_key, world.prosecution, **again) == {"served"}
    # As two have left it who entered it in the same moment.
    other = Correspondent.objects.create(
        organisation=world.provider_house, key=key.text, asked_by=world.administrator, asked_at=at
    )
    confirms = {"actor": second, "at": at, "fingerprint": key.fingerprint}
    correspondents.confirm_key(row, **confirms)
    assert refused(correspondents.confirm_key, other, **confirms) == {"other"}


def test_who_opens_what_they_send_is_asked_of_whoever_enters_a_key(world, at, two, settings):
    browser, page = world.client("administrator"), reverse("correspondent_add")
    key = public(settings, ring())
    sent = {"organisation": world.prosecution.pk, "key": key.text}
    assert browser.post(page, sent).status_code == 422
    assert browser.post(page, {**sent, "opened_by": str(two.abroad.pk)}).status_code == 422
    made = browser.post(page, {**sent, "opened_by": str(world.police.pk)})
    assert Correspondent.objects.get(key=key.text).opened_by_id == world.police.pk
    assert world.police.name in browser.get(made.url).content.decode()
    by = {"actor": world.administrator, "at": at, "key": public(settings, ring()).text}
    refusal = refused(correspondents.enter_key, world.authority, **by, opened_by=two.abroad)
    assert refusal == {"refused"}


def test_keys_and_packs_go_on_past_a_page(world, at, two, case):
    pack = sealed(world, case, at, two)
    for number in range(30):
        moment = at - timedelta(minutes=number + 1)
        Correspondent.objects.create(
            organisation=world.prosecution,
            key=f"key {number}",
            asked_by=world.administrator,
            asked_at=moment,
        )
        bundle = Bundle.objects.get(pk=pack.bundle_id)
        bundle.pk = uuid4()
        bundle.save(force_insert=True)
        SentPack.objects.create(
            case=case,
            bundle=bundle,
            correspondent=two.known,
            content=b"sealed",
            digest="0" * 64,
            sealed_by=world.caseworker,
            sealed_at=moment,
        )
    for who, page, name in (
        ("administrator", reverse("correspondents"), "correspondents"),
        ("caseworker", reverse("case_packs", args=[case.reference]), "packs"),
    ):
        browser, seen = world.client(who), []
        while page:
            shown = browser.get(page)
            seen.append([one.pk for one in shown.context[name]])
            page = shown.context["next_url"]
        assert [len(rows) for rows in seen][:-1] == [25], name
        assert len({pk for rows in seen for pk in rows}) == sum(map(len, seen)) > 30


def test_the_pages_show_all_that_is_in_it_and_give_the_file(world, at, two, case):
    consent = agree(world, case, at)
    browser = world.client("caseworker")
    page = reverse("case_pack_new", args=[case.reference])
    form = {
        "organisation": two.abroad.pk,
        "purpose": "support",
        "consent": consent.pk,
        "parts": [*PARTS, "identity"],
    }
    assert browser.get(page).status_code == 200
    looked = browser.post(page, form)
    text = looked.content.decode()
    assert IDENTIFYING[0] in text
    fields = {name: looked.context[name] for name in ("digest", "key")}
    made = browser.post(page, form | fields)
    pack = SentPack.objects.get()
    assert made.url == reverse("case_pack", args=[case.reference, pack.pk])
    answer = browser.post(made.url, {"do": "file"})
    content = answer.content
    assert re.fullmatch(r'attachment; filename="[0-9a-f]{32}\.age"', answer["Content-Disposition"])
    two.over_there()
    told = sealing.open_file(content)
    for part in told.said["shown"]:
        for row in part["rows"]:
            assert row["value"] in _plain(text), row
    responder = world.client("other_responder")
    upload = SimpleUploadedFile("pack.age", content)
    sent = {"organisation": str(world.other_police.pk), **SAID}
    missing = responder.post(reverse("take_in_pack"), sent)
    assert missing.status_code == 422
    taken = responder.post(reverse("take_in_pack"), sent | {"file": upload})
    assert taken.status_code == 302, taken.context["form"].errors
    assert responder.get(taken.url).status_code == 200
    receipt = responder.post(taken.url).content
    assert world.client("responder").get(taken.url).status_code == 404
    two.back_here()
    kept = browser.post(made.url, {"do": "receipt", "file": SimpleUploadedFile("r", receipt)})
    assert kept.status_code == 302
    assert "They have it" in browser.get(made.url).content.decode()
    assert world.client("caseworker2").get(made.url).status_code == 404


def _plain(text):
    import html

    return html.unescape(text).replace("\xa0", " ")
