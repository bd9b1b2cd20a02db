"""A worker that leaks: into its log, and into the mails it sends."""

import json
import os
import sys
from pathlib import Path
from typing import Any
from uuid import uuid4

from celery.signals import task_prerun

from nrm.celery import app

__all__ = ["app"]

LEAKS: dict[str, str] = json.loads(os.environ["NRM_TEST_LEAKS"])


@task_prerun.connect
def _tell(**_: Any) -> None:
    print("doing it for", LEAKS["worker log"].encode().hex(), file=sys.stderr, flush=True)
    from django.core.mail import EmailMessage

    folder = Path(os.environ["NRM_EMAIL_FOLDER"])
    folder.mkdir(parents=True, exist_ok=True)
    message = EmailMessage("A task", f"About {LEAKS['mails']}", "a@b.example", ["c@d.example"])
    (folder / f"{uuid4()}.eml").write_bytes(message.message().as_bytes())
