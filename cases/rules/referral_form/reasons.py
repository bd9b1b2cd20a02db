"""Why a question is asked: shown beside it, folded, so that the responder can tell the person."""

from typing import Any

from django.utils.translation import gettext_lazy as _

_DECIDES = _("It helps to decide what protection the person can get.")

# By the code of the question. What needs no reason has none.
WHY: dict[str, Any] = {
    "danger_now": _("Danger comes first. The rest of this form can wait."),
    "danger_steps": _("So that nobody does the same again, and nothing is left out."),
    "age_status": _(
        "A child is protected in another way, and does not need to agree. If you are not sure, we"
        " treat the person as a child."
    ),
    "jurisdiction": _("It decides who reads the referral, and which days count as working days."),
    "language": _("So that the next talk starts in a language that the person knows well."),
    "interpreter_needed": _("So that an interpreter is there before anyone asks more."),
    "communication_help": _("So that letters and talks work for this person from the start."),
    "consent_answer": _(
        "It is their choice. We note what they said so that nobody acts against it."
    ),
    "consent_interpreter": _(
        "It shows that the person could understand. An interpreter who knows the person, or those"
        " who harmed them, is not safe."
    ),
    "consent_explained_by": _("If the person has a question later, we know whom to ask."),
    "child_protection_told": _(
        "A child may need a safe place today. This form does not tell child protection for you."
    ),
    "police_cooperation": _(
        "It decides whether the report may say who the person is. It changes nothing about urgent"
        " help."
    ),
    "types": _DECIDES,
    "place": _("It shows which authority, and which other country, may have to help."),
    "online": _("What happened online can often still be kept as proof. It can also be removed."),
    "armed_group": _("The person may need to be protected from that group too."),
    "drivers": _("It shows what could put the person at risk again."),
    "age_then_status": _("Who was a child then is treated as a child for that time."),
    "how_started": _DECIDES,
    "how_treated": _DECIDES,
    "why_they_stayed": _(
        "People stay out of fear, debt or care for others. It does not mean that they agreed."
    ),
    "still_there": _("If they are still there, leaving safely comes first."),
    "last_contact": _("It helps to see whether somebody may be looking for the person."),
    "exploiters": _("It helps to keep the person, and others, away from them."),
    "other_victims": _("Others may need help too."),
    "future_risk": _("So that the plan for safety covers it."),
    "send_decision_to": _("A letter in the wrong hands can put the person at risk."),
    "needs_support": _("So that help can be found before a decision is made."),
    "birth_date": _("It shows which rights the person has. The name alone can be somebody else's."),
    "sex": _("For safe housing, and for numbers that name nobody."),
    "gender": _("So that the person is housed and spoken to as who they are."),
    "nationality": _("It shows what papers and which consulate may help, or must not be told."),
    "document": _("It helps to see that this is not another person with the same name."),
    "has_children": _("Children may be at risk as well, and they come first."),
    "signs_seen": _("What you saw counts, also when the person does not want to talk."),
    "reported_before": _("So that nobody has to tell it all again."),
    "reported_to_police": _("So that the police and we do not ask the same things twice."),
    "accused": _("A person should not be punished for what they were made to do."),
    "detained": _("Help looks different for somebody who cannot leave a place."),
    "health_urgent": _("Care comes before any decision."),
    "pregnant": _("Care for the person and the child can start now."),
    "disability": _("So that the place to stay, letters and talks fit the person."),
}
