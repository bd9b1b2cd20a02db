"""Variables: from the environment, or in a trial from the files that nrm.first_start made.

The trial of docker-compose.yml needs no secret of anybody's: its first start makes them all, and
each service finds its own, and no other's, in the folder that NRM_GIVEN names.
"""

import os
from pathlib import Path


def variable(name: str, default: str = "") -> str:
    """The value of a variable without the space around it, or `default` where it is empty.

    In a trial (NRM_MODE=trial) a file of that name wins over the environment; in production no
    file is ever read.
    """
    folder = os.environ.get("NRM_GIVEN", "")
    if folder and os.environ.get("NRM_MODE") == "trial":
        try:
            return (Path(folder) / name).read_text(encoding="utf-8").strip()
        except OSError:
            pass  # not one of this service's files
    return os.environ.get(name, "").strip() or default
