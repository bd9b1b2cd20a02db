"""What protects a person: the services that they need and are given."""

from protection.models.service import Override, Service, ServiceState

__all__ = ["Override", "Service", "ServiceState"]
