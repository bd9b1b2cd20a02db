"""Finding a person. What is typed is sent and stands in no address; what is found is a case."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.generic import View

from cases.actions.finding import find_person
from cases.forms.finding import FindPersonForm
from cases.rights import FIND_PEOPLE
from nrm.actions import Refused
from nrm.web import add_objections


class FindPersonView(View):
    """GET asks; POST searches, once, and is an event."""

    def get(self, request: HttpRequest) -> HttpResponse:
        FIND_PEOPLE.check(request.user, None)
        return self._page(request, FindPersonForm())

    def post(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        FIND_PEOPLE.check(user, None)
        form = FindPersonForm(request.POST)
        if not form.is_valid():
            return self._page(request, form, status=422)
        try:
            found = find_person(None, actor=user, at=timezone.now(), sought=form.sought())
        except Refused as refusal:
            add_objections(form, refusal)
            return self._page(request, form, status=422)
        return self._page(request, form, found=found)

    @staticmethod
    def _page(
        request: HttpRequest, form: FindPersonForm, status: int = 200, **more: Any
    ) -> HttpResponse:
        return render(request, "cases/find_person.html", {"form": form, **more}, status=status)
