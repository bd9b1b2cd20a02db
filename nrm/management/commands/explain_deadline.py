"""Work out a date of a profile and explain it, without a database."""

import json
from argparse import ArgumentParser
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from nrm.profiles import ProfileFaults, UnknownProfile, load_profile
from nrm.profiles.terms import TermError, rule_in_english


class Command(BaseCommand):
    help = "Prints when a term of a profile ends, with each day counted or skipped, as JSON."
    requires_system_checks: list[str] = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--profile", required=True, help="code of the profile, such as uk")
        parser.add_argument("--profile-version", help="the newest if not given")
        parser.add_argument("--term", required=True, help="such as reasonable_grounds")
        parser.add_argument(
            "--start", required=True, help="2026-04-01, or 2026-04-01T10:00+01:00 with a time zone"
        )
        parser.add_argument("--calendar", default="", help="the profile's own if not given")

    def handle(
        self,
        *,
        profile: str,
        profile_version: str | None,
        term: str,
        start: str,
        calendar: str,
        **options: Any,
    ) -> None:
        faults: list[str] = []
        began = _moment(start, faults)
        try:
            law = load_profile(profile, profile_version)
        except (UnknownProfile, ProfileFaults) as reason:
            raise CommandError("\n".join([str(reason), *faults])) from None
        terms = [known.code for known in law.terms]
        if term not in terms:
            faults.append(f'{profile} has no term "{term}". It has {", ".join(terms)}.')
        if calendar and calendar not in law.calendars:
            allowed = ", ".join(law.calendars)
            faults.append(f'{profile} does not use the calendar "{calendar}". It uses {allowed}.')
        if faults or began is None:
            raise CommandError("\n".join(faults))
        try:
            clock = law.clock(term, began, calendar=calendar)
        except TermError as reason:
            raise CommandError("\n".join(reason.faults)) from None
        self.stdout.write(
            json.dumps(
                {
                    "profile": law.code,
                    "term": term,
                    "calendar": clock.calendar.code,
                    "start": began.isoformat(),
                    "due_on": clock.due_on.isoformat(),
                    "rule": rule_in_english(clock.term, law.term_before(clock.term)),
                    "source": clock.term.source,
                    "verified": clock.term.verified,
                    "days": [
                        {
                            "date": day.date.isoformat(),
                            "counted": day.counted,
                            "reason": day.reason,
                        }
                        for day in clock.days
                    ],
                }
            )
        )


def _moment(text: str, faults: list[str]) -> date | datetime | None:
    """A date, or a moment with its time zone."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        pass
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        faults.append(f'"{text}" is not a date such as 2026-04-01.')
        return None
    if moment.utcoffset() is None:
        faults.append(f'"{text}" has no time zone: write it as 2026-04-01T10:00+01:00.')
        return None
    return moment
