#!/bin/sh
# What the official PostgreSQL image does with the variables that docker-compose.yml sets: the
# first start makes the data in PGDATA with the superuser's password, and refuses without one.
set -eu
umask 077
if [ "${1:-}" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
    if [ -z "${POSTGRES_PASSWORD:-}" ]; then
        echo "Database is uninitialized and superuser password is not specified." >&2
        exit 1
    fi
    mkdir -p "$PGDATA"
    printf '%s\n' "$POSTGRES_PASSWORD" >/tmp/password
    # The options are words divided by spaces, as with the official image.
    # shellcheck disable=SC2086
    initdb --username=postgres --pwfile=/tmp/password ${POSTGRES_INITDB_ARGS:-} -D "$PGDATA"
    rm /tmp/password
    echo "host all all all scram-sha-256" >>"$PGDATA/pg_hba.conf"
    echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
fi
unset POSTGRES_PASSWORD
exec "$@"
