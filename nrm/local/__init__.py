"""The embedded default: PostgreSQL, Redis, web, worker and beat under one command.

For trying, developing and testing on one machine; production uses real servers
(docs/operators.md). `python -m nrm.local run` is `make run`; `services()` gives a
test run its own servers.
"""

from nrm.local.errors import LocalError
from nrm.local.services import Services, services

__all__ = ["LocalError", "Services", "services"]
