"""The product's WSGI application, which also tells how many statements an answer took. Only for
counting: what is timed is the application itself."""

import os
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "nrm.settings")
from django.db import connection

from nrm.wsgi import application as product


def application(environ: Any, start_response: Any) -> Any:
    made = 0

    def counted(execute: Any, sql: Any, parameters: Any, many: Any, context: Any) -> Any:
        nonlocal made
        made += 1
        return execute(sql, parameters, many, context)

    def start(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
        return start_response(status, [*headers, ("X-Statements", str(made))], *more)

    with connection.execute_wrapper(counted):
        return product(environ, start)
