"""What is told of each invented person, besides what vignettes.json says of their case. The names
are in several scripts and belong to nobody."""

from typing import Any

# Answers of the referral form, by vignette.
ANSWERS: dict[str, dict[str, Any]] = {
    "V1": {
        "name": "মিতালী সরকার-দীঘিনালা",
        "birth_date": "1994-11",
        "telephone": "+44 7700 900121",
        "email": "mitali.sarkar.dighinala@example.net",
        "document_kind": "passport",
        "document": "ZX-4471-BD-0093",
        "nationality": "BD",
        "language": "bn",
        "interpreter_needed": "yes",
        "sex": "female",
        "contact_call": "safe",
        "contact_text": "safe",
        "contact_voicemail": "unsafe",
        "contact_email": "safe",
        "contact_post": "unsafe",
        "contact_times": "Weekdays after 2pm",
        "last_contact": "last_month",
        "needs_support": "yes",
        "support_kinds": ["safe_house", "legal", "money"],
    },
    "V2": {
        "name": "Kōvan Ellis-Brauër",
        "alias": "Kov",
        "birth_date": "2010-02-08",
        "nationality": "GB",
        "language": "en",
        "interpreter_needed": "no",
        "sex": "male",
        "child_protection_told": "today",
        "child_guardian": "no",
        "contact_call": "safe",
        "last_contact": "last_week",
    },
    "V3": {
        "name": "Зоряна Вітрюк-Левадна",
        "birth_date": "2006-09-30",
        "email": "zoriana.vitriuk@example.net",
        "nationality": "UA",
        "language": "uk",
        "interpreter_needed": "yes",
        "sex": "female",
        "contact_call": "unsafe",
        "contact_text": "unsafe",
        "contact_email": "unknown",
        "contact_post": "unsafe",
        "last_contact": "last_week",
        "needs_support": "yes",
        "support_kinds": ["counselling", "legal"],
    },
    "V4": {
        "name": "نورهان الدليمي-وادي",
        "birth_date": "2011",
        "nationality": "SY",
        "language": "ar",
        "interpreter_needed": "yes",
        "sex": "female",
        "child_protection_told": "yes",
        "child_authority": "Child protection desk of the camp",
        "child_guardian": "no",
        "last_contact": "last_month",
    },
    "V5a": {
        "name": "ሰላማዊት ተኽለወልድ",
        "birth_date": "1998",
        "nationality": "ER",
        "language": "ti",
        "interpreter_needed": "yes",
        "sex": "female",
        "contact_call": "unknown",
        "last_contact": "last_week",
    },
    "V5b": {
        "name": "Mwanaïdi Ngoumba-Étoa",
        "birth_date": "1993",
        "nationality": "CM",
        "language": "fr",
        "interpreter_needed": "no",
        "sex": "female",
        "contact_call": "safe",
        "last_contact": "not_known",
    },
    "V6": {
        "name": "谷文澜",
        "alias": "Gu Wenlan-Heping",
        "birth_date": "1981-12-17",
        "nationality": "CN",
        "language": "zh",
        "interpreter_needed": "yes",
        "sex": "male",
        "contact_call": "safe",
        "contact_email": "unsafe",
        "last_contact": "last_3_months",
        "needs_support": "yes",
        "support_kinds": ["legal", "money"],
    },
    "V8": {
        "name": "Đặng Quốc Thiệnh",
        "birth_date": "2002-03-21",
        "nationality": "VN",
        "language": "vi",
        "interpreter_needed": "yes",
        "sex": "male",
        "contact_call": "unsafe",
        "contact_post": "unknown",
        "last_contact": "last_3_months",
        "detained": "yes",
        "detention_kind": "prison",
        "accused": "yes",
    },
}

# Types, place and drivers of each episode, in the order of vignettes.json.
EPISODES: dict[str, list[dict[str, Any]]] = {
    "V1": [
        {
            "types": ["forced_work", "wages_taken"],
            "place": "uk",
            "drivers": ["poverty"],
            "began": "2025-09",
            "ended": "2026-02",
        }
    ],
    "V2": [{"types": ["crime"], "place": "uk", "began": "2026-02", "ended": "2026-03"}],
    "V3": [
        {
            "types": ["sexual_online"],
            "place": "online",
            "online": "yes",
            "online_how": ["social_media"],
            "began": "2026-03",
            "ongoing": "yes",
        }
    ],
    "V4": [
        {
            "types": ["armed_group", "sexual"],
            "place": "in_country",
            "armed_group": "yes",
            "drivers": ["conflict", "displacement"],
            "began": "2025-09",
            "ended": "2026-02",
        }
    ],
    "V5a": [
        {
            "types": ["sexual"],
            "place": "in_country",
            "drivers": ["displacement", "livelihood"],
            "began": "2026-03",
            "ongoing": "yes",
        }
    ],
    "V5b": [
        {
            "types": ["sexual"],
            "place": "in_country",
            "drivers": ["displacement", "poverty"],
            "began": "2026-02",
            "ongoing": "yes",
        }
    ],
    "V6": [
        {
            "types": ["forced_work"],
            "place": "overseas",
            "drivers": ["poverty"],
            "began": "2021",
            "ended": "2023",
        },
        {"types": ["fraud"], "place": "uk", "began": "2024-01", "ended": "2025-06"},
        {"types": ["household"], "place": "uk", "began": "2025-06", "ended": "2026-06"},
    ],
    "V8": [
        {
            "types": ["crime"],
            "place": "uk",
            "drivers": ["poverty"],
            "began": "2026-05",
            "ended": "2026-08",
        }
    ],
}

# Every string that could say who one of these people is: what a search for leaks looks for.
IDENTIFYING = ("name", "alias", "telephone", "email", "document")


def secrets() -> list[str]:
    """Each identifying string of every invented person."""
    return [answers[key] for answers in ANSWERS.values() for key in IDENTIFYING if key in answers]
