"""The case overview: what is next and when, without a click; notes, tasks, timeline, consent."""

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cases import ports, rights, words
from cases.models import CaseTask, Decision, FindingSet, Note
from identities.models import PersonKey
from nrm.audit.models import Event
from nrm.context import acting_as
from tests.casework.people import assigned, child
from tests.decisions import road
from tests.intake.answers import ADULT, CHILD, FULL


@pytest.fixture
def case(world, at):
    return assigned(world, at=at, answers=FULL)


def page(world, case, who="caseworker", name="case", query=""):
    answer = world.client(who).get(reverse(name, args=[case.reference]) + query)
    assert answer.status_code == 200
    return answer


def steps(answer):
    return [str(line.title) for line in answer.context["next"]]


def found(case, world, at, **more):
    return FindingSet.objects.create(
        case=case,
        act="PRESENT",
        means=more.pop("means", "PRESENT"),
        purpose="PRESENT",
        result=more.pop("result", "ELEMENTS_MET_ADULT"),
        limb="trafficking",
        pathway="decision",
        recorded_by=world.caseworker,
        recorded_at=at,
        **more,
    )


def test_the_bar_says_who_without_saying_who(world, case):
    text = page(world, case).content.decode()
    assert case.pseudonym in text
    assert case.reference in text
    assert "18 or over" in text
    assert "Contact only by telephone" in text
    assert "Show identity" in text
    assert "Show identity" not in page(world, case, "intake").content.decode()


def test_the_page_title_names_nobody(world, case):
    text = page(world, case).content.decode()
    title = text[text.index("<title>") : text.index("</title>")]
    assert case.pseudonym not in title
    assert case.reference not in title


def test_what_is_next_and_when_stands_on_the_page(world, case, at):
    answer = page(world, case)
    assert steps(answer) == ["Screen the case: act, means and purpose"]
    assert [d.label for d in answer.context["deadlines"]] == ["First decision (reasonable grounds)"]
    assert "days left" in answer.content.decode()
    found(case, world, at)
    assert steps(page(world, case)) == ["Draft the decision: Reasonable grounds decision"]
    draft = Decision.objects.create(
        case=case,
        code="reasonable_grounds",
        outcome="positive",
        author=world.caseworker,
        drafted_at=at,
    )
    assert steps(page(world, case)) == [
        "Finish the draft and send it to a second person: Reasonable grounds decision"
    ]
    Decision.objects.filter(pk=draft.pk).update(state="in_review")
    assert steps(page(world, case)) == [
        "A second person reads the draft: Reasonable grounds decision"
    ]
    assert steps(page(world, case, "supervisor")) == [
        "Read the draft, then agree or return it: Reasonable grounds decision"
    ]


def test_an_unassigned_case_asks_for_a_caseworker_first(world, at):
    case = child(world, at=at)
    assert steps(page(world, case, "supervisor"))[0] == "Choose a caseworker"


def test_the_outcome_of_a_draft_is_not_shown_before_it_is_made(world, case, at):
    Decision.objects.create(
        case=case,
        code="reasonable_grounds",
        outcome="negative",
        author=world.caseworker,
        drafted_at=at,
    )
    label = str(case.profile.decision("reasonable_grounds").outcome("negative").label)
    assert label not in page(world, case).content.decode()


def test_findings_are_words_and_no_score(world, case, at):
    found(case, world, at, means="UNKNOWN", result="PARTIAL_MEANS")
    text = page(world, case, "intake").content.decode()
    assert "Means are not shown yet." in text
    assert "Not known yet" in text


def test_a_child_needs_no_means(world, at):
    case = assigned(world, at=at, answers=CHILD)
    found(case, world, at, means="NOT_SHOWN", result="ELEMENTS_MET_CHILD")
    assert "Not needed for a child" in page(world, case, "intake").content.decode()


def test_findings_of_several_episodes_stand_apart(world, case, at):
    episodes = [
        {"position": n, "act": "PRESENT", "means": "UNKNOWN", "purpose": "PRESENT", "result": r}
        for n, r in ((1, "PARTIAL_MEANS"), (2, "INSUFFICIENT"))
    ]
    found(case, world, at, episodes=episodes)
    text = page(world, case).content.decode()
    assert "Means are not shown yet." in text
    assert "That is never a negative decision." in text


def test_every_look_is_an_event_with_what_was_shown(world, case):
    page(world, case)
    event = Event.objects.get(verb="case.viewed")
    assert (event.actor_id, event.case_id) == (world.caseworker.pk, case.pk)
    assert len(event.data["deadlines"]) == 1
    page(world, case, name="case_referral")
    event = Event.objects.get(verb="referral.viewed")
    assert len(event.data["referrals"]) == 1


def test_another_room_puts_a_panel_on_the_page(world, case, monkeypatch):
    monkeypatch.setattr(ports, "_panels", {})
    ports.register_panel(
        ports.Panel(
            "help",
            1,
            True,
            rights.SEE_CASE,
            "components/inset.html",
            lambda case, user: None if user.roles == {"intake"} else {"text": ""},
        )
    )
    assert len(page(world, case).context["side_panels"]) == 1
    assert page(world, case, "intake").context["side_panels"] == []


def test_the_overview_costs_the_same_however_much_is_on_file(world, case, at):
    def cost():
        client = world.client("caseworker")
        url = reverse("case", args=[case.reference])
        client.get(url)
        with CaptureQueriesContext(connection) as captured:
            client.get(url)
        return len(captured)

    before = cost()
    for _ in range(25):
        world.client("caseworker").post(
            reverse("case_notes", args=[case.reference]),
            {"text": "Seen", "submission_key": str(uuid4())},
        )
    assert cost() == before <= 28


# The timeline ---------------------------------------------------------------------------------
def test_the_timeline_tells_what_was_done_and_who_looked(world, case):
    page(world, case)
    page(world, case)
    world.client("caseworker").post(
        reverse("show_identity", args=[case.reference]),
        {"purpose": "contact", "key": str(uuid4())},
    )
    done = page(world, case, name="case_timeline").content.decode()
    assert "Caseworker chosen" in done
    assert "Referral received" in done
    assert "Clock started: First decision (reasonable grounds)." in done
    assert "Reason given: To contact the person." in done
    assert "Case page opened" not in done
    looks = page(world, case, name="case_timeline", query="?show=looks").content.decode()
    assert "Case page opened" in looks
    assert "2 times on this day." in looks
    assert "Caseworker chosen" not in looks
    everything = page(world, case, name="case_timeline", query="?show=all").content.decode()
    assert "Caseworker chosen" in everything
    assert "Case page opened" in everything


def test_the_timeline_turns_its_pages(world, case, at):
    from nrm.audit import writer

    with acting_as(world.caseworker):
        for number in range(40):
            writer.write(
                f"test.number_{number}", at=at, actor_id=world.caseworker.pk, case_id=case.pk
            )
    client = world.client("caseworker")
    first = client.get(reverse("case_timeline", args=[case.reference]))
    assert len(first.context["events"]) == 25
    second = client.get(first.context["next_url"])
    titles = [e.title for e in first.context["events"]] + [
        e.title for e in second.context["events"]
    ]
    assert len(titles) == len(set(titles)) == 42
    assert client.get(second.context["previous_url"]).context["events"] == first.context["events"]
    for nonsense in ("?after=x", "?before=-1", f"?after={'9' * 30}", "?show=nothing"):
        assert client.get(first.request["PATH_INFO"] + nonsense).status_code == 200


def test_a_verb_that_nobody_has_words_for_is_still_told(world, case, at):
    from nrm.audit import writer

    with acting_as(world.caseworker):
        writer.write("stone.turned_over", at=at, actor_id=world.caseworker.pk, case_id=case.pk)
    assert "Stone: turned over" in page(world, case, name="case_timeline").content.decode()


def test_a_refusal_is_not_on_the_timeline(world, case):
    world.client("provider").get(reverse("case", args=[case.reference]))
    assert Event.objects.filter(refused=True).exists()
    text = page(world, case, name="case_timeline", query="?show=all").content.decode()
    assert "refused" not in text.lower()


# Notes ----------------------------------------------------------------------------------------
def write(world, case, text, key=None, who="caseworker"):
    return world.client(who).post(
        reverse("case_notes", args=[case.reference]),
        {"text": text, "submission_key": key or str(uuid4())},
    )


def test_a_note_is_kept_sealed_and_read_by_colleagues(world, case):
    assert write(world, case, "Rang the <b>shelter</b>").status_code == 302
    note = Note.objects.get()
    assert b"shelter" not in bytes(note.text)
    text = page(world, case, "supervisor", "case_notes").content.decode()
    assert "Rang the &lt;b&gt;shelter&lt;/b&gt;" in text
    assert "shelter" not in str(list(Event.objects.values_list("data", flat=True)))


def test_notes_whose_key_is_gone_are_still_told_of_and_the_page_says_so(world, case):
    client = world.client("caseworker")
    address = reverse("case_notes", args=[case.reference])
    client.post(address, {"text": "Rang the shelter.", "submission_key": str(uuid4())})
    PersonKey.objects.filter(person_id=case.person_id).delete()
    page = client.get(address).content.decode()
    assert "cannot be opened any more" in page
    assert "No notes yet" not in page
    answer = client.get(reverse("api_case_notes", args=[case.reference]))
    assert [note["text"] for note in answer.json()["results"]] == [""]


def test_ten_clicks_make_one_note(world, case):
    key = str(uuid4())
    for _ in range(10):
        assert write(world, case, "Once", key).status_code == 302
    assert Note.objects.count() == 1
    told = page(world, case, name="case_timeline").content.decode()
    assert told.count("Note added") == 1


def test_a_key_of_somebody_elses_note_opens_nothing(world, case, at):
    other = assigned(world, at=at, answers=ADULT)
    key = str(uuid4())
    write(world, case, "First", key)
    answer = write(world, other, "Second", key)
    assert answer.status_code == 422
    assert "This note was not saved" in answer.content.decode()
    assert "Second" in answer.content.decode()


@pytest.mark.parametrize(
    ("text", "error"),
    [("", "Enter a note"), ("   ", "Enter a note"), ("x" * 2001, "must be 2,000 characters")],
)
def test_a_bad_note_gets_a_clear_error_and_keeps_the_text(world, case, text, error):
    answer = write(world, case, text)
    assert answer.status_code == 422
    assert error in answer.content.decode()
    assert text in answer.content.decode()
    assert not Note.objects.exists()


# Tasks ----------------------------------------------------------------------------------------
def test_ticking_tasks_records_who_and_unticking_says_so(world, at):
    case = child(world, at=at)
    client = world.client("intake")
    url = reverse("case_tasks", args=[case.reference])
    first, second = (task.code for task in case.casetasks.all())
    assert client.post(url, {"done": [first], "back": "triage"})["Location"] == reverse(
        "triage", args=[case.reference]
    )
    task = CaseTask.objects.get(code=first)
    assert task.done_by == world.intake
    assert CaseTask.objects.get(code=second).done_at is None
    client.post(url, {"done": [first]})  # no change, no event
    assert Event.objects.filter(verb="task.done").count() == 1
    client.post(url, {"done": [second]})
    assert CaseTask.objects.get(code=first).done_at is None
    assert Event.objects.filter(verb="task.reopened").count() == 1


def test_a_task_of_no_case_is_refused(world, at):
    case = child(world, at=at)
    answer = world.client("intake").post(
        reverse("case_tasks", args=[case.reference]), {"done": ["cook_dinner"]}
    )
    assert answer.status_code == 422
    assert "Tick tasks of this case only" in answer.content.decode()


# People and consent ---------------------------------------------------------------------------
def test_consent_and_safe_contact_are_told_in_words(world, case):
    text = page(world, case, name="case_people").content.decode()
    for said in ("Agreed", "2 March 2026", "Albanian", "By telephone", "lighthouse", "Not safe"):
        assert said.lower() in text.lower(), said
    assert "Hoxhaj" not in text


def test_without_a_card_nobody_is_contacted(world, at):
    case = assigned(world, at=at, answers=ADULT)
    text = page(world, case, name="case_people").content.decode()
    assert "Do not contact the person." in text
    assert "Do not contact: no safe way is known" in text


def test_every_verb_of_this_room_has_words():
    from cases.actions import assigning, identity, notes, tasks_done

    for module in (assigning, identity, notes, tasks_done):
        for action in vars(module).values():
            verb = getattr(action, "verb", None)
            if isinstance(verb, str):
                assert verb in words._tellings, verb


@pytest.mark.parametrize(
    ("years", "said"),
    [(None, "18 or over"), (22, "about 20 to 24"), (18, "about 18 to 19"), (90, "about 90 to 94")],
)
def test_an_age_is_told_in_a_band(world, case, years, said):
    case.age_years = years
    case.save(update_fields=["age_years"])
    assert said in page(world, case).content.decode()


def test_in_recovery_the_case_waits_for_the_day_of_the_next_decision(world, case, at):
    from cases.actions.clocks import start_term
    from cases.selectors.cases import lines
    from nrm import actions

    found(case, world, at)
    with acting_as(world.caseworker):
        token = actions._details.set({})
        for term in ("recovery_period", "cg_not_before"):
            start_term(case, term, at=at)
        actions._details.reset(token)
    case.deadlines.filter(kind="due").update(state="met", settled_at=at)
    case.stage = "recovery"
    case.save(update_fields=["stage"])
    answer = page(world, case)
    (step,) = answer.context["next"]
    assert step.title == "Prepare the decision: Conclusive grounds decision"
    assert step.hint.startswith("It cannot be made before ")
    assert (step.href, step.status) == ("", "Waiting for the date")
    case.is_screened = True
    with acting_as(world.caseworker):
        (line,) = lines([case], world.caseworker, at=at)
    assert line.deadline.label == "Final decision: not before"
    assert line.waits == "The date"


def test_a_clock_that_no_step_meets_is_a_thing_to_do_by_itself(palermo, at):
    case = assigned(palermo, at=at, answers={**ADULT, "jurisdiction": _first(palermo)})
    titles = [str(line.title) for line in page(palermo, case).context["next"]]
    assert titles[0] == "Screen the case: act, means and purpose"
    labels = {str(case.profile.term(d.term).label) for d in case.deadlines.all()}
    assert labels == set(titles[1:])


def _first(world):
    return world.profile.jurisdictions[0].code


def test_a_decision_is_linked_for_whoever_may_open_it_and_named_for_others(world, at):
    case = road.again(world, assigned(world, at=at))
    road.findings(world, case, at=at)
    link = reverse("decision", args=[case.reference, road.submitted(world, case, at=at).pk])
    for name, linked in (("caseworker", True), ("supervisor", True), ("intake", False)):
        html = page(world, case, name).content.decode()
        assert "Decisions so far" in html
        assert (link in html) is linked, name
