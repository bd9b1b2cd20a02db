"""What protects a person: needs and risk, the services that they are given, the plan of support,
counselling, and shelter."""

from protection.models.assessment import Assessment
from protection.models.child import ChildRecord
from protection.models.counselling import ClinicalNote, Session, SessionPrivate
from protection.models.leaflet import LeafletGiven
from protection.models.plan import PlanItem, PlanStep
from protection.models.service import Override, Service, ServiceState
from protection.models.shelter import Address, AddressReading, Avoidance, Bed, Place, Stay
from protection.models.transport import Transport

__all__ = [
    "Address",
    "AddressReading",
    "Assessment",
    "Avoidance",
    "Bed",
    "ChildRecord",
    "ClinicalNote",
    "LeafletGiven",
    "Override",
    "Place",
    "PlanItem",
    "PlanStep",
    "Service",
    "ServiceState",
    "Session",
    "SessionPrivate",
    "Stay",
    "Transport",
]
