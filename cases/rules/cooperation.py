"""What has to be known where somebody was asked whether they co-operate with police and courts.
Nothing else in the system asks what they said: help, decisions and days are the same."""

from collections.abc import Collection, Iterable, Mapping
from datetime import date

from django.utils.translation import gettext as _

from nrm.actions import Objection

AGREED, TIME, DECLINED = "agreed", "time", "declined"
VALUES = (
    *("answer", "ways", "said_on", "explained_by", "language", "interpreter", "told_free"),
    "words",
)
LONGEST = 2000


def objections_to_answer(
    values: Mapping[str, object],
    *,
    ways: Collection[str],
    explainers: Collection[str],
    languages: Collection[str],
    interpreters: Collection[str],
    opened_on: date,
    today: date,
) -> Iterable[Objection]:
    """Every reason against keeping an answer; all of VALUES are among them."""
    answer, chosen = values["answer"], values["ways"]
    assert isinstance(chosen, (list, tuple))
    if answer not in (AGREED, TIME, DECLINED):
        yield Objection(_("Select what the person said"), field="answer")
    elif answer == AGREED and not chosen:
        yield Objection(_("Select in which ways they co-operate"), field="ways")
    elif answer != AGREED and chosen:
        text = _("Select ways only where the person co-operates")
        yield Objection(text, field="ways", code="not_agreed")
    if set(chosen) - set(ways):
        yield Objection(_("Select from the answers shown"), field="ways")
    said = values["said_on"]
    if not isinstance(said, date):
        yield Objection(_("Enter the day on which they said it"), field="said_on")
    elif said > today:
        yield Objection(_("The day must be today or earlier"), field="said_on")
    elif said.year < opened_on.year - 1:
        text = _("That is long before they were referred. Check the year.")
        yield Objection(text, field="said_on")
    if values["explained_by"] not in explainers:
        yield Objection(_("Select who explained it"), field="explained_by")
    if values["language"] not in languages:
        yield Objection(_("Enter the language in which you explained it"), field="language")
    if values["interpreter"] not in interpreters:
        yield Objection(_("Select whether there was an interpreter"), field="interpreter")
    if values["told_free"] is not True:
        text = _("Tell the person that help does not depend on it, and confirm that they were told")
        yield Objection(text, field="told_free", code="not_told")
    if len(str(values["words"])) > LONGEST:
        text = _("This must be %(limit)d characters or less") % {"limit": LONGEST}
        yield Objection(text, field="words", code="too_long")
