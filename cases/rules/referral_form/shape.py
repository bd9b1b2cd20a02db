"""What a referral form is made of: sections of pages of questions. Pages, REST and imports read the
same description, so an answer means the same wherever it comes from."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

# Why there is no answer. Each question that offers choices takes these as well.
NOT_KNOWN, DECLINED, NOT_ASKED = "not_known", "declined", "not_asked"
NO_ANSWER = (NOT_KNOWN, DECLINED, NOT_ASKED)

# Kinds of question -------------------------------------------------------------------------------
TEXT, LONG_TEXT, TELEPHONE, EMAIL = "text", "long_text", "telephone", "email"
CHOICE, CHOICES, YES_NO = "choice", "choices", "yes_no"
COUNTRY, COUNTRIES, LANGUAGE = "country", "countries", "language"
PARTIAL_DATE, DATE, NUMBER = "partial_date", "date", "number"
WRITTEN = frozenset({TEXT, LONG_TEXT, TELEPHONE, EMAIL})
LISTS = frozenset({CHOICES, COUNTRIES})

# Where an answer is kept -------------------------------------------------------------------------
IDENTITY = "identity"  # with a fact kind: a fact about who the person is, encrypted and apart
NARRATIVE = "narrative"  # free text, under the person's key
CODE = "code"  # in the clear on the referral: codes, dates and numbers, never words
CASE = "case"  # on the case and, as a code, on the referral
CONSENT = "consent"
CONTACT = "contact"  # the safe-contact card
PART = "part"  # a column of the row that a repeated part becomes

# The ways through the form -----------------------------------------------------------------------
OPEN = "open"  # age, or an adult's answer, is still to be recorded
ADULT = "adult"
CHILD = "child"
DTN = "dtn"  # an adult does not agree, and there is a duty to notify
DECLINED_PATH = "declined"  # an adult does not agree, and nothing is sent


@dataclass(frozen=True, slots=True)
class Option:
    """One answer to choose."""

    code: str
    label: Any
    help: Any = ""


@dataclass(frozen=True, slots=True)
class Question:
    """One question. `keeps` says where its answer goes; for an identity, `fact` says as what.

    `needed_on` are the paths on which a referral is not sent without it. `reveal` is a choice of
    this question and the one question that it opens. `no_answer` are the ways to say why there is
    no answer that the question itself offers: all three where the person is asked.
    """

    code: str
    label: Any
    kind: str
    keeps: str
    help: Any = ""
    options: tuple[Option, ...] = ()
    fact: str = ""
    needed_on: frozenset[str] = frozenset()
    missing: Any = ""  # what is said where a needed answer is not there
    reveal: tuple[str, str] | None = None
    limit: int = 200
    past: bool = False
    at_most: int = 0
    fixed: bool = False  # not asked on the page: filled in by us
    without: frozenset[str] = frozenset()  # ways of having no answer that make no sense here

    @property
    def no_answer(self) -> tuple[str, ...]:
        if self.kind not in (CHOICE, CHOICES, YES_NO) or self.fixed:
            return ()
        own = {option.code for option in self.options}
        if self.keeps in (CONSENT, CONTACT) or "not_sure" in own:
            return ()
        said = {"does_not_want_to_say": DECLINED}
        have = own | {said[code] for code in own if code in said}
        return tuple(code for code in NO_ANSWER if code not in have | self.without)

    @property
    def codes(self) -> frozenset[str]:
        """Every code that may be given as an answer."""
        return frozenset(option.code for option in self.options) | frozenset(self.no_answer)

    @property
    def written(self) -> bool:
        return self.kind in WRITTEN


@dataclass(frozen=True, slots=True)
class Page:
    """What is asked together. `part` is the repeated part that the page asks about, one at a time;
    the first page of a part also lists what there is of it."""

    code: str
    title: Any
    questions: tuple[Question, ...]
    why: Any = ""
    shown_on: frozenset[str] = frozenset({OPEN, ADULT, CHILD, DTN})
    part: str = ""
    # Asks who the person is: not shown where a notification carries no identity.
    identifies: bool = False
    # Kept short: does not ask why something is left empty.
    short: bool = False

    @property
    def left_empty(self) -> str:
        """The code of the question why something is empty; none where all is to choose."""
        opened = {q.reveal[1] for q in self.questions if q.reveal}
        optional = any(q.written and q.code not in opened for q in self.questions)
        return f"{self.code}_left_empty" if optional and not self.part and not self.short else ""


Coded = TypeVar("Coded", Page, Question)


@dataclass(frozen=True, slots=True)
class Section:
    """A task on the list. Urgent sections are needed to send."""

    code: str
    title: Any
    pages: tuple[Page, ...]
    hint: Any = ""
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class ReferralForm:
    """The whole form of one profile."""

    sections: tuple[Section, ...]

    @property
    def pages(self) -> Iterator[Page]:
        return (page for section in self.sections for page in section.pages)

    @property
    def questions(self) -> Iterator[Question]:
        """Every question outside the repeated parts."""
        return (q for page in self.pages if not page.part for q in page.questions)

    def page(self, code: str) -> Page:
        """The page with this code; KeyError where there is none."""
        return _find(self.pages, code)

    def section_of(self, page: Page) -> Section:
        return next(section for section in self.sections if page in section.pages)

    def question(self, code: str) -> Question:
        """The question with this code, outside the repeated parts; KeyError where there is none."""
        return _find(self.questions, code)

    def pages_of(self, part: str) -> tuple[Page, ...]:
        """The pages that ask about one of a repeated part, in order."""
        return tuple(page for page in self.pages if page.part == part)

    def questions_of(self, part: str) -> tuple[Question, ...]:
        """Every question about one of a repeated part."""
        return tuple(q for page in self.pages_of(part) for q in page.questions)

    @property
    def parts(self) -> tuple[str, ...]:
        return tuple(dict.fromkeys(page.part for page in self.pages if page.part))

    @property
    def left_empty(self) -> frozenset[str]:
        """The codes of the questions why a page has something empty."""
        return frozenset(page.left_empty for page in self.pages if page.left_empty)


def _find(items: Iterator[Coded], code: str) -> Coded:
    for item in items:
        if item.code == code:
            return item
    raise KeyError(code)
