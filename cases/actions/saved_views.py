"""Views of the work list that somebody keeps for themselves. Their labels are their own words and
are in no event."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from cases.models import SavedView
from cases.rules.name_warning import names_in
from nrm.accounts.models import User
from nrm.accounts.rights import OWN_ACCOUNT
from nrm.actions import Objection, action, refuse_if

MOST = 20
LONGEST = 60


def _objections(
    user: User, label: str, *, not_a_name: bool, renamed: SavedView | None = None
) -> Iterator[Objection]:
    others = [row for row in user.saved_views.all() if row != renamed]
    if not label:
        yield Objection(_("Enter a name for the view"), field="label", code="required")
    if len(label) > LONGEST:
        text = _("The name of the view must be %(most)d characters or less") % {"most": LONGEST}
        yield Objection(text, field="label", code="too_long")
    if any(row.label.lower() == label.lower() for row in others):
        text = _("You have a view of this name. Choose another name.")
        yield Objection(text, field="label", code="taken")
    if renamed is None and len(others) >= MOST:
        text = _("You have %(most)d views. Remove one that you do not need.") % {"most": MOST}
        yield Objection(text, code="too_many")
    # A label has no beginning of a sentence, where a capital tells nothing.
    if not not_a_name and names_in(f"the {label}"):
        text = _("This may be the name of a person. If it is, choose other words.")
        yield Objection(text, field="label", code="may_be_a_name")


@action("worklist.view_saved", right=OWN_ACCOUNT)
def save_view(
    user: User,
    *,
    actor: User,
    at: datetime,
    label: str,
    asked: dict[str, Any],
    not_a_name: bool = False,
) -> SavedView:
    """Keeps what the actor asked of the work list (cases.selectors.lists.Wanted.query) under words
    of their own. Refused where the words are taken or may be a person's name, unless the actor says
    that they are none; and beyond twenty views."""
    label = " ".join(label.split())
    # Two at once: the second waits, and finds the label taken.
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    refuse_if(_objections(user, label, not_a_name=not_a_name))
    return SavedView.objects.create(user=user, label=label, asked=asked, created_at=at)


@action("worklist.view_renamed", right=OWN_ACCOUNT)
def rename_view(
    user: User,
    *,
    actor: User,
    at: datetime,
    view: SavedView,
    label: str,
    not_a_name: bool = False,
) -> SavedView:
    """Gives one of the actor's views other words, with the same objections."""
    label = " ".join(label.split())
    User.objects.select_for_update(no_key=True).filter(pk=user.pk).first()
    refuse_if(_objections(user, label, not_a_name=not_a_name, renamed=view))
    view.label = label
    view.save(update_fields=["label"])
    return view


@action("worklist.view_removed", right=OWN_ACCOUNT)
def remove_view(user: User, *, actor: User, at: datetime, view: SavedView) -> None:
    """Forgets one of the actor's views."""
    view.delete()
