"""The forms by which a person is disqualified, is heard on it, and by which it is looked at
again."""

from django.utils.translation import gettext_lazy as _

from cases.forms.course import CourseForm, options, text_box
from cases.models.disqualification import Answered
from cases.models.reconsideration import AskedBy
from nrm.forms import ChoiceField, ExactDateField, MultiChoiceField
from nrm.profiles import Profile


class ProposalForm(CourseForm):
    grounds = MultiChoiceField(label=_("On what ground?"), required=False)
    why = text_box(
        _("What does it rest on?"),
        help_text=_(
            "Facts, with where they come from. The person is told, so that they can answer."
        ),
        rows=6,
    )

    def choose(self, profile: Profile) -> None:
        law = profile.disqualification
        self.fields["grounds"].choices = options(law.grounds if law else ())


class AnswerForm(CourseForm):
    answered = ChoiceField(
        label=_("Did the person answer?"), choices=Answered.choices, required=False
    )
    words = text_box(_("What did they say?"), help_text=_("In their words, all of it."), rows=6)
    answered_on = ExactDateField(
        label=_("When did they say it?"), subject=_("The day"), past=True, required=False
    )


class DecisionForm(CourseForm):
    disqualify = ChoiceField(
        label=_("Is the person disqualified?"),
        choices=[
            ("no", _("No: protection goes on")),
            ("yes", _("Yes: the case ends, and protection with it")),
        ],
        required=False,
    )
    reasons = text_box(
        _("Why?"), help_text=_("Say what the person answered, and why it does or does not weigh."),
        rows=6,
    )  # fmt: skip


class LookForm(CourseForm):
    asked_by = ChoiceField(label=_("Who asks for it?"), choices=AskedBy.choices, required=False)
    grounds = MultiChoiceField(label=_("On what ground?"), required=False)
    why = text_box(_("What is new, or what is wrong with the decision?"), rows=5)
    asked_on = ExactDateField(
        label=_("When was it asked for?"),
        subject=_("The day"),
        help_text=_("The day on which the request came, not the one on which you record it."),
        required=False,
    )
    exceptional = text_box(
        _("If its days are over: what was exceptional?"),
        help_text=_("Leave this empty where it comes in time."),
    )

    def choose(self, profile: Profile) -> None:
        law = profile.disqualification
        self.fields["grounds"].choices = options(law.look_grounds if law else ())


class LookAnswerForm(CourseForm):
    accept = ChoiceField(
        label=_("Is the disqualification lifted?"),
        choices=[
            ("yes", _("Yes: the case goes on where it stood")),
            ("no", _("No: it stays")),
        ],
        error_messages={"required": _("Select whether it is lifted")},
    )
    reasons = text_box(_("Why?"), rows=5)
