"""The responder's pages: their team's drafts, the referral page by page, and what was sent."""

from functools import partial
from typing import Any
from uuid import UUID, uuid4, uuid5

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.generic import View

from cases.actions import drafting, referring
from cases.forms.referral import HandOverForm, PageForm, StartForm, lists_for, new_item
from cases.models import Draft, Referral
from cases.rights import REFER
from cases.rules.name_warning import names_in
from cases.rules.provisional import is_provisional, may_be_offered
from cases.rules.reconsidering import may_be_asked
from cases.rules.referral_form import (
    Page,
    Question,
    carries_identity,
    element_summary,
    form_for,
    is_answered,
    is_shown,
    objections_to_sending,
    path_of,
    sections_shown,
    shape,
    tasks,
)
from cases.rules.referral_form.progress import COMPLETED, INCOMPLETE
from cases.selectors.intake import answer_words
from cases.selectors.referrals import (
    colleagues_of,
    find_draft,
    find_referral,
    sent_referrals,
    sent_rows,
    steps_of,
    team_drafts,
)
from nrm.accounts.models import Organisation, User
from nrm.actions import Changed, Hidden, Objection, Refused
from nrm.audit import writer
from nrm.forms import Form
from nrm.profiles import EmergencyNumber, Profile, load_profile
from nrm.web import add_objections, travels_plainly

DRAFTS_ON_HOME = 10


class ResponderView(View):
    """A page of people who refer: 403 for everybody else."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.at = timezone.now()

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        REFER.check(request.user, None)
        return super().dispatch(request, *args, **kwargs)

    @property
    def actor(self) -> User:
        return self.request.user  # type: ignore[return-value]


# The responder's home ----------------------------------------------------------------------------
class HomeView(ResponderView):
    """Start; the team's drafts; what the team sent, with status and next date."""

    def get(self, request: HttpRequest) -> HttpResponse:
        drafts, _page = team_drafts(self.actor, at=self.at)
        sent, page = sent_referrals(
            self.actor,
            at=self.at,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        shown = drafts[:DRAFTS_ON_HOME]
        writer.write(
            "referrals.viewed",
            at=self.at,
            actor_id=self.actor.pk,
            data={
                "drafts": [str(row.draft.pk) for row in shown],
                "referrals": [str(row.referral.pk) for row in sent],
                "cases": [str(row.referral.case_id) for row in sent],
            },
        )
        return render(
            request,
            "referrals/home.html",
            {
                "numbers": _first_numbers(self.actor),
                "drafts": shown,
                "more_drafts": len(drafts) > len(shown),
                "sent": sent,
                "first_page": not request.GET.get("after") and not request.GET.get("before"),
                **page.links(request.path, {}),
            },
        )


class DraftsView(ResponderView):
    """Every draft of the team."""

    def get(self, request: HttpRequest) -> HttpResponse:
        drafts, page = team_drafts(
            self.actor,
            at=self.at,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        writer.write(
            "referrals.viewed",
            at=self.at,
            actor_id=self.actor.pk,
            data={"drafts": [str(row.draft.pk) for row in drafts]},
        )
        context = {"drafts": drafts, **page.links(request.path, {})}
        return render(request, "referrals/drafts.html", context)


class PromptSheetView(ResponderView):
    """What to ask and to say, on paper, for a place without a signal."""

    def get(self, request: HttpRequest) -> HttpResponse:
        profile = _profile_of(self.actor.organisations(*REFER.roles)[0])
        sections = [
            (section, [page for page in section.pages if page.code != "police_help"])
            for section in form_for(profile).sections
        ]
        return render(
            request, "referrals/prompt_sheet.html", {"profile": profile, "sections": sections}
        )


def _profile_of(organisation: Organisation) -> Profile:
    return load_profile(organisation.profile)


def _first_numbers(actor: User) -> list[EmergencyNumber]:
    """The number to call first under each law that the actor's teams work under."""
    first = [_profile_of(team).emergency[0] for team in actor.organisations(*REFER.roles)]
    return list({number.number: number for number in first}.values())


class StartView(ResponderView):
    """Safety first: the numbers to call, and whether anyone is in danger. Saving it starts the
    draft."""

    def get(self, request: HttpRequest) -> HttpResponse:
        start = StartForm(organisations=self._teams())
        page = self._danger(self._teams()[0])
        form = PageForm(page, answers={}, submission_key=uuid4())
        return self._page(request, start, form)

    def post(self, request: HttpRequest) -> HttpResponse:
        start = StartForm(request.POST, organisations=self._teams())
        chosen = start.is_valid()
        team = start.team if chosen else self._teams()[0]
        form = PageForm(self._danger(team), request.POST, answers={})
        if not form.is_valid() or not chosen:
            return self._page(request, start, form, status=422)
        draft = drafting.start_draft(
            team,
            actor=self.actor,
            at=self.at,
            profile=_profile_of(team),
            # Of this user alone, so that nobody can meet another's draft by sending its key.
            submission_key=uuid5(
                self.actor.pk, str(form.cleaned_data["submission_key"] or self.at)
            ),
        )
        try:
            draft = drafting.save_page(
                draft,
                actor=self.actor,
                at=self.at,
                page="danger",
                answers=form.answers(),
                version=draft.version,
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, start, form, status=422)
        return redirect("draft_page", draft.pk, "who")

    def _teams(self) -> list[Organisation]:
        return self.actor.organisations(*REFER.roles)

    def _danger(self, team: Organisation) -> Page:
        return form_for(_profile_of(team)).page("danger")

    def _page(
        self, request: HttpRequest, start: StartForm, form: PageForm, status: int = 200
    ) -> HttpResponse:
        context = {
            "start": start,
            "form": form,
            "forms": [start, form],
            "page": form.page,
            "profile": _profile_of(self._teams()[0]),
        }
        return render(request, "referrals/start.html", context, status=status)


# A draft -----------------------------------------------------------------------------------------
class DraftView(ResponderView):
    """A page of one draft of the team; another team's is not found."""

    draft: Draft
    profile: Profile

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        REFER.check(request.user, None)
        travels_plainly(request)
        self.draft = find_draft(request.user, kwargs["draft"])  # type: ignore[arg-type]
        self.profile = drafting.profile_of(self.draft)
        return super().dispatch(request, *args, **kwargs)

    def opened(self) -> drafting.Opened:
        """Opens the draft, notes the look, and keeps the row that was read under the lock."""
        found = drafting.open_draft(self.draft, actor=self.actor, at=self.at)
        self.draft = found.draft
        return found

    def frame(self, opened: drafting.Opened) -> dict[str, Any]:
        """What every page of the draft shows."""
        answers = opened.answers
        return {
            "draft": self.draft,
            "profile": self.profile,
            "numbers": self.profile.emergency[:1],
            "other": opened.other,
            "other_since": opened.other_since,
            "path": path_of(answers, self.profile),
            "with_identity": carries_identity(answers, self.profile),
            "elements": _elements(answers, self.profile),
            "days_left": (self.draft.delete_on - timezone.localdate(self.at)).days,
        }

    def missing(self, answers: dict[str, Any]) -> list[Objection]:
        """What keeps the draft from being sent."""
        today = timezone.localdate(self.at)
        return objections_to_sending(answers, self.profile, today=today)

    def url(self, page: Page, item: str = "") -> str:
        if item:
            return reverse("draft_item", args=[self.draft.pk, page.code, item])
        return reverse("draft_page", args=[self.draft.pk, page.code])


def _elements(answers: dict[str, Any], profile: Profile) -> list[dict[str, Any]]:
    names = {"act": _("Act"), "means": _("Means"), "purpose": _("Purpose")}
    helps = {
        "act": _("What was done: found, moved, kept, handed over"),
        "means": _("How: force, threats, lies, debt, a weak position"),
        "purpose": _("What for: the exploitation"),
    }
    found = []
    for element in element_summary(answers, profile):
        if not element.needed:
            words = _("Not needed for a child")
        else:
            words = _("Recorded") if element.recorded else _("Nothing yet")
        found.append({"name": names[element.code], "help": helps[element.code], "words": words})
    return found


_STATES = {
    "completed": ("", lambda: _("Completed")),
    "in_progress": ("blue", lambda: _("In progress")),
    "incomplete": ("grey", lambda: _("Incomplete")),
    "cannot_start": ("", lambda: _("Cannot start yet")),
}


class TasksView(DraftView):
    """The task list: what is needed to send, and what to add when one can."""

    def get(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        opened = self.opened()
        rows = tasks(opened.answers, self.profile, saved=self.draft.sections_done)
        missing = self.missing(opened.answers)
        urgent = [task for task in rows if task.section.urgent]
        return render(
            request,
            "referrals/tasks.html",
            {
                **self.frame(opened),
                "urgent": [self._row(task) for task in urgent],
                "urgent_left": sum(task.state != COMPLETED for task in urgent),
                "optional": [self._row(task) for task in rows if not task.section.urgent],
                "can_send": not missing,
            },
        )

    def _row(self, task: Any) -> dict[str, Any]:
        colour, words = _STATES[task.state]
        if task.section.urgent and task.state == INCOMPLETE:
            colour = "blue"
        blocked = task.state == "cannot_start"
        return {
            "title": task.section.title,
            "hint": _("First say how old the person is") if blocked else task.section.hint,
            "href": "" if blocked else self.url(task.next_page),
            "cannot_start": blocked,
            "status": words(),
            "colour": colour,
        }


class PageView(DraftView):
    """One page of questions; of a repeated part, the list of what there is."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.code, self.item = kwargs["page"], kwargs.get("item", "")
        return super().dispatch(request, *args, **kwargs)

    def _asked(self, answers: dict[str, Any]) -> Page:
        try:
            page = form_for(self.profile).page(self.code)
        except KeyError:
            raise Hidden(REFER.code) from None
        if not is_shown(page, answers, self.profile) or bool(self.item) > bool(page.part):
            raise Hidden(REFER.code)
        return page

    def get(self, request: HttpRequest, draft: UUID, page: str, item: str = "") -> HttpResponse:
        opened = self.opened()
        asked = self._asked(opened.answers)
        if asked.part and not item:
            return self._items(request, opened, asked)
        before = opened.contents.item(asked.part, item) if asked.part else opened.answers
        if asked.code == "consent" and not before.get("consent_answer"):
            before = {"consent_on": timezone.localdate(self.at).isoformat(), **before}
        form = PageForm(asked, answers=before, version=self.draft.version)
        return self._page(request, opened, asked, form)

    def post(self, request: HttpRequest, draft: UUID, page: str, item: str = "") -> HttpResponse:
        asked = self._asked(drafting.contents_of(self.draft).answers)
        if asked.part and not item:
            raise Hidden(REFER.code)
        leaving = "save_and_leave" in request.POST
        form = PageForm(asked, request.POST, answers={}, needed=not leaving)
        if not form.is_valid():
            return self._page(request, self.opened(), asked, form, status=422)
        try:
            self.draft = drafting.save_page(
                self.draft,
                actor=self.actor,
                at=self.at,
                page=asked.code,
                answers=form.answers(),
                version=form.cleaned_data["version"] or 0,
                item=item,
            )
        except Changed as clash:
            return self._clash(request, asked, clash)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, self.opened(), asked, form, status=422)
        if leaving:
            messages.success(request, _("Saved."))
            return redirect("draft", self.draft.pk)
        return redirect(self._next(asked))

    def _clash(self, request: HttpRequest, asked: Page, clash: Changed) -> HttpResponse:
        """Both versions: what was typed stays in the form, and what the colleague saved is above.
        Saving once more is then on purpose."""
        opened = self.opened()
        typed = request.POST.copy()
        typed["version"] = str(self.draft.version)
        form = PageForm(asked, typed, answers={}, needed=False)
        form.is_valid()
        add_objections(form, clash)
        theirs = opened.contents.item(asked.part, self.item) if asked.part else opened.answers
        saved_by = opened.contents.saved_by(asked.code, self.item)
        return self._page(
            request,
            opened,
            asked,
            form,
            status=409,
            theirs=_rows(asked.questions, theirs),
            theirs_by=User.objects.filter(pk=saved_by).first(),
        )

    def _next(self, page: Page) -> str:
        """After a page: the rest of the same episode, the next page of the section, what else is
        urgent; else the task list."""
        answers = drafting.contents_of(self.draft).answers
        shown = sections_shown(answers, self.profile)
        form = form_for(self.profile)
        if page.part:
            parts = form.pages_of(page.part)
            index = parts.index(page)
            if index + 1 < len(parts):
                return self.url(parts[index + 1], self.item)
            return self.url(parts[0])
        section, pages = next(((s, p) for s, p in shown if page in p), (None, []))
        later = pages[pages.index(page) + 1 :] if page in pages else []
        if later:
            return self.url(later[0])
        if section is None or section.urgent:
            missing = {o.field for o in self.missing(answers)}
            for other, its_pages in shown:
                asks = {q.code for p in its_pages for q in p.questions}
                if other.urgent and other is not section and missing & asks:
                    return self.url(its_pages[0])
        return reverse("draft", args=[self.draft.pk])

    def _after(self, page: Page) -> str:
        """Where "Skip this page" leads: the next page of the section that is no part of the same
        list, else the task list."""
        pages = form_for(self.profile).section_of(page).pages
        answers = drafting.contents_of(self.draft).answers
        for later in pages[pages.index(page) + 1 :]:
            if (not page.part or later.part != page.part) and is_shown(
                later, answers, self.profile
            ):
                return self.url(later)
        return reverse("draft", args=[self.draft.pk])

    def _page(
        self,
        request: HttpRequest,
        opened: drafting.Opened,
        page: Page,
        form: PageForm,
        *,
        status: int = 200,
        **more: Any,
    ) -> HttpResponse:
        section = form_for(self.profile).section_of(page)
        context = {
            **self.frame(opened),
            "page": page,
            "section": section,
            "form": form,
            "skip_url": "" if section.urgent else self._after(page),
            "lists": lists_for(page, get_language() or "en"),
            "names": _names(page.questions, form.initial) if not form.is_bound else (),
            **more,
        }
        return render(request, "referrals/page.html", context, status=status)

    def _items(self, request: HttpRequest, opened: drafting.Opened, page: Page) -> HttpResponse:
        form = form_for(self.profile)
        first = form.pages_of(page.part)[0]
        if page is not first:
            return redirect(self.url(first))
        items = [
            {
                "number": number,
                "id": item.get("id", ""),
                "rows": _rows(form.questions_of(page.part), item),
                "url": self.url(page, item.get("id", "")),
                "remove": reverse(
                    "draft_item_removal", args=[self.draft.pk, page.code, item.get("id", "")]
                ),
            }
            for number, item in enumerate(opened.answers.get(page.part, []), start=1)
        ]
        return render(
            request,
            "referrals/items.html",
            {
                **self.frame(opened),
                "page": page,
                "section": form.section_of(page),
                "items": items,
                "add_url": self.url(page, new_item()),
                "next_url": self._after(page),
            },
        )


class ItemRemovalView(DraftView):
    """POST takes one episode or offence out."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, draft: UUID, page: str, item: str) -> HttpResponse:
        try:
            part = form_for(self.profile).page(page).part
        except KeyError:
            raise Hidden(REFER.code) from None
        version = request.POST.get("version", "")
        drafting.remove_item(
            self.draft,
            actor=self.actor,
            at=self.at,
            part=part,
            item=item,
            version=int(version) if _is_small_number(version) else 0,
        )
        return redirect("draft_page", self.draft.pk, page)


def _is_small_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 10


def _rows(questions: Any, answers: dict[str, Any], url: str = "") -> list[dict[str, Any]]:
    """Questions with answers in words, for a summary list."""
    return [
        {
            "key": question.label,
            "value": answer_words(question, answers[question.code]),
            "href": url,
        }
        for question in questions
        if is_answered(answers.get(question.code)) and not question.fixed
    ]


def _names(questions: Any, answers: Any) -> tuple[str, ...]:
    """What in the free text of these answers looks like a name."""
    found: list[str] = []
    for question in questions:
        told = answers.get(question.code)
        if _is_free_text(question) and isinstance(told, str):
            found += names_in(told)
    return tuple(dict.fromkeys(found))


def _is_free_text(question: Question) -> bool:
    return question.kind == shape.LONG_TEXT and question.keeps != shape.IDENTITY


class CheckView(DraftView):
    """Check the answers, and send. Sent twice with one key, it is one referral."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().dispatch(request, *args, **kwargs)
        except Hidden:
            # The draft may have gone at any moment, by another click of the same key.
            if request.method == "POST" and (sent := self._sent_already(request)):
                return redirect("referral_receipt", sent.receipt)
            raise

    def _sent_already(self, request: HttpRequest) -> Referral | None:
        key = _key(request)
        teams = REFER.teams_of(request.user)
        return Referral.objects.filter(submission_key=key, organisation__in=teams).first()

    def get(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        return self._page(request, Form())

    def post(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        form = Form(request.POST)
        form.is_valid()
        try:
            referral = referring.send_draft(
                self.draft,
                actor=self.actor,
                at=self.at,
                submission_key=_key(request) or uuid4(),
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        return redirect("referral_receipt", referral.receipt)

    def _page(self, request: HttpRequest, form: Form, status: int = 200) -> HttpResponse:
        opened = self.opened()
        answers = opened.answers
        description = form_for(self.profile)
        sections = []
        warned = []
        for section, pages in sections_shown(answers, self.profile):
            rows: list[dict[str, Any]] = []
            parts = []
            for page in pages:
                url = self.url(page)
                if page.part:
                    if page is description.pages_of(page.part)[0]:
                        parts += self._parts(page, answers)
                    continue
                rows += _rows(page.questions, answers, url)
                if names := _names(page.questions, answers):
                    warned.append({"title": page.title, "names": names, "url": url})
            sections.append({"section": section, "rows": rows, "parts": parts})
        for part in description.parts:
            pages = description.pages_of(part)
            questions = description.questions_of(part)
            for item in answers.get(part, []):
                if names := _names(questions, item):
                    url = self.url(pages[0], item["id"])
                    warned.append({"title": pages[0].title, "names": names, "url": url})
        missing = self.missing(answers)
        context = {
            **self.frame(opened),
            "form": form,
            "sections": sections,
            "missing": [{"text": o.text, "url": self._page_of(o.field or "")} for o in missing],
            "warned": warned,
            "identity_given": any(
                is_answered(answers.get(question.code))
                for page in description.pages
                if page.identifies
                for question in page.questions
            ),
        }
        return render(request, "referrals/check.html", context, status=status)

    def _parts(self, page: Page, answers: dict[str, Any]) -> list[dict[str, Any]]:
        questions = form_for(self.profile).questions_of(page.part)
        return [
            {
                "title": _part_title(page.part, number),
                "rows": _rows(questions, item),
                "url": self.url(page, item["id"]),
            }
            for number, item in enumerate(answers.get(page.part, []), start=1)
        ]

    def _page_of(self, field: str) -> str:
        for page in form_for(self.profile).pages:
            if not page.part and any(q.code == field for q in page.questions):
                return self.url(page)
        return reverse("draft", args=[self.draft.pk])


def _part_title(part: str, number: int) -> str:
    if part == "episodes":
        return _("Episode %(number)s") % {"number": number}
    return _("Offence %(number)s") % {"number": number}


def _key(request: HttpRequest) -> UUID | None:
    try:
        return UUID(request.POST.get("submission_key", ""))
    except ValueError:
        return None


class HandOverView(DraftView):
    """Give the draft to a colleague."""

    def get(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        return self._page(request, self._form())

    def post(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        form = self._form(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            drafting.hand_over(self.draft, actor=self.actor, at=self.at, to=form.chosen)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        text = _("%(name)s was told that the draft is theirs to finish.")
        messages.success(request, text % {"name": form.chosen.display_name})
        return redirect("referrals")

    def _form(self, data: Any = None) -> HandOverForm:
        return HandOverForm(data, colleagues=colleagues_of(self.draft, self.actor))

    def _page(self, request: HttpRequest, form: HandOverForm, status: int = 200) -> HttpResponse:
        context = {"draft": self.draft, "form": form}
        return render(request, "referrals/hand_over.html", context, status=status)


class DiscardView(DraftView):
    """Throw the draft away, after a page that says what that means."""

    def get(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        return render(request, "referrals/discard.html", {"draft": self.draft})

    def post(self, request: HttpRequest, draft: UUID) -> HttpResponse:
        drafting.discard(self.draft, actor=self.actor, at=self.at)
        messages.success(request, _("The draft was discarded."))
        return redirect("referrals")


# What was sent -----------------------------------------------------------------------------------
class SentView(ResponderView):
    """A sent referral of the team: status and next date, and nothing of what it says."""

    template = "referrals/referral.html"
    verb = "referral.viewed"

    def get(self, request: HttpRequest, receipt: str) -> HttpResponse:
        referral = find_referral(self.actor, receipt)
        (row,) = sent_rows([referral], at=self.at)
        writer.write(
            self.verb,
            at=self.at,
            actor_id=self.actor.pk,
            object_type="cases.referral",
            object_id=referral.pk,
            case_id=referral.case_id,
        )
        followed_by = referral.followed_by.first()
        return render(
            request,
            self.template,
            {
                "row": row,
                "steps": partial(steps_of, referral),
                "referral": referral,
                "profile": referral.case.profile,
                "may_ask": may_be_asked(referral.case.profile, referral.case.stage),
                "provisional": is_provisional(referral.case.profile, referral.case.stage)
                or may_be_offered(
                    referral.case.profile, referral.case.stage, referral.organisation.kind
                ),
                "followed_by": followed_by,
                "may_follow": (row.is_notification or row.has_ended) and followed_by is None,
            },
        )


class ReceiptView(SentView):
    """What the responder keeps: a number, a date, and no name."""

    template = "referrals/receipt.html"
    verb = "referral.receipt_viewed"


class FollowView(ResponderView):
    """POST: the person of a notification agrees now, or the person of a case that has ended comes
    back, so a referral is started about them."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, receipt: str) -> HttpResponse:
        referral = find_referral(self.actor, receipt)
        draft = drafting.start_draft(
            referral.organisation,
            actor=self.actor,
            at=self.at,
            profile=_profile_of(referral.organisation),
            follows=referral,
        )
        return redirect("draft", draft.pk)
