"""The disqualification of a person: what was proposed, said and decided, and what can be done
now."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _lazy

from cases.actions import disqualifying as actions
from cases.forms.decisions import ServingForm
from cases.forms.disqualifying import (
    AnswerForm,
    DecisionForm,
    LookAnswerForm,
    LookForm,
    ProposalForm,
)
from cases.models import Case, Disqualification
from cases.models.disqualification import DisqualificationState
from cases.rights import DECIDE_DISQUALIFICATION, KEEP_DISQUALIFICATION, CaseRight
from cases.rules.disqualifying import can_be_proposed
from cases.selectors import disqualifying as reads
from cases.selectors.contact import contact_of
from cases.views.course import CoursePage
from nrm.actions import Forbidden, Hidden, Refused
from nrm.audit import writer
from nrm.web import add_objections


@dataclass(frozen=True, slots=True)
class Step:
    """Something that can be done: its words, who does it, and how."""

    title: Any
    button: Any
    said: Any
    do: Callable[..., Any]
    form: Any = None
    right: CaseRight = KEEP_DISQUALIFICATION
    kind: str = ""
    explains: tuple[Any, ...] = ()


_FROM_THAT_DAY = _lazy("Their days to answer run from that day. It is recorded once.")
STEPS: dict[str, Step] = {
    reads.PROPOSAL: Step(
        _lazy("Propose that the person is disqualified"),
        _lazy("Propose it"),
        _lazy("Proposed. Tell the person next: nothing is decided."),
        actions.propose,
        ProposalForm,
        explains=(
            _lazy("Nothing ends by it. The person is told and can answer. Somebody else decides."),
        ),
    ),
    reads.TOLD: Step(
        _lazy("Record that the person was told"),
        _lazy("Record it"),
        _lazy("Recorded. The person can answer now."),
        actions.record_told,
        explains=(_FROM_THAT_DAY,),
    ),
    reads.ANSWER: Step(
        _lazy("Record what the person says to it"),
        _lazy("Record it"),
        _lazy("Recorded. Somebody who did not propose it decides."),
        actions.record_answer,
        AnswerForm,
        explains=(_lazy("A later answer takes the place of this one until it is decided."),),
    ),
    reads.DECISION: Step(
        _lazy("Decide whether the person is disqualified"),
        _lazy("Decide"),
        _lazy("Decided. Record next when the person received the decision."),
        actions.decide,
        DecisionForm,
        right=DECIDE_DISQUALIFICATION,
        kind="warning",
        explains=(_lazy("Whoever proposed it does not decide. Read what the person answered."),),
    ),
    reads.WITHDRAWAL: Step(
        _lazy("Take the proposal back"), _lazy("Take it back"), _lazy("Taken back."),
        actions.take_back,
    ),
    reads.SERVED: Step(
        _lazy("Record when the person received the decision"),
        _lazy("Record it"),
        _lazy("Recorded."),
        actions.record_served,
        explains=(
            _lazy("The days in which another look can be asked for run from that day."),
        ),
    ),
    reads.LOOK: Step(
        _lazy("Record that another look is asked for"),
        _lazy("Record the request"),
        _lazy("Recorded. Somebody who took no part in it answers."),
        actions.ask_look,
        LookForm,
    ),
    reads.LOOK_ANSWER: Step(
        _lazy("Answer whether it is lifted"),
        _lazy("Give the answer"),
        _lazy("The answer is given. Tell the person."),
        actions.answer_look,
        LookAnswerForm,
        right=DECIDE_DISQUALIFICATION,
        explains=(
            _lazy(
                "Whoever proposed it, decided it or recorded the request does not answer. Lifted,"
                " the case goes on where it stood, and its clocks as they ran."
            ),
        ),
    ),
}  # fmt: skip


class DisqualificationView(CoursePage):
    """GET tells what was proposed, said and decided."""

    right = KEEP_DISQUALIFICATION

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        return self.show()

    def show(self, objections: Any = (), status: int = 200) -> HttpResponse:
        every = reads.disqualifications_of(self.case)
        writer.write(
            "disqualification.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"disqualifications": [str(one.row.pk) for one in every]},
        )
        offered = [
            (code, STEPS[code])
            for code in (every[0].steps if every else ())
            if STEPS[code].right.code in self.held
        ]
        return self.page(
            "cases/disqualification.html",
            status=status,
            law=self.case.profile.disqualification,
            every=every,
            offered=offered,
            may_propose=may_propose(self.case, every),
            objections=objections,
        )


def may_propose(case: Case, every: list[reads.Told]) -> bool:
    """Whether one can be proposed now."""
    holds = (DisqualificationState.PROPOSED, DisqualificationState.MADE)
    return can_be_proposed(
        case.profile, case.stage, open_already=bool(every) and every[0].row.state in holds
    )


class StepView(DisqualificationView):
    """One thing that can be done with the newest one, or proposing one."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.code = kwargs.pop("move")
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        step = self._step()
        if self.code == reads.WITHDRAWAL:
            raise Hidden(step.right.code)
        return self._page(step, self._form(step))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        step = self._step()
        about = self._about(step)
        if self.code == reads.WITHDRAWAL:
            try:
                step.do(about, actor=request.user, at=self.at)
            except Refused as refusal:
                return self.show(refusal.objections, status=422)
            return self._done(step)
        form = self._form(step, request.POST)
        if form.is_valid():
            told = dict(form.cleaned_data)
            for name in ("disqualify", "accept"):
                if name in told:
                    told[name] = {"yes": True, "no": False}.get(told[name])
            try:
                step.do(about, actor=request.user, at=self.at, **told)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return self._done(step)
        return self._page(step, form, status=422)

    def _step(self) -> Step:
        step = STEPS.get(self.code)
        if step is None or self.case.profile.disqualification is None:
            raise Hidden(self.right.code)
        if step.right.code not in self.held:
            raise Forbidden(step.right.code)
        return step

    def _about(self, step: Step) -> Case | Disqualification:
        if self.code == reads.PROPOSAL:
            return self.case
        if (row := reads.newest_of(self.case)) is None:
            raise Hidden(step.right.code)
        return row

    def _form(self, step: Step, data: Any = None) -> Any:
        if step.form is None:
            return ServingForm(data, case=self.case, contact=contact_of(self.case, at=self.at))
        return step.form(data, profile=self.case.profile)

    def _done(self, step: Step) -> HttpResponse:
        messages.success(self.request, str(step.said))
        return redirect("case_disqualification", reference=self.case.reference)

    def _page(self, step: Step, form: Any, status: int = 200) -> HttpResponse:
        every = reads.disqualifications_of(self.case)
        writer.write(
            "disqualification.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"disqualifications": [str(one.row.pk) for one in every[:1]]},
        )
        about = every[0] if every and self.code != reads.PROPOSAL else None
        return self.page(
            "cases/disqualification_step.html",
            status=status,
            form=form,
            step=step,
            about=about,
            law=self.case.profile.disqualification,
        )
