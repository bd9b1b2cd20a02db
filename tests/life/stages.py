"""Where a case stands in its life: what there is to try something on, and which stages it has been
at. Read from its rows."""

from typing import Any

from protection.models.service import WITH_PROVIDER
from tests.life.holds import OPEN_DRAFTS, PURPOSE, TELLING, moment
from tests.life.records import Records

# The stages of the law of the profile in which the person can be disqualified.
LOSING = ("recovery", "cg_pending", "cg_ready")
# And those of one that lets them be presumed a victim where no authority functions.
BEFORE_ANY_DECISION = ("concern", "screened", "protection_pathway")


def standing(of: Records, other: Records | None) -> set[str]:
    """What there is to try something on, in the words of `step`, on a case beside another."""
    case, decisions = of.itself, of.of("cases_decision")
    states = {row["state"] for row in of.of("protection_service")}
    made = [row for row in decisions if row["state"] == "made"]
    found = {f"decision:{row['state']}" for row in decisions if row["state"] in OPEN_DRAFTS}
    found |= {f"service:{state}" for state in states}
    found |= {f"stay:{row['state']}" for row in of.of("protection_stay", ended_at=None)}
    looks = {row["state"] for row in of.of("cases_reconsideration")}
    ended = case["closed_at"] is not None
    offered = bool(of.of("cases_transfer", state="offered"))
    charges = of.of("cases_matter")
    notices = of.of("cases_notice", recalled_at=None)
    mergings = _of_both("cases_merging", of, other)
    links = [row for row in _of_both("cases_caselink", of, other) if row["ended_at"] is None]
    losing = {row["state"] for row in of.of("cases_disqualification")}
    for name, there in {
        "to serve": any(row["served_on"] is None for row in made),
        "refused": any(row["outcome"] == "negative" for row in made) and "asked" not in looks,
        "asked again": "asked" in looks,
        "for others": "accepted" in looks and not ended,
        "to decide": not ended and bool(of.of("cases_findingset")),
        "not screened": not of.of("cases_findingset"),
        "read": bool(of.of("cases_decisionreview", verdict="")),
        "with the provider": bool(states & set(WITH_PROVIDER)),
        "override": bool(of.of("protection_override", seen_at=None)),
        "question": bool(of.of("cases_question", state="asked")),
        "kept out": bool(of.of("cases_exclusion", ended_at=None)),
        "matter": bool(charges),
        "no matter": not charges and not ended,
        "hearing": any(row["hearing_on"] for row in charges),
        "agreed to telling": bool(
            of.of("cases_consent", purpose=TELLING, answer="agreed", withdrawn_at=None)
        ),
        "untold": bool(charges) and not notices,
        "unanswered": any(row["organisation_id"] and not row["answer"] for row in notices),
        "told inside": any(row["organisation_id"] for row in notices),
        "told outside": any(row["organisation_id"] is None for row in notices),
        "can be disqualified": case["stage"] in LOSING and not losing & {"proposed", "made"},
        "proposed": "proposed" in losing,
        "disqualified": "made" in losing,
        "unserved": bool(of.of("cases_disqualification", state="made", served_on=None)),
        "asked back": bool(of.of("cases_disqualification", look_state="asked")),
        "emergency": bool(of.of("cases_emergencyaccess", ended_at=None)),
        "to review": bool(of.of("cases_emergencyaccess", reviewed_at=None)),
        "cover": bool(of.of("cases_cover", ended_at=None)),
        "second case": other is not None,
        "linked": bool(links),
        "merging asked": any(row["state"] == "asked" for row in mergings),
        "merged": any(
            row["state"] == "agreed" and not row["undo"] and row["undone_at"] is None
            for row in mergings
        ),
        "can be presumed": case["stage"] in BEFORE_ANY_DECISION,
        "presumed": bool(of.of("cases_provisional", state="stands")),
        "held clock": bool(of.of("cases_deadline", state="paused")),
        "nobody's": case["caseworker_id"] is None and not ended,
        "offered": offered,
        "task": bool(of.of("cases_casetask", done_at=None)),
        "agreed": bool(of.of("cases_consent", purpose=PURPOSE, answer="agreed", withdrawn_at=None)),
        "restricted": case["confidentiality"] != "normal",
        "suspended": case["suspended_at"] is not None,
        "closed": ended,
        "long on its way": bool(made) and not ended,
    }.items():
        if there:
            found.add(name)
    return found


# The stages that are counted, in the order of a life.
STAGES = (
    "assigned",
    "screened",
    "decision drafted",
    "decision read by a second person",
    "decision made",
    "negative decision made",
    "decision served",
    "negative decision served",
    "asked to be looked at again",
    "looked at again",
    "decided afresh by others",
    "decided at both stages",
    "with a provider",
    "in a bed",
    "shared with others",
    "recalled",
    "consent withdrawn",
    "restricted or sealed",
    "offered to another authority",
    "transferred",
    "not accepted by the other",
    "transferred and back",
    "decided where it was transferred",
    "accused of something",
    "agency told",
    "answered by the agency",
    "told of a new decision",
    "recalled from the agency",
    "disqualification proposed",
    "disqualified",
    "asked to be disqualified no more",
    "disqualified and come back",
    "opened in an emergency",
    "emergency ended",
    "reviewed",
    "handed on for an absence",
    "handed on no more",
    "linked",
    "linked no more",
    "merging asked for",
    "merged",
    "parted again",
    "under the law of a conflict",
    "presumed for the time being",
    "an authority functions again",
    "confirmed, or not",
    "clock held",
    "suspended",
    "ended",
    "opened again",
)


def _of_both(table: str, of: Records, other: Records | None) -> list[dict[str, Any]]:
    """What two cases have in common stands on one of them."""
    return [row for one in (of, other) if one for row in one.of(table)]


def stages_of(of: Records, other: Records | None) -> set[str]:
    """At which of the stages the case is or was, beside another."""
    decisions = of.of("cases_decision")
    made = [row for row in decisions if row["state"] == "made"]
    served = [row for row in made if row["served_on"]]
    looks = {row["state"] for row in of.of("cases_reconsideration")}
    bundles = of.of("cases_bundle")
    notices = of.of("cases_notice")
    losing = of.of("cases_disqualification")
    presumed = of.of("cases_provisional")
    emergencies = of.of("cases_emergencyaccess")
    mergings = _of_both("cases_merging", of, other)
    links = _of_both("cases_caselink", of, other)
    moves = of.of("cases_transfer")
    accepted = [row for row in moves if row["state"] == "accepted"]
    first = {row["id"]: row for row in made if row["outcome"] == "negative"}
    answers = {
        "assigned": of.itself["caseworker_id"] is not None,
        "screened": bool(of.of("cases_findingset")),
        "decision drafted": bool(decisions),
        "decision read by a second person": bool(of.of("cases_decisionreview")),
        "decision made": bool(made),
        "negative decision made": bool(first),
        "decision served": bool(served),
        "negative decision served": any(row["id"] in first for row in served),
        "asked to be looked at again": bool(looks),
        "looked at again": bool(looks & {"accepted", "rejected"}),
        "decided afresh by others": any(row["supersedes_id"] in first for row in made),
        "decided at both stages": len({row["code"] for row in made}) > 1,
        "with a provider": any(row["referred_at"] for row in of.of("protection_service")),
        "in a bed": any(row["moved_in_at"] for row in of.of("protection_stay")),
        "shared with others": bool(bundles),
        "recalled": any(row["recalled_at"] for row in bundles),
        "consent withdrawn": any(row["withdrawn_at"] for row in of.of("cases_consent")),
        "restricted or sealed": of.itself["confidentiality"] != "normal",
        "offered to another authority": bool(moves),
        "transferred": bool(accepted),
        "not accepted by the other": any(row["state"] == "rejected" for row in moves),
        "transferred and back": len(accepted) > 1,
        "decided where it was transferred": any(
            moment(row["made_at"]) > moment(one["answered_at"]) for row in made for one in accepted
        ),
        "accused of something": bool(of.of("cases_matter")),
        "agency told": bool(notices),
        "answered by the agency": any(row["answered_at"] for row in notices),
        "told of a new decision": any(row["renewed_at"] for row in notices),
        "recalled from the agency": any(row["recalled_at"] for row in notices),
        "disqualification proposed": bool(losing),
        "disqualified": any(row["state"] in ("made", "lifted") for row in losing),
        "asked to be disqualified no more": any(row["look_state"] for row in losing),
        "disqualified and come back": any(row["state"] == "lifted" for row in losing),
        "opened in an emergency": bool(emergencies),
        "emergency ended": any(row["ended_at"] for row in emergencies),
        "reviewed": any(row["reviewed_at"] for row in emergencies),
        "handed on for an absence": bool(of.of("cases_caseusergrant", reason="absence")),
        "handed on no more": any(row["ended_at"] for row in of.of("cases_cover")),
        "linked": bool(links),
        "linked no more": any(row["ended_at"] for row in links),
        "merging asked for": bool(mergings),
        "merged": any(row["state"] == "agreed" and not row["undo"] for row in mergings),
        "parted again": any(row["undone_at"] for row in mergings),
        "under the law of a conflict": of.itself["profile_code"] == "palermo",
        "presumed for the time being": bool(presumed),
        "an authority functions again": any(row["functions_at"] for row in presumed),
        "confirmed, or not": any(row["decision_id"] for row in presumed),
        "clock held": bool(of.of("cases_deadlinepause")),
        "suspended": bool(of.of("cases_suspension")),
        "ended": of.itself["closed_at"] is not None,
        "opened again": any(row["reopened_at"] for row in of.of("cases_closure")),
    }
    assert tuple(answers) == STAGES
    return {name for name, so in answers.items() if so}
