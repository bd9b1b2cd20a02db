"""Makes what the measured people need: drafts to send, decisions being written, a token. Run in the
product's environment as `python -m tools.bench.preparing ROUNDS`; prints one JSON object.

Everything is made by the product's own actions, as the person who then sends it.
"""

import json
import os
import sys
from typing import Any
from uuid import uuid4

# Who is measured: who sees about 20 cases, about 5,000, and all.
PEOPLE = {"few": "few@demo.example", "some": "some@demo.example", "all": "all@demo.example"}
RESPONDER = "responder@demo.example"
_LOOKED_THROUGH = 400  # cases among which something to decide is looked for

ANSWERS: dict[str, Any] = {
    "danger_now": "no",
    "age_status": "adult",
    "jurisdiction": "england",
    "consent_answer": "given",
    "consent_on": "2026-03-02",
    "consent_language": "sq",
    "consent_interpreter": "by_telephone",
    "consent_method": "interpreted",
    "consent_explained_by": "me",
}


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    import django

    django.setup()
    rounds = int(sys.argv[1])
    print(
        json.dumps(
            {
                "team": str(_team().pk),
                "drafts": _drafts(rounds + 4),
                "written": {name: _written(email) for name, email in PEOPLE.items()},
                "waiting": _waiting(rounds + 3),
                "tokens": {
                    name: _token(email)
                    for name, email in {**PEOPLE, "responder": RESPONDER}.items()
                },
                "rows": _rows(),
            }
        )
    )


def _user(email: str) -> Any:
    from nrm.accounts.models import User

    return User.objects.get(email=email)


def _team() -> Any:
    """The organisation for which the first responder refers."""
    from nrm.accounts.roles import Role

    teams = _user(RESPONDER).organisations(Role.FIRST_RESPONDER)
    return next(team for team in teams if team.profile == "uk")


def _drafts(wanted: int) -> list[str]:
    """The ids of drafts that lack nothing."""
    from django.utils import timezone

    from cases.actions import drafting
    from cases.rules.referral_form import form_for
    from nrm.profiles import load_profile

    user, team = _user(RESPONDER), _team()
    profile = load_profile("uk")
    by: dict[str, Any] = {"actor": user, "at": timezone.now()}
    made = []
    for _ in range(wanted):
        draft = drafting.start_draft(team, profile=profile, **by)
        for page in form_for(profile).pages:
            asked = {question.code for question in page.questions}
            answers = {code: value for code, value in ANSWERS.items() if code in asked}
            if answers and not page.part:
                draft = drafting.save_page(
                    draft, page=page.code, answers=answers, version=draft.version, **by
                )
        made.append(str(draft.pk))
    return made


def _written(email: str) -> list[list[str]]:
    """Decisions that this person is writing, each (reference, id): those there are, else new
    ones."""
    from django.utils import timezone

    from cases.actions import deciding
    from cases.models import Case, Decision
    from cases.models.decision import DecisionState
    from cases.rights import DRAFT_DECISION
    from nrm.actions import Refused
    from nrm.context import acting_as

    user = _user(email)
    with acting_as(user):
        own = list(
            Decision.objects.filter(
                author=user, state__in=[DecisionState.DRAFT, DecisionState.RETURNED]
            ).select_related("case")[:10]
        )
        cases = [] if own else _some_cases(Case, user, DRAFT_DECISION)
    found = [[decision.case.reference, str(decision.pk)] for decision in own]
    for case in cases:
        for law in case.profile.decisions:
            if case.stage not in law.from_stages or len(found) >= 10:
                continue
            try:
                decision = deciding.draft_decision(
                    case, actor=user, at=timezone.now(), code=law.code, submission_key=uuid4()
                )
            except Refused:
                continue
            # Where one is open already, it is that one: it may be with somebody else by now.
            if decision.author_id != user.pk or decision.state != DecisionState.DRAFT:
                continue
            found.append([case.reference, str(decision.pk)])
            break
    return found


def _some_cases(model: Any, user: Any, right: Any) -> list[Any]:
    """Some cases on which the user has the right, found among the latest."""
    latest = model.objects.filter(closed_at=None).order_by("-opened_at", "id")
    ids = list(latest.values_list("pk", flat=True)[: 50 * _LOOKED_THROUGH])
    found: list[Any] = []
    for start in range(0, len(ids), _LOOKED_THROUGH):
        part = model.objects.filter(pk__in=ids[start : start + _LOOKED_THROUGH])
        found += part.visible_to(user, right).select_related("person", "authority")[:20]
        if len(found) >= 20:
            break
    return found


def _waiting(wanted: int) -> list[list[str]]:
    """Decisions that wait for a second person, who may be the one who sees all."""
    from cases.models import Case, Decision
    from cases.models.decision import DecisionState
    from cases.rights import REVIEW_DECISION
    from nrm.context import acting_as

    user = _user(PEOPLE["all"])
    with acting_as(user):
        rows = list(
            Decision.objects.filter(state=DecisionState.IN_REVIEW)
            .exclude(author=user)
            .order_by("-submitted_at")
            .values_list("case_id", "case__reference", "pk")[: wanted * 5]
        )
        seen = set(
            Case.objects.filter(pk__in=[case for case, *_ in rows])
            .visible_to(user, REVIEW_DECISION)
            .values_list("pk", flat=True)
        )
    return [[reference, str(pk)] for case, reference, pk in rows if case in seen][:wanted]


def _token(email: str) -> str:
    from django.utils import timezone

    from nrm.accounts.scopes import Scope
    from nrm.accounts.tokens import new_token

    scopes = [Scope.CASES_READ, Scope.REFERRALS_WRITE]
    _, secret = new_token(_user(email), label="Benchmark", scopes=scopes, at=timezone.now())
    return secret


def _rows() -> dict[str, int]:
    """About how many rows the large tables hold, as the last ANALYZE counted."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname, reltuples::bigint FROM pg_class WHERE relkind = 'r'"
            " AND relnamespace = 'public'::regnamespace ORDER BY reltuples DESC LIMIT 12"
        )
        return dict(cursor.fetchall())


if __name__ == "__main__":
    main()
