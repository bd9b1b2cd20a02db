"""Documents: files of a case. What is in them and what they were called is under the person's
key; a file lies in parts, so that none of any size is ever whole in memory."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models.case import OfCase
from nrm.accounts.models import User


class DocumentKind(models.TextChoices):
    IDENTITY = "identity", _("Passport or identity document")
    STATEMENT = "statement", _("Statement or account in writing")
    PHOTOGRAPH = "photograph", _("Photograph")
    MESSAGES = "messages", _("Messages, or a page online")
    WORK = "work", _("Contract, pay slip or other paper about work")
    TRAVEL = "travel", _("Ticket or other paper about a journey")
    MONEY = "money", _("Paper about money or a debt")
    HEALTH = "health", _("Health or social care record")
    POLICE = "police", _("Police, border or court paper")
    EXPERT = "expert", _("Expert report")
    AGREEMENT = "agreement", _("Signed agreement or authority to act")
    OTHER = "other", _("Something else")


class DocumentSource(models.TextChoices):
    """Who gave it, by role, never by name."""

    PERSON = "person", _("The person")
    RESPONDER = "responder", _("First responder")
    POLICE = "police", _("Police or border officer")
    HEALTH = "health", _("Health or social care worker")
    PROVIDER = "provider", _("Support or shelter worker")
    LAWYER = "lawyer", _("Lawyer or guardian")
    AUTHORITY = "authority", _("Our own authority")
    PUBLIC = "public", _("Found in public")
    OTHER = "other", _("Somebody else")


class WithdrawalReason(models.TextChoices):
    OTHER_CASE = "other_case", _("It belongs to another case")
    WRONG_FILE = "wrong_file", _("The wrong file was added")
    TWICE = "twice", _("It is here twice")
    NOT_NEEDED = "not_needed", _("It is not needed for this case")


class DocumentScan(models.TextChoices):
    """What was known of viruses when the file was added. An infected one is not kept."""

    CLEAN = "clean", _("checked for viruses")
    NONE = "none", _("not checked for viruses")
    AWAY = "away", _("not checked for viruses: the scanner did not answer")


class SeenBy(models.TextChoices):
    """Who of those who may see the documents of a case sees one; whoever added it always does."""

    CASE = "case", _("Everybody who works on the case")
    DECIDERS = "deciders", _("Those who decide the case")


class Document(OfCase):
    """One file and what is told of it."""

    number = models.PositiveIntegerField(help_text="Its place in the case, for good.")
    kind = models.CharField(max_length=20, choices=DocumentKind)
    source = models.CharField(max_length=20, choices=DocumentSource)
    dated = models.CharField(max_length=10, blank=True, help_text="YYYY, YYYY-MM or YYYY-MM-DD.")
    file_type = models.CharField(max_length=10, help_text="Told by the content.")
    size = models.PositiveIntegerField(help_text="Bytes.")
    scan = models.CharField(max_length=5, choices=DocumentScan, default=DocumentScan.NONE)
    seen_by = models.CharField(
        max_length=10, choices=SeenBy, default=SeenBy.CASE, db_default="case"
    )
    # JSON under the person's key: what the file was called, its SHA-256, the note,
    # and what a photograph tells beside the picture.
    told = models.BinaryField(help_text="Under the person's key.")
    added_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    added_at = models.DateTimeField()
    # Withdrawn is not deleted: it is out of sight, with a reason, and can be brought back.
    withdrawn_by = models.ForeignKey(User, null=True, on_delete=models.PROTECT, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_for = models.CharField(max_length=20, blank=True, choices=WithdrawalReason)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.UniqueConstraint(fields=["case", "number"], name="one_document_a_number")
        ]

    def __str__(self) -> str:
        return f"Document {self.id}"

    @property
    def withdrawn(self) -> bool:
        return self.withdrawn_at is not None


class DocumentPart(models.Model):
    """One part of a file, sealed with its place and whether it is the last."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()
    data = models.BinaryField(help_text="Under the person's key.")

    class Meta:
        ordering = ["number"]
        constraints = [
            models.UniqueConstraint(fields=["document", "number"], name="one_part_a_number")
        ]

    def __str__(self) -> str:
        return f"Part {self.number} of {self.document_id}"
