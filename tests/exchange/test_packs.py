"""A case goes to another installation as one sealed file: nobody on the way reads or changes it, it
is taken in once, what was decided there stays theirs, and it can be recalled."""

import base64
import json
import os
import re
from uuid import uuid4

import pyrage
import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connections
from django.urls import reverse
from django.utils import timezone

from cases.actions.sharing import Wanted, record_consent, withdraw_consent
from cases.models import Bundle, Case, Consent, Decision, FindingSet, InboxItem, Referral
from exchange.models import Correspondent, ReceivedPack, SentPack
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


def known(world, at, organisation, key):
    row = correspondents.enter_key(organisation, actor=world.administrator, at=at, key=key.text)
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
    by = {"at": at, "key": key.text}
    row = correspondents.enter_key(world.prosecution, actor=world.administrator, **by)
    assert refused(correspondents.enter_key, world.prosecution, actor=world.administrator, **by)
    with pytest.raises(Forbidden):
        correspondents.confirm_key(
            row, actor=world.administrator, at=at, fingerprint=key.fingerprint
        )
    second = second_administrator()
    wrong = keys.read_public(two.known.key).fingerprint
    other = public(settings, ring()).text
    ours = {"actor": second, "at": at, "key": other}
    assert refused(correspondents.enter_key, world.authority, **ours)
    assert refused(correspondents.confirm_key, row, actor=second, at=at, fingerprint=wrong)
    browser, page = signed_in(second), reverse("correspondent", args=[row.pk])
    assert key.fingerprint not in browser.get(page).content.decode()
    answer = browser.post(page, {"do": "confirm", "fingerprint": key.fingerprint})
    assert answer.status_code == 302
    assert Correspondent.objects.get(pk=row.pk).state == "active"
    own = browser.get(reverse("correspondents")).content.decode()
    assert keys.own_keys()[0].public.fingerprint in own
    for text in ("", "nrm-pack-1.x", key.text[:-1] + "q", key.text + "x"):
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
