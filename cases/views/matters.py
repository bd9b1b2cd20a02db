"""What the person is accused of: the list of the case, one matter, and its parts."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _

from cases import rights
from cases.actions.matters import From, change_matter, raise_matter
from cases.forms.matters import PART_TITLES, MatterForm, RaiseForm, headings
from cases.models import Matter
from cases.models.matter import MatterStage
from cases.rules.matters import PARTS
from cases.selectors import matters as reads
from cases.selectors.hearings import hearings_of
from cases.selectors.notices import notices_of
from cases.selectors.removals import removals_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from nrm.actions import Changed, Refused
from nrm.audit import writer
from nrm.web import add_objections, saved_meanwhile


class MatterPage(CaseView):
    """A page of the matters of a case."""

    right = rights.KEEP_MATTERS

    def show(
        self, request: HttpRequest, template: str, status: int = 200, **more: Any
    ) -> HttpResponse:
        frame = case_frame(request, self.case, self.held, current="case_matters")
        return render(request, f"matters/{template}.html", {**frame, **more}, status=status)

    def looked(self, verb: str, request: HttpRequest, rows: list[Matter]) -> None:
        writer.write(
            verb,
            at=self.at,
            actor_id=request.user.pk,
            case_id=self.case.pk,
            data={"matters": [str(row.pk) for row in rows]},
        )


class MattersView(MatterPage):
    """Every matter of the case, and what gives reason to ask about another."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        page = reads.matters_of(
            self.case,
            at=self.at,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        self.looked("matters.viewed", request, [line.row for line in page.rows])
        return self.show(
            request,
            "matters",
            lines=page.rows,
            removals=removals_of(self.case),
            told=reads.told_in_referral(self.case),
            proposals=reads.proposals_of(self.case, reads.proposed_already(self.case)),
            silent=self.case.profile.non_punishment.silent,
            **page.links(request.path, {}),
        )


class RaiseMatterView(MatterPage):
    """Recording one: by hand, of an allegation of the referral, or of what was proposed."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        initial: dict[str, Any] = {"submission_key": uuid4(), "stage": MatterStage.POSSIBLE}
        source = self._source(request.GET)
        if source.allegation:
            known = {row.id: row for row in reads.told_in_referral(self.case)}
            if (found := known.get(source.allegation)) is None:
                raise Http404
            initial |= {"offence": found.offence, "hearing_on": found.hearing_on}
            initial["kind"] = "criminal"
            if found.stage in MatterStage.values:
                initial["stage"] = found.stage
        for proposal in self.case.profile.non_punishment.proposals:
            if proposal.code == source.proposal:
                initial |= {"offence": str(proposal.label), "kind": proposal.kind}
        return self._page(request, RaiseForm(case=self.case, initial=initial))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        form = RaiseForm(request.POST, case=self.case)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            row = raise_matter(
                self.case,
                actor=request.user,
                at=self.at,
                values=form.values(),
                source=self._source(request.GET),
                submission_key=form.cleaned_data["submission_key"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        messages.success(request, _("The matter is recorded."))
        return redirect("case_matter", reference=self.case.reference, matter=row.pk)

    def _source(self, query: Any) -> From:
        try:
            allegation = UUID(query.get("allegation", ""))
        except ValueError:
            return From(proposal=query.get("proposal", "")[:40])
        return From(allegation=allegation)

    def _page(self, request: HttpRequest, form: RaiseForm, status: int = 200) -> HttpResponse:
        self.looked("matters.viewed", request, [])
        return self.show(request, "raise", form=form, status=status)


class MatterView(MatterPage):
    """One matter: what may be argued, what is missing, and its four parts."""

    def get(self, request: HttpRequest, reference: str, matter: UUID) -> HttpResponse:
        row = reads.find_matter(self.case, matter)
        one = reads.opened(row, at=self.at)
        self.looked("matter.viewed", request, [row])
        names = headings(self.case)
        notices = notices_of(row, at=self.at)
        return self.show(
            request,
            "matter",
            row=row,
            one=one,
            law=self.case.profile.non_punishment,
            notices=notices,
            hearings=hearings_of(row),
            let_go=row.open and any(line.row.let_go for line in notices),
            parts=[
                {
                    "code": part,
                    "title": PART_TITLES[part],
                    "rows": [r for r in reads.in_words(one, part, names) if r["value"]],
                }
                for part in PARTS
            ],
        )


class MatterPartView(MatterPage):
    """One part of a matter, to change it."""

    def get(self, request: HttpRequest, reference: str, matter: UUID, part: str) -> HttpResponse:
        return self._page(request, *self._found(matter, part), None)

    def post(self, request: HttpRequest, reference: str, matter: UUID, part: str) -> HttpResponse:
        row, part = self._found(matter, part)
        form = self._form(row, part, request.POST)
        if not form.is_valid():
            return self._page(request, row, part, form, status=422)
        try:
            change_matter(
                row,
                actor=request.user,
                at=self.at,
                values=form.values(),
                version=form.cleaned_data["version"],
            )
        except Refused as refusal:
            add_objections(form, refusal)
            if not isinstance(refusal, Changed):
                return self._page(request, row, part, form, status=422)
            # What was typed stays; sent once more it goes on from what is there now.
            row = reads.find_matter(self.case, matter)
            form.data = form.data.copy()
            form.data["version"] = str(row.version)
            saved = saved_meanwhile(self._form(row, part), form)
            return self._page(request, row, part, form, status=409, saved=saved)
        messages.success(request, _("The matter is changed."))
        return redirect("case_matter", reference=self.case.reference, matter=row.pk)

    def _found(self, matter: UUID, part: str) -> tuple[Matter, str]:
        row = reads.find_matter(self.case, matter)
        if part not in PARTS:
            raise Http404
        return row, part

    def _form(self, row: Matter, part: str, data: Any = None) -> MatterForm:
        told = reads.told_of(row)
        return MatterForm(data, case=self.case, parts=(part,), row=row, told=told)

    def _page(
        self,
        request: HttpRequest,
        row: Matter,
        part: str,
        form: MatterForm | None,
        status: int = 200,
        saved: Any = (),
    ) -> HttpResponse:
        self.looked("matter.viewed", request, [row])
        readings = reads.opened(row, at=self.at).readings if part == "law" else []
        return self.show(
            request,
            "part",
            row=row,
            title=PART_TITLES[part],
            form=form or self._form(row, part),
            readings=readings,
            saved=saved,
            status=status,
        )
