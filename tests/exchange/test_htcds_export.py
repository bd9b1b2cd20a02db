"""A case leaves as a record of the standard: on the person's consent to exactly that, codes alone
unless more is chosen, and listed with whoever holds it."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse

from cases.actions.assigning import assign_case
from cases.actions.sharing import withdraw_consent
from cases.models import Bundle, Case, Referral
from exchange.htcds.exports import Exported, export_case, preview_export, wanted_of
from exchange.htcds.imports import import_htcds
from exchange.htcds.standard.fields import standard
from exchange.htcds.standard.reading import Reading, read, read_object
from exchange.htcds.standard.record import EVERYTHING, Record, as_plain
from identities.models import Disclosure
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api, field_errors
from tests.casework.test_sharing import agree, general
from tests.exchange.htcds import SAMPLES
from tests.exchange.test_htcds_intake import ANA

SECRETS = ("Ana", "Smith", "Wanda", "Leeds", "1990-02-28")
SAID = {"jurisdiction": "england", "consent_answer": "given", "age_status": "adult"}


def imported(world: Any, at: Any, record: Record, who: str = "responder") -> Referral:
    organisation = world.police if who == "responder" else world.other_police
    with acting_as(world.users[who]):
        (line,) = import_htcds(
            Reading((record,)),
            actor=world.users[who],
            at=at,
            organisation=organisation,
            said=SAID,
        )
    assert line.referral is not None
    return line.referral


@pytest.fixture
def case(world: Any, at: Any) -> Case:
    case = imported(world, at, read_object(1, ANA)).case
    return assigned(world, case, at)


def assigned(world: Any, case: Case, at: Any) -> Case:
    assign_case(case, actor=world.intake, at=at, caseworker=world.caseworker)
    return Case.objects.get(pk=case.pk)


def wanted(world: Any, consent: Any, *further: str) -> Any:
    return wanted_of(world.provider_house.pk, "support", consent.pk, further)


def exported(world: Any, case: Case, at: Any, *further: str, consent: Any = None) -> Exported:
    consent = consent or agree(world, case, at)
    by: dict[str, Any] = {"actor": world.caseworker, "at": at}
    by["wanted"] = wanted(world, consent, *further)
    with acting_as(world.caseworker):
        looked = preview_export(case, **by)
        _row, told = export_case(case, digest=looked.digest, key=uuid4(), **by)
    assert told == looked
    return told


def test_codes_leave_and_nothing_that_says_who_the_person_is(
    world: Any, case: Case, at: Any
) -> None:
    told = exported(world, case, at)
    assert told.plain["prs_Gender"] == "Feminine"
    assert told.plain["vic_MethodsOfControl"] == ["DebtBondage"]  # kept since it came
    assert told.plain["nrm_TypeOfExploitation"] == ["ForcedCriminality"]
    text = json.dumps(told.plain)
    for secret in (*SECRETS, "shoe size", case.reference, case.pseudonym, "A-1"):
        assert secret not in text
    assert not Disclosure.objects.filter(purpose=case.profile.sharing.disclosure).exists()
    for kind in ("json", "csv", "xlsx"):
        (again,) = read(told.file(kind), kind=kind).records
        assert as_plain(again, including=EVERYTHING) == told.plain


def test_what_a_sender_wrote_in_a_token_leaves_with_free_text_alone(world: Any, at: Any) -> None:
    told = {
        "nrm_RecordId": "B-9",
        "nrm_Indicators": ["Maria.Petrova-1990-02-28"],
        "nrm_ProfileTypes": ["x:Maria.Petrova"],
    }
    case = assigned(world, imported(world, at, read_object(1, {**ANA, **told})).case, at)
    consent = agree(world, case, at)
    assert "Petrova" not in json.dumps(exported(world, case, at, consent=consent).plain)
    words = exported(world, case, at, "text", consent=consent).plain
    assert words["nrm_ProfileTypes"] == told["nrm_ProfileTypes"]


@pytest.mark.parametrize("kind", ["json", "csv", "xlsx"])
def test_the_file_holds_all_that_the_preview_has_shown(
    world: Any, case: Case, at: Any, kind: str
) -> None:
    told = exported(world, case, at, "identity", "text")
    assert told.plain["Unmapped"]
    (again,) = read(told.file(kind), kind=kind).records
    assert as_plain(again, including=EVERYTHING) == told.plain


def test_who_the_person_is_leaves_only_where_it_is_chosen_and_is_disclosed(
    world: Any, case: Case, at: Any
) -> None:
    told = exported(world, case, at, "identity", "text")
    for name in ("prs_FirstName", "prs_SecondName", "prs_Birthdate", "shoe size"):
        assert name in json.dumps(told.plain)
    assert Disclosure.objects.filter(purpose=case.profile.sharing.disclosure).count() == 2
    assert Event.objects.filter(verb="identity.shown", case_id=case.pk).count() == 2


def test_what_left_is_listed_and_recalled_when_the_consent_is_withdrawn(
    world: Any, case: Case, at: Any
) -> None:
    consent = agree(world, case, at)
    exported(world, case, at, consent=consent)
    row = Bundle.objects.get()
    assert row.parts[0] == "htcds"
    assert Event.objects.filter(verb="case.exported", case_id=case.pk).count() == 1
    page = world.client("caseworker").get(reverse("case_bundles", args=[case.reference]))
    assert "Harbour House" in page.content.decode()
    assert "As a file of the Human Trafficking Case Data Standard" in page.content.decode()
    opened = world.client("provider").get(reverse("shared_bundle", args=[row.pk]))
    assert "Feminine" in opened.content.decode()
    withdraw_consent(consent, actor=world.caseworker, at=at + timedelta(seconds=5))
    row.refresh_from_db()
    assert row.recalled_because == "consent_withdrawn"
    with pytest.raises(Refused):
        exported(world, case, at + timedelta(seconds=6), consent=consent)


def test_the_consent_to_the_referral_is_none_to_a_file(world: Any, case: Case, at: Any) -> None:
    with pytest.raises(Refused) as refused:
        exported(world, case, at, consent=general(case))
    assert [one.field for one in refused.value.objections] == ["consent"]


def test_the_same_key_is_one_sharing_and_the_same_file(world: Any, case: Case, at: Any) -> None:
    consent, key = agree(world, case, at), uuid4()
    by: dict[str, Any] = {"actor": world.caseworker, "at": at, "wanted": wanted(world, consent)}
    with acting_as(world.caseworker):
        digest = preview_export(case, **by).digest
        first = export_case(case, digest=digest, key=key, **by)
        assert export_case(case, digest=digest, key=key, **by) == first
        assert Bundle.objects.count() == 1
        other = by | {"wanted": wanted(world, consent, "identity")}
        with pytest.raises(Refused):
            export_case(case, digest=digest, key=key, **other)
        with pytest.raises(Refused):
            export_case(case, digest="0" * 64, key=uuid4(), **by)


@pytest.mark.parametrize("who", ["intake", "responder", "provider", "liaison", "auditor"])
def test_nobody_else_exports(world: Any, case: Case, at: Any, who: str) -> None:
    by: dict[str, Any] = {"actor": world.users[who], "at": at}
    what = wanted(world, agree(world, case, at))
    with acting_as(world.users[who]), pytest.raises((Forbidden, Hidden)):
        preview_export(case, wanted=what, **by)
    status = 403 if who in ("intake", "responder") else 404  # they know of the case already
    assert world.client(who).get(reverse("case_htcds", args=[case.reference])).status_code == status


def test_the_page_shows_what_would_leave_then_gives_it(
    world: Any, case: Case, at: Any, password_is_enough: None
) -> None:
    consent = agree(world, case, at)
    client, page = world.client("caseworker"), reverse("case_htcds", args=[case.reference])
    sent = {
        "organisation": str(world.provider_house.pk),
        "purpose": "support",
        "consent": str(consent.pk),
        "kind": "csv",
    }
    assert client.get(page).status_code == 200
    assert client.post(page, {}).status_code == 422
    shown = client.post(page, sent)
    assert shown.status_code == 200
    assert "Forced criminality" in shown.content.decode()
    assert not Bundle.objects.exists()
    more = {"digest": shown.context["digest"], "key": str(shown.context["key"])}
    file = client.post(page, sent | more)
    assert file["Content-Disposition"] == 'attachment; filename="htcds-record.csv"'
    assert b"prs_Gender" in b"".join(file.streaming_content)
    assert Bundle.objects.count() == 1


def test_a_program_looks_first_and_takes_the_file(world: Any, case: Case, at: Any) -> None:
    consent = agree(world, case, at)
    sent: dict[str, Any] = {
        "organisation": str(world.provider_house.pk),
        "purpose": "support",
        "consent": str(consent.pk),
    }
    client = api(world.caseworker)
    looks = reverse("api_case_htcds_preview", args=[case.reference])
    preview = client.post(looks, sent, format="json")
    assert preview.status_code == 200, preview.content
    body = preview.json()
    url = reverse("api_case_htcds", args=[case.reference])
    more = {"digest": body["digest"], "key": body["key"]}
    file = client.post(url, sent | more, format="json")
    assert file.status_code == 200
    document = json.loads(b"".join(file.streaming_content))
    assert document["records"] == [body["record"]]
    assert "IOM" in json.dumps(document["attribution"])
    other = {"consent": str(uuid4()), "key": str(uuid4())}
    refused = client.post(url, sent | more | other, format="json")
    assert set(field_errors(refused)) == {"consent"}


# Round trip ---------------------------------------------------------------------------------------
# What a case says itself, whatever came in: how it stands, and what was decided in it.
OF_THE_CASE = {"cas_Status", "vic_TraffickingStatus"}


def everything() -> Record:
    """A record that says something in every field of the standard."""
    fields: dict[str, Any] = {}
    parts: dict[str, dict[str, Any]] = {}
    for field in standard().fields.values():
        if field.standard:
            into = parts.setdefault(field.part, {}) if field.part else fields
            samples = SAMPLES[field.name]
            into[field.name] = samples[-1] if field.several else samples[0]
    return Record(fields, {name: (item,) for name, item in parts.items()}, (), 1)


def of_the_standard(plain: dict[str, Any]) -> dict[str, Any]:
    return {
        name: value
        for name, value in plain.items()
        if not name.startswith("nrm_") and name not in OF_THE_CASE
    }


def test_a_case_goes_out_and_comes_in_elsewhere_without_losing_what_the_standard_has(
    world: Any, at: Any
) -> None:
    record = everything()
    case = assigned(world, imported(world, at, record).case, at)
    left = exported(world, case, at, "identity", "text")
    assert of_the_standard(left.plain) == of_the_standard(as_plain(record, including=EVERYTHING))
    (arrived,) = read(left.file("xlsx"), kind="xlsx").records
    there = assigned(world, imported(world, at, arrived, "other_responder").case, at)
    assert there.person_id != case.person_id
    again = exported(world, there, at, "identity", "text")
    assert of_the_standard(again.plain) == of_the_standard(left.plain)
    assert again.plain["nrm_RecordId"] != left.plain["nrm_RecordId"]
    assert {referral.organisation for referral in Referral.objects.all()} == {
        world.police,
        world.other_police,
    }
