"""What every page of a case carries round its own content: the identity bar, the tabs, the way
back."""

from itertools import groupby
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from cases import ports
from cases.models import Case
from cases.rights import IN_EMERGENCY, SCREEN, SEE_WORKLIST
from cases.selectors.cases import identity_bar
from cases.selectors.emergency import minutes_left, running_until
from cases.selectors.merging import goes_on_in


def case_frame(
    request: HttpRequest, case: Case, held: frozenset[str], *, current: str
) -> dict[str, Any]:
    """The context that `cases/frame.html` reads; `current` is the URL name of the open tab. One
    query; one more for somebody who opened the case in an emergency, two more for a closed case."""
    # Only for whom it is their way in: everybody else's pages ask nothing of it.
    emergency, now = None, timezone.now()
    if IN_EMERGENCY.code in held and SCREEN.code not in held:
        emergency = running_until(case, request.user, at=now)  # type: ignore[arg-type]
    listed = SEE_WORKLIST.held_by(request.user)
    return {
        "case": case,
        "identity": identity_bar(case, held, at=now),
        "emergency": emergency,
        "merged_into": goes_on_in(case, request.user),  # type: ignore[arg-type]
        "emergency_minutes": minutes_left(emergency) if emergency else 0,
        **case_tabs(case, held, current=current),
        "back_url": reverse("worklist" if listed else "intake_queue"),
        "back_text": _("Back to the list of cases") if listed else _("Back to the intake queue"),
    }


def case_tabs(case: Case, held: frozenset[str], *, current: str) -> dict[str, Any]:
    """The sub-navigation of a case for `components/sub_navigation.html`: the label of the page that
    is open, and the groups of pages that can be opened. No query."""
    tabs = ports.tabs(case, held)
    return {
        "open_tab": next((tab.label for tab in tabs if tab.url_name == current), ""),
        "tab_groups": [
            {
                "label": group.label,
                "tabs": [
                    {
                        "label": tab.label,
                        "url": reverse(tab.url_name, args=[case.reference]),
                        "current": tab.url_name == current,
                    }
                    for tab in of_group
                ],
            }
            for group, of_group in groupby(tabs, key=lambda tab: tab.group)
        ],
    }
