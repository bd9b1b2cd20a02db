"""The referral form: one description that pages, REST and imports share, and the rules about it.

`answers` is one flat dict: question code to value; repeated parts (`episodes`, `allegations`) are
lists of dicts. A key that is not there is not answered.
"""

from cases.rules.referral_form.cleaning import clean_answers, clean_item
from cases.rules.referral_form.old import (
    age_status_then,
    objections_to_days,
    old_answers,
    with_age_today,
)
from cases.rules.referral_form.paths import (
    carries_identity,
    is_answered,
    is_shown,
    objections_to_sending,
    path_of,
    sections_shown,
    with_defaults,
)
from cases.rules.referral_form.progress import Element, Task, element_summary, tasks
from cases.rules.referral_form.questions import form_for
from cases.rules.referral_form.shape import Option, Page, Question, ReferralForm, Section

__all__ = [
    "Element",
    "Option",
    "Page",
    "Question",
    "ReferralForm",
    "Section",
    "Task",
    "age_status_then",
    "carries_identity",
    "clean_answers",
    "clean_item",
    "element_summary",
    "form_for",
    "is_answered",
    "is_shown",
    "objections_to_days",
    "objections_to_sending",
    "old_answers",
    "path_of",
    "sections_shown",
    "tasks",
    "with_age_today",
    "with_defaults",
]
