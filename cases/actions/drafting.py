"""Drafts of referrals: saved page by page, under the key of the person they are about. They belong
to the team of the organisation, not to whoever started them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.translation import gettext as _

from cases.actions.telling import tell
from cases.models import Draft, Referral
from cases.models.case import CaseKind
from cases.rights import REFER
from cases.rules.referral_form import (
    Page,
    clean_answers,
    clean_item,
    form_for,
    is_answered,
    with_defaults,
)
from cases.rules.referral_form.cleaning import MOST_OF_A_PART
from cases.selectors.referrals import STILL_EDITING
from identities import vault
from identities.crypto import seal_json, unseal_json
from identities.expiry import destroy_key_of_draft
from identities.models import Person
from nrm.accounts.models import Organisation, User
from nrm.accounts.rights import BY_THE_SYSTEM
from nrm.accounts.roles import Role
from nrm.actions import Changed, Hidden, Objection, Refused, action, detail, lock, refuse_if
from nrm.context import acting
from nrm.profiles import Profile, load_profile

_TABLE, _COLUMN = "cases_draft", "answers"


@dataclass(slots=True)
class Contents:
    """What a draft holds under its key: the answers, at which version each page was last saved and
    by whom, and the referral it follows."""

    answers: dict[str, Any] = field(default_factory=dict)
    pages: dict[str, list[Any]] = field(default_factory=dict)
    follows: str = ""

    def saved_at(self, page: str, item: str = "") -> int:
        """The version of the draft at which the page was last saved; 0 where it never was."""
        return int(self.pages.get(_place(page, item), [0])[0])

    def saved_by(self, page: str, item: str = "") -> str:
        """The id of who saved the page last, or nothing."""
        return str(self.pages.get(_place(page, item), [0, ""])[1])

    def item(self, part: str, item: str) -> dict[str, Any]:
        """One of a repeated part, or nothing of it."""
        return next((one for one in self.answers.get(part, []) if one.get("id") == item), {})


@dataclass(frozen=True, slots=True)
class Opened:
    """A draft as its reader finds it. `other` is a colleague who opened it just before."""

    draft: Draft
    contents: Contents
    other: User | None
    other_since: datetime | None

    @property
    def answers(self) -> dict[str, Any]:
        return self.contents.answers


def _place(page: str, item: str) -> str:
    return f"{page}/{item}" if item else page


def profile_of(draft: Draft) -> Profile:
    """The law that the draft was started under."""
    return load_profile(draft.profile_code, draft.profile_version)


def contents_of(draft: Draft) -> Contents:
    """Opens what the draft holds."""
    found = unseal_json(draft.person_id, draft.answers, table=_TABLE, column=_COLUMN, row=draft.pk)
    return Contents(found["answers"], found["pages"], found["follows"])


def _keep(draft: Draft, contents: Contents) -> None:
    whole = {
        "answers": contents.answers,
        "pages": contents.pages,
        "follows": contents.follows,
    }
    draft.answers = seal_json(draft.person_id, whole, table=_TABLE, column=_COLUMN, row=draft.pk)


def _as_it_is_now(draft: Draft) -> Draft:
    """The draft read again under its lock. Hidden where it was sent or discarded meanwhile."""
    found = Draft.objects.select_related("person", "organisation", "editor").filter(pk=draft.pk)
    if row := found.first():
        return row
    raise Hidden(REFER.code)


def _keep_until(draft: Draft, profile: Profile, at: datetime) -> None:
    """Each saving starts the terms again that warn of and end the draft."""
    draft.warn_on = profile.clock("draft_warning", at).due_on
    draft.delete_on = profile.clock("draft_deletion", at).due_on
    draft.warned_at = None


# Starting and saving -----------------------------------------------------------------------------
def start_draft(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    profile: Profile,
    follows: Referral | None = None,
    submission_key: UUID | None = None,
) -> Draft:
    """Starts a draft about a person of whom nothing is known yet: an id, a pseudonym and a key.

    With `follows`, a notification of the same organisation whose person agrees now, or a referral
    whose case has ended and whose person comes back, the draft is about that person. The same
    `submission_key`, or the same person, gives the same draft again.
    Raises Refused where `follows` cannot be followed.
    """
    key = submission_key or uuid4()
    with acting(actor):
        REFER.check(actor, organisation)
        lock(follows.case.person_id if follows else key)
        started = Draft.objects.filter(organisation=organisation)
        if row := started.filter(submission_key=key).first():
            return row
        if follows and (row := started.filter(person=follows.case.person_id).first()):
            return row
        if Referral.objects.filter(submission_key=key).exists():
            key = uuid4()  # that draft was sent; starting anew is another referral
        return _start_draft(
            organisation, actor=actor, at=at, profile=profile, follows=follows, key=key
        )


@action("draft.started", right=REFER)
def _start_draft(
    organisation: Organisation,
    *,
    actor: User,
    at: datetime,
    profile: Profile,
    follows: Referral | None,
    key: UUID,
) -> Draft:
    person: Person
    if follows:
        refuse_if(objections_to_following(follows, organisation))
        person = follows.case.person
        detail(follows=str(follows.pk))
    else:
        person = vault.new_person(at=at)
    draft = Draft(
        person=person,
        organisation=organisation,
        profile_code=profile.code,
        profile_version=profile.version,
        started_by=actor,
        started_at=at,
        saved_by=actor,
        saved_at=at,
        editor=actor,
        editor_since=at,
        submission_key=key,
    )
    _keep_until(draft, profile, at)
    _keep(draft, Contents(follows=str(follows.pk) if follows else ""))
    draft.save(force_insert=True)
    return draft


def objections_to_following(follows: Referral, organisation: Organisation) -> list[Objection]:
    """Why no referral can follow this one. Hidden where another organisation sent it."""
    found = []
    if follows.organisation_id != organisation.pk:
        raise Hidden(REFER.code)
    case = follows.case
    # A case that was merged has ended at an open stage: it goes on in another one.
    ended = case.closed_at is not None and not case.profile.stage(case.stage).open
    if case.kind != CaseKind.DUTY_TO_NOTIFY and not ended:
        text = _("Only a notification, or a case that has ended, can be followed by a referral.")
        found.append(Objection(text, field="follows"))
    if follows.followed_by.exists():
        text = _("A referral already follows this one.")
        found.append(Objection(text, field="follows"))
    if case.person.erased_at is not None:
        text = _("Who this person is was erased. Start a new referral.")
        found.append(Objection(text, field="follows"))
    return found


@action("draft.saved", right=REFER)
def save_page(
    draft: Draft,
    *,
    actor: User,
    at: datetime,
    page: str,
    answers: Mapping[str, Any],
    version: int,
    item: str = "",
) -> Draft:
    """Keeps the answers to one page, in place of what the page held.

    `version` is the draft's version when the page was read. `item` names one of a repeated part;
    an id that the part does not have yet adds one. Raises Changed where somebody saved the same
    page since, be it the same person in another window (sending the same once more is no clash),
    Refused with every objection to the answers, Hidden where the draft is gone.
    """
    row = _as_it_is_now(draft)
    profile = profile_of(row)
    asked = _page(profile, page)
    contents = contents_of(row)
    clash = contents.saved_at(page, item) > version
    if clash and contents.saved_by(page, item) != str(actor.pk):
        text = _("A colleague saved this page while you were writing. Both versions are below.")
        raise Changed([Objection(text, code="changed")])
    before = contents.answers
    if asked.part:
        if not item:
            item = uuid4().hex
        _put_item(contents, asked, item, answers, profile, at)
    else:
        _put_page(contents, asked, answers, profile, at)
    if clash and contents.answers != before:
        text = _(
            "You saved this page in another window while you were writing. Both versions are below."
        )
        raise Changed([Objection(text, code="changed")])
    row.version += 1
    contents.pages[_place(page, item)] = [row.version, str(actor.pk)]
    row.sections_done = [*(code for code in row.sections_done if code != page), page]
    row.saved_by, row.saved_at = actor, at
    row.editor, row.editor_since = actor, at
    _keep_until(row, profile, at)
    _keep(row, contents)
    row.save()
    detail(page=page, version=row.version)
    return row


def _page(profile: Profile, code: str) -> Page:
    try:
        return form_for(profile).page(code)
    except KeyError:
        raise Hidden(REFER.code) from None


def _today(at: datetime) -> date:
    return timezone.localdate(at)


def _put_page(
    contents: Contents, page: Page, answers: Mapping[str, Any], profile: Profile, at: datetime
) -> None:
    codes = {question.code for question in page.questions} | {page.left_empty} - {""}
    refuse_if(_strangers(answers, codes))
    clean, objections = clean_answers(answers, profile, today=_today(at))
    refuse_if(objections)
    kept = {code: value for code, value in contents.answers.items() if code not in codes}
    if page.code == "consent" and is_answered(clean.get("consent_answer")):
        clean.setdefault("consent_version", profile.consent.current.version)
    contents.answers = with_defaults({**kept, **clean}, profile)


def _put_item(
    contents: Contents,
    page: Page,
    item: str,
    answers: Mapping[str, Any],
    profile: Profile,
    at: datetime,
) -> None:
    codes = {question.code for question in page.questions}
    refuse_if(_strangers(answers, codes))
    before = contents.item(page.part, item)
    others = {code: value for code, value in before.items() if code not in codes}
    clean, objections = clean_item(
        page.part, {**others, **answers, "id": item}, profile, today=_today(at)
    )
    refuse_if(objections)
    if "id" not in clean:
        raise Hidden(REFER.code)
    items = list(contents.answers.get(page.part, []))
    if before:
        items = [clean if one.get("id") == item else one for one in items]
    else:
        items.append(clean)
    if len(items) > MOST_OF_A_PART:
        text = _("There can be at most %(limit)s of these") % {"limit": MOST_OF_A_PART}
        raise Refused([Objection(text)])
    contents.answers = {**contents.answers, page.part: items}


def _strangers(answers: Mapping[str, Any], codes: set[str]) -> list[Objection]:
    return [
        Objection(_("There is no such question on this page"), field=code, code="unknown")
        for code in answers
        if code not in codes
    ]


@action("draft.saved", right=REFER)
def remove_item(
    draft: Draft, *, actor: User, at: datetime, part: str, item: str, version: int
) -> Draft:
    """Takes one episode or offence out of the draft. Raises Changed where somebody saved it since
    `version`."""
    row = _as_it_is_now(draft)
    profile = profile_of(row)
    contents = contents_of(row)
    if part not in form_for(profile).parts:
        raise Hidden(REFER.code)
    for page in form_for(profile).pages_of(part):
        seen = contents.saved_at(page.code, item)
        if seen > version and contents.saved_by(page.code, item) != str(actor.pk):
            raise Changed([Objection(_("A colleague changed this. Read it before you remove it."))])
        contents.pages.pop(_place(page.code, item), None)
    left = [one for one in contents.answers.get(part, []) if one.get("id") != item]
    contents.answers = {**contents.answers, part: left}
    row.version += 1
    row.saved_by, row.saved_at = actor, at
    _keep_until(row, profile, at)
    _keep(row, contents)
    row.save()
    detail(removed=part, version=row.version)
    return row


# Opening, handing over, discarding ---------------------------------------------------------------
@action("draft.opened", right=REFER, look=True)
def open_draft(draft: Draft, *, actor: User, at: datetime) -> Opened:
    """Opens the draft for its reader and notes who has it open, so that a colleague is told. Nobody
    is kept out. Hidden where the draft is gone."""
    row = _as_it_is_now(draft)
    other, since = row.editor, row.editor_since
    if other is None or other.pk == actor.pk or since is None or at - since > STILL_EDITING:
        other = since = None
    Draft.objects.filter(pk=row.pk).update(editor=actor, editor_since=at)
    row.editor, row.editor_since = actor, at
    return Opened(row, contents_of(row), other, since)


@action("draft.handed_over", right=REFER)
def hand_over(draft: Draft, *, actor: User, at: datetime, to: User) -> Draft:
    """Asks a colleague of the same organisation to go on with the draft. They could open it before;
    now they are told. Raises Refused where they are not a first responder there."""
    row = _as_it_is_now(draft)
    if row.organisation_id not in REFER.teams_of(to):
        text = _("Choose a colleague who makes referrals for the same organisation")
        raise Refused([Objection(text, field="to")])
    row.editor, row.editor_since = to, at
    row.version += 1
    row.save(update_fields=["editor", "editor_since", "version"])
    tell(
        [to],
        "draft_handed_over",
        once=f"draft:{row.pk}:handed:{row.version}",
        at=at,
        draft=str(row.pk),
    )
    detail(to=str(to.pk))
    return row


@action("draft.discarded", right=REFER)
def discard(draft: Draft, *, actor: User, at: datetime) -> None:
    """Throws the draft away for good, with the key of a person who has no case. Hidden where it is
    gone already."""
    person_id = _as_it_is_now(draft).person_id
    Draft.objects.filter(pk=draft.pk).delete()
    detail(person=str(person_id), key_destroyed=destroy_key_of_draft(person_id))


# What the clock does -----------------------------------------------------------------------------
def warn_of_expiring_drafts(*, actor: User, at: datetime) -> int:
    """Tells the team of each draft that will be deleted soon, once. Returns of how many drafts.
    The actor is the system."""
    return _for_each(_to_warn_of, _warn, actor=actor, at=at)


def clear_expired_drafts(*, actor: User, at: datetime) -> int:
    """Deletes each draft that was not saved again in time, with the key of a person who has no
    case. Returns how many. Runs twice, late or beside another: each draft is deleted once. The
    actor is the system, signed in as the worker."""
    return _for_each(_to_delete, _expire, actor=actor, at=at)


def _for_each(
    due: Callable[[date], Any], do: Callable[..., None], *, actor: User, at: datetime
) -> int:
    BY_THE_SYSTEM.check(actor, None)
    with acting(actor):
        waiting = list(due(_today(at)).values_list("pk", flat=True))
    done = 0
    for pk in waiting:
        # A transaction for each, where none is open: what one fails at, no other waits for.
        with acting(actor):
            lock(pk)
            if draft := due(_today(at)).filter(pk=pk).first():
                do(draft, actor=actor, at=at)
                done += 1
    return done


def _to_warn_of(today: date) -> Any:
    return Draft.objects.filter(warn_on__lte=today, delete_on__gte=today, warned_at=None)


def _to_delete(today: date) -> Any:
    return Draft.objects.filter(delete_on__lt=today)


@action("draft.expiry_warned", right=BY_THE_SYSTEM)
def _warn(row: Draft, *, actor: User, at: datetime) -> None:
    leads = User.objects.filter(
        is_active=True,
        memberships__group__role_group__role=Role.RESPONDER_LEAD,
        memberships__group__role_group__organisation=row.organisation_id,
    )
    wrote = User.objects.filter(pk__in=[row.started_by_id, row.saved_by_id, row.editor_id])
    people = {user for user in [*leads, *wrote] if row.organisation_id in REFER.teams_of(user)}
    tell(
        sorted(people, key=lambda user: str(user.pk)),
        "draft_expiring",
        once=f"draft:{row.pk}:expires:{row.delete_on}",
        at=at,
        draft=str(row.pk),
        delete_on=row.delete_on.isoformat(),
    )
    row.warned_at = at
    row.save(update_fields=["warned_at"])


@action("draft.expired", right=BY_THE_SYSTEM)
def _expire(row: Draft, *, actor: User, at: datetime) -> None:
    person_id = row.person_id
    Draft.objects.filter(pk=row.pk).delete()
    detail(person=str(person_id), key_destroyed=destroy_key_of_draft(person_id))
