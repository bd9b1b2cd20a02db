"""Letters: looked at, kept as they were looked at, and recorded as given."""

from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from cases import rights
from cases.models import Case, Letter
from cases.rules import letters as rules
from cases.rules.contact import LETTERS
from cases.rules.decisions import NOMINATED
from cases.selectors import letters as reads
from cases.selectors.contact import contact_of, may_tell_nominee
from cases.selectors.sharing import today_of
from identities.crypto import seal_json
from nrm.accounts.models import User
from nrm.actions import action, detail, refuse_if


def _refuse(case: Case, letter: str, language: str, details: str, *, seen: bool) -> None:
    template = reads.template_of(case, letter)
    refuse_if(
        rules.objections_to_making(
            template,
            fits=template in reads.templates_for(case),
            language=language,
            languages=case.profile.languages,
            details=details,
            seen=seen,
        )
    )


@action("letter.previewed", right=rights.WRITE_LETTER, ended=True)
def preview_letter(
    case: Case, *, actor: User, at: datetime, letter: str, language: str, details: str
) -> reads.Sheet:
    """Exactly what the letter would say: `letter` is a code of the profile, `language` one of its
    languages, `details` what is added. Raises Refused with every reason against it."""
    case.refresh_from_db(fields=["stage", "closed_at", "suspended_at"])
    _refuse(case, letter, language, details, seen=True)
    detail(letter=letter, language=language)
    template = reads.template_of(case, letter)
    assert template is not None
    return reads.sheet_of(case, template, language, details, at=at)


@action("letter.made", right=rights.WRITE_LETTER, ended=True)
def make_letter(
    case: Case,
    *,
    actor: User,
    at: datetime,
    letter: str,
    language: str,
    details: str,
    digest: str,
    key: UUID,
) -> Letter:
    """Keeps the letter that was looked at (`digest`), as preview_letter. `key` serves once, so that
    what is sent twice is written once."""
    if there := case.letters.filter(pk=key).first():
        detail(repeated=True)
        return there
    case.refresh_from_db(fields=["stage", "closed_at", "suspended_at"])
    _refuse(case, letter, language, details, seen=True)
    template = reads.template_of(case, letter)
    assert template is not None
    sheet = reads.sheet_of(case, template, language, details, at=at)
    _refuse(case, letter, language, details, seen=sheet.digest == digest)
    sealed = seal_json(
        case.person_id, sheet.as_json(), table=reads.TABLE, column="content", row=key
    )
    detail(letter=letter, language=language)
    try:
        with transaction.atomic():
            return Letter.objects.create(
                id=key,
                case=case,
                code=letter,
                language=language,
                content=sealed,
                made_by=actor,
                made_at=at,
            )
    except IntegrityError:  # the key has served on another case
        _refuse(case, letter, language, details, seen=False)
        raise


@action("letter.given", right=rights.WRITE_LETTER, ended=True)
def give_letter(
    row: Letter,
    *,
    actor: User,
    at: datetime,
    given_on: date | None,
    channel: str,
) -> Letter:
    """Records when and how the letter was given. A way to the person that their safe-contact card
    does not mark SAFE, and current, is refused; so is somebody whom they named, where no
    permission to that is on file and holds. Raises Refused with every reason against it."""
    row.refresh_from_db()
    case = row.case
    template = reads.template_of(case, row.code)
    if template is None:
        _refuse(case, row.code, row.language, "", seen=True)
    assert template is not None
    refuse_if(
        rules.objections_to_giving(
            template,
            given_already=row.given_on is not None,
            given_on=given_on,
            made_on=today_of(case, row.made_at),
            today=today_of(case, at),
            channel=channel,
            safe=contact_of(case, at=at).is_safe(channel),
            permission=channel == NOMINATED and may_tell_nominee(case, LETTERS, at=at),
        )
    )
    row.given_on, row.channel, row.given_by, row.given_at = given_on, channel, actor, at
    row.save(update_fields=["given_on", "channel", "given_by", "given_at"])
    detail(letter=row.code, channel=channel, given_on=str(given_on))
    return row
