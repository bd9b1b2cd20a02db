"""The course of a case: what can be done with it as a whole, and what was done."""

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.generic import View

from cases import ports
from cases.access import near_now
from cases.actions import closing, suspending, withdrawing
from cases.actions.reconsidering import answer_reconsideration, ask_reconsideration
from cases.forms.course import (
    AnswerForm,
    AskForm,
    ClosureForm,
    CourseForm,
    KeepSuspendedForm,
    ReopeningForm,
    SuspensionForm,
    WithdrawalForm,
)
from cases.models.reconsideration import LookState
from cases.rights import (
    ANSWER_RECONSIDERATION,
    ASK_RECONSIDERATION,
    CHANGE_COURSE,
    DRAFT_DECISION,
    KEEP_DISQUALIFICATION,
    REFER,
    SEE_SUMMARY,
)
from cases.rules import course as rules
from cases.rules.reconsidering import objections_to_asker
from cases.selectors.course import course_of, referred_again, still_open
from cases.selectors.decisions import today_of
from cases.selectors.reconsidering import (
    find_reconsideration,
    standing_for_outside,
    standing_of,
)
from cases.selectors.referrals import find_referral
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Forbidden, Refused
from nrm.audit import writer
from nrm.deadline_words import day_words
from nrm.web import add_objections

# Where each thing is done.
PAGES = {
    rules.SUSPENDED: "case_suspension",
    rules.RESUMED: "case_resumption",
    rules.WITHDRAWN: "case_withdrawal",
    rules.CLOSED: "case_closure",
    rules.REOPENED: "case_reopening",
}


class CoursePage(CaseView):
    """A page about the course of one case."""

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        frame = case_frame(self.request, self.case, self.held, current="case_course")
        return render(self.request, template, {**frame, **context}, status=status)

    def looked(self) -> None:
        writer.write(
            "course.viewed", at=self.at, actor_id=self.request.user.pk, case_id=self.case.pk
        )

    def done(self, text: Any) -> HttpResponse:
        messages.success(self.request, str(text))
        return redirect("case_course", reference=self.case.reference)


class CourseView(CoursePage):
    """GET tells how it stands. What is done has addresses of its own."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self.show()

    def show(self, objections: Any = (), status: int = 200) -> HttpResponse:
        user: Any = self.request.user
        roles = {role for _near, role in near_now(user, self.case.pk).as_what}
        course = course_of(self.case, roles)
        self.looked()
        offers = [
            (offer, reverse(PAGES[offer.code], args=[self.case.reference]))
            for offer in course.offers
        ]
        return self.page(
            "cases/course.html",
            status=status,
            course=course,
            offers=offers,
            objections=objections,
            may_change=CHANGE_COURSE.code in self.held,
            may_ask=CHANGE_COURSE.code in self.held
            and course.newest is not None
            and course.look is None
            and not list(objections_to_asker(self.case.profile, self.case.stage, roles)),
            may_disqualify=self.case.profile.disqualification is not None
            and KEEP_DISQUALIFICATION.code in self.held,
            may_hand_over=DRAFT_DECISION.code in self.held,
            may_answer=ANSWER_RECONSIDERATION.code in self.held and not course.ended,
            again=referred_again(self.case, user),
        )


class FormPage(CoursePage):
    """A form that does something with the case."""

    right = CHANGE_COURSE
    form: type[Any]
    title: Any = ""
    button: Any = ""
    said: Any = ""
    kind = ""
    explains: ClassVar[tuple[Any, ...]] = ()

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self._page(self.form(profile=self.case.profile))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = self.form(request.POST, profile=self.case.profile)
        if form.is_valid():
            try:
                self.do(request.user, form.cleaned_data)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return self.done(self.said)
        return self._page(form, status=422)

    def _page(self, form: CourseForm, status: int = 200) -> HttpResponse:
        self.looked()
        return self.page(
            "cases/course_form.html",
            status=status,
            form=form,
            title=self.title,
            button=self.button,
            button_kind=self.kind,
            explains=[*self.explains, *self.more()],
            in_the_way=self.in_the_way() if status == 200 else (),
        )

    def more(self) -> list[Any]:
        """What the profile says to it."""
        return []

    def in_the_way(self) -> Any:
        """What stands in the way before anything is filled in."""
        return ()

    def do(self, user: Any, told: dict[str, Any]) -> None:
        raise NotImplementedError


class SuspensionView(FormPage):
    form = SuspensionForm
    title = _lazy("Suspend the case")
    button = _lazy("Suspend the case")
    said = _lazy("The case is suspended.")
    explains = (
        _lazy(
            "The clocks that can be held are held, and nobody decides. Contact, notes, documents"
            " and support go on."
        ),
    )

    def do(self, user: Any, told: dict[str, Any]) -> None:
        suspending.suspend(self.case, actor=user, at=self.at, **told)


class KeepSuspendedView(FormPage):
    form = KeepSuspendedForm
    title = _lazy("Keep the case suspended")
    button = _lazy("Keep it suspended")
    said = _lazy("The case stays suspended.")
    explains = (
        _lazy("Somebody looked, and the reason holds. It is looked at again on the day you set."),
    )

    def do(self, user: Any, told: dict[str, Any]) -> None:
        suspending.keep_suspended(self.case, actor=user, at=self.at, **told)


class ResumptionView(CourseView):
    """POST lets a suspended case go on."""

    right = CHANGE_COURSE
    http_method_names = ["post"]

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            suspending.resume(self.case, actor=request.user, at=self.at)
        except Refused as refusal:
            return self.show(refusal.objections, status=422)
        return self.done(_("The case goes on."))


class WithdrawalView(FormPage):
    form = WithdrawalForm
    title = _lazy("The person withdraws")
    button = _lazy("Record the withdrawal")
    said = _lazy("The withdrawal is recorded. The person can be referred again.")
    kind = "warning"
    explains = (
        _lazy(
            "It is their choice, and they need no reason. Nothing in it is held against them: no"
            " decision is made by it, and no later one reads it."
        ),
    )

    def more(self) -> list[Any]:
        return [self.case.profile.withdrawal.text]

    def do(self, user: Any, told: dict[str, Any]) -> None:
        withdrawing.withdraw(self.case, actor=user, at=self.at, **told)


class ClosureView(FormPage):
    form = ClosureForm
    title = _lazy("Close the case")
    button = _lazy("Close the case")
    said = _lazy("The case is closed.")
    kind = "warning"
    explains = (
        _lazy(
            "Its clocks stop, and nothing more is recorded on it. It is kept as long as the profile"
            " says, and longer under a legal hold."
        ),
    )

    def more(self) -> list[Any]:
        left = ports.left_open(self.case)
        words = _("This is not finished, and stays so where you close the case:")
        return [words, *left] if left else []

    def in_the_way(self) -> Any:
        still = still_open(self.case, at=self.at)
        found = rules.objections_to_closing(self.case.profile, code="", still=still)
        return [one for one in found if one.code != "code"]

    def do(self, user: Any, told: dict[str, Any]) -> None:
        closing.close(self.case, actor=user, at=self.at, **told)


class ReopeningView(FormPage):
    form = ReopeningForm
    title = _lazy("Open the case again")
    button = _lazy("Open the case again")
    said = _lazy("The case is open again.")
    explains = (_lazy("It goes on where it stood, and the clocks that were stopped run again."),)

    def do(self, user: Any, told: dict[str, Any]) -> None:
        closing.reopen(self.case, actor=user, at=self.at, **told)


# Another look at a decision -----------------------------------------------------------------------
def _of_the_days(found: Any) -> list[Any]:
    """Which decision it is about, and until when it can be asked for, in words."""
    if found is None or not found.standing.negative:
        return [_("There is no negative decision that could be looked at again.")]
    said = [_("It is about: %(decision)s, negative.") % {"decision": found.label}]
    if found.standing.last_day is not None:
        day = day_words(found.standing.last_day)
        said.append(_("It can be asked for until %(date)s.") % {"date": day})
    elif found.standing.served_on is None:
        said.append(_("It did not reach the person yet, so its days have not begun."))
    return said


class AskView(FormPage):
    """The authority records that somebody asks for a decision to be looked at again."""

    form = AskForm
    title = _lazy("Ask for another look at a decision")
    button = _lazy("Record the request")
    said = _lazy("The request is recorded. Somebody who took no part in the decision answers.")

    def more(self) -> list[Any]:
        return _of_the_days(standing_of(self.case))

    def do(self, user: Any, told: dict[str, Any]) -> None:
        ask_reconsideration(self.case, actor=user, at=self.at, **told)


class AnswerView(CoursePage):
    """Somebody who took no part in the decision answers."""

    right = ANSWER_RECONSIDERATION

    def get(self, request: HttpRequest, reference: str, look: UUID) -> HttpResponse:
        return self._page(look, AnswerForm())

    def post(self, request: HttpRequest, reference: str, look: UUID) -> HttpResponse:
        form = AnswerForm(request.POST)
        row = find_reconsideration(self.case, look)
        if form.is_valid():
            told = form.cleaned_data
            try:
                row = answer_reconsideration(
                    row,
                    actor=request.user,
                    at=self.at,
                    accept=told["accept"] == "yes",
                    reasons=told["reasons"],
                )
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return self.done(LookState(row.state).label)
        return self._page(look, form, status=422)

    def _page(self, look: UUID, form: Any, status: int = 200) -> HttpResponse:
        row = find_reconsideration(self.case, look)
        told = course_of(self.case, ()).happened
        self.looked()
        return self.page(
            "cases/course_form.html",
            status=status,
            form=form,
            title=_("Answer a request for another look"),
            button=_("Give the answer"),
            button_kind="",
            explains=[
                _(
                    "Whoever took part in the decision does not answer. Accepted, it is prepared"
                    " and made again by others."
                )
            ],
            asked=next((one for one in told if one.at == row.recorded_at), None),
            in_the_way=(),
        )


class _AskFromOutside(View):
    """A page on which whoever referred or protects the person asks, today."""

    at: Any
    case: Any

    def back(self) -> tuple[str, Any]:
        """Where the page came from, and what that is called."""
        raise NotImplementedError

    def shown(self, form: Any, status: int = 200) -> HttpResponse:
        url, text = self.back()
        writer.write(
            "course.viewed", at=self.at, actor_id=self.request.user.pk, case_id=self.case.pk
        )
        return render(
            self.request,
            "cases/ask_from_outside.html",
            {
                "case": self.case,
                "form": form,
                "explains": _of_the_days(standing_for_outside(self.case)),
                "ask_back_url": url,
                "ask_back_text": text,
            },
            status=status,
        )

    def ask(self) -> HttpResponse:
        form = AskForm(self.request.POST, profile=self.case.profile, outside=True)
        if form.is_valid():
            try:
                ask_reconsideration(
                    self.case,
                    actor=self.request.user,  # type: ignore[arg-type]
                    at=self.at,
                    asked_on=today_of(self.case, self.at),
                    **form.cleaned_data,
                )
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                messages.success(self.request, _("Asked. You are told of the answer."))
                return redirect(self.back()[0])
        return self.shown(form, status=422)

    def empty(self) -> HttpResponse:
        return self.shown(AskForm(profile=self.case.profile, outside=True))


class ReferrerAskView(_AskFromOutside):
    """By the receipt of their referral."""

    def dispatch(self, request: HttpRequest, receipt: str) -> Any:  # type: ignore[override]
        REFER.check(request.user, None)
        self.at = timezone.now()
        self.receipt = receipt
        self.case = find_referral(request.user, receipt).case  # type: ignore[arg-type]
        return super().dispatch(request)

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.empty()

    def post(self, request: HttpRequest) -> HttpResponse:
        return self.ask()

    def back(self) -> tuple[str, Any]:
        return reverse("referral", args=[self.receipt]), _("Back to the referral")


class ProviderAskView(CaseView, _AskFromOutside):
    """By the reference of a case to which they were brought near."""

    right = ASK_RECONSIDERATION

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        self._near()
        return self.empty()

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        self._near()
        return self.ask()

    def _near(self) -> None:
        """The authority has a page of its own."""
        if SEE_SUMMARY.code not in self.held:
            raise Forbidden(SEE_SUMMARY.code)

    def back(self) -> tuple[str, Any]:
        return reverse("case_summary", args=[self.case.reference]), _("Back to the summary")
