"""Several cases at once: asking once more, doing it, and what came of each."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.generic import View

from cases.actions.batches import Chosen, run_batch
from cases.forms.intake import BatchForm
from cases.models import Batch
from cases.rights import CHANGE_TOGETHER
from cases.selectors.batches import chosen_lines, result_lines
from cases.selectors.intake import caseworkers_of
from nrm.actions import Hidden, Refused
from nrm.audit import writer
from nrm.web import add_objections


def _chosen(sent: list[str]) -> list[Chosen]:
    """What the checkboxes and the hidden fields send: a reference, or one with its version."""
    made = []
    for text in sent:
        reference, _colon, version = text.partition(":")
        known = version.isascii() and version.isdigit() and len(version) < 9
        made.append(Chosen(reference, int(version) if known else None))
    return made


class BatchView(View):
    """POST with cases asks once more what to do with them; with `confirmed`, it is done."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        CHANGE_TOGETHER.check(user, None)
        what = request.POST.get("what", "")
        what = what if what in Batch.What.values else Batch.What.ASSIGN
        chosen = _chosen(request.POST.getlist("case"))
        if "confirmed" not in request.POST:
            return self._ask(request, what, chosen)
        form = self._form(request, what, request.POST)
        if not form.is_valid():
            return self._ask(request, what, chosen, form, status=422)
        try:
            batch = run_batch(
                user,
                actor=user,
                at=timezone.now(),
                what=what,
                chosen=chosen,
                caseworker=form.cleaned_data.get("caseworker"),
                submission_key=form.cleaned_data["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._ask(request, what, chosen, form, status=422)
        return redirect("batch_result", batch=batch.pk)

    @staticmethod
    def _form(request: HttpRequest, what: str, data: Any = None) -> BatchForm:
        user: Any = request.user
        assigns = what == Batch.What.ASSIGN
        return BatchForm(data, caseworkers=caseworkers_of(user), assigns=assigns)

    def _ask(
        self,
        request: HttpRequest,
        what: str,
        chosen: list[Chosen],
        form: BatchForm | None = None,
        status: int = 200,
    ) -> HttpResponse:
        user: Any = request.user
        at = timezone.now()
        lines = chosen_lines(user, [one.reference for one in chosen], at=at)
        writer.write(
            "cases.listed",
            at=at,
            actor_id=user.pk,
            data={"list": "batch", "cases": [str(line.case.pk) for line in lines]},
        )
        return render(
            request,
            "cases/batch.html",
            {
                "lines": lines,
                "what": what,
                "assigns": what == Batch.What.ASSIGN,
                "form": form or self._form(request, what),
                "back_url": reverse("worklist"),
            },
            status=status if lines else 422,
        )


class BatchResultView(View):
    """What came of each case. Only whoever sent the batch sees it."""

    def get(self, request: HttpRequest, batch: UUID) -> HttpResponse:
        user: Any = request.user
        found = Batch.objects.filter(pk=batch, actor=user).select_related("caseworker").first()
        if found is None or not CHANGE_TOGETHER.held_by(user):
            raise Hidden(CHANGE_TOGETHER.code)
        lines = result_lines(user, found)
        writer.write(
            "cases.listed",
            at=timezone.now(),
            actor_id=user.pk,
            data={"list": "batch", "cases": [str(line.case.pk) for line in lines if line.case]},
        )
        return render(
            request,
            "cases/batch_result.html",
            {
                "batch": found,
                "assigns": found.what == Batch.What.ASSIGN,
                "done": [line for line in lines if line.done],
                "not_done": [line for line in lines if not line.done],
                "back_url": reverse("worklist"),
            },
        )
