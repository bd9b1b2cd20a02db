"""What can be disclosed for a court, what is said of all that is not, and what stands in the way;
and how words are blacked out in a text. Pure."""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from unicodedata import category, normalize

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from cases.rules.sharing import DECISIONS, REFERRAL, STANDING, TEXT
from nrm.actions import Objection

REASONS, FINDINGS, NOTES = "reasons", "findings", "notes"
# Neither who the person is nor how they are reached: a court has the one from elsewhere and needs
# the other from nobody.
PARTS = {
    STANDING: _lazy("How the case stands: pseudonym, stage, age group, language, interpreter"),
    DECISIONS: _lazy("Decisions that were made"),
    REASONS: _lazy("The reasons of the decisions"),
    FINDINGS: _lazy("What was found on act, means and purpose"),
    REFERRAL: _lazy("Answers of the referral that were chosen from lists"),
    TEXT: _lazy("Answers of the referral in people’s own words"),
    NOTES: _lazy("Notes of those who work on the case"),
}
IN = "in"
# Beside the agencies of the profile.
RECIPIENTS = {
    "court": _lazy("Court or tribunal"),
    "defence": _lazy("The person’s own lawyer"),
}
FEWEST_LETTERS, LONGEST_WORDS, MOST_WORDS = 2, 200, 50


@dataclass(frozen=True, slots=True)
class BlackOut:
    """Words that are taken out of every text of a bundle: what kind of thing they say, and why."""

    words: str
    removed: str
    ground: str


@dataclass(frozen=True, slots=True)
class Facts:
    """`choices`: what is said of each part and of each document, `IN` or a ground; `items`: all of
    which it has to be said. `on_consent`, `on_ground`: what was named stands, or None where nothing
    was named. `missing`: places, from 1, of what is to be blacked out and stands nowhere."""

    recipients: Collection[str]
    recipient: str
    barred: bool
    on_consent: bool | None
    on_ground: bool | None
    items: Collection[str]
    choices: Mapping[str, str]
    grounds: Collection[str]
    kinds: Collection[str]
    black: Sequence[BlackOut]
    missing: Collection[int]
    seen: bool


def objections_to_preparing(facts: Facts) -> Iterator[Objection]:
    """Every reason against it."""
    if facts.recipient not in facts.recipients:
        yield Objection(_("Select who it is for"), field="recipient")
    elif facts.barred:
        text = _("The system never tells security forces of this case. Take advice from a lawyer.")
        yield Objection(text, field="recipient", code="never")
    if (facts.on_consent is None) == (facts.on_ground is None):
        yield Objection(_("Select the consent or the lawful ground that it rests on"), "rests_on")
    elif facts.on_consent is False or facts.on_ground is False:
        yield Objection(_("This consent or ground does not stand"), field="rests_on")
    yield from _objections_to_choices(facts)
    yield from _objections_to_words(facts)
    if not facts.seen:
        text = _("The case has changed since you looked at what goes into it. Look again.")
        yield Objection(text, code="changed")


def _objections_to_choices(facts: Facts) -> Iterator[Objection]:
    allowed = {IN, *facts.grounds}
    for item in facts.items:
        if facts.choices.get(item) not in allowed:
            text = _("Select whether it goes into the bundle, or why not")
            yield Objection(text, field=f"item_{item}", code="undecided")
    if set(facts.choices) - set(facts.items):
        text = _("Something is named that is not of this case, or is withdrawn. Look again.")
        yield Objection(text, field="items", code="unknown")
    if not any(choice == IN for choice in facts.choices.values()):
        yield Objection(_("Nothing goes into the bundle"), field="items", code="empty")


def _objections_to_words(facts: Facts) -> Iterator[Objection]:
    if len(facts.black) > MOST_WORDS:
        text = _("At most %(most)s words or passages can be blacked out")
        yield Objection(text % {"most": MOST_WORDS}, field="black", code="too_many")
    for place, one in enumerate(facts.black, start=1):
        if _letters(one.words) < FEWEST_LETTERS or len(one.words) > LONGEST_WORDS:
            text = _("Line %(place)s to black out must have %(fewest)s to %(most)s letters")
            words = {"place": place, "fewest": FEWEST_LETTERS, "most": LONGEST_WORDS}
            yield Objection(text % words, field="black", code="length")
        elif place in facts.missing:
            # What it says is not repeated here: it is what must not be read.
            text = _("Line %(place)s to black out stands in no text of the bundle: check how it is")
            yield Objection(text % {"place": place}, field="black", code="missing")
        if one.removed not in facts.kinds:
            yield Objection(_("Select what is blacked out"), field="black", code="removed")
        if one.ground not in facts.grounds:
            yield Objection(_("Select why something is blacked out"), field="black", code="ground")


def objections_to_answer(
    *, waits: bool, own: bool, approve: bool, because: str, reasons: Collection[str], stands: bool,
    gone: Collection[int], seen: bool,
) -> Iterator[Objection]:  # fmt: skip
    """Why it is not answered. `gone`: numbers of documents that were withdrawn meanwhile."""
    if not waits:
        yield Objection(_("It was answered already."), code="answered")
        return
    if own:
        yield Objection(_("You prepared it: another person has to approve it."), code="own")
    if not approve:
        if because not in reasons:
            yield Objection(_("Select why it is returned"), field="because")
        return
    if not seen:
        text = _("This is not what was prepared. Look again.")
        yield Objection(text, code="changed")
    yield from objections_to_giving(approved=True, recalled=False, stands=stands, gone=gone)


def objections_to_giving(
    *, approved: bool, recalled: bool, stands: bool, gone: Collection[int]
) -> Iterator[Objection]:
    """Why it cannot leave now."""
    if not approved:
        yield Objection(_("A second person has to approve it first."), code="not_approved")
    if recalled:
        yield Objection(_("It was recalled."), code="recalled")
    if not stands:
        text = _("The consent that it rests on does not stand any more. Nothing leaves on it.")
        yield Objection(text, code="against")
    if gone:
        numbers = ", ".join(str(number) for number in sorted(gone))
        text = _("Withdrawn since: document %(numbers)s. Prepare another bundle without it.")
        yield Objection(text % {"numbers": numbers}, code="withdrawn")


def select_recall() -> str:
    """What is said where a recall has no reason."""
    return _("Select why it is recalled")


def not_what_was_approved() -> Objection:
    """That a file is another one than the one that was approved."""
    text = _("A document is not what was approved. Nothing was given.")
    return Objection(text, code="changed")


# Words in a text ---------------------------------------------------------------------------------
def _is_mark(one: str) -> bool:
    """What stands on a letter, joins or stretches it: whoever types a name leaves it out."""
    return category(one) in ("Mn", "Cf") or one == "\u0640"


_MARKS = "[\u0300-\u036f\u0483-\u0487\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u0670" \
    "\u06d6-\u06ed\u00ad\u200b-\u200f\u2060\ufeff]*"  # fmt: skip
_BETWEEN_DIGITS = r"[\s().\-/]{0,3}"


def _letters(words: str) -> int:
    return sum(1 for one in normalize("NFD", words) if one.isalnum())


def _pattern(words: str) -> re.Pattern[str]:
    """The words however they are written: with or without accents and vowel signs, in capitals or
    not, with whatever stands between them."""
    parts: list[str] = []
    apart = False
    for one in normalize("NFD", words):
        if _is_mark(one):
            continue
        if not one.isalnum():
            apart = True
            continue
        if parts:
            parts.append(r"[\W_]{0,5}" if apart else _BETWEEN_DIGITS if one.isdigit() else "")
        parts.append(re.escape(one) + _MARKS)
        apart = False
    return re.compile("".join(parts), re.IGNORECASE)


def black_out(
    text: str, black: Sequence[BlackOut], labels: Mapping[str, str]
) -> tuple[str, list[int]]:
    """The text with every place of the words replaced, each with the whole of the word in which it
    stands, by what kind of thing stood there; and how often each was found. Nothing of what was
    there is left, nor how long it was. A text in which nothing is found is given back as it is."""
    norm = normalize("NFD", text)
    counts, spans = [0] * len(black), []
    for place, one in enumerate(black):
        if _letters(one.words) < FEWEST_LETTERS:
            continue
        for found in _pattern(one.words).finditer(norm):
            start, end = found.span()
            while start and _in_word(norm[start - 1]):
                start -= 1
            while end < len(norm) and _in_word(norm[end]):
                end += 1
            counts[place] += 1
            spans.append((start, -end, place))
    if not spans:
        return text, counts
    made, at = [], 0
    for start, minus_end, place in sorted(spans):
        if -minus_end <= at:
            continue
        if start >= at:
            kind = labels.get(black[place].removed, "")
            made += [norm[at:start], _("[blacked out: %(what)s]") % {"what": kind}]
        at = -minus_end
    made.append(norm[at:])
    return normalize("NFC", "".join(made)), counts


def _in_word(one: str) -> bool:
    return one.isalnum() or _is_mark(one)
