"""Whether and how the person co-operates with police and courts: what they say is kept, with how
they were asked, and they take it back at any time. It opens and closes nothing."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils.translation import gettext as _

from cases import rights
from cases.models import Case, Cooperation
from cases.models.cooperation import CooperationAnswer
from cases.rules import cooperation as rules
from cases.rules.languages import LANGUAGES
from cases.selectors import cooperation as reads
from cases.selectors.sharing import interpreters, today_of
from identities.crypto import seal
from nrm.accounts.models import User
from nrm.actions import Objection, action, detail, refuse_if

_NOT_SAID: dict[str, Any] = {
    **dict.fromkeys(rules.VALUES, ""), "ways": (), "said_on": None, "told_free": False,
}  # fmt: skip


@action("cooperation.recorded", right=rights.SHARE)
def record_cooperation(
    case: Case,
    *,
    actor: User,
    at: datetime,
    values: Mapping[str, Any],
    submission_key: UUID | None = None,
) -> Cooperation:
    """Keeps what the person said (`rules.VALUES`: the answer, and where they co-operate the `ways`
    of the profile; `words` are sealed). It takes the place of what they said before, which is kept.
    Sent twice with one key, it is recorded once. Raises Refused with every reason against it, one
    of which is that they were not told that help does not depend on it."""
    if submission_key and (
        first := case.cooperations.filter(submission_key=submission_key, recorded_by=actor).first()
    ):
        detail(repeated=True)
        return first
    told: dict[str, Any] = {**_NOT_SAID, **{k: v for k, v in values.items() if v is not None}}
    told["words"] = str(told["words"]).strip()
    refuse_if(
        rules.objections_to_answer(
            told,
            ways={one.code for one in case.profile.cooperation.ways},
            explainers=reads.explainers(case.profile),
            languages=LANGUAGES.labels,
            interpreters=interpreters(case.profile),
            opened_on=today_of(case, case.opened_at),
            today=today_of(case, at),
        )
    )
    row = Cooperation(id=uuid4(), case=case, recorded_by=actor, recorded_at=at)
    row.submission_key, row.ways = submission_key, list(told["ways"])
    for name in ("answer", "said_on", "explained_by", "language", "interpreter", "told_free"):
        setattr(row, name, told[name])
    if words := told["words"]:
        place: Any = {"table": "cases_cooperation", "column": "words", "row": row.pk}
        row.words = seal(case.person_id, words, **place)
    row.save(force_insert=True)
    detail(answer=row.answer, ways=row.ways)
    return row


@action("cooperation.withdrawn", right=rights.SHARE, ended=True)
def withdraw_cooperation(case: Case, *, actor: User, at: datetime) -> Cooperation:
    """The person does not co-operate any more, and need not say why. Raises Refused where they do
    not now."""
    row = case.cooperations.first()
    if row is None or row.answer != CooperationAnswer.AGREED or row.withdrawn_at is not None:
        refuse_if([Objection(_("The person does not co-operate now."))])
    assert row is not None
    row.withdrawn_at, row.withdrawn_by = at, actor
    row.save(update_fields=["withdrawn_at", "withdrawn_by"])
    return row
