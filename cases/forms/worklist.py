"""What the work list can be narrowed by and ordered in, and views of it that are kept."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django import forms
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import trans_real

from cases.selectors.lists import BAND_WORDS, DUE, RECEIVED, STAGE, URGENCIES, Wanted
from nrm.accounts.models import User
from nrm.forms import ChoiceField, Form, MultiChoiceField
from nrm.profiles import Profile

ORDERS = {
    DUE: _("Next deadline"),
    RECEIVED: _("Newest received"),
    STAGE: _("Longest in stage"),
}


_KEPT = 200
_drawn: dict[tuple[Any, ...], SafeString] = {}


class WorklistFilter(Form):
    """`view` is the view in which the answers are looked for; `whole` says whether the caseworkers
    are all there are."""

    small = True
    urgency = MultiChoiceField(
        label=_("Next deadline"), choices=list(URGENCIES.items()), required=False
    )
    child = MultiChoiceField(
        label=_("Age"), choices=[("1", _("Treated as a child"))], required=False
    )
    stage = MultiChoiceField(label=_("Stage"), required=False)
    caseworker = ChoiceField(label=_("Caseworker"), required=False, widget=forms.Select)
    waited = ChoiceField(
        label=_("Time at this stage"),
        choices=[("", _("Any")), *BAND_WORDS.items()],
        required=False,
        widget=forms.Select,
    )
    received = ChoiceField(
        label=_("Time since received"),
        choices=[("", _("Any")), *BAND_WORDS.items()],
        required=False,
        widget=forms.Select,
    )
    sort = ChoiceField(
        label=_("Order"), choices=list(ORDERS.items()), required=False, widget=forms.Select
    )

    def __init__(
        self,
        *args: Any,
        view: str,
        profiles: Iterable[Profile],
        caseworkers: Iterable[tuple[UUID, str]],
        whole: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.view = view
        profiles = list(profiles)
        self.law = tuple((profile.code, profile.version) for profile in profiles)
        self.stages = {
            stage.code: stage.label
            for profile in profiles
            for stage in profile.stages
            if stage.open == (view != "closed")
        }
        self.caseworkers = {str(pk): name for pk, name in caseworkers}
        # Asked for when something has to be checked or drawn, which is seldom: normalising a list
        # of a hundred choices, twice a page, costs as much as reading the clocks.
        self.fields["stage"].choices = lambda: list(self.stages.items())
        self.fields["caseworker"].choices = lambda: [("", _("Anybody")), *self._people()]
        if not self.caseworkers and whole:
            del self.fields["caseworker"]
        if view == "closed":
            for name in ("urgency", "waited", "received", "sort"):
                del self.fields[name]

    def answer(self, name: str) -> Any:
        """What was asked, where it makes sense; nothing where it does not."""
        return self.cleaned_data.get(name) or ""

    @property
    def wanted(self) -> Wanted:
        """What is asked for. Only after `is_valid()`, whatever that said."""
        worker = self.answer("caseworker")
        return Wanted(
            view=self.view,
            urgency=frozenset(self.answer("urgency")),
            stages=frozenset(self.answer("stage")),
            child=bool(self.answer("child")),
            caseworker=UUID(worker) if worker else None,
            waited=self.answer("waited"),
            received=self.answer("received"),
            order=self.answer("sort") or DUE,
        )

    def _people(self) -> list[tuple[str, str]]:
        return sorted(self.caseworkers.items(), key=lambda person: person[1])

    def offer_caseworkers(self, people: Iterable[User]) -> None:
        """Offers these besides: of a large team, those whose cases the page shows."""
        self.caseworkers |= {str(user.pk): user.display_name for user in people}
        self.fields["caseworker"].help_text = _("Those whose cases are on this page")

    def offer_stages(self, with_cases: set[str]) -> None:
        """Shows only stages at which there is a case: seventeen boxes help nobody."""
        chosen = set(self.data.getlist("stage")) if self.is_bound else set()
        if self.view != "closed":
            shown = with_cases | chosen
            self.stages = {code: label for code, label in self.stages.items() if code in shown}
        if not self.stages:
            del self.fields["stage"]

    @property
    def drawn(self) -> SafeString:
        """The fields as HTML. They are the same for all colleagues who ask the same, and are drawn
        once in a while: drawing fifty boxes and options costs more than reading the list."""
        asked = tuple((name, *self.data.getlist(name)) for name in self.fields)
        # The law says how a stage is called, and the language the rest.
        key = (trans_real.catalog(), asked, self.law, *self.stages, self._caseworkers_drawn())
        if (html := _drawn.get(key)) is None:
            if len(_drawn) >= _KEPT:
                _drawn.clear()
            html = _drawn[key] = format_html_join(
                "", "{}", ((field.as_field_group(),) for field in self.visible_fields())
            )
        return html

    def _caseworkers_drawn(self) -> tuple[Any, ...]:
        if (field := self.fields.get("caseworker")) is None:
            return ()
        return (str(field.help_text), *self._people())


class FindForm(Form):
    q = forms.CharField(
        label=_("Find a case by reference or pseudonym"),
        max_length=60,
        error_messages={"required": _("Enter a reference or the beginning of a pseudonym")},
    )


class SavedViewForm(Form):
    """`asks` adds the box with which somebody says that the words are no name of a person."""

    label = forms.CharField(
        label=_("Name of the view"),
        max_length=60,
        help_text=_("In words of your own. Do not use the name of a person."),
        error_messages={"required": _("Enter a name for the view")},
    )
    not_a_name = MultiChoiceField(
        label=_("Check the name"),
        choices=[("1", _("This is not the name of a person"))],
        required=False,
    )

    def __init__(self, *args: Any, asks: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not asks and not self.data.get("not_a_name"):
            del self.fields["not_a_name"]
