"""Whose eyes and hands a test has.

What goes through a request, a task, a command, an action or any other database context signs in as
the application does and meets every policy. A test that looks at what came of it looks as the
backup does, which reads everything and writes nothing; what it lays out beforehand, it lays out as
the owner. Without this a test could not see that something is hidden, or that it is there.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from contextvars import ContextVar
from functools import wraps
from importlib import import_module
from typing import Any
from urllib.parse import unquote, urlsplit

from nrm import context

WATCHER = "watcher"
_running: ContextVar[bool] = ContextVar("application_runs", default=False)


def _is_a_test() -> bool:
    return context.current() is None and not _running.get()


class Watching:
    """A database router: the test's own look and hand where no application runs."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return WATCHER if _is_a_test() else "default"

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return "owner" if _is_a_test() else "default"

    def allow_relation(self, one: Any, other: Any, **hints: Any) -> bool:
        return True  # they are the same rows


def looking_as(_user: Any) -> Any:
    """The test itself looks, or lays something out, at what this person has before them."""
    return nullcontext()


class _Chosen:
    """For modules that write their SQL out: the connection that the router would choose."""

    def __getattr__(self, name: str) -> Any:
        from django.db import connections

        return getattr(connections[WATCHER if _is_a_test() else "default"], name)


# Readings of these modules are asked by tests without a request around them.
_WRITTEN_OUT = (
    "cases.access",
    "cases.selectors.cases",
    "cases.selectors.inbox",
    "cases.selectors.lists",
    "cases.selectors.reviews",
)


def _as_application(run: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(run)
    def running(*args: Any, **kwargs: Any) -> Any:
        with as_application():
            return run(*args, **kwargs)

    return running


@contextmanager
def as_application() -> Iterator[None]:
    """Within it everything signs in as the application does."""
    token = _running.set(True)
    try:
        yield
    finally:
        _running.reset(token)


def begin(settings: Any) -> None:
    """Before the first connection is made: the watcher's sign-in, and where the application
    begins."""
    from celery.app.task import Task
    from django.core.handlers.base import BaseHandler
    from django.core.management.base import BaseCommand
    from django.db import connections

    url = urlsplit(os.environ["DATABASE_BACKUP_URL"])
    connections.settings[WATCHER] = {
        **connections.settings["owner"],
        "USER": unquote(url.username or ""),
        "PASSWORD": unquote(url.password or ""),
        "TEST": {**connections.settings["owner"]["TEST"], "MIRROR": "owner"},
    }
    settings.DATABASE_ROUTERS = ["tests.watching.Watching"]
    for name in _WRITTEN_OUT:
        import_module(name).connection = _Chosen()  # type: ignore[attr-defined]
    BaseHandler.get_response = _as_application(BaseHandler.get_response)
    BaseCommand.execute = _as_application(BaseCommand.execute)
    Task.__call__ = _as_application(Task.__call__)
