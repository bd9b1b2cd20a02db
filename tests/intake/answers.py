"""Answers to send with, for tests."""

from typing import Any

ADULT: dict[str, Any] = {
    "danger_now": "no",
    "age_status": "adult",
    "jurisdiction": "england",
    "consent_answer": "given",
    "consent_on": "2026-03-02",
    "consent_language": "sq",
    "consent_interpreter": "by_telephone",
    "consent_method": "interpreted",
    "consent_explained_by": "me",
    "consent_version": "2026.1",
}
CHILD: dict[str, Any] = {
    "danger_now": "not_known",
    "age_status": "not_sure",
    "jurisdiction": "scotland",
    "child_protection_told": "today",
}
DECLINES: dict[str, Any] = {
    "danger_now": "no",
    "age_status": "adult",
    "jurisdiction": "england",
    "consent_answer": "refused",
    "police_cooperation": "no",
}
# Names that no clear column may ever hold.
IDENTITY: dict[str, Any] = {
    "name": "Zamira Hoxhaj",
    "alias": "Zamka",
    "birth_date": "1999-07",
    "telephone": "+44 7700 900123",
    "email": "zamira@example.net",
    "address": "14 Quarry Rise, Northtown",
    "contact_call": "safe",
    "contact_text": "unsafe",
    "contact_code_word": "lighthouse",
    "nominated_name": "Besa Hoxhaj",
    "nominated_contact": "besa@example.net",
    "nominated_permission": "yes",
    "document_kind": "passport",
    "document": "BX4711829",
}
STORY: dict[str, Any] = {
    "how_started": "A man named Zamkali promised a job in a nail bar.",
    "how_treated": "Papers taken, door locked.",
    "journey_details": "By lorry.",
    "taken_elsewhere": "yes",
    "family_left_empty": "not_asked",
}
EPISODES: list[dict[str, Any]] = [
    {
        "types": ["forced_work", "household"],
        "place": "uk_and_overseas",
        "countries": ["AL", "GB"],
        "began": "2024",
        "ended": "2026-01",
        "ongoing": "no",
        "towns": "Northtown",
        "people_involved": "A couple called Krasniqi.",
        "drivers": ["poverty", "displacement"],
        "online": "yes",
        "online_how": ["social_media"],
        "armed_group": "no",
        "age_then_status": "adult",
        "age_then_years": 25,
    },
    {"types": ["fraud"], "began": "not_known", "description": "Accounts in her name."},
]
ALLEGATIONS: list[dict[str, Any]] = [
    {
        "offence": "Possession of a false document",
        "stage": "charged",
        "hearing": "plea",
        "hearing_on": "2026-12-14",
        "detained": "yes",
        "episode": 1,
    }
]
FULL: dict[str, Any] = {
    **ADULT,
    **IDENTITY,
    **{k: v for k, v in STORY.items() if k != "family_left_empty"},
    "background_left_empty": "not_asked",
    "episodes": EPISODES,
    "allegations": ALLEGATIONS,
}
