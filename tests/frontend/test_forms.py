"""What a person meets when a form goes wrong, and what the fields hand on."""

import datetime
from html.parser import HTMLParser

import pytest
from django import forms
from django.http import QueryDict
from django.template.loader import render_to_string
from django.utils import translation

from cases.forms.notes import NoteForm
from nrm.forms import (
    ChoiceField,
    ExactDateField,
    Form,
    MultiChoiceField,
    NotAskedChoiceField,
    NotAskedMultiChoiceField,
    Option,
    PartialDate,
    PartialDateField,
    error_links,
)
from nrm.templatetags.nrm import has_errors, not_answered, partial_date

CONTROLS = {"input", "select", "textarea"}


class Page(HTMLParser):
    """The elements of a page by id, and the attributes of all of them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.by_id: dict[str, tuple[str, dict[str, str]]] = {}
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        held = {name: value or "" for name, value in attrs}
        self.elements.append((tag, held))
        if "id" in held:
            assert held["id"] not in self.by_id, f"two elements with id {held['id']}"
            self.by_id[held["id"]] = (tag, held)


class Everything(Form):
    reveals = {"money": {"some": "how_much"}}

    papers = NotAskedMultiChoiceField(label="Papers", choices=[("p", "Has them")])
    money = NotAskedChoiceField(
        label="Money", choices=[("all", "All"), ("some", Option("Some", hint="After rent"))]
    )
    how_much = forms.CharField(label="How much?")
    arrived = PartialDateField(label="Arrived", help_text="For example, 3 2026", not_known=True)
    served = ExactDateField(label="Served", past=True)
    seen = forms.CharField(label="Seen", help_text="Words", widget=forms.Textarea, max_length=2000)
    email = forms.EmailField(label="Email")
    number = forms.IntegerField(label="How many")
    country = forms.ChoiceField(label="Country", choices=[("", "Select"), ("er", "Eritrea")])
    password = forms.CharField(label="Password", widget=forms.PasswordInput)
    document = forms.FileField(label="Document")
    read_aloud = forms.BooleanField(label="I read it aloud")
    key = forms.CharField(widget=forms.HiddenInput, required=False)


@pytest.fixture
def empty_form():
    return Everything({})


def test_each_link_of_the_summary_reaches_a_control_that_takes_focus(empty_form):
    page = Page(render_to_string("components/error_summary.html", {"form": empty_form}))
    targets = [held["href"][1:] for tag, held in page.elements if tag == "a"]
    fields = Page(str(empty_form))
    assert len(targets) == 12
    for target in targets:
        tag, held = fields.by_id[target]
        assert tag in CONTROLS
        assert held.get("type") != "hidden"


def test_links_to_groups_go_to_their_first_control(empty_form):
    targets = dict((id, message) for id, message in error_links([empty_form]))
    assert {"id_papers_0", "id_money_0", "id_arrived_0", "id_served_0"} <= set(targets)


def test_each_described_by_names_an_element_of_the_page(empty_form):
    for form in (empty_form, Everything()):
        page = Page(str(form))
        for _tag, held in page.elements:
            for name in held.get("aria-describedby", "").split():
                assert name in page.by_id
        assert "id_seen_helptext" in page.by_id["id_seen"][1]["aria-describedby"]
        assert "id_seen-info" in page.by_id["id_seen"][1]["aria-describedby"]


def test_summary_and_field_say_the_same_words(empty_form):
    html = str(empty_form)
    for _target, message in error_links([empty_form]):
        assert message in html.replace("&quot;", '"')
    assert '<span class="govuk-visually-hidden">Error:</span>' in html


def test_a_refusal_of_the_whole_form_is_a_line_without_a_link():
    form = Form({})
    form.add_error(None, "A second person must read this decision.")
    html = render_to_string("components/error_summary.html", {"form": form})
    assert "A second person must read this decision." in html
    assert "<a " not in html


def test_no_summary_before_anything_was_sent():
    assert render_to_string("components/error_summary.html", {"form": Everything()}).strip() == ""
    assert not has_errors(Everything())
    assert not has_errors("")


def test_the_summary_takes_several_forms_and_formsets(empty_form):
    Several = forms.formset_factory(Everything, extra=1)
    formset = Several({"form-TOTAL_FORMS": "1", "form-INITIAL_FORMS": "0", "form-0-email": "x"})
    ids = [id for id, _ in error_links([empty_form, formset])]
    assert "id_email" in ids
    assert "id_form-0-email" in ids


def test_nothing_is_checked_before_the_button_is_pressed(empty_form):
    page = Page(str(empty_form))
    assert not any("required" in held or "maxlength" in held for _tag, held in page.elements)


def test_no_inline_style_script_or_handler(empty_form):
    page = Page(str(empty_form))
    for tag, held in page.elements:
        assert tag not in ("script", "style")
        assert not any(name == "style" or name.startswith("on") for name in held)


def test_the_revealed_field_stands_once_under_its_choice():
    page = Page(str(Everything()))
    assert page.by_id["id_money_1"][1]["data-nrm-reveal"] == "id_money_1_reveal"
    assert sum(held.get("name") == "how_much" for _tag, held in page.elements) == 1


def test_a_choice_carries_its_hint():
    page = Page(str(Everything()))
    assert page.by_id["id_money_1"][1]["aria-describedby"] == "id_money_1_hint"


def test_the_heading_of_the_page_can_be_the_question():
    class One(Form):
        page_heading = "age"
        age = ChoiceField(label="How old is the person?", choices=[("a", "Adult")])

    assert '<h1 class="govuk-fieldset__heading">How old is the person?</h1>' in str(One())


def test_too_many_characters_are_counted_in_plain_words():
    form = Everything({"seen": "x" * 2001})
    assert form.errors["seen"] == ["“Seen” must be 2,000 characters or less"]


def test_plain_django_forms_are_drawn_too():
    class Plain(forms.Form):
        name = forms.CharField()

    assert 'class="govuk-input"' in str(Plain())


# Choices ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("code", ["not_known", "declined", "not_asked"])
def test_not_having_an_answer_is_an_answer(code):
    field = NotAskedChoiceField(choices=[("y", "Yes")])
    assert field.clean(code) == code
    assert not_answered(code) != code


def test_ways_of_not_answering_can_be_left_out():
    field = NotAskedChoiceField(choices=[("y", "Yes")], leave_out=["not_asked"])
    with pytest.raises(forms.ValidationError):
        field.clean("not_asked")


def test_not_known_beside_an_answer_is_refused():
    field = NotAskedMultiChoiceField(choices=[("p", "Has them"), ("o", "Others have them")])
    assert field.clean(["p", "o"]) == ["p", "o"]
    assert field.clean(["not_known"]) == ["not_known"]
    with pytest.raises(forms.ValidationError, match="Not known yet"):
        field.clean(["p", "not_known"])


def test_choices_may_come_from_a_function():
    field = MultiChoiceField(choices=lambda: [("a", "A")])
    assert field.clean(["a"]) == ["a"]


# Dates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("boxes", "written"),
    [
        (["4", "3", "2026"], "2026-03-04"),
        (["", "3", "2026"], "2026-03"),
        (["", "", "2026"], "2026"),
        (["", "March", "2026"], "2026-03"),
        (["", "mar", " 2026 "], "2026-03"),
        (["٤", "٣", "٢٠٢٦"], "2026-03-04"),
    ],
)
def test_a_date_is_kept_as_far_as_it_is_known(boxes, written):
    date = PartialDateField().clean(boxes)
    assert str(date) == written
    assert PartialDate.parse(written) == date


def test_months_are_read_in_the_language_of_the_page():
    with translation.override("fr"):
        assert str(PartialDateField().clean(["", "août", "2026"])) == "2026-08"
        assert str(PartialDateField().clean(["", "August", "2026"])) == "2026-08"


@pytest.mark.parametrize(
    ("boxes", "words"),
    [
        (["", "", ""], "Enter a month and year, or “Not known yet”"),
        (["4", "3", ""], "The date the person arrived must include a year"),
        (["4", "", "2026"], "The date the person arrived must include a month"),
        (["31", "2", "2026"], "The date the person arrived must be a real date"),
        (["", "13", "2026"], "The date the person arrived must be a real date"),
        (["x", "3", "2026"], "The date the person arrived must be a real date"),
        (["4", "3", "26"], "The year must have 4 numbers"),
        (["1", "1", "2999"], "The date the person arrived must be today or earlier"),
        (["4", "3", "2026", True], "Enter a date, or select “Not known yet”, not both"),
    ],
)
def test_a_date_that_cannot_be_says_what_to_do(boxes, words):
    field = PartialDateField(subject="The date the person arrived", past=True, not_known=True)
    with pytest.raises(forms.ValidationError) as refused:
        field.clean(boxes)
    assert refused.value.messages == [words]


def test_not_known_yet_is_told_from_empty():
    assert PartialDateField(not_known=True).clean(["", "", "", True]) == "not_known"
    assert PartialDateField(required=False).clean(["", "", ""]) is None


def test_an_exact_date_needs_all_three_parts():
    field = ExactDateField(subject="The date served")
    assert field.clean(["4", "3", "2026"]) == datetime.date(2026, 3, 4)
    with pytest.raises(forms.ValidationError, match="must include a day"):
        field.clean(["", "3", "2026"])


@pytest.mark.parametrize(
    "initial", [PartialDate(2026, 3), "2026-03", datetime.date(2026, 3, 9), "not_known", None]
)
def test_a_date_saved_before_comes_back_into_its_boxes(initial):
    class Dated(Form):
        arrived = PartialDateField(not_known=True)

    page = Page(str(Dated(initial={"arrived": initial})))
    shown = [page.by_id[f"id_arrived_{place}"][1].get("value") for place in (1, 2)]
    assert shown == (["3", "2026"] if initial not in ("not_known", None) else [None, None])
    assert ("checked" in page.by_id["id_arrived_3"][1]) == (initial == "not_known")


def test_what_was_typed_stays_after_an_error():
    class Dated(Form):
        arrived = PartialDateField()

    form = Dated({"arrived_day": "31", "arrived_month": "2", "arrived_year": "2026"})
    assert not form.is_valid()
    assert Page(str(form)).by_id["id_arrived_0"][1]["value"] == "31"


def test_a_partial_date_is_written_as_people_write_it():
    assert partial_date(PartialDate(2026, 3, 4)) == "4 March 2026"
    assert partial_date("2026-03") == "March 2026"
    assert partial_date(PartialDate(2026)) == "2026"
    assert partial_date("not_known") == "Not known yet"


def test_a_day_without_a_month_is_no_date():
    with pytest.raises(ValueError, match="month"):
        PartialDate(2026, None, 4)


@pytest.mark.parametrize("unseen", ["\u200b", " \u2060\ufeff", "\u3164\u2800"])
def test_what_nobody_can_see_was_not_filled_in(unseen: str) -> None:
    for sent in ({"text": unseen}, QueryDict("", mutable=True)):
        if isinstance(sent, QueryDict):
            sent.setlist("text", [unseen])
        assert list(NoteForm(sent).errors["text"]) == ["Enter a note"]
    seen = QueryDict("text=0&submission_key=x")
    assert NoteForm(seen).data is seen
