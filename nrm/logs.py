"""Structured logs that hold references and codes, never names, contacts or free text."""

import logging
import logging.config
import sys
from typing import Any

import structlog

# Exception messages may quote what a person typed or what the database refused; the type and the
# place are enough to find the fault.
_QUIET = ("django.request", "django.server", "django.security")


def _drop_exception_text(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    info = event.pop("exc_info", None)
    if info is True:
        info = sys.exc_info()
    if isinstance(info, BaseException):
        info = (type(info), info, info.__traceback__)
    if info and info[0] is not None:
        frames = []
        trace = info[2]
        while trace is not None:
            code = trace.tb_frame.f_code
            frames.append(f"{code.co_filename}:{trace.tb_lineno} {code.co_name}")
            trace = trace.tb_next
        event["exception"] = info[0].__name__
        event["where"] = frames[-12:]
    return event


def _drop_task_exception(_: Any, __: str, event: dict[str, Any]) -> dict[str, Any]:
    # Celery writes the text of a task's exception into its message.
    record = event.get("_record")
    about = getattr(record, "data", None)
    if record is not None and record.name == "celery.app.trace" and isinstance(about, dict):
        event["event"] = f"Task {about.get('name')} {about.get('description', 'ended')}"
        event["task_id"] = about.get("id")
    return event


def configure(_: dict[str, Any]) -> None:
    """Sends every log line to standard error as JSON."""
    shared = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        _drop_exception_text,
        _drop_task_exception,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=True,
    )
    logging.config.dictConfig(
        {
            "version": 1,
            "disable_existing_loggers": False,
            "formatters": {
                "json": {
                    "()": structlog.stdlib.ProcessorFormatter,
                    "foreign_pre_chain": shared,
                    "processors": [
                        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                        structlog.processors.JSONRenderer(),
                    ],
                }
            },
            "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "json"}},
            "root": {"handlers": ["stderr"], "level": "INFO"},
            "loggers": {
                "django.db.backends": {"level": "WARNING"},
                # Django's own handler would send mail to administrators.
                "django": {"handlers": [], "level": "INFO"},
                "celery": {"level": "INFO"},
                # A line for each task, and its result, every few seconds.
                "celery.app.trace": {"level": "WARNING"},
                "celery.worker.strategy": {"level": "WARNING"},
                "celery.beat": {"level": "WARNING"},
                **{name: {"level": "ERROR"} for name in _QUIET},
            },
        }
    )
