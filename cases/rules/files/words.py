"""What is said of a file that is not kept because of what is in it."""

from django.utils.translation import gettext as _

from nrm.actions import Objection


def _said(code: str, text: str) -> Objection:
    return Objection(text, field="files", code=code)


def macros() -> Objection:
    return _said(
        "macros",
        _("It holds a program (macros) that could run when it is opened. Add a PDF of it."),
    )


def active() -> Objection:
    return _said(
        "active",
        _(
            "It holds a script, or a command that starts something when it is opened."
            " Print it to a new PDF and add that."
        ),
    )


def embedded() -> Objection:
    return _said(
        "embedded",
        _("Another file is hidden inside it. Take that out, and add it by itself."),
    )


def calls_out() -> Objection:
    return _said(
        "calls_out",
        _(
            "It would fetch something from the network when it is opened, which tells others that"
            " it was read. Add a PDF of it."
        ),
    )


def locked() -> Objection:
    return _said(
        "locked",
        _("It is locked with a password, so that it cannot be checked. Add it without one."),
    )


def bomb() -> Objection:
    return _said(
        "bomb",
        _("Unpacked it would be far larger than it looks, which can stop a computer."),
    )


def damaged() -> Objection:
    return _said(
        "damaged",
        _("It is damaged, or made so that it cannot be checked. Save it anew and add that."),
    )


def too_long() -> Objection:
    return _said(
        "too_long",
        _("It takes too long to check what is in it. Print it to a new PDF and add that."),
    )
