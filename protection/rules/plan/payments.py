"""Money to live on: what is due by the rates of the profile and for which days; whether a second
person agreed, where the profile wants two; and whether it was paid, or why not. Of how somebody is
paid no more is kept than the way: no account, card or name. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from nrm.actions import Objection
from nrm.profiles.shape import SubsistenceRule
from protection.rules.plan.shape import Days, Facts, Kind, Part, Step, day_of

_NO_NAME = _lazy("Write the pseudonym, not the name. No account or card number.")
# What of the same days is due, or was, and so is not due once more.
_STANDS = ("asked", "due", "paid")


def amount(law: SubsistenceRule, rate: str, begins: date, ends: date) -> str:
    """What is due by a rate from one day to another, both included, with its currency."""
    found = next(one for one in law.rates if one.code == rate)
    days = (ends - begins).days + 1
    units = (Decimal(found.amount) * days / found.days).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{units.scaleb(-law.decimals):.{law.decimals}f} {law.currency}"


def _span(values: Mapping[str, Any]) -> tuple[date, date] | None:
    begins, ends = day_of(values, "from_on"), day_of(values, "until_on")
    return (begins, ends) if begins and ends else None


def _check(values: Mapping[str, Any], facts: Facts) -> Iterable[Objection]:
    span = _span(values)
    if span is None:
        return
    begins, ends = span
    if ends < begins:
        yield Objection(_("This cannot be before it began"), field="until_on")
        return
    if (ends - begins).days >= facts.law.longest_days:
        text = _("Record %(days)d days or less at once") % {"days": facts.law.longest_days}
        yield Objection(text, field="until_on")
    for state, answers in facts.others:
        if state not in _STANDS or answers.get("rate") != values.get("rate"):
            continue
        other = _span(answers)
        if other and other[0] <= ends and begins <= other[1]:
            text = _("This rate is recorded for some of these days already.")
            yield Objection(text, field="from_on", code="twice")
            return


def _worked_out(values: Mapping[str, Any], facts: Facts) -> Mapping[str, Any]:
    span = _span(values)
    if not values.get("rate") or span is None:
        return {}
    return {"amount": amount(facts.law, values["rate"], *span)}


def _days(state: str, answers: Mapping[str, Any], law: Any, today: date) -> Days:
    begins = day_of(answers, "from_on")
    return Days(max(begins, today)) if state in ("asked", "due") and begins else Days()


PAYMENT = Kind(
    code="payment",
    rule="subsistence",
    label=_lazy("Money to live on"),
    adding=_lazy("Record what is due"),
    empty=_lazy("Nothing is recorded. What is due is worked out by the rates of the profile."),
    title="rate",
    parts=(
        Part("rate", "one", _lazy("What is due?"), needed=True),
        Part("from_on", "day", _lazy("From which day?"), needed=True),
        Part("until_on", "day", _lazy("Until which day?"), needed=True),
        Part("amount", "money", _lazy("Amount"), asked=False),
        Part("note", "words", _lazy("What else there is to know"), _NO_NAME),
    ),
    steps=(
        Step(
            "approve",
            _lazy("Agree to it"),
            _lazy("A second person agreed"),
            ("asked",),
            "due",
            (Part("found", "words", _lazy("What else there is to know"), _NO_NAME),),
            by="second",
        ),
        Step(
            "refuse",
            _lazy("Do not agree to it"),
            _lazy("A second person did not agree"),
            ("asked",),
            "refused",
            (
                Part("why", "one", _lazy("Why?"), needed=True),
                Part("found", "words", _lazy("What else there is to know"), _NO_NAME),
            ),
            by="second",
        ),
        Step(
            "pay",
            _lazy("It is paid"),
            _lazy("Paid"),
            ("due",),
            "paid",
            (
                Part("paid_on", "day", _lazy("When was it paid?"), needed=True, past=True),
                Part("way", "one", _lazy("How?"), needed=True),
            ),
            by="after",
        ),
        Step(
            "not_pay",
            _lazy("It is not paid"),
            _lazy("Not paid"),
            ("asked", "due"),
            "not_paid",
            (
                Part("why", "one", _lazy("Why?"), needed=True),
                Part("found", "words", _lazy("What else there is to know"), _NO_NAME),
            ),
            by="after",
        ),
    ),
    states={
        "asked": (_lazy("Waits for a second person"), "orange"),
        "due": (_lazy("To be paid"), "blue"),
        "paid": (_lazy("Paid"), "green"),
        "not_paid": (_lazy("Not paid"), "red"),
        "refused": (_lazy("Not agreed to"), "red"),
    },
    open=("asked", "due"),
    beside=("from_on", "until_on", "amount"),
    first=lambda law: "asked" if law.two_people else "due",
    check=_check,
    worked_out=_worked_out,
    days=_days,
)
