"""What an auditor may ask of the trail. Pure: what was asked in, objections out."""

from collections.abc import Collection, Iterator

from django.utils.translation import gettext as _

from nrm.actions import Objection


def objections_to_asking(
    *, action: str, open_to_all: Collection[str], about_one: bool
) -> Iterator[Objection]:
    """Whether the trail is listed by this kind of event. Of one person or case it is; over all of
    them looks alone, since whoever counts the codes in a list of one kind of event has an exact
    count of what happened to people, small ones and sealed cases with the rest."""
    if action and action not in open_to_all and not about_one:
        text = _(
            "Enter the code of a person or of a case as well. Over all cases, a list of one kind of"
            " event could be counted, and a small count can point to a person."
        )
        yield Objection(text, field="action", code="counts_a_kind")
