"""The workbench: who gets it, what it saves, and what happens when two people save at once."""

import re
from typing import Any
from uuid import uuid4

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from cases.models import Episode
from nrm.actions import Changed, Refused
from nrm.audit.models import Event
from screening import actions
from screening.actions import FoundEpisode
from screening.models import EarlierEvidence, Evidence, IndicatorFinding
from tests.screening.build import board_of, first_episode, item, started, url
from tests.watching import looking_as


@pytest.fixture
def screening(world: Any, at: Any) -> Any:
    return started(world, at)


def finding_url(screening: Any, episode: Any, code: str) -> str:
    return url(screening, f"episodes/{episode.pk}/indicators/{code}/")


def finding(world: Any, screening: Any, code: str) -> Any:
    with looking_as(world.caseworker):
        rows = IndicatorFinding.objects.select_related("recorded_by").filter(
            screening=screening, code=code
        )
        return rows.first()


# Who gets it --------------------------------------------------------------------------------------
def addresses(world: Any, at: Any, screening: Any) -> list[tuple[str, str]]:
    episode = first_episode(screening, world)
    who = {"actor": world.caseworker, "at": at}
    one = actions.record_evidence(screening, **who, item=item())
    two = actions.record_evidence(screening, **who, item=item("Another."))
    pair = actions.note_contradiction(screening, **who, first=one.pk, second=two.pk)
    return [
        ("get", ""),
        ("get", f"screenings/{screening.pk}/"),
        ("get", f"evidence/{one.pk}/"),
        ("get", "episodes/"),
        ("get", f"episodes/{episode.pk}/indicators/ACT-REC/"),
        ("get", f"contradictions/?first={one.pk}"),
        ("get", "completion/"),
        ("post", "screenings/"),
        ("post", "evidence/"),
        ("post", f"evidence/{one.pk}/"),
        ("post", f"evidence/{one.pk}/indicators/?episode=1"),
        ("post", "episodes/"),
        ("post", f"episodes/{episode.pk}/age/"),
        ("post", f"episodes/{episode.pk}/indicators/ACT-REC/"),
        ("post", "contradictions/"),
        ("post", f"contradictions/{pair.pk}/"),
        ("post", "completion/"),
    ]


def test_strangers_do_not_learn_of_a_screening_and_others_may_not_screen(
    world: Any, at: Any, screening: Any
) -> None:
    hidden = ["other_caseworker", "other_supervisor", "caseworker2", "auditor", "superuser"]
    forbidden = ["intake", "responder", "lead"]
    clients = {name: world.client(name) for name in [*hidden, *forbidden]}
    for method, rest in addresses(world, at, screening):
        for name in hidden:
            answer = getattr(clients[name], method)(url(screening, rest))
            assert answer.status_code == 404, (name, method, rest)
        for name in forbidden:
            answer = getattr(clients[name], method)(url(screening, rest))
            assert answer.status_code == 403, (name, method, rest)


def test_caseworker_and_supervisor_screen(world: Any, at: Any, screening: Any) -> None:
    reading = [rest for method, rest in addresses(world, at, screening) if method == "get"]
    for name in ("caseworker", "supervisor"):
        client = world.client(name)
        for rest in reading:
            answer = client.get(url(screening, rest), follow=True)
            assert answer.status_code == 200, (name, rest)
            title = re.search(r"<title>(.*?)</title>", answer.content.decode())
            assert title
            assert screening.case.pseudonym not in title[1]


def test_evidence_of_another_case_is_not_found(world: Any, at: Any, screening: Any) -> None:
    other = started(world, at)
    theirs = actions.record_evidence(other, actor=world.caseworker, at=at, item=item())
    client = world.client("caseworker")
    assert client.get(url(screening, f"evidence/{theirs.pk}/")).status_code == 404
    assert client.get(url(screening, f"screenings/{other.pk}/")).status_code == 404
    elsewhere = first_episode(other, world)
    answer = client.post(finding_url(screening, elsewhere, "ACT-REC"), {"state": "shown"})
    assert answer.status_code == 404
    with pytest.raises(Refused) as refusal:
        actions.record_indicator(
            screening,
            actor=world.caseworker,
            at=at,
            episode=elsewhere.pk,
            code="NO-SUCH",
            state="perhaps",
            evidence_ids=[theirs.pk],
        )
    assert [each.field for each in refusal.value.objections] == [
        "episode",
        "code",
        "state",
        "evidence",
    ]


def test_each_look_is_an_event(world: Any, at: Any, screening: Any) -> None:
    one = actions.record_evidence(screening, actor=world.caseworker, at=at, item=item())
    world.client("supervisor").get(url(screening))
    with looking_as(world.supervisor):
        look = Event.objects.get(verb="screening.viewed")
    assert look.actor_id == world.supervisor.pk
    assert look.case_id == screening.case_id
    assert look.data == {"evidence": [str(one.pk)]}


# What it saves ------------------------------------------------------------------------------------
def test_one_click_saves_an_answer_and_leads_back_to_it(
    world: Any, at: Any, screening: Any
) -> None:
    episode = first_episode(screening, world)
    client = world.client("caseworker")
    answer = client.post(
        finding_url(screening, episode, "MC-04"), {"state": "shown", "version": "0"}
    )
    assert answer["Location"] == url(screening) + "?episode=1#i-MC-04"
    page = client.get(url(screening)).content.decode()
    row = page.partition('id="i-MC-04"')[2].partition("</li>")[0]
    assert row.count('aria-pressed="true"') == 1
    assert 'value="shown" class="nrm-choice__button nrm-choice__button--shown"' in row
    assert "no evidence linked" in row
    # The same click again changes nothing and is no clash.
    again = client.post(
        finding_url(screening, episode, "MC-04"), {"state": "shown", "version": "0"}
    )
    assert again.status_code == 302
    with looking_as(world.caseworker):
        assert IndicatorFinding.objects.count() == 1


def test_an_answer_can_be_taken_back(world: Any, at: Any, screening: Any) -> None:
    episode = first_episode(screening, world)
    client = world.client("caseworker")
    address = finding_url(screening, episode, "MC-04")
    client.post(address, {"state": "unknown", "version": "0"})
    client.post(
        address, {"whole": "1", "state": "", "version": finding(world, screening, "MC-04").version}
    )
    assert finding(world, screening, "MC-04") is None


def test_an_item_is_linked_in_three_clicks(world: Any, at: Any, screening: Any) -> None:
    client = world.client("caseworker")
    one = actions.record_evidence(screening, actor=world.caseworker, at=at, item=item())
    page = client.get(url(screening)).content.decode()
    link = f"?episode=1&amp;evidence={one.pk}#indicators"
    assert link in page  # the first click; every section is open on the page it leads to
    page = client.get(url(screening), {"episode": 1, "evidence": str(one.pk)}).content.decode()
    groups = re.findall(r'<details class="nrm-fold nrm-group"( open)?>', page)
    assert groups
    assert all(groups)
    assert page.count('name="codes"') == len(screening.case.profile.screening.indicators)
    answer = client.post(
        url(screening, f"evidence/{one.pk}/indicators/?episode=1"), {"codes": ["MC-05", "PU-LAB"]}
    )
    assert answer["Location"] == url(screening) + f"?episode=1#e-{one.pk}"
    board = board_of(screening, world)
    row = board.row(board.episodes[0], board.profile.indicator("MC-05"))
    assert row.state == "shown"
    assert [each.id for each in row.evidence] == [one.pk]


def test_two_who_link_at_once_lose_nothing(world: Any, at: Any, screening: Any) -> None:
    one = actions.record_evidence(screening, actor=world.caseworker, at=at, item=item())
    address = url(screening, f"evidence/{one.pk}/indicators/?episode=1")
    mine, theirs = world.client("caseworker"), world.client("supervisor")
    mine.post(address, {"codes": ["MC-05"]})
    # Both have the page open with MC-05 ticked; one adds PU-LAB, the other takes MC-05 away.
    theirs.post(address, {"before": ["MC-05"], "codes": ["MC-05", "PU-LAB"]})
    mine.post(address, {"before": ["MC-05"], "codes": []})
    board = board_of(screening, world)
    assert [code for _episode, code in board.items[0].codes] == ["PU-LAB"]


def test_evidence_sent_twice_is_one_item(world: Any, at: Any, screening: Any) -> None:
    client = world.client("caseworker")
    sent = {"source": "person", "text": "He kept my passport.", "key": str(uuid4())}
    for _click in range(3):
        assert client.post(url(screening, "evidence/"), sent).status_code == 302
    assert len(board_of(screening, world).items) == 1


def test_faults_in_evidence_are_told_at_once_and_the_text_is_kept(
    world: Any, at: Any, screening: Any
) -> None:
    page = world.client("caseworker").post(
        url(screening, "evidence/"), {"text": "Typed for a while", "dated_month": "3"}
    )
    assert page.status_code == 422
    html = page.content.decode()
    for words in ("Select where this comes from", "The date must include a year"):
        assert html.count(words) == 2  # in the summary and at the field
    assert "Typed for a while" in html
    assert "<title>Error:" in html
    assert not board_of(screening, world).items


def test_episode_found_later_is_added_once_and_weighed(world: Any, at: Any, screening: Any) -> None:
    client = world.client("caseworker")
    sent = {
        "types": ["household"],
        "place": "overseas",
        "countries": "Ghana, Côte d'Ivoire",
        "began_year": "2015",
        "ended_year": "2014",
        "age_then_status": "child",
        "key": str(uuid4()),
    }
    page = client.post(url(screening, "episodes/"), sent)
    assert page.status_code == 422
    assert "The end must not be before the beginning" in page.content.decode()
    sent["ended_year"] = "2016"
    for _click in range(2):
        page = client.post(url(screening, "episodes/"), sent)
    assert page["Location"] == url(screening) + "?episode=2#indicators"
    with looking_as(world.caseworker):
        _one, two = Episode.objects.filter(case_id=screening.case_id)
    assert two.countries == ["Ghana", "Côte d'Ivoire"]
    assert (two.began, two.ended, two.age_then_status) == ("2015", "2016", "child")
    html = client.get(url(screening), {"episode": 2}).content.decode()
    assert "Weighed as a child: no means is needed." in html
    html = client.get(url(screening), {"episode": 1}).content.decode()
    assert "Weighed as an adult." in html


@pytest.mark.parametrize("status", ["child", "disputed", "not_sure"])
def test_age_switch_turns_means_into_context(
    world: Any, at: Any, screening: Any, status: str
) -> None:
    episode = first_episode(screening, world)
    for code in ("ACT-REC", "PU-LAB", "MC-04"):
        actions.record_indicator(
            screening,
            actor=world.caseworker,
            at=at,
            episode=episode.pk,
            code=code,
            state="shown",
        )
    client = world.client("caseworker")
    assert "Not needed for a child" not in client.get(url(screening)).content.decode()
    answer = client.post(
        url(screening, f"episodes/{episode.pk}/age/?episode=1"), {"age_then": status, "before": ""}
    )
    assert answer.status_code == 302
    page = client.get(url(screening)).content.decode()
    assert "Not needed for a child" in page
    assert "As context: Present." in page
    assert "The elements are met, by the rule for a child" in page


def test_screener_is_told_whom_never_to_tell(palermo: Any, at: Any) -> None:
    page = palermo.client("caseworker").get(url(started(palermo, at))).content.decode()
    for rule in palermo.profile.never_notify:
        assert f"Never tell: {rule.label}" in page


# Two editors --------------------------------------------------------------------------------------
def test_second_editor_of_an_indicator_sees_both_answers(
    world: Any, at: Any, screening: Any
) -> None:
    episode = first_episode(screening, world)
    address = finding_url(screening, episode, "MC-04")
    world.client("supervisor").post(address, {"state": "shown", "version": "0"})
    mine = world.client("caseworker")
    page = mine.post(address, {"state": "not_shown", "version": "0"})
    assert page.status_code == 409
    html = page.content.decode()
    assert "A colleague saved this while you had it open" in html
    assert "Supervisor" in html
    assert re.search(r"You chose</dt><dd[^>]*><strong>Not shown", html)
    assert re.search(r"Saved now</dt><dd[^>]*><strong>Shown", html)
    assert finding(world, screening, "MC-04").state == "shown"
    # Saved knowingly, mine goes in.
    version = re.search(r'name="version" value="(\d+)"', html)
    assert version
    sent = {"whole": "1", "state": "not_shown", "version": version[1]}
    assert mine.post(address, sent).status_code == 302
    saved = finding(world, screening, "MC-04")
    assert (saved.state, saved.recorded_by) == ("not_shown", world.caseworker)


def test_answer_taken_back_and_given_again_is_still_a_clash(
    world: Any, at: Any, screening: Any
) -> None:
    episode = first_episode(screening, world)

    def save(state: str, version: int | None = None) -> None:
        actions.record_indicator(
            screening,
            actor=world.supervisor,
            at=at,
            episode=episode.pk,
            code="MC-04",
            state=state,
            version=version,
        )

    save("shown")
    read = finding(world, screening, "MC-04").version
    save("")
    save("unknown")
    with pytest.raises(Changed):
        save("not_shown", read)


def test_second_editor_of_evidence_keeps_their_text_and_sees_the_other(
    world: Any, at: Any, screening: Any
) -> None:
    one = actions.record_evidence(screening, actor=world.caseworker, at=at, item=item())
    address = url(screening, f"evidence/{one.pk}/")
    theirs, mine = world.client("supervisor"), world.client("caseworker")
    sent = {"source": "person", "version": one.version}
    assert theirs.post(address, {**sent, "text": "They kept it."}).status_code == 302
    page = mine.post(address, {**sent, "text": "My long correction."})
    assert page.status_code == 409
    html = page.content.decode()
    assert "They kept it." in html
    assert "My long correction." in html
    assert "Supervisor saved this on" in html
    version = re.search(r'name="version" value="(\d+)"', html)
    assert version
    sent["version"] = version[1]
    assert mine.post(address, {**sent, "text": "My long correction."}).status_code == 302
    board = board_of(screening, world)
    assert board.items[0].text == "My long correction."
    # Every earlier wording stays to be read.
    html = mine.get(address).content.decode()
    assert "They kept it." in html
    assert "He kept my passport." in html
    with looking_as(world.caseworker):
        by = list(EarlierEvidence.objects.values_list("recorded_by__email", flat=True))
    assert sorted(by) == ["caseworker@example.org", "supervisor@example.org"]


def test_second_editor_of_an_explanation_keeps_their_text(
    world: Any, at: Any, screening: Any
) -> None:
    who = {"actor": world.caseworker, "at": at}
    one = actions.record_evidence(screening, **who, item=item("In January."))
    two = actions.record_evidence(screening, **who, item=item("In March."))
    pair = actions.note_contradiction(screening, **who, first=one.pk, second=two.pk)
    address = url(screening, f"contradictions/{pair.pk}/")
    sent = {"version": pair.version, "put_to_person": "yes"}
    world.client("supervisor").post(address, {**sent, "explanation": "Two journeys."})
    page = world.client("caseworker").post(address, {**sent, "explanation": "The calendar."})
    assert page.status_code == 409
    assert "Two journeys." in page.content.decode()
    assert "The calendar." in page.content.decode()
    assert board_of(screening, world).pairs[0].explanation == "Two journeys."


def test_second_editor_of_an_age_is_told(world: Any, at: Any, screening: Any) -> None:
    episode = first_episode(screening, world)
    address = url(screening, f"episodes/{episode.pk}/age/?episode=1")
    world.client("supervisor").post(address, {"age_then": "child", "before": ""})
    page = world.client("caseworker").post(address, {"age_then": "adult", "before": ""})
    assert page.status_code == 409
    assert "Somebody saved this while you had it open" in page.content.decode()
    assert first_episode(screening, world).age_then_status == "child"


# Under the key ------------------------------------------------------------------------------------
def test_free_text_is_sealed_in_the_raw_rows(world: Any, at: Any, screening: Any) -> None:
    who = {"actor": world.caseworker, "at": at}
    secret = "Amina Fofana"
    told = item(f"{secret} one", reliability=f"{secret} two")
    one = actions.record_evidence(screening, **who, item=told)
    two = actions.record_evidence(screening, **who, item=item("Another."))
    actions.correct_evidence(one, **who, item=item(f"{secret} three"), version=one.version)
    actions.note_contradiction(
        screening, **who, first=one.pk, second=two.pk, explanation=f"{secret} four"
    )
    actions.record_indicator(
        screening, **who, episode=first_episode(screening, world).pk, code="MC-04", state="shown"
    )
    actions.complete_screening(screening, **who, differs=f"{secret} five")
    page = world.client("caseworker").get(url(screening)).content.decode()
    for number in ("three", "four", "five"):
        assert f"{secret} {number}" in page
    rows = 0
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        tables = [name for (name,) in cursor.fetchall()]
        for table in tables:
            cursor.execute(f'SELECT t::text FROM "{table}" t')
            for (row,) in cursor.fetchall():
                rows += 1
                plain = row + _unhexed(row)
                assert "Amina" not in plain, table
    assert rows > 20
    with looking_as(world.caseworker):
        moved = Evidence.objects.get(pk=two.pk)
        moved.text = Evidence.objects.get(pk=one.pk).text
        moved.save()
    with pytest.raises(Exception, match="changed or moved"):
        board_of(screening, world)


def _unhexed(row: str) -> str:
    """The bytes of a row's binary columns as text, so that plain text in them would be found."""
    return " ".join(
        bytes.fromhex(found).decode("latin-1")
        for found in re.findall(r"\\x((?:[0-9a-f]{2})+)", row)
    )


# Queries ------------------------------------------------------------------------------------------
# The roles, the case, the screenings; the board's six with the key; the documents; the event of
# the look; two for the rights on the case, the safe-contact card and the number in the inbox.
WORKBENCH_QUERIES = 14
FRAME = ("accounts_session", "set_config", "SAVEPOINT", "BEGIN", "COMMIT")


def test_workbench_takes_the_same_queries_for_any_amount(
    world: Any, at: Any, screening: Any
) -> None:
    who = {"actor": world.caseworker, "at": at}
    codes = [indicator.code for indicator in world.profile.screening.indicators]
    episode = first_episode(screening, world)
    actions.add_episode(screening, **who, episode=FoundEpisode(types=("begging",)))
    client = world.client("caseworker")
    counted = []
    made: list[Any] = []
    for amount in (25, 50):
        while len(made) < amount:
            code = codes[len(made)]
            one = actions.record_evidence(screening, **who, item=item(f"Item {code}"))
            made.append(one.pk)
            actions.record_indicator(
                screening,
                **who,
                episode=episode.pk,
                code=code,
                state="shown",
                evidence_ids=made[-3:],
            )
            if len(made) % 5 == 0:
                actions.note_contradiction(
                    screening, **who, first=made[-1], second=made[-2], explanation="Both."
                )
        client.get(url(screening))
        with CaptureQueriesContext(connections["default"]) as captured:
            assert client.get(url(screening)).status_code == 200
        counted.append(
            sum(
                1
                for query in captured.captured_queries
                if not any(word in query["sql"] for word in FRAME)
            )
        )
    assert counted == [WORKBENCH_QUERIES, WORKBENCH_QUERIES]
