"""People are found by tokens: in every alphabet, never by a name alone, never unrecorded, and never
shown to who may not see them."""

import base64
import os
from io import StringIO

import pytest
from django.core.management import call_command
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from cases.actions.erasing import agree_to_erasure, ask_for_erasure
from cases.actions.finding import Sought, find_person
from cases.models import Case
from cases.selectors.finding import duplicates_of
from identities import finding, tokens, vault
from identities.as_keys import keys_connection
from identities.models import Likeness, Search, Token
from identities.tokens import sound_of, tokens_to_find, tokens_to_keep, words_of
from nrm.actions import Forbidden, Refused
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.api.tools import api
from tests.casework.people import assigned

BORN = ("birth_date", "1998-03-27")
SIX_SCRIPTS = [
    ("Mohammed Hassan", "محمد حسن"),
    ("Fatima Ahmed", "فاطمة أحمد"),
    ("Amina Hodžić", "Амина Ходжич"),
    ("Zoya Shevchenko", "Зоя Шевченко"),
    ("Dimitris Nikolaou", "Δημήτρης Νικολάου"),
    ("Abebe Bekele", "አበበ በቀለ"),
    ("Anita Sharma", "अनिता शर्मा"),
    ("Wang Xiaoming", "王小明"),
    ("Kim Cheolsu", "김철수"),
    ("Nguyen Thi Lan", "Nguyễn Thị Lan"),
]


def shared(one, other):
    keep = {(kind, token) for kind, _key, token in tokens_to_keep(one)}
    return {kind for kind, _key, token in tokens_to_find(other) if (kind, token) in keep}


@pytest.mark.parametrize(("latin", "other"), SIX_SCRIPTS)
def test_a_name_is_found_in_another_alphabet_with_the_date_of_birth(latin, other):
    assert "sound_birth" in shared([("name", latin), BORN], [("name", other), BORN])
    assert not shared([("name", latin), BORN], [("name", other), ("birth_date", "1998-03-28")]) - {
        "name_year"
    }
    assert shared([("name", latin)], [("name", other)]) == set()


def test_the_order_of_names_their_marks_and_their_case_do_not_matter():
    one = [("name", "Thị Lan NGUYỄN"), ("birth_date", "1998")]
    other = [("name", "Nguyen Thi Lan"), ("birth_date", "1998-03")]
    assert shared(one, other) == {"name_year"}
    assert shared(one, [("name", "Nguyen Thi Lan"), ("birth_date", "1997")]) == set()


def test_numbers_are_found_however_they_are_written():
    assert shared([("document", "ab-123 456")], [("document", "AB123456")]) == {"document"}
    assert shared([("telephone", "+44 7700 900123")], [("telephone", "07700 900 123")]) == {
        "telephone"
    }
    assert shared([("telephone", "٠٧٧٠٠٩٠٠١٢٣")], [("telephone", "07700900123")]) == {"telephone"}
    assert tokens_to_keep([("document", "12"), ("telephone", "999")]) == frozenset()
    assert shared([("document", "AB123456")], [("telephone", "123456789")]) == set()


def test_names_in_vain():
    assert tokens_to_keep([("name", "Amina Hodžić")]) == frozenset()
    assert tokens_to_keep([BORN]) == frozenset()
    assert words_of("--- 王") == ["wang"]
    assert sound_of("aya")


# In the database ----------------------------------------------------------------------------------
def known(world, at, *facts, **more):
    case = assigned(world, at=at, **more)
    with acting_as(world.caseworker):
        vault.record(case.person_id, facts, at=at, case_id=case.pk, instead=True)
    return Case.objects.select_related("person").get(pk=case.pk)


def find(world, at, who="caseworker", **sought):
    return find_person(None, actor=world.users[who], at=at, sought=Sought(**sought))


def test_who_may_see_the_case_finds_it_and_others_that_there_is_one(world, at):
    case = known(world, at, ("name", "محمد حسن"), BORN, ("document", "X1234567"))
    found = find(world, at, document="x 123 4567")
    assert [(one.case, one.kinds) for one in found.alike] == [(case, ("document",))]
    assert not found.elsewhere
    found = find(world, at, name="Mohammed Hassan", birth_date="1998-03-27")
    assert [one.case for one in found.alike] == [case]
    found = find(world, at, who="other_caseworker", document="X1234567")
    assert (found.alike, found.elsewhere) == ((), True)
    found = find(world, at, document="Y7654321")
    assert (found.alike, found.elsewhere) == ((), False)
    Case.objects.filter(pk=case.pk).update(confidentiality="sealed")
    found = find(world, at, who="other_caseworker", document="X1234567")
    assert (found.alike, found.elsewhere) == ((), False)


def test_too_little_finds_nobody_and_says_why(world, at):
    for sought, field in (
        ({}, "document"),
        ({"birth_date": "1998-03-27"}, "document"),
        ({"name": "Mohammed"}, "birth_date"),
        ({"name": "Mohammed", "birth_date": "soon"}, "birth_date"),
    ):
        with pytest.raises(Refused) as refusal:
            find(world, at, **sought)
        assert {o.field for o in refusal.value.objections} == {field}
    with pytest.raises(Refused) as refusal:
        find(world, at, name="Mohammed", birth_date="1998")  # one part, and a year
    assert [o.code for o in refusal.value.objections] == ["too_little"]
    with acting_as(world.caseworker):
        assert not Search.objects.exists()
    for name in ("responder", "provider", "liaison", "auditor", "administrator"):
        with pytest.raises(Forbidden):
            find(world, at, who=name, document="X1234567")


def test_each_search_is_an_event_without_its_words_and_there_are_so_many_an_hour(
    world, at, settings
):
    settings.SEARCHES_PER_HOUR = 3
    known(world, at, ("document", "X1234567"))
    for _ in range(3):
        find(world, at, document="X1234567")
    with pytest.raises(Refused) as refusal:
        find(world, at, document="X1234567")
    assert [o.code for o in refusal.value.objections] == ["limit"]
    find(world, at, who="supervisor", document="X1234567")
    told = Event.objects.filter(verb="person.searched").first()
    assert told.data["kinds"] == ["document"]
    assert len(told.data["tokens"]) == 1
    assert "X1234567" not in str(told.data)


def test_without_a_search_for_it_the_database_shows_no_token(world, at):
    case = known(world, at, ("document", "X1234567"), ("telephone", "07700900123"))
    with acting_as(world.caseworker):
        assert Token.objects.count() == 0
        wanted = tokens_to_find([("document", "X1234567")])
        assert list(finding.people_of(wanted, purpose="find")) == [case.person_id]
        assert Token.objects.count() == 1  # that one, and not the telephone's
    with acting_as(world.caseworker):  # another transaction
        assert Token.objects.count() == 0
        for statement in (
            "UPDATE identities_search SET purpose = 'x'",
            "DELETE FROM identities_search",
            "INSERT INTO identities_token (person_id, kind, key, token)"
            f" VALUES ('{case.person_id}', 'document', 1, 'x')",
        ):
            with (
                pytest.raises(DatabaseError),
                transaction.atomic(),
                connection.cursor() as cursor,
            ):
                cursor.execute(statement)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM identities_likeness")
        assert cursor.fetchone() == (0,)


def test_tokens_follow_a_correction_and_go_with_an_erasure(world, at):
    case = known(world, at, ("document", "X1234567"), BORN)
    with acting_as(world.caseworker):
        vault.record(
            case.person_id, [("document", "Z7777777")], at=at, case_id=case.pk, instead=True
        )
        vault.record(case.person_id, [("name", "Amina Hodžić")], at=at, case_id=case.pk)
    assert not find(world, at, document="X1234567").alike
    assert find(world, at, document="Z7777777").alike
    assert find(world, at, name="Амина Ходжич", birth_date="1998-03-27").alike
    ask_for_erasure(case, actor=world.supervisor, at=at, reason="asked")
    agree_to_erasure(case, actor=world.supervisor2, at=at)
    found = find(world, at, document="Z7777777")
    assert (found.alike, found.elsewhere) == ((), False)
    with keys_connection() as opened:
        rows = opened.execute(
            "SELECT count(*) FROM identities_token WHERE person_id = %s", [case.person_id]
        )
        assert rows.fetchone() == (0,)


def test_a_new_search_key_finds_both_until_tokens_are_made_anew(world, at, settings):
    case = known(world, at, ("document", "X1234567"))
    old = settings.SEARCH_KEYS
    settings.SEARCH_KEYS = f"{old},2:{base64.b64encode(os.urandom(32)).decode()}"
    assert find(world, at, document="X1234567").alike[0].case == case
    other = known(world, at, ("document", "Y7654321"))
    call_command("rebuild_tokens", stdout=StringIO())
    settings.SEARCH_KEYS = settings.SEARCH_KEYS.removeprefix(f"{old},")
    tokens._parse.cache_clear()
    assert find(world, at, document="X1234567").alike[0].case == case
    assert find(world, at, document="Y7654321").alike[0].case == other


def test_intake_is_told_that_somebody_may_be_known_and_why(world, at):
    first = known(world, at, ("document", "X1234567"), ("name", "Zamira Hoxhaj"), BORN)
    second = known(world, at, ("document", "x1234567"), ("name", "Замира Ходжай"), BORN)
    with acting_as(world.intake):
        found = duplicates_of(second, world.intake)
        assert [one.case for one in found.alike] == [first]
        assert "document" in found.alike[0].kinds
        assert [one.case for one in duplicates_of(first, world.intake).alike] == [second]
        assert Likeness.objects.count() == 1
        assert duplicates_of(second, world.other_supervisor).elsewhere
    page = world.client("intake").get(reverse("triage", args=[second.reference]))
    text = page.content.decode()
    assert "May be known already" in text
    assert first.reference in text
    assert "The same document or reference number" in text
    assert "Zamira" not in text
    assert "X1234567" not in text
    told = api(world.intake).get(reverse("api_duplicates", args=[second.reference])).json()
    assert [one["reference"] for one in told["results"]] == [first.reference]


def test_a_person_is_found_on_the_page_and_nothing_stands_in_an_address(world, at):
    case = known(world, at, ("telephone", "+44 7700 900123"))
    client = world.client("caseworker")
    empty = client.post(reverse("find_person"), {})
    assert empty.status_code == 422
    assert "Enter a document number, a telephone number" in empty.content.decode()
    page = client.post(reverse("find_person"), {"telephone": "07700900123"})
    assert case.reference in page.content.decode()
    other = world.client("other_caseworker")
    page = other.post(reverse("find_person"), {"telephone": "07700900123"}).content.decode()
    assert "There is a record that you may not see" in page
    assert case.reference not in page
    assert case.person.pseudonym not in page
    answer = api(world.caseworker).post(reverse("api_person_search"), {"telephone": "07700900123"})
    assert [one["reference"] for one in answer.json()["results"]] == [case.reference]
