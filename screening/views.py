"""The pages of a screening. Each POST saves one thing and leads back to the same place."""

from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.cache import patch_vary_headers

from cases import rights
from cases.models import Episode
from cases.selectors.cases import identity_bar
from cases.views.base import CaseView
from cases.views.frame import case_tabs
from nrm.actions import Changed, Hidden, Refused
from nrm.audit import writer
from nrm.web import add_objections
from screening import actions, selectors
from screening.forms import (
    AgeThenForm,
    CompletionForm,
    ContradictionForm,
    EpisodeForm,
    EvidenceForm,
    ExplanationForm,
    FindingForm,
)
from screening.models import (
    Contradiction,
    Evidence,
    EvidenceSource,
    IndicatorState,
    Screening,
)
from screening.selectors import Board, EvidenceItem

INVALID, CLASH = 422, 409
PART = "X-NRM-Part"  # the header of a request that asks for the changed parts alone, and of these

# Free text that is shown again where it could not be saved.
TEXTS = ("text", "reliability", "explanation", "differs")


class ScreeningPage(CaseView):
    """A page of the screening of a case."""

    right = rights.SCREEN
    noted = False  # that the page is looked at

    def page(self, template: str, status: int = 200, **context: Any) -> HttpResponse:
        if self.request.method == "GET" and not self.noted:
            self.looked_at(getattr(self, "screening", None))
        identity = identity_bar(self.case, self.held, at=self.at)
        frame = {"case": self.case, "identity": identity}
        frame |= case_tabs(self.case, self.held, current="workbench")
        return render(self.request, template, {**frame, **context}, status=status)

    def looked_at(self, screening: Screening | None, board: Board | None = None) -> None:
        """A look is an event too."""
        self.noted = True
        writer.write(
            "screening.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            object_type="screening.screening",
            object_id=screening.pk if screening else None,
            case_id=self.case.pk,
            data={"evidence": [str(item.id) for item in board.items] if board else []},
        )

    def url(self, name: str, *more: Any) -> str:
        return reverse(name, args=[self.case.reference, *more])


class OpenScreeningPage(ScreeningPage):
    """A page of the open screening. Where somebody has completed it in the meantime, what was
    typed is shown again, to be kept."""

    screening: Screening

    def find(self) -> HttpResponse | None:
        """Finds the open screening; a page to answer with where there is none."""
        found = selectors.open_screening(self.case)
        if found is None:
            if self.request.method != "POST":
                return redirect("workbench", self.case.reference)
            typed = [text for name in TEXTS if (text := self.request.POST.get(name, "").strip())]
            return self.page("screening/completed_meanwhile.html", CLASH, typed=typed)
        self.screening = found
        return None

    def back(self, anchor: str = "", **query: Any) -> HttpResponse:
        """To the workbench, at the place where the person was."""
        episode = query.pop("episode", None) or self.request.GET.get("episode", "")
        wanted = {"episode": episode, **query} if episode else query
        if self.request.GET.get("show") == "recorded":
            wanted["show"] = "recorded"
        address = self.url("workbench")
        if wanted:
            address += f"?{urlencode(wanted)}"
        return redirect(f"{address}#{anchor}" if anchor else address)

    def evidence_of(self, evidence_id: UUID) -> Evidence:
        found = (
            self.screening.evidences.select_related(
                "screening__case", "recorded_by", "changed_by", "document"
            )
            .filter(pk=evidence_id)
            .first()
        )
        if found is None:
            raise Hidden("screen")
        return found

    def episode_of(self, episode_id: UUID) -> Episode:
        found = self.case.episodes.filter(pk=episode_id).first()
        if found is None:
            raise Hidden("screen")
        return found

    def workbench(
        self,
        *,
        board: Board | None = None,
        status: int = 200,
        evidence_form: EvidenceForm | None = None,
        explanation_form: tuple[UUID, ExplanationForm] | None = None,
        age_form: AgeThenForm | None = None,
        every: list[Screening] | None = None,
    ) -> HttpResponse:
        """The whole workbench, with a form that could not be saved in its place."""
        board = board or selectors.board(self.screening)
        asked = self.request.GET
        episode = board.episode_at(asked.get("episode", ""))
        linking = board.item(asked.get("evidence", "")) if episode else None
        only_recorded = asked.get("show") == "recorded" and linking is None
        profile = self.case.profile
        refused_pair, refused_form = explanation_form or (None, None)
        pairs = [
            {
                "pair": pair,
                "form": refused_form
                if pair.row.pk == refused_pair
                else ExplanationForm(
                    initial=ExplanationForm.values_of(pair), auto_id=f"pair-{pair.row.pk}-%s"
                ),
            }
            for pair in board.pairs
        ]
        self.looked_at(self.screening, board)
        return self.page(
            "screening/workbench.html",
            status,
            screening=self.screening,
            episodes=[
                {
                    "label": selectors.title_of(one, profile),
                    "url": f"{self.url('workbench')}?episode={one.position}#indicators",
                    "current": episode is not None and one.pk == episode.pk,
                }
                for one in board.episodes
            ],
            **self.so_far(board, episode),
            disagreeing=board.disagreeing(),
            groups=board.groups(episode, only_recorded=only_recorded) if episode else [],
            only_recorded=only_recorded,
            linking=linking,
            linked_codes={code for where, code in linking.codes if where == episode.pk}
            if linking and episode
            else set(),
            here=[item for item in board.items if _is_about(item, episode)],
            elsewhere=[item for item in board.items if not _is_about(item, episode)],
            evidence_form=evidence_form or self.empty_evidence_form(board),
            age_form=age_form or (self.age_form(episode) if episode else None),
            pairs=pairs,
            # Errors are listed at the top of the page for the one form that was sent.
            form=evidence_form or refused_form or age_form,
            earlier=[
                one
                for one in every or selectors.screenings_of(self.case)
                if one.pk != self.screening.pk
            ],
        )

    def so_far(self, board: Board, episode: Episode | None) -> dict[str, Any]:
        """What the part of the page reads that says what is shown so far in this episode."""
        decisions = self.case.profile.decisions
        return {
            "board": board,
            "episode": episode,
            "words": board.words_of(episode) if episode else None,
            "resting": board.resting_on(episode) if episode else {},
            # Those of the first decision, for which the screening is made: they have one home.
            "mistakes": decisions[0].guidance if decisions else (),
        }

    def part(self, board: Board, episode: Episode, code: str) -> HttpResponse:
        """Only what one answer changes on the page: the script puts it in its place."""
        group = next(
            group for group in board.groups(episode) if any(row.code == code for row in group.rows)
        )
        row = next(row for row in group.rows if row.code == code)
        response = render(
            self.request,
            "screening/part.html",
            {
                "case": self.case,
                "group": group,
                "row": row,
                "rows": [row],
                "only_recorded": self.request.GET.get("show") == "recorded",
                **self.so_far(board, episode),
            },
        )
        response[PART] = "1"
        patch_vary_headers(response, [PART])
        return response

    def age_form(self, episode: Episode, **typed: Any) -> AgeThenForm:
        """The form as saved or, with `typed`, as sent, ready to be saved over what is there now."""
        saved = {"age_then": episode.age_then_status, "before": episode.age_then_status}
        if typed:
            return AgeThenForm({**saved, **typed}, auto_id="age-%s")
        return AgeThenForm(initial=saved, auto_id="age-%s")

    def empty_evidence_form(self, board: Board) -> EvidenceForm:
        """The form of a new item; from the page of documents it comes with one chosen."""
        chosen = self.request.GET.get("document", "")
        return EvidenceForm(
            initial={"document": chosen, "source": EvidenceSource.DOCUMENT} if chosen else {},
            episodes=board.episodes,
            profile=self.case.profile,
            documents=selectors.documents_of(self.case),
            auto_id="evidence-%s",
        )


def _is_about(item: EvidenceItem, episode: Episode | None) -> bool:
    """Whether an item belongs beside this episode: it is about it, or about none in particular."""
    return episode is None or item.row.episode_id in (None, episode.pk)


class WorkbenchView(OpenScreeningPage):
    """The open screening; where there is none, the last one completed, or where to begin."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        found = selectors.screenings_of(self.case)
        opened = next((one for one in found if one.state == "open"), None)
        if opened:
            self.screening = opened
            return self.workbench(every=found)
        if found:
            return _past_page(self, found[0], found)
        return self.page("screening/start.html", episodes=_described(self))


def _described(page: ScreeningPage) -> list[str]:
    return [selectors.title_of(one, page.case.profile) for one in page.case.episodes.all()]


def _past_page(page: ScreeningPage, screening: Screening, every: list[Screening]) -> HttpResponse:
    board = selectors.board(screening)
    page.looked_at(screening, board)
    recorded = [
        {
            "words": words,
            "rows": [
                row for group in board.groups(words.episode) for row in group.rows if row.finding
            ],
        }
        for words in board.words.episodes
    ]
    return page.page(
        "screening/past.html",
        screening=screening,
        board=board,
        recorded=recorded,
        reasons=selectors.reasons_of(screening),
        newest=screening.pk == every[0].pk,
        none_open=all(one.state != "open" for one in every),
        earlier=[one for one in every if one.pk != screening.pk],
    )


class PastView(ScreeningPage):
    """A completed screening, to read."""

    def get(self, request: HttpRequest, reference: str, screening: UUID) -> HttpResponse:
        every = selectors.screenings_of(self.case)
        found = next((one for one in every if one.pk == screening), None)
        if found is None:
            raise Hidden("screen")
        if found.state == "open":
            return redirect("workbench", self.case.reference)
        return _past_page(self, found, every)


class StartView(ScreeningPage):
    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        try:
            actions.start_screening(self.case, actor=request.user, at=self.at)
        except Refused as refusal:
            # Clicked twice, or a colleague was quicker: the open one is what was wanted.
            if any(objection.code != "already_open" for objection in refusal.objections):
                raise
        return redirect("workbench", self.case.reference)


# Evidence -----------------------------------------------------------------------------------------
class EvidenceAddView(OpenScreeningPage):
    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        if answer := self.find():
            return answer
        board = selectors.board(self.screening)
        form = EvidenceForm(
            request.POST,
            episodes=board.episodes,
            profile=self.case.profile,
            documents=selectors.documents_of(self.case),
            auto_id="evidence-%s",
        )
        if form.is_valid():
            try:
                saved = actions.record_evidence(
                    self.screening,
                    actor=request.user,
                    at=self.at,
                    item=form.item(),
                    key=form.cleaned_data["key"],
                )
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return self.back(f"e-{saved.pk}")
        return self.workbench(board=board, status=INVALID, evidence_form=form)


class EvidenceView(OpenScreeningPage):
    """One item of evidence, to correct. What it said before stays to be read."""

    def get(self, request: HttpRequest, reference: str, evidence: UUID) -> HttpResponse:
        if answer := self.find():
            return answer
        item = selectors.open_item(self.evidence_of(evidence))
        return self.form_page(item, self.form(item.row, initial=EvidenceForm.values_of(item)))

    def post(self, request: HttpRequest, reference: str, evidence: UUID) -> HttpResponse:
        if answer := self.find():
            return answer
        row = self.evidence_of(evidence)
        form = self.form(row, request.POST)
        if not form.is_valid():
            return self.form_page(selectors.open_item(row), form, status=INVALID)
        try:
            actions.correct_evidence(
                row,
                actor=request.user,
                at=self.at,
                item=form.item(),
                version=form.cleaned_data["version"] or 0,
            )
        except Changed:
            saved = selectors.open_item(self.evidence_of(evidence))
            mine = {**form.data.dict(), "version": saved.row.version}  # type: ignore[attr-defined]
            form = self.form(saved.row, mine)
            form.is_valid()
            return self.form_page(saved, form, status=CLASH, clash=True)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.form_page(
                selectors.open_item(self.evidence_of(evidence)), form, status=INVALID
            )
        return self.back(f"e-{row.pk}")

    def form(self, row: Evidence, *args: Any, **more: Any) -> EvidenceForm:
        """With every document of the case, and the one that the item names, withdrawn or not."""
        documents = selectors.documents_of(self.case)
        if row.document and row.document not in documents:
            documents.append(row.document)
        return EvidenceForm(
            *args,
            episodes=self.case.episodes.all(),
            profile=self.case.profile,
            documents=documents,
            **more,
        )

    def form_page(
        self, item: EvidenceItem, form: EvidenceForm, *, status: int = 200, clash: bool = False
    ) -> HttpResponse:
        return self.page(
            "screening/evidence.html",
            status,
            item=item,
            form=form,
            clash=clash,
            earlier=list(selectors.earlier_wordings(self.case, item.row)),
        )


class LinksView(OpenScreeningPage):
    """What one item of evidence shows, in one episode."""

    def post(self, request: HttpRequest, reference: str, evidence: UUID) -> HttpResponse:
        if answer := self.find():
            return answer
        row = self.evidence_of(evidence)
        position = request.GET.get("episode", "")
        episode = next((e for e in self.case.episodes.all() if str(e.position) == position), None)
        if episode is None:
            raise Hidden("screen")
        ticked, before = set(request.POST.getlist("codes")), set(request.POST.getlist("before"))
        actions.link_evidence(
            row,
            actor=request.user,
            at=self.at,
            episode=episode.pk,
            add=sorted(ticked - before),
            remove=sorted(before - ticked),
        )
        return self.back(f"e-{row.pk}")


# Indicators ---------------------------------------------------------------------------------------
class FindingView(OpenScreeningPage):
    """One indicator in one episode: what is found, and on which evidence. The buttons of the
    workbench send the state alone; the page of its own also sends the evidence."""

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.code = kwargs["code"]

    def get(self, request: HttpRequest, reference: str, episode: UUID, code: str) -> HttpResponse:
        if answer := self.find():
            return answer
        return self.form_page(self.episode_of(episode), selectors.board(self.screening))

    def post(self, request: HttpRequest, reference: str, episode: UUID, code: str) -> HttpResponse:
        if answer := self.find():
            return answer
        where = self.episode_of(episode)
        board = selectors.board(self.screening)
        form = FindingForm(request.POST, items=board.items)
        if not form.is_valid():
            return self.form_page(where, board, form, status=INVALID)
        told = form.cleaned_data
        whole = "whole" in request.POST
        try:
            actions.record_indicator(
                self.screening,
                actor=request.user,
                at=self.at,
                episode=where.pk,
                code=code,
                state=told["state"],
                evidence_ids=[UUID(pk) for pk in told["evidence"]] if whole else None,
                version=told["version"] or 0,
            )
        except Changed:
            board = selectors.board(self.screening)
            row = board.row(where, self.indicator())
            mine = {"state": told["state"], "version": row.version}
            mine["evidence"] = (
                told["evidence"] if whole else [str(item.id) for item in row.evidence]
            )
            form = FindingForm(initial=mine, items=board.items)
            return self.form_page(where, board, form, status=CLASH, clash=told)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.form_page(where, board, form, status=INVALID)
        if PART in request.headers and not whole:
            return self.part(selectors.board(self.screening), where, code)
        return self.back(f"i-{code}", episode=where.position)

    def indicator(self) -> Any:
        try:
            return self.case.profile.indicator(self.code)
        except KeyError:
            raise Hidden("screen") from None

    def form_page(
        self,
        episode: Episode,
        board: Board,
        form: FindingForm | None = None,
        *,
        status: int = 200,
        clash: dict[str, Any] | None = None,
    ) -> HttpResponse:
        row = board.row(episode, self.indicator())
        chosen = ""
        if clash is not None:
            labels = dict(FindingForm.base_fields["state"].choices)  # type: ignore[attr-defined]
            chosen = labels[clash["state"]]
        return self.page(
            "screening/finding.html",
            status,
            episode=episode,
            title=selectors.title_of(episode, self.case.profile),
            row=row,
            form=form or FindingForm(initial=FindingForm.values_of(row), items=board.items),
            clash=clash,
            chosen=chosen,
            back=f"{self.url('workbench')}?episode={episode.position}#i-{row.code}",
        )


# Contradictions -----------------------------------------------------------------------------------
class ContradictionAddView(OpenScreeningPage):
    """Puts an item beside another that says something else."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        if answer := self.find():
            return answer
        board = selectors.board(self.screening)
        first = self.first(board, request.GET.get("first", ""))
        return self.form_page(board, first, self.form(board, first, initial={"first": first.id}))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        if answer := self.find():
            return answer
        board = selectors.board(self.screening)
        first = self.first(board, request.POST.get("first", ""))
        form = self.form(board, first, request.POST)
        if form.is_valid():
            try:
                pair = actions.note_contradiction(
                    self.screening, actor=request.user, at=self.at, **form.told()
                )
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return self.back(f"c-{pair.pk}")
        return self.form_page(board, first, form, status=INVALID)

    def first(self, board: Board, evidence_id: str) -> EvidenceItem:
        found = board.item(evidence_id)
        if found is None:
            raise Hidden("screen")
        return found

    def form(self, board: Board, first: EvidenceItem, *args: Any, **more: Any) -> ContradictionForm:
        return ContradictionForm(*args, first=first, items=board.items, **more)

    def form_page(
        self, board: Board, first: EvidenceItem, form: ContradictionForm, *, status: int = 200
    ) -> HttpResponse:
        alone = len(board.items) < 2
        return self.page("screening/contradiction.html", status, item=first, form=form, alone=alone)


class ContradictionView(OpenScreeningPage):
    """What the screener makes of two items that disagree."""

    def post(self, request: HttpRequest, reference: str, contradiction: UUID) -> HttpResponse:
        if answer := self.find():
            return answer
        row = self.pair_of(contradiction)
        form = ExplanationForm(request.POST, auto_id=f"pair-{row.pk}-%s")
        if form.is_valid():
            try:
                actions.explain_contradiction(
                    row,
                    actor=request.user,
                    at=self.at,
                    version=form.cleaned_data["version"] or 0,
                    **form.told(),
                )
            except Changed:
                return self.clash_page(self.pair_of(contradiction), form)
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return self.back(f"c-{row.pk}")
        return self.workbench(status=INVALID, explanation_form=(row.pk, form))

    def pair_of(self, pair_id: UUID) -> Contradiction:
        found = (
            self.screening.contradictions.select_related(
                "screening__case", "recorded_by", "changed_by"
            )
            .filter(pk=pair_id)
            .first()
        )
        if found is None:
            raise Hidden("screen")
        return found

    def clash_page(self, row: Contradiction, form: ExplanationForm) -> HttpResponse:
        saved = next(
            pair for pair in selectors.board(self.screening).pairs if pair.row.pk == row.pk
        )
        mine = {**form.data.dict(), "version": row.version}  # type: ignore[attr-defined]
        form = ExplanationForm(mine, auto_id=f"pair-{row.pk}-%s")
        form.is_valid()
        return self.page("screening/contradiction_clash.html", CLASH, pair=saved, form=form)


# Episodes -----------------------------------------------------------------------------------------
class EpisodeAddView(OpenScreeningPage):
    """An episode found while screening."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        if answer := self.find():
            return answer
        return self.page("screening/episode.html", form=EpisodeForm(profile=self.case.profile))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        if answer := self.find():
            return answer
        form = EpisodeForm(request.POST, profile=self.case.profile)
        if form.is_valid():
            try:
                found = actions.add_episode(
                    self.screening,
                    actor=request.user,
                    at=self.at,
                    episode=form.found(),
                    key=form.cleaned_data["key"],
                )
            except Refused as refusal:
                add_objections(form, refusal)
            else:
                return self.back("indicators", episode=found.position)
        return self.page("screening/episode.html", INVALID, form=form)


class AgeThenView(OpenScreeningPage):
    """Whether the person was a child in this episode."""

    def post(self, request: HttpRequest, reference: str, episode: UUID) -> HttpResponse:
        if answer := self.find():
            return answer
        where = self.episode_of(episode)
        wanted = request.POST.get("age_then", "")
        try:
            actions.record_age_then(
                self.screening,
                actor=request.user,
                at=self.at,
                episode=where.pk,
                age_then=wanted,
                before=request.POST.get("before", ""),
            )
        except Refused as refusal:
            where.refresh_from_db()
            form = self.age_form(where, age_then=wanted)
            form.is_valid()
            add_objections(form, refusal)
            status = CLASH if isinstance(refusal, Changed) else INVALID
            return self.workbench(status=status, age_form=form)
        return self.back("episode", episode=where.position)


# Completing ---------------------------------------------------------------------------------------
class CompletionView(OpenScreeningPage):
    """The result once more, and the screener's own view of it."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        if answer := self.find():
            return answer
        return self.form_page(CompletionForm(initial={"version": self.screening.version}))

    def post(self, request: HttpRequest, reference: str) -> HttpResponse:
        if answer := self.find():
            return answer
        form = CompletionForm(request.POST)
        if not form.is_valid():
            return self.form_page(form, INVALID)
        try:
            actions.complete_screening(
                self.screening, actor=request.user, at=self.at, **form.told()
            )
        except Changed as clash:
            again = {**request.POST.dict(), "version": self.screening.version}
            form = CompletionForm(again)
            form.is_valid()
            add_objections(form, clash)
            return self.form_page(form, CLASH)
        except Refused as refusal:
            add_objections(form, refusal)
            return self.form_page(form, INVALID)
        return redirect("screening", self.case.reference, self.screening.pk)

    def form_page(self, form: CompletionForm, status: int = 200) -> HttpResponse:
        board = selectors.board(self.screening)
        return self.page(
            "screening/completion.html",
            status,
            screening=self.screening,
            board=board,
            form=form,
            bare=_shown_without_evidence(board),
            missing=list(actions.objections_to_completing(self.screening)),
        )


def _shown_without_evidence(board: Board) -> list[str]:
    """Indicators that are shown and rest on no item of evidence: told before completing."""
    return [
        str(board.profile.indicator(code).label)
        for (_episode, code), finding in board.findings.items()
        if finding.state == IndicatorState.SHOWN and not board.links.get(finding.pk)
    ]
