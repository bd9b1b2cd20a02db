"""What protects a person: needs and risk, and the services that they are given."""

from protection.models.assessment import Assessment
from protection.models.service import Override, Service, ServiceState

__all__ = ["Assessment", "Override", "Service", "ServiceState"]
