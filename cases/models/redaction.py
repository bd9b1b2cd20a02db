"""What was blacked out before something left the case: the log of it, which never holds what was
taken away."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from cases.models.document import Document
from nrm.accounts.models import User


class Ground(models.TextChoices):
    """Why something is not given away: the whole of it, or words in it."""

    PRIVILEGE = "privilege", _("Legal privilege")
    THIRD_PARTY = "third_party", _("It is about somebody else")
    HARM = "harm", _("It could put somebody in danger")
    NOT_RELEVANT = "not_relevant", _("It is not relevant")


class Removed(models.TextChoices):
    """What kind of thing was taken away."""

    NAME = "name", _("A name")
    PLACE = "place", _("An address or a place")
    CONTACT = "contact", _("A telephone, an e-mail address or an account")
    NUMBER = "number", _("A number of a document or a file")
    FACE = "face", _("A face, or what somebody looks like")
    HEALTH = "health", _("Something about health")
    OTHER = "other", _("Something else")


class Redaction(OfCase):
    """A page of a document that was added anew without what was blacked out in it. Both are kept;
    neither changes, nor does this."""

    document = models.ForeignKey(
        Document, on_delete=models.PROTECT, related_name="redactions", help_text="The original."
    )
    version = models.OneToOneField(
        Document, on_delete=models.PROTECT, related_name="redaction", help_text="What may leave."
    )
    page = models.PositiveSmallIntegerField(help_text="Its place among those added together.")
    ground = models.CharField(max_length=20, choices=Ground)
    removed = models.JSONField(help_text="Codes of Removed.")
    by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        ordering = ["-at", "-id"]
        default_permissions = ()
        indexes = [models.Index(fields=["case", "-at", "-id"], name="redaction_of_case")]

    def __str__(self) -> str:
        return f"Redaction {self.id}"
