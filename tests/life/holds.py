"""What holds of a case at every moment of its life, worked out from its rows by means of their own:
no rule, selector or policy of the application is asked."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

from nrm.profiles.terms import Extension, Pause
from protection.models.service import WITH_PROVIDER
from tests.life.records import Records
from tests.life.scene import Scene

# For what and with whom the lives share.
PURPOSE, KIND = "support", "provider"
# For what they tell agencies of matters, and of what kind those are that receive it here; and the
# indicator by which the police are never told.
TELLING, AGENCY_KIND, FORCES = "non_punishment", "prosecution", "CF-09"
OPEN_DRAFTS = ("draft", "in_review", "returned", "escalated")


def moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def grants_are_those_that_the_records_imply(of: Records, scene: Scene) -> None:
    case = of.itself
    normal = case["confidentiality"] == "normal"
    owner = case["caseworker_id"]
    out = {row["user_id"] for row in of.of("cases_exclusion", ended_at=None)}
    assert owner is None or owner not in out, "whoever is kept from the case works on it"

    by_name = {
        (row["user_id"], scene.nearness[row["permission_id"]], row["reason"])
        for row in of.of("cases_caseusergrant")
    }
    named = {one for one in by_name if one[2] == "named"}
    implied = {(owner, "work", "assigned")} if owner else set()
    for row in of.of("cases_emergencyaccess", ended_at=None):
        implied.add((row["person_id"], "emergency", "emergency"))
    if owner and normal and case["closed_at"] is None:
        for row in of.of("cases_cover", ended_at=None, giver_id=owner):
            if row["authority_id"] == case["authority_id"] and row["delegate_id"] not in out:
                implied.add((row["delegate_id"], "work", "absence"))
    # Where it was lifted that somebody is kept out, a cover that began after it may hold.
    were_out = {row["user_id"] for row in of.of("cases_exclusion")} - out
    maybe = {(one, "work", "absence") for one in were_out}
    assert by_name - named - maybe == implied - maybe, "a grant by name too many, or too few"
    assert not {who for who, _near, _why in by_name} & out, "a grant to whoever is kept out"
    if normal:
        assert not named, "somebody is named where everybody sees it"
    else:
        assert {who for who, _near, _why in named} <= set(of.said("named")), "who was not named"

    served = any(row["state"] in WITH_PROVIDER for row in of.of("protection_service"))
    wanted = set(scene.referrers | scene.of_authority[_authority_now(of, scene)])
    if served:
        wanted.add(scene.provider_grant)
    if of.said("brought near"):
        wanted.add(scene.prosecution_grant)
    rows = of.of("cases_casegroupgrant")
    assert {(row["group_id"], scene.nearness[row["permission_id"]]) for row in rows} == wanted
    for row in rows:
        assert (row["held_since"] is None) == normal, "a grant to a group is held, and only then"
        assert normal or row["ends_at"] is not None, "a grant that is held counts"


def _authority_now(of: Records, scene: Scene) -> str:
    """Whose the case is: with each acceptance it went from one of the two to the other."""
    moved = len(of.of("cases_transfer", state="accepted")) % 2
    return str((scene.world.other_authority if moved else scene.world.authority).pk)


def it_is_of_one_authority_and_seen_by_no_other(of: Records, scene: Scene) -> None:
    """Nothing moves before it is accepted; then all of it."""
    case = of.itself
    assert case["authority_id"] == _authority_now(of, scene), "it is not whose it should be"
    moves = of.of("cases_transfer")
    if not moves:
        return
    for row in moves:
        assert row["authority_id"] != row["organisation_id"]
        answered = row["state"] in ("accepted", "rejected")
        assert not answered or row["answered_by_id"] != row["offered_by_id"], "by one person"
        assert (row["content"] is None) == (row["state"] in ("rejected", "withdrawn")), "is told on"
    # Who leads here finds it where nothing keeps them from it, and nobody who leads elsewhere.
    other = str(scene.other_authority(case["authority_id"]).pk)
    assert not scene.seen_by_leaders_of(other, of.case), "another authority finds it"
    if case["confidentiality"] == "normal" and not of.of("cases_exclusion", ended_at=None):
        assert len(scene.seen_by_leaders_of(case["authority_id"], of.case)) == 2, "nobody leads"


def the_provider_sees_whom_it_serves(of: Records, scene: Scene) -> None:
    """Asked of the database as the provider, with its policies. Nothing keeps them from it then."""
    house = str(scene.world.provider_house.pk)
    kept = of.of("cases_exclusion", organisation_id=house, ended_at=None)
    normal = of.itself["confidentiality"] == "normal"
    with_it = {
        row["id"]
        for row in of.of("protection_service", organisation_id=house)
        if row["state"] in WITH_PROVIDER
    }
    assert scene.seen_by_the_provider(of.case) == (with_it if normal and not kept else set())


def clocks_are_as_worked_out_again(of: Records, scene: Scene) -> None:
    profile = scene.world.profile
    rows = of.of("cases_deadline")
    for row in rows:
        if row["state"] != "open":
            continue
        start = str(row["basis"]["start"])
        pauses = of.of("cases_deadlinepause", deadline_id=row["id"])
        clock = profile.clock(
            row["term"],
            moment(start) if "T" in start else date.fromisoformat(start),
            calendar=row["calendar"],
            pauses=[
                Pause(
                    date.fromisoformat(one["from_date"]),
                    date.fromisoformat(one["to_date"]) + timedelta(days=1),
                    one["reason"],
                )
                for one in sorted(pauses, key=lambda one: (one["from_date"], one["at"]))
                if one["to_date"] is not None
            ],
            extensions=[
                Extension(one["length"], one["reason"])
                for one in of.of("cases_deadlineextension", deadline_id=row["id"])
            ],
            length=int(row["basis"]["length"]) if row["basis"].get("own_day") else None,
        )
        found = date.fromisoformat(row["due_on"]), moment(row["due_at"])
        assert found == (clock.due_on, clock.due_at), row["term"]
    due = [moment(row["due_at"]) for row in rows if (row["state"], row["kind"]) == ("open", "due")]
    earliest = of.itself["next_due_at"]
    assert (moment(earliest) if earliest else None) == min(due, default=None), "the earliest date"


def _said_yes(of: Records, purpose: str, kind: str) -> bool:
    """Whether the person agreed when they spoke of it last."""
    heard: list[tuple[str, datetime, bool]] = []
    for row in of.of("cases_consent", purpose=purpose, recipient_kind=kind):
        said = moment(row["recorded_at"])
        heard.append((row["given_on"], said, row["answer"] == "agreed"))
        if row["withdrawn_at"] is not None:
            taken_back = moment(row["withdrawn_at"])
            heard.append((max(row["given_on"], str(taken_back.date())), taken_back, False))
    return bool(heard) and max(heard, key=lambda one: (one[0], one[1], not one[2]))[2]


def no_service_and_nothing_shared_without_consent(of: Records, scene: Scene) -> None:
    agreed = _said_yes(of, PURPOSE, KIND)
    for service in of.of("protection_service"):
        runs = service["state"] in WITH_PROVIDER
        assert not runs or service["overridden"] or agreed, "a service runs against what they said"
        if runs and service["overridden"]:
            assert of.of("protection_override", service_id=service["id"]), "and nobody says why"
    held = of.of("cases_bundle", recalled_at=None)
    assert agreed or not held, "something is shared against what they said"


def forces_took_part(of: Records) -> bool:
    """Whether the findings that hold show it."""
    return any(
        of.of("screening_indicatorfinding", screening_id=found, code=FORCES, state="shown")
        for found in {row["source_id"] for row in of.of("cases_findingset", superseded_at=None)}
    )


def agencies_are_told_on_what_the_law_or_the_person_says(of: Records, scene: Scene) -> None:
    rows = of.of("cases_notice")
    if not rows:
        return
    profile = scene.world.profile
    law = profile.non_punishment
    house = str(scene.world.prosecution.pk)
    agreed = _said_yes(of, TELLING, AGENCY_KIND)
    normal = of.itself["confidentiality"] == "normal"
    kept = of.of("cases_exclusion", organisation_id=house, ended_at=None)
    open_there = set()
    for row in rows:
        day = moment(row["renewed_at"] or row["sent_at"])
        clock = profile.clock(law.notices.term, day, calendar=of.itself["calendar"])
        found = date.fromisoformat(row["due_on"]), moment(row["due_at"])
        assert found == (clock.due_on, clock.due_at), "by when they answer"
        assert row["organisation_id"] == (house if row["agency"] == "prosecutor" else None)
        by = str(scene.world.liaison.pk)
        if row["answered_by_id"] is not None:
            assert (row["answered_by_id"] == by) == (row["organisation_id"] == house), "answered"
        if row["recalled_at"] is not None:
            continue
        if row["ground"]:
            assert row["ground"] in {one.code for one in law.notices.grounds}, "on no ground"
        else:
            assert agreed, "an agency is told against what the person says"
        if row["organisation_id"] is not None:
            assert normal, "an agency is told of what only named people see"
            open_there.add(row["id"])
    assert scene.told_to_the_liaison(of.case) == (set() if kept else open_there)


def nobody_loses_protection_by_one_person_or_unheard(of: Records, scene: Scene) -> None:
    profile = scene.world.profile
    calendar = of.itself["calendar"]
    rows = of.of("cases_disqualification")
    for row in rows:
        if row["decided_by_id"] is None:
            continue
        assert row["decided_by_id"] != row["by_id"], "by one person"
        assert row["person_told_on"] is not None, "nobody told them"
        if not row["answered"]:
            told = date.fromisoformat(row["person_told_on"])
            last = profile.clock("disqualification_answer", told, calendar=calendar).due_at
            assert moment(row["decided_at"]) > last, "they were not heard"
        if row["look_answered_by_id"] is not None:
            took_part = {row["by_id"], row["decided_by_id"], row["look_recorded_by_id"]}
            assert row["look_answered_by_id"] not in took_part, "the same people"
        assert (row["state"] == "lifted") == (row["look_state"] == "accepted")
    stands = any(row["state"] == "made" for row in rows)
    assert stands == (of.itself["stage"] == "disqualified"), "disqualified, or not"
    assert not stands or of.itself["closed_at"] is not None, "disqualified, and it goes on"


def no_negative_decision_by_one_person(of: Records, scene: Scene) -> None:
    made = {row["id"]: row for row in of.of("cases_decision", state="made")}
    for row in made.values():
        if row["outcome"] != "negative":
            continue
        second = row["second_person_id"]
        assert second is not None, "a negative decision by one person"
        assert second != row["author_id"], "a negative decision by one person"
        read = of.of("cases_decisionreview", decision_id=row["id"], reviewer_id=second)
        assert any(one["verdict"] == "agree" for one in read), "agreed without having been read"
    for row in made.values():
        first = made.get(row["supersedes_id"])
        if first is not None and first["outcome"] == "negative":
            took_part = {first["author_id"], first["second_person_id"]}
            assert not took_part & {row["author_id"], row["second_person_id"]}, "the same people"
    for row in of.of("cases_reconsideration"):
        assert row["answered_by_id"] is None or row["answered_by_id"] != row["recorded_by_id"]
        first = made[row["decision_id"]]
        assert row["answered_by_id"] not in (first["author_id"], first["second_person_id"])


def one_person_a_bed_and_one_bed_a_person(of: Records, scene: Scene) -> None:
    stays = of.of("protection_stay", ended_at=None)
    assert len(stays) <= 1, "two beds for one person"
    for row in stays:
        assert row["bed_id"] in {str(bed.pk) for bed in scene.beds}


def apart(one: Records, other: Records) -> bool:
    """Whether the two may never be under one roof."""
    rows = [*one.of("cases_caselink"), *other.of("cases_caselink")]
    return any(row["rule"] == "apart" and row["ended_at"] is None for row in rows)


def merged_by_two_people_and_stopped_by_it(of: Records, scene: Scene) -> None:
    rows = of.of("cases_merging")
    for row in rows:
        decided = row["state"] in ("agreed", "declined")
        assert not decided or row["decided_by_id"] != row["asked_by_id"], "merged by one person"
    if _goes_on_elsewhere(of):
        assert of.itself["closed_at"] is not None, "merged, and it goes on"
        assert not of.of("cases_deadline", state="open"), "merged, and its clocks run"


def _goes_on_elsewhere(of: Records) -> bool:
    agreed = of.of("cases_merging", state="agreed", undo=False, undone_at=None)
    return bool(agreed)


def who_is_presumed_a_victim_is_so_until_an_authority_decides(of: Records, scene: Scene) -> None:
    rows = of.of("cases_provisional")
    made = {row["id"] for row in of.of("cases_decision", state="made")}
    assert sum(row["state"] == "stands" for row in rows) <= 1, "presumed twice"
    for row in rows:
        assert row["by_id"] == str(scene.world.lead.pk), "by whoever may not"
        assert (row["state"] == "stands") == (row["decision_id"] is None), "ended by nobody"
        assert row["decision_id"] is None or row["decision_id"] in made, "ended by no decision"
    if of.itself["stage"] == "provisional":
        assert any(row["state"] == "stands" for row in rows), "it stands where nothing is presumed"


def what_has_ended_runs_no_more(of: Records, scene: Scene) -> None:
    case = of.itself
    if case["closed_at"] is None:
        return
    assert case["next_due_at"] is None, "a date to be met on a case that has ended"
    if _goes_on_elsewhere(
        of
    ):  # whose drafts and questions stay as they are, for whoever parts them
        return
    assert not any(row["state"] in OPEN_DRAFTS for row in of.of("cases_decision"))
    assert not of.of("cases_question", state="asked")
    assert not of.of("cases_suspension", ended_at=None)


# The others follow from the rows that they look at, and from nothing else.
ASKED_ANEW = the_provider_sees_whom_it_serves
HOLDS: tuple[Callable[[Records, Any], None], ...] = (
    grants_are_those_that_the_records_imply,
    it_is_of_one_authority_and_seen_by_no_other,
    the_provider_sees_whom_it_serves,
    clocks_are_as_worked_out_again,
    no_service_and_nothing_shared_without_consent,
    agencies_are_told_on_what_the_law_or_the_person_says,
    nobody_loses_protection_by_one_person_or_unheard,
    no_negative_decision_by_one_person,
    one_person_a_bed_and_one_bed_a_person,
    merged_by_two_people_and_stopped_by_it,
    who_is_presumed_a_victim_is_so_until_an_authority_decides,
    what_has_ended_runs_no_more,
)
