"""Blacking out in documents: what is a version that can leave. Pure.

Only a picture is taken as a version of a document. In a PDF, and in a Word document, what lies
under a black box can be read by whoever takes the box away; in a picture nothing lies under it.
"""

from collections.abc import Collection, Iterator, Sequence

from django.utils.translation import gettext as _

from cases.rules.files import PICTURES
from nrm.actions import Objection


def objections_to_picture(
    place: int, *, file_type: str, hides: bool, said: Sequence[Objection]
) -> Iterator[Objection]:
    """Why the file at this place, counted from 1, is no page of a blacked-out version. `hides`: it
    has room for pixels that are not seen; `said`: what stands against it as any document."""

    def about(text: str, code: str) -> Objection:
        words = {"place": place, "why": text}
        return Objection(_("File %(place)s: %(why)s") % words, field="files", code=code)

    if file_type not in PICTURES:
        text = _(
            "Use JPG or PNG, a picture of each page. What lies under a black box in a PDF or a "
            "Word document can still be read."
        )
        yield about(text, "type")
        return
    if hides:
        text = _("It has transparent parts or several frames, which can hold more. Save it as JPG.")
        yield about(text, "hides")
    for objection in said:
        yield about(str(objection.text), objection.code)


def objections_to_version(
    *,
    files: int,
    ground: str,
    removed: Collection[str],
    looked: bool,
    grounds: Collection[str],
    kinds: Collection[str],
    withdrawn: bool,
    is_version: bool,
) -> Iterator[Objection]:
    """Why a document gets no such version now. `looked`: somebody says that they looked at each
    page of it."""
    if withdrawn:
        yield Objection(_("This document is withdrawn. Bring it back first."), code="withdrawn")
    if is_version:
        text = _("This is a version itself. Black out the original anew.")
        yield Objection(text, code="version")
    if not files:
        yield Objection(_("Choose a picture of each page"), field="files")
    if ground not in grounds:
        yield Objection(_("Select why something is blacked out"), field="ground")
    if not removed or not set(removed) <= set(kinds):
        yield Objection(_("Select what is blacked out"), field="removed")
    if not looked:
        text = _("Look at each picture, and confirm that nothing can be read under what is black")
        yield Objection(text, field="looked")
