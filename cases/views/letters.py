"""Letters about a case: the list, writing one, and the sheet that prints."""

from typing import Any
from uuid import UUID, uuid4

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language_info
from django.utils.translation import gettext as _

from cases import rights
from cases.actions.writing import give_letter, make_letter, preview_letter
from cases.forms.letters import GivenForm, LetterForm
from cases.models import Letter
from cases.selectors import letters as reads
from cases.selectors.contact import contact_marks, contact_of
from cases.selectors.keyset import page_of
from cases.views.base import CaseView
from cases.views.frame import case_frame
from cases.views.sharing import key_of
from identities.crypto import KeyGone
from nrm.actions import Hidden, Refused
from nrm.audit import writer
from nrm.profiles.shape import LetterTemplate
from nrm.web import add_objections


class _LettersView(CaseView):
    right = rights.WRITE_LETTER

    def show(self, page: str, ids: list[str], /, status: int = 200, **more: Any) -> HttpResponse:
        writer.write(
            "letters.viewed",
            at=self.at,
            actor_id=self.request.user.pk,
            case_id=self.case.pk,
            data={"letters": ids},
        )
        frame = case_frame(self.request, self.case, self.held, current="case_letters")
        return render(self.request, f"letters/{page}.html", {**frame, **more}, status=status)


class LettersView(_LettersView):
    """What can be written now, and what was, the newest first."""

    def get(self, request: HttpRequest, reference: str) -> HttpResponse:
        page = page_of(
            reads.letters_of(self.case),
            "made_at",
            newest_first=True,
            after=request.GET.get("after", ""),
            before=request.GET.get("before", ""),
        )
        lines = [
            {
                "row": row,
                "label": reads.label_of(self.case, row.code),
                "language": get_language_info(row.language)["name_translated"],
                "channel": reads.channel_words(self.case, row),
            }
            for row in page.rows
        ]
        return self.show(
            "list",
            [str(row.pk) for row in page.rows],
            lines=lines,
            templates=reads.templates_for(self.case),
            **page.links(request.path, {}),
        )


class NewLetterView(_LettersView):
    """GET asks what belongs in it; POST shows the letter, and when that is confirmed, keeps it."""

    def get(self, request: HttpRequest, reference: str, template: str) -> HttpResponse:
        found = self._template(template)
        return self._page(found, self._form(found))

    def post(self, request: HttpRequest, reference: str, template: str) -> HttpResponse:
        found = self._template(template)
        form = self._form(found, request.POST)
        if not form.is_valid() or "change" in request.POST:
            return self._page(found, form, status=200 if "change" in request.POST else 422)
        by: dict[str, Any] = {"actor": request.user, "at": self.at, "letter": found.code}
        key, digest = key_of(request.POST.get("key")), request.POST.get("digest", "")
        try:
            if digest and key:
                row = make_letter(self.case, digest=digest, key=key, **form.told(), **by)
                messages.success(request, _("The letter is kept. Print it, and say how it went."))
                return redirect("case_letter", reference=self.case.reference, letter=row.pk)
            sheet = preview_letter(self.case, **form.told(), **by)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(found, form, status=422)
        return self.show(
            "preview",
            [],
            template=found,
            sheet=sheet,
            language=get_language_info(form.cleaned_data["language"]),
            digest=sheet.digest,
            key=uuid4(),
            sent=[(name, value) for name in form.fields for value in request.POST.getlist(name)],
        )

    def _template(self, code: str) -> LetterTemplate:
        found = reads.template_of(self.case, code)
        if found is None:
            raise Hidden(self.right.code)
        return found

    def _form(self, template: LetterTemplate, data: Any = None) -> LetterForm:
        case = self.case
        return LetterForm(data, profile=case.profile, template=template, spoken=case.language)

    def _page(self, template: LetterTemplate, form: LetterForm, status: int = 200) -> HttpResponse:
        fits = template in reads.templates_for(self.case)
        return self.show("new", [], template=template, form=form, fits=fits, status=status)


class LetterView(_LettersView):
    """The sheet, which prints; POST records when and how it was given."""

    def get(self, request: HttpRequest, reference: str, letter: UUID) -> HttpResponse:
        row = reads.find_letter(self.case, letter)
        return self._page(row, self._form(row))

    def post(self, request: HttpRequest, reference: str, letter: UUID) -> HttpResponse:
        row = reads.find_letter(self.case, letter)
        form = self._form(row, request.POST)
        if not form.is_valid():
            return self._page(row, form, status=422)
        try:
            give_letter(row, actor=request.user, at=self.at, **form.cleaned_data)
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(row, form, status=422)
        messages.success(request, _("It is recorded how the letter was given."))
        return redirect("case_letter", reference=self.case.reference, letter=row.pk)

    def _form(self, row: Letter, data: Any = None) -> GivenForm:
        template = reads.template_of(self.case, row.code)
        if template is None:
            raise Hidden(self.right.code)
        return GivenForm(data, template=template, contact=contact_of(self.case, at=self.at))

    def _page(self, row: Letter, form: GivenForm, status: int = 200) -> HttpResponse:
        sheet = reads.opened_sheet(row)
        if sheet is None:
            raise KeyGone("The key is gone.")
        return self.show(
            "letter",
            [str(row.pk)],
            status=status,
            row=row,
            template=reads.template_of(self.case, row.code),
            sheet=sheet,
            language=get_language_info(row.language),
            channel=reads.channel_words(self.case, row),
            marks=contact_marks(contact_of(self.case, at=self.at)),
            form=form,
        )
