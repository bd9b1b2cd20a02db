"""The rules of the form, over every answer that one can think of."""

import datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cases.rules.countries import COUNTRIES, country_code, country_name
from cases.rules.languages import LANGUAGES, language_code
from cases.rules.name_warning import names_in
from cases.rules.referral_form import (
    carries_identity,
    clean_answers,
    element_summary,
    form_for,
    objections_to_sending,
    path_of,
    sections_shown,
    tasks,
)
from cases.rules.referral_form.cleaning import first_day, last_day
from cases.rules.referral_form.shape import NO_ANSWER, Question
from nrm.profiles import load_profile
from tests.intake.answers import ADULT, CHILD, DECLINES, FULL

UK, PALERMO = load_profile("uk"), load_profile("palermo")
PROFILES = st.sampled_from([UK, PALERMO])
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
CODES = st.sampled_from([q.code for q in form_for(UK).questions] + ["episodes", "allegations"])


def fitting(question: Question) -> st.SearchStrategy[Any]:
    """An answer of the right shape."""
    if question.written:
        return st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=50)
    if question.kind in ("choice", "yes_no"):
        return st.sampled_from(sorted(question.codes))
    if question.kind == "choices":
        own = sorted(question.codes - set(question.no_answer))
        return st.lists(st.sampled_from(own), min_size=1, unique=True)
    if question.kind in ("country", "countries"):
        one = st.sampled_from(sorted(COUNTRIES.labels))
        return one if question.kind == "country" else st.lists(one, min_size=1, unique=True)
    if question.kind == "language":
        return st.sampled_from(sorted(LANGUAGES.labels))
    if question.kind == "number":
        return st.integers(0, question.at_most)
    if question.kind == "date":
        return st.dates().map(str)
    return st.one_of(
        st.just("not_known"),
        st.integers(1000, 9999).map(str),
        st.dates().map(lambda day: day.isoformat()[:7]),
        st.dates().map(str),
    )


@st.composite
def fitting_answers(draw: Any, profile: Any = UK) -> dict[str, Any]:
    questions = list({q.code: q for q in form_for(profile).questions}.values())
    chosen = draw(st.lists(st.sampled_from(questions), max_size=12, unique_by=lambda q: q.code))
    return {question.code: draw(fitting(question)) for question in chosen}


@settings(deadline=None)
@given(answers=st.dictionaries(CODES | st.text(), JSON, max_size=6), profile=PROFILES)
def test_whatever_is_sent_is_kept_or_objected_to_and_nothing_breaks(
    answers: Any, profile: Any
) -> None:
    clean, objections = clean_answers(answers, profile)
    again, same = clean_answers(clean, profile)
    assert again == clean
    assert {o.field for o in same} <= {"age_years"}  # kept, and to be changed
    for code, value in answers.items():
        empty = value in (None, "", [], ()) or (isinstance(value, str) and not value.strip())
        told = any((o.field or "").startswith(code[:80]) for o in objections)
        if code in ("episodes", "allegations") and isinstance(value, list):
            continue
        assert empty or told or code in clean
    assert len(objections_to_sending(clean, profile)) > 0 or path_of(clean, profile) != "open"
    element_summary(clean, profile)
    tasks(clean, profile, saved=[])


@settings(deadline=None)
@given(answers=JSON)
def test_answers_that_are_no_object_are_one_objection(answers: Any) -> None:
    if not isinstance(answers, dict):
        assert len(clean_answers(answers, UK)[1]) == 1


@settings(max_examples=200, deadline=None)
@given(answers=fitting_answers())
def test_an_answer_of_the_right_shape_is_kept_as_it_is(answers: dict[str, Any]) -> None:
    answers.pop("age_years", None)  # may contradict the status
    clean, objections = clean_answers(answers, UK)
    assert objections == []
    for code, value in answers.items():
        if isinstance(value, str):
            assert clean.get(code, "") == value.strip()
        else:
            assert clean[code] == value


@settings(deadline=None)
@given(answers=fitting_answers(), age=st.sampled_from(["child", "not_sure", "disputed"]))
def test_who_may_be_under_18_is_on_the_childs_path_whatever_else_is_said(
    answers: dict[str, Any], age: str
) -> None:
    answers = {**answers, "age_status": age}
    for profile in (UK, PALERMO):
        assert path_of(answers, profile) == "child"
        shown = {page.code for _s, pages in sections_shown(answers, profile) for page in pages}
        assert "child_protection" in shown
        assert "consent" not in shown
    missing = {o.field for o in objections_to_sending(answers, UK)}
    assert "consent_answer" not in missing
    assert not element_summary(answers, UK)[1].needed


@settings(deadline=None)
@given(answers=fitting_answers())
def test_who_declines_says_nothing_of_who_they_are(answers: dict[str, Any]) -> None:
    answers = {**answers, "age_status": "adult", "consent_answer": "refused"}
    helps = answers.get("police_cooperation") == "yes"
    assert path_of(answers, UK) == "dtn"
    assert carries_identity(answers, UK) == helps
    shown = [page for _s, pages in sections_shown(answers, UK) for page in pages]
    assert any(page.identifies for page in shown) == helps
    assert path_of(answers, PALERMO) == "declined"
    assert not carries_identity(answers, PALERMO)
    assert "declined" in {o.code for o in objections_to_sending(answers, PALERMO)}


@pytest.mark.parametrize("answers", [ADULT, CHILD, DECLINES, FULL])
def test_the_urgent_questions_are_all_that_sending_needs(answers: dict[str, Any]) -> None:
    clean, wrong = clean_answers(answers, UK)
    assert wrong == []
    assert objections_to_sending(clean, UK) == []
    needed = {q.code for q in form_for(UK).questions if q.needed_on}
    form = form_for(UK)
    for page in form.pages:
        for question in page.questions:
            if question.needed_on:
                assert form.section_of(page).urgent
                assert question.keeps != "identity"
    for code in needed & set(answers):
        path = path_of(answers, UK)
        rest = {key: value for key, value in answers.items() if key != code}
        if any(path in q.needed_on for q in form.questions if q.code == code):
            assert code in {o.field for o in objections_to_sending(rest, UK)}


def test_every_profile_has_every_question_and_no_code_twice() -> None:
    for profile in (UK, PALERMO):
        form = form_for(profile)
        for part in form.parts:
            codes = [question.code for question in form.questions_of(part)]
            assert len(codes) == len(set(codes))
        codes = [question.code for question in form.questions]
        # Co-operation is asked on the way of a notification and, later, on the others.
        assert sorted(codes) == sorted([*set(codes), *_ASKED_TWICE])
        for question in form.questions:
            if question.kind in ("choice", "yes_no", "choices"):
                assert question.options, question.code
            if question.reveal:
                value, opened = question.reveal
                assert value in question.codes
                assert form.question(opened)


_ASKED_TWICE = ["police_cooperation", "police_cooperation_details"]


# What the responder did or saw, which the person cannot decline to say.
OF_THE_RESPONDER = {
    *("danger_now", "danger_steps", "child_protection_told", "responder_kind", "signs_seen"),
    *("differences_noted", "professionals_involved", "reported_before", "age_band"),
}


def test_no_answer_can_be_given_and_why_not_can_always_be_said() -> None:
    for page in form_for(UK).pages:
        for question in page.questions:
            if question.keeps in ("consent", "contact") or question.kind not in (
                *("choice", "choices", "yes_no"),
            ):
                continue
            if question.code in ("age_status", "age_then_status", "jurisdiction"):
                assert not question.no_answer
            elif question.code not in OF_THE_RESPONDER:
                said = set(question.codes) & {*NO_ANSWER, "does_not_want_to_say"}
                assert len(said) == 3, question.code
        opened = {question.reveal[1] for question in page.questions if question.reveal}
        written = {question.code for question in page.questions if question.written} - opened
        if written and not page.part and not form_for(UK).section_of(page).urgent:
            assert page.left_empty


@settings(deadline=None)
@given(day=st.dates())
def test_partial_dates_hold_the_days_that_they_can_mean(day: Any) -> None:
    for text in (day.isoformat(), day.isoformat()[:7], day.isoformat()[:4]):
        assert first_day(text) <= day <= last_day(text)


def test_an_end_before_the_beginning_is_objected_to() -> None:
    for began, ended, wrong in (
        ("2024", "2023-12", True),
        ("2024-05", "2024", False),
        ("2024-05-03", "2024-05", False),
        ("2024-05", "2024-04-30", True),
        ("not_known", "2020", False),
    ):
        _clean, objections = clean_answers({"episodes": [{"began": began, "ended": ended}]}, UK)
        assert bool(objections) == wrong, (began, ended)


def test_countries_and_languages_are_found_by_any_of_their_names() -> None:
    for name, code in (("Albania", "AL"), ("Albanie", "AL"), ("ألبانيا", "AL"), ("uk", "GB")):
        assert country_code(name) == code
    assert country_code("Viet Nam") == country_code("VIETNAM") == "VN"
    assert country_code("Atlantis") == ""
    assert country_name("AL") == "Albania"
    assert language_code("arabe") == "ar"
    assert language_code("Tigrinya") == "ti"
    for code in COUNTRIES.labels:
        assert country_code(country_name(code)) == code


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Her name is Amara Diallo and she fled.", ("Amara Diallo",)),
        ("He met Tran Van Minh at Manchester Airport.", ("Tran Van Minh",)),
        ("Mrs Okafor took her papers. She was called Blessing.", ("Okafor", "Blessing")),
        ("Il s'appelle Awa Ndiaye.", ("Awa Ndiaye",)),
        ("A man known as zef held the keys.", ("zef",)),
        ("Found by Border Force on Monday. The Home Office was told.", ()),
        ("She was called to the office. He called the police.", ()),
        ("They live in London Road. Her name is not known.", ()),
        ("Papers taken. Door locked. Ten hours a day.", ()),
        ("", ()),
    ],
)
def test_what_looks_like_a_name_is_warned_of(text: str, names: tuple[str, ...]) -> None:
    assert names_in(text) == names


@settings(deadline=None)
@given(text=st.text(max_size=300))
def test_any_text_can_be_looked_at_for_names(text: str) -> None:
    for name in names_in(text):
        for word in name.split():
            assert word in text


@pytest.mark.parametrize(
    ("status", "years", "fits"),
    [("adult", 17, False), ("adult", 18, True), ("child", 18, False), ("child", 17, True)],
)
def test_an_age_that_contradicts_its_years_is_objected_to(
    status: str, years: int, fits: bool
) -> None:
    _clean, objections = clean_answers({"age_status": status, "age_years": years}, UK)
    assert [o.field for o in objections] == ([] if fits else ["age_years"])


@pytest.mark.parametrize(
    ("born", "fits"),
    [
        ("2008-03-04", True),
        ("2008-03-05", False),
        ("2008-03", True),
        ("2008", True),
        ("2009", False),
        ("not_known", True),
    ],
)
def test_an_adult_born_less_than_18_years_ago_is_not_sent_as_one(born: str, fits: bool) -> None:
    answers = {**ADULT, "birth_date": born}
    missing = objections_to_sending(answers, UK, today=datetime.date(2026, 3, 4))
    assert [o.field for o in missing] == ([] if fits else ["birth_date"])
    child = {**CHILD, "birth_date": born}
    assert objections_to_sending(child, UK, today=datetime.date(2026, 3, 4)) == []
