"""What a case is made of. One file a noun."""

from cases.models.adulthood import Adulthood
from cases.models.batch import Batch
from cases.models.case import Case
from cases.models.closure import Closure
from cases.models.cooperation import Cooperation
from cases.models.court import CourtBundle
from cases.models.cover import Cover
from cases.models.deadline import Deadline, DeadlineExtension, DeadlinePause
from cases.models.decision import Decision, DecisionReview
from cases.models.disqualification import Disqualification
from cases.models.document import Document, DocumentPart
from cases.models.draft import Draft
from cases.models.emergency import EmergencyAccess
from cases.models.exclusion import Exclusion
from cases.models.finding import FindingSet
from cases.models.grant import CaseGroupGrant, CaseUserGrant
from cases.models.hearing import Hearing
from cases.models.inbox import InboxItem, OutgoingMail
from cases.models.letter import Letter
from cases.models.link import CaseLink
from cases.models.listing import ListedCase
from cases.models.matter import Matter
from cases.models.merging import Merging
from cases.models.nominee import Nominee
from cases.models.note import Note
from cases.models.notice import Notice
from cases.models.provisional import Provisional
from cases.models.question import Question
from cases.models.reconsideration import Reconsideration
from cases.models.redaction import Redaction
from cases.models.referral import Allegation, Consent, Episode, Referral, SafeContact
from cases.models.removal import Removal
from cases.models.saved_view import SavedView
from cases.models.sharing import Bundle, BundleDocument
from cases.models.suspension import Suspension
from cases.models.task import CaseTask
from cases.models.transfer import Transfer
from cases.models.withdrawal import Withdrawal

__all__ = [
    "Adulthood",
    "Allegation",
    "Batch",
    "Bundle",
    "BundleDocument",
    "Case",
    "CaseGroupGrant",
    "CaseLink",
    "CaseTask",
    "CaseUserGrant",
    "Closure",
    "Consent",
    "Cooperation",
    "CourtBundle",
    "Cover",
    "Deadline",
    "DeadlineExtension",
    "DeadlinePause",
    "Decision",
    "DecisionReview",
    "Disqualification",
    "Document",
    "DocumentPart",
    "Draft",
    "EmergencyAccess",
    "Episode",
    "Exclusion",
    "FindingSet",
    "Hearing",
    "InboxItem",
    "Letter",
    "ListedCase",
    "Matter",
    "Merging",
    "Nominee",
    "Note",
    "Notice",
    "OutgoingMail",
    "Provisional",
    "Question",
    "Reconsideration",
    "Redaction",
    "Referral",
    "Removal",
    "SafeContact",
    "SavedView",
    "Suspension",
    "Transfer",
    "Withdrawal",
]
