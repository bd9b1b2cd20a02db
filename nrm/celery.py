"""Work in the background. JSON only, ids only, the schedule in code, and each periodic entry
expires before the next is due, so that a worker that wakes late does not meet a pile."""

import os

from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, setup_logging, worker_init

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
os.environ.setdefault("NRM_PROCESS", "worker")

from django.conf import settings

app = Celery("nrm")
app.conf.update(
    broker_url=settings.REDIS_URL or None,
    broker_connection_retry_on_startup=True,
    result_backend=None,
    task_ignore_result=True,
    task_serializer="json",
    accept_content=["json"],
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    task_default_queue="work",
    task_time_limit=300,
    task_soft_time_limit=270,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    worker_send_task_events=False,
    broker_transport_options={"visibility_timeout": 600},
    timezone="UTC",
    beat_schedule={
        "sweep the deadlines": {
            "task": "cases.tasks.sweep",
            "schedule": 60.0,
            "options": {"expires": 55},
        },
        "send waiting e-mail": {
            "task": "cases.tasks.send_mail",
            "schedule": 60.0,
            "options": {"expires": 55},
        },
        "send waiting webhooks": {
            "task": "exchange.tasks.send_webhooks",
            "schedule": 15.0,
            "options": {"expires": 14},
        },
        "forget what was sent by webhook": {
            "task": "exchange.tasks.forget_deliveries",
            "schedule": 3600.0,
            "options": {"expires": 3500},
        },
        "clear drafts that have expired": {
            "task": "cases.tasks.clear_expired_drafts",
            "schedule": 3600.0,
            "options": {"expires": 3500},
        },
        "forget the sessions that have ended": {
            "task": "nrm.accounts.tasks.forget_sessions",
            "schedule": 3600.0,
            "options": {"expires": 3500},
        },
        "forget what was kept for a day": {
            "task": "identities.tasks.forget_kept_texts",
            "schedule": 3600.0,
            "options": {"expires": 3500},
        },
        "note outside who was erased": {
            "task": "identities.tasks.note_erasures",
            "schedule": 60.0,
            "options": {"expires": 55},
        },
        "seal the audit trail": {
            "task": "nrm.audit.tasks.seal",
            "schedule": 60.0,
            "options": {"expires": 55},
        },
        "verify the audit trail": {
            "task": "nrm.audit.tasks.verify",
            "schedule": crontab(hour=2, minute=30),
            "options": {"expires": 3600},
        },
        "look for what is unusual in the audit trail": {
            "task": "reporting.tasks.watch",
            "schedule": 3600.0,
            "options": {"expires": 3500},
        },
        "go on with registers that stand still": {
            "task": "exchange.registers.tasks.go_on_with_all",
            "schedule": 30.0,
            "options": {"expires": 25, "queue": "identities"},
        },
        "build the releases that were asked for": {
            "task": "reporting.tasks.build_releases",
            "schedule": 15.0,
            "options": {"expires": 14},
        },
        "heartbeat": {
            "task": "nrm.heartbeat.beat",
            "schedule": 15.0,
            "options": {"expires": 14},
        },
    },
)
app.conf.include = [
    "cases.tasks",
    "exchange.registers.tasks",
    "exchange.tasks",
    "identities.tasks",
    "nrm.accounts.tasks",
    "nrm.audit.tasks",
    "nrm.heartbeat",
    "reporting.tasks",
]


@setup_logging.connect
def _logs(**_: object) -> None:
    from nrm.logs import configure

    configure({})


@worker_init.connect
def _worker_ready(**_: object) -> None:
    from nrm.startup import refuse_to_start_badly

    refuse_to_start_badly("identities" if settings.PROCESS == "identities" else "worker")


@beat_init.connect
def _beat_ready(**_: object) -> None:
    from nrm.startup import refuse_to_start_badly

    refuse_to_start_badly("beat")
