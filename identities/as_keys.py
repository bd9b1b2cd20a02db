"""Working as nrm_keys, the database role that sees wrapped keys and ciphertext and nothing else."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from uuid import uuid4

import psycopg
from django.db import connection
from psycopg.types.json import Jsonb

from nrm.settings import database
from nrm.variables import variable

Connection = psycopg.Connection[Any]


class Faulty(Exception):
    """What was wanted of the keys cannot be done, in one sentence for an operator."""


@contextmanager
def keys_connection() -> Iterator[Connection]:
    """A connection as nrm_keys, to the database that this process uses. Faulty without one."""
    url = variable("DATABASE_KEYS_URL")
    if not url:
        raise Faulty("DATABASE_KEYS_URL is not set: keys are changed as nrm_keys.")
    told = database(url)
    with psycopg.connect(
        dbname=connection.settings_dict["NAME"] or told["NAME"],
        user=told["USER"],
        password=told["PASSWORD"],
        host=told["HOST"] or None,
        port=told["PORT"] or None,
        autocommit=True,
        **told["OPTIONS"],
    ) as opened:
        yield opened


def write_event(opened: Connection, verb: str, **data: Any) -> None:
    """Writes an event of the system's; who did it is who could sign in as nrm_keys."""
    opened.execute(
        "INSERT INTO audit_event (xact, recorded_at, at, verb, object_type, request_id,"
        " refused, data) VALUES (0, now(), now(), %s, '', %s, false, %s)",
        [verb, uuid4(), Jsonb(data)],
    )
