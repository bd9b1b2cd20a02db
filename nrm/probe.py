"""`python -m nrm.probe web|worker|identities|beat`: exit 0 while that part is well."""

import http.client
import os
import sys

from nrm.variables import variable


def web() -> bool:
    """The web of this container answers at all."""
    # The service answers only to its own names, so the probe asks by the first of them.
    host = variable("NRM_ALLOWED_HOSTS", "localhost").split(",")[0].strip()
    connection = http.client.HTTPConnection("127.0.0.1", 8000, timeout=5)
    try:
        connection.request("GET", "/health/live", headers={"Host": host})
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


def background(part: str) -> bool:
    """Redis has heard of this part within the last minute."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
    from nrm.heartbeat import is_heard

    return is_heard(part)  # type: ignore[arg-type]


if __name__ == "__main__":
    part = sys.argv[1] if len(sys.argv) == 2 else ""
    if part not in {"web", "worker", "identities", "beat"}:
        sys.exit(__doc__)
    sys.exit(0 if (web() if part == "web" else background(part)) else 1)
