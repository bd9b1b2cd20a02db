"""Records of the standard become referrals, by REST and by command: which, once, and what of them
is kept."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command

from cases.actions import referring
from cases.models import Case, Episode, Referral
from cases.selectors.intake import put_aside
from exchange.htcds.standard.reading import read_object
from exchange.htcds.standard.record import Record
from exchange.htcds.standard.writing import write_csv, write_xlsx
from identities import vault
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api, field_errors
from tests.exchange.tools import unknown

INTAKE = "/api/v1/intake/htcds/"
SAID = "?jurisdiction=england&consent_answer=given&age_status=adult"
ALL = {"identity", "detail", "worker", "words"}

ANA = {
    "nrm_RecordId": "A-1",
    "prs_FirstName": "Ana",
    "prs_SecondName": "Smith",
    "prs_Birthdate": "1990-02-28",
    "prs_Gender": "Feminine",
    "prs_Citizenship": ["CM"],
    "prs_PrimaryLanguage": "fra",
    "cas_ReferringPrimaryCaseWorker": "Wanda Worker",
    "vic_TypeOfExploitation": ["ForcedLabour", "Other"],
    "nrm_TypeOfExploitation": ["ForcedCriminality"],
    "vic_MethodsOfControl": ["DebtBondage"],
    "vic_NumberOfAbusers": "several",
    "shoe size": "41",
    "HistoricTraffickingEvents": [
        {"hte_Type": "Exploitation", "hte_Country": "GB", "hte_City": "Leeds"}
    ],
}


def sent(world: Any, body: Any, query: str = SAID, status: int = 201) -> list[dict[str, Any]]:
    response = api(world.responder).post(INTAKE + query, body, format="json")
    assert response.status_code == status, response.content
    return response.json()["records"]


def refused(world: Any, body: Any, query: str = SAID) -> dict[str, str]:
    response = api(world.responder).post(INTAKE + query, body, format="json")
    assert response.status_code == 422, response.content
    assert not Referral.objects.exists()
    return field_errors(response)


def test_a_record_becomes_a_referral_of_the_senders_organisation(world: Any) -> None:
    (line,) = sent(world, ANA)
    referral = Referral.objects.select_related("case").get()
    assert line["receipt"] == referral.receipt
    assert line["made_now"] is True
    assert (referral.source, referral.organisation) == ("htcds", world.police)
    case = referral.case
    assert (case.age_status, case.jurisdiction, case.language) == ("adult", "england", "fr")
    assert line["assumed"] == ["jurisdiction", "consent_answer"]  # the birth says the age
    with acting_as(world.supervisor):
        _disclosure, facts = vault.reveal(case.person_id, case_id=case.pk, purpose="contact")
    assert {fact.kind: fact.value for fact in facts}["name"] == "Ana Smith"
    episode = Episode.objects.get()
    assert {"forced_work", "crime"} <= set(episode.types)
    assert Event.objects.get(verb="referral.sent").data["source"] == "htcds"


def test_what_has_no_place_is_listed_with_its_row_and_kept_sealed(world: Any) -> None:
    (line,) = sent(world, [ANA])
    assert [(one["row"], one["column"], one["code"]) for one in line["unmapped"]] == [
        (1, "vic_NumberOfAbusers", "unknown"),
        (1, "shoe size", "unknown"),
    ]
    assert {"vic_MethodsOfControl", "prs_FirstName", "Unmapped"} <= set(line["kept"])
    referral = Referral.objects.select_related("case").get()
    kept = unknown(referral)
    assert [one["value"] for one in kept["Unmapped"]] == ["several", "41"]
    clear = json.dumps(
        [referral.answers, referral.unknown_keys, referral.external_id, *Event.objects.values()],
        default=str,
    )
    for secret in ("Ana", "Smith", "shoe", "several", "Worker", "Leeds", "A-1"):
        assert secret not in clear
    with acting_as(world.supervisor):
        vault.reveal(referral.case.person_id, case_id=referral.case_id, purpose="contact")
        aside = dict(put_aside(referral.case))
    assert aside["vic_MethodsOfControl"] == "DebtBondage"
    assert aside["Unmapped"] == "vic_NumberOfAbusers: several; shoe size: 41"


def test_the_same_file_twice_makes_no_second_referral(world: Any) -> None:
    twins = [{"prs_Gender": "Feminine"}, {"prs_Gender": "Feminine"}]
    first = sent(world, [ANA, *twins])
    assert [one["made_now"] for one in first] == [True] * 3  # two people in the same words are two
    again = sent(world, [ANA, *twins], status=200)
    assert [one["receipt"] for one in again] == [one["receipt"] for one in first]
    assert [one["made_now"] for one in again] == [False] * 3
    changed = sent(world, ANA | {"prs_Gender": "Masculine"}, status=200)  # its identifier counts
    assert changed[0]["receipt"] == first[0]["receipt"]
    assert Case.objects.count() == 3


def test_another_organisations_records_are_its_own(world: Any) -> None:
    sent(world, ANA)
    body = api(world.other_responder).post(INTAKE + SAID, ANA, format="json")
    assert body.status_code == 201
    assert Referral.objects.values("organisation").distinct().count() == 2


def test_every_fault_of_every_record_is_told_at_once_and_nothing_is_made(world: Any) -> None:
    faults = refused(
        world,
        [
            {"prs_Gender": "Feminine"},
            {"nrm_RecordId": "A", "prs_Birthdate": "2999-01-01"},
            {"nrm_RecordId": "A", "nrm_AgeStatus": "Adult", "prs_Birthdate": "2020-01-01"},
            {"colour": "red"},
            ANA,
        ],
        "?jurisdiction=england",
    )
    assert set(faults) == {
        "rows[1].nrm_AgeStatus",
        "rows[2].prs_Birthdate",
        "rows[2].nrm_RecordId",
        "rows[3].prs_Birthdate",
        "rows[3].nrm_RecordId",
        "rows[3].nrm_ConsentToReferral",
        "rows[4].",
        "rows[5].nrm_ConsentToReferral",
    }


def test_the_consent_of_the_standard_never_stands_for_agreement_to_a_referral(world: Any) -> None:
    record = {"con_Consent": "Yes", "con_ConsentDate": "2026-01-01", "nrm_AgeStatus": "Adult"}
    assert set(refused(world, record, "?jurisdiction=england")) == {"rows[1].nrm_ConsentToReferral"}


def test_who_did_not_agree_is_notified_of_without_what_says_who_they_are(world: Any) -> None:
    sent(world, ANA | {"nrm_ConsentToReferral": "Refused"})
    referral = Referral.objects.select_related("case").get()
    assert referral.case.kind == "duty_to_notify"
    assert unknown(referral) == {}
    assert Event.objects.filter(verb="referral.identity_destroyed").exists()


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("?jurisdiction=atlantis", "jurisdiction"),
        ("?organisation=7b0ee0d4-3c4d-4c5e-9d5c-0d8f1b1d3f10", "organisation"),
    ],
)
def test_an_answer_for_all_that_is_none_is_told_at_its_name(
    world: Any, query: str, field: str
) -> None:
    assert set(refused(world, ANA, query)) == {field}


def test_a_dry_run_says_the_same_and_makes_nothing(world: Any) -> None:
    (line,) = sent(world, ANA, SAID + "&dry_run=true", status=200)
    assert (line["receipt"], line["made_now"]) == (None, False)
    assert not Referral.objects.exists()
    assert sent(world, ANA)[0]["kept"] == line["kept"]
    assert sent(world, ANA, SAID + "&dry_run=true", status=200)[0]["receipt"]


@pytest.mark.parametrize("kind", ["csv", "xlsx", "json"])
def test_a_file_of_each_kind_becomes_the_same_referral(world: Any, kind: str) -> None:
    record = read_object(1, {key: value for key, value in ANA.items() if key != "shoe size"})
    record = Record(record.fields, record.parts)
    made = {
        "csv": lambda: write_csv([record], including=ALL).encode(),
        "xlsx": lambda: write_xlsx([record], including=ALL),
        "json": lambda: json.dumps(ANA).encode(),
    }[kind]()
    file = SimpleUploadedFile("Ana Smith.bin", made)
    response = api(world.responder).post(INTAKE + SAID, {"file": file}, format="multipart")
    assert response.status_code == 201, response.content
    assert Referral.objects.get().answers["gender"] == "woman"
    assert sent(world, ANA, status=200)[0]["made_now"] is False


def test_a_file_that_is_none_and_too_many_records_are_told(world: Any) -> None:
    file = SimpleUploadedFile("x", b"nothing")
    response = api(world.responder).post(INTAKE + SAID, {"file": file}, format="multipart")
    assert field_errors(response).keys() == {"file"}
    assert refused(world, [{"prs_Gender": "Feminine"}] * 101).keys() == {"file"}
    assert refused(world, []).keys() == {"file"}


def test_who_may_not_refer_is_refused(world: Any) -> None:
    for user in (world.caseworker, world.supervisor, world.intake, world.auditor):
        assert api(user).post(INTAKE + SAID, ANA, format="json").status_code == 403


# The command -------------------------------------------------------------------------------------
def command(file: Path, *options: str) -> dict[str, Any]:
    out = io.StringIO()
    call_command("import_htcds", str(file), *options, stdout=out)
    return json.loads(out.getvalue())


OPTIONS = ("--jurisdiction", "england", "--consent-answer", "given", "--age-status", "adult")


def test_the_command_takes_a_long_file_piece_by_piece_and_once(
    world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.management.commands.import_htcds.MOST_RECORDS", 2)
    file = tmp_path / "records.json"
    file.write_text(json.dumps([ANA] + [{"prs_Gender": "Feminine"}] * 3))
    who = ("--actor", world.responder.email)
    looked = command(file, *who, *OPTIONS, "--dry-run")["records"]
    assert [one["receipt"] for one in looked] == [None] * 4
    made = command(file, *who, *OPTIONS)["records"]
    assert len({one["receipt"] for one in made}) == Case.objects.count() == 4
    assert command(file, *who, *OPTIONS)["records"][3]["made_now"] is False
    assert Case.objects.count() == 4


def test_a_run_of_the_command_that_was_cut_short_goes_on(
    world: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("exchange.management.commands.import_htcds.MOST_RECORDS", 1)
    file = tmp_path / "records.json"
    file.write_text(json.dumps([{"prs_Gender": "Feminine"}] * 2))
    options = ("--actor", world.responder.email, *OPTIONS)
    calls: list[int] = []

    def cut(*args: Any, **more: Any) -> Any:
        calls.append(1)
        if len(calls) == 2:
            raise KeyboardInterrupt
        return referring.receive_referral(*args, **more)

    with monkeypatch.context() as patch:
        patch.setattr("exchange.htcds.imports.receive_referral", cut)
        with pytest.raises(KeyboardInterrupt):
            command(file, *options)
    assert Case.objects.count() == 1
    assert [one["made_now"] for one in command(file, *options)["records"]] == [False, True]


@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["--actor", "nobody@example.org"], "Nobody active signs in as nobody@example.org."),
        (["--actor", "caseworker@example.org"], "is no first responder"),
        (
            ["--actor", "responder@example.org", "--organisation", "Southshire Police"],
            "not an organisation that you refer people for",
        ),
        (["--actor", "responder@example.org"], "rows[1].nrm_ConsentToReferral: "),
    ],
)
def test_the_command_says_why_nothing_is_made(
    world: Any,
    tmp_path: Path,
    options: list[str],
    says: str,
    capsys: pytest.CaptureFixture[str],
) -> None:
    file = tmp_path / "records.json"
    file.write_text(json.dumps(ANA))
    with pytest.raises(SystemExit) as ended:
        call_command("import_htcds", str(file), *options)
    assert ended.value.code == 1
    assert says in capsys.readouterr().err
    assert not Referral.objects.exists()
